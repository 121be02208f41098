package main

import (
	"fmt"
	"net/http"

	"${{ values.module }}/internal/health"
)

var routes = map[string]http.HandlerFunc{"/healthz": health.Handler}

func main() {
	for path, handler := range routes {
		http.HandleFunc(path, handler)
	}
	fmt.Println("listening", http.ListenAndServe(":${{ values.port }}", nil))
}
