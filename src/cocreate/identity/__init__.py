"""People who are let in by an identity provider: its keys, its tokens, and what they tell."""
