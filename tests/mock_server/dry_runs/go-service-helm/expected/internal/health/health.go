package health

import "net/http"

var checks = []struct{ name string }{{"database"}, {"queue"}}

// Handler answers for stock-feed.
func Handler(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
