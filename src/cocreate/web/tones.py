"""In which tone a status is shown; the word for it always stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TONES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("adopted", "completed", "fulfilled", "granted", "met", "realised", "resolved", "settled"),
        "safe",
    ),
    **dict.fromkeys(
        (
            *("adopted-with-changes", "contested", "deferred", "not-yet", "paused", "pending"),
            "suspended",
        ),
        "warning",
    ),
    **dict.fromkeys(("broken", "not-met", "refused", "rejected", "stopped"), "danger"),
    **dict.fromkeys(("open", "running"), "active"),
}


def tone(status: str) -> str:
    """Give the tone of a status of any vocabulary: safe, warning, danger, active or neutral."""
    return _TONES.get(status, "neutral")
