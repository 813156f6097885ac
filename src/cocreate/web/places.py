"""The main places of a municipality's pages, as they stand in the navigation of each page."""

from __future__ import annotations

from typing import Final

import msgspec

from cocreate.api.roles import SEE_INTERNAL
from cocreate.domain.vocabulary import Role


class Place(msgspec.Struct, frozen=True):
    """A place that pages lead to."""

    name: str
    """Of the text that names it."""
    path: str
    """Below the municipality; empty for where its projects are found."""
    roles: frozenset[Role] | None = None
    """Who finds something there; None where that is anyone."""


PLACES: Final = (
    Place("place-projects", ""),
    Place("place-dashboards", "dashboards/obstacles"),
    Place("place-today", "today", SEE_INTERNAL),
    Place("place-council", "council", SEE_INTERNAL),
    Place("place-approvals", "approvals"),
    Place("place-obstacles", "obstacles"),
    Place("place-norms", "norms"),
)
"""In the order in which they are named."""


def places_for(roles: frozenset[Role]) -> list[Place]:
    """Give the places at which someone with these roles finds something."""
    return [each for each in PLACES if each.roles is None or not each.roles.isdisjoint(roles)]
