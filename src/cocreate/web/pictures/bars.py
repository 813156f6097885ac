"""A bar that is put together of parts, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Segment(NamedTuple):
    """A part of a bar as it is drawn, in percent of the longest that a bar can be."""

    part: int
    """Which part it is, from 0."""
    x: float
    width: float


def segments(values: Sequence[float | None], whole: float) -> Sequence[Segment]:
    """Give the parts of a bar that there is anything of; ``whole`` is as long as it can be."""
    if not whole:
        return []
    widths = [100 * (value or 0) / whole for value in values]
    begins = accumulate(widths, initial=0.0)
    return [
        Segment(part, round(x, 2), round(width, 2))
        for part, (x, width) in enumerate(zip(begins, widths, strict=False))
        if width
    ]
