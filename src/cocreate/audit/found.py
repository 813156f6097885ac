"""What was found of an export in which nothing is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from cocreate.audit.layout import Description
from cocreate.log.tree.checkpoints import SignedCheckpoint
from cocreate.log.tree.keys import VerifierKey

LATE = timedelta(days=30)
"""A step that is recorded longer than this after it happened is told of: it may be back-dated."""


class Late(msgspec.Struct, frozen=True):
    """An event that was recorded long after it happened."""

    position: int
    days: int


class Verified(msgspec.Struct, kw_only=True):
    """What was found of an export in which nothing is wrong."""

    description: Description
    checkpoint: SignedCheckpoint
    trusted: bool
    """Whether a key from elsewhere was given; else the export itself says by which it is signed."""
    keys: list[VerifierKey]
    """Those of the log that were trusted."""
    events: int = 0
    withheld: int = 0
    """How many positions of a whole log are shown as entries only."""
    projects: int = 0
    first_recorded_at: datetime | None = None
    late: int = 0
    """How many events were recorded more than :data:`LATE` after they happened."""
    latest: Late | None = None
    """The one of which that is longest."""
    unknown_schemas: list[str] = []
    """Those that are not known here: their data were checked by what the export says itself."""
    since: int | None = None
    """The size of the earlier tree from which this one goes on."""
