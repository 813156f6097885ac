"""The HTTP API: thin handlers between requests and what the log and the read models do."""
