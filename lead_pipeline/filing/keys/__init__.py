"""The keys of programs that call the HTTP API."""
