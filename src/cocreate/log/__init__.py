"""The decision log on PostgreSQL: one gapless, immutable log per municipality."""
