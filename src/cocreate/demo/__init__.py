"""Hand-written stories of co-creation in five municipalities, to show what the log is for."""
