"""Recording steps by forms: who fills in which, what it shows, and what is taken of it."""
