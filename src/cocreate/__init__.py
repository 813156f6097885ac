"""The accountable log of co-creation."""
