"""Read models: what the log comes to, for those who ask."""
