"""Scale: what many municipalities cost here, and what ten thousand of them would need."""
