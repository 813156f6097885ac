"""How many must stand behind what municipalities show each other, so that it tells of none alone.

The rule is the same wherever logs of others show: a figure, and every cell of a table, rests on
three municipalities and five projects at least, counted for that very figure or cell. Nor may a
cell that is hidden be worked out from those that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

LEAST_MUNICIPALITIES = 3
LEAST_PROJECTS = 5
LEAST_FOR_QUARTILES = 5
"""From how many municipalities on quartiles are told: of three they would be all three values."""

C = TypeVar("C")

Basis = Mapping[str, int]
"""The municipalities that something rests on, by their codes, with how many projects of each."""


def enough(basis: Basis) -> bool:
    """Tell whether what rests on these may be shown."""
    counts = [projects for projects in basis.values() if projects]
    return len(counts) >= LEAST_MUNICIPALITIES and sum(counts) >= LEAST_PROJECTS


class Sum(msgspec.Struct, Generic[C], frozen=True):
    """A cell of a table that the cells of its parts add up to."""

    total: C
    parts: Sequence[C]
    apart: bool
    """Whether no project counts in two of the parts."""


def showable(cells: Mapping[C, Basis], sums: Sequence[Sum[C]]) -> set[C]:
    """Give the cells that may be shown.

    Where a total is shown and some of its parts are not, what these come to is known: they must be
    enough together, or the smallest part that is shown is hidden as well. Where a total is hidden,
    so are its parts, which would add up to it.
    """
    left = {cell for cell, basis in cells.items() if enough(basis)}
    before = -1
    while before != len(left):
        before = len(left)
        for each in sums:
            if each.total in left:
                more = _too_telling(each, cells, left)
                left -= more
            else:
                left.difference_update(each.parts)
    return left


def _too_telling(of: Sum[C], cells: Mapping[C, Basis], left: set[C]) -> set[C]:
    """Give the parts to hide, so that those that are hidden cannot be told apart."""
    # By size and then by name, so that every process hides the same.
    by_size = sorted(of.parts, key=lambda part: (sum(cells[part].values()), repr(part)))
    hidden = [part for part in by_size if part not in left]
    more: set[C] = set()
    for part in by_size:
        if not hidden or enough(_together([cells[each] for each in hidden], apart=of.apart)):
            break
        if part in left:
            hidden.append(part)
            more.add(part)
    return more


def _together(several: Iterable[Basis], *, apart: bool) -> Basis:
    """Give what several cells rest on together; at the least, where projects may be in two."""
    if apart:
        counted: Counter[str] = Counter()
        for basis in several:
            counted.update(basis)
        return counted
    most: dict[str, int] = {}
    for basis in several:
        for code, projects in basis.items():
            most[code] = max(most.get(code, 0), projects)
    return most
