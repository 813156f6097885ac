"""Sending events out: where a municipality said, signed, in order, and only where they may go."""
