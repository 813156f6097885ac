"""The tool of auditors: replay a project, take a log away with its proofs, verify that offline."""

from __future__ import annotations

from cocreate.commands.lazy import LazyGroup, Place

audit = LazyGroup(
    "audit",
    help="""Replay a project, take a log away with its proofs, and verify that without us.

    What `replay` and `export` read is put on record in the log itself.
    """,
    places={
        "replay": Place(
            "cocreate.commands.auditing:replay_project",
            "Show a project event by event: who recorded it, and what it changed.",
        ),
        "export": Place(
            "cocreate.commands.auditing:export_log",
            "Take a project, or the whole log of a municipality, away with all that proves it.",
        ),
        "rotate-keys": Place(
            "cocreate.commands.auditing:rotate_keys",
            "Sign with a new key from now on, beside the one of before.",
        ),
        "verify": Place(
            "cocreate.commands.verify:verify_export",
            "Verify an export: no server and no database is asked anything.",
        ),
    },
)
