package main

import (
	"fmt"
	"net/http"

	"github.com/acme/stock-feed/internal/health"
)

var routes = map[string]http.HandlerFunc{"/healthz": health.Handler}

func main() {
	for path, handler := range routes {
		http.HandleFunc(path, handler)
	}
	fmt.Println("listening", http.ListenAndServe(":8080", nil))
}
