module github.com/acme/stock-feed

go 1.25
