"""One module a store; each has a `STORE`, and nothing else need know of it."""
