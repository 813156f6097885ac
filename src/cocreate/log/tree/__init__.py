"""The transparency log as a tree of hashes: what proves it, and how each proof is written down.

After RFC 6962, RFC 9162 and the C2SP specifications (tlog-tiles, tlog-checkpoint, signed-note,
tlog-cosignature, tlog-proof). Nothing here does I/O or knows of a database, so that whoever checks
a log from outside runs the same code.
"""
