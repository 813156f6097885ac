"""Audit: a history event by event, taken away with its proofs, and checked without us.

What checks an export (:mod:`cocreate.audit.verify` and what it imports) needs no server and no
database; docs/verifying.md says what it does, for whoever writes another.
"""
