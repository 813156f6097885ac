"""An agenda as it is pasted, and the proposals that each item may be about.

An item is compared with the titles of proposals and of their projects by the words they share. A
word that the proposals of many projects have in common says little of which one is meant, so it
counts for less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import fsum
from typing import Final, NamedTuple
from uuid import UUID

from cocreate.projections.proposals import Proposal

MOST_ITEMS: Final = 40
MOST_PROJECTS: Final = 3
"""To how many projects an item leads at most."""
SHORTEST: Final = 4
"""Of how many letters a word is that tells things apart."""
ENOUGH: Final = 0.5
"""How much shared words have to weigh: one that no more than two projects have is enough."""
EVERYDAY: Final = frozenset(
    {
        *("besluit", "deze", "door", "naar", "onze", "over", "raadsvoorstel", "vaststellen"),
        *("vaststelling", "voor", "voorstel", "about", "decision", "from", "proposal", "with"),
    }
)
"""Words of any agenda, and in any title."""

_NUMBER: Final = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}(?:\.\d{1,2})*[a-z]?[.):]?|[a-zA-Z][.)])\s+")
_WORD: Final = re.compile(rf"\w{{{SHORTEST},}}")


class About(NamedTuple):
    """Proposals of one project that an item may be about."""

    project: UUID
    title: str
    proposals: Sequence[Proposal]


class Item(NamedTuple):
    """An item of an agenda."""

    text: str
    about: Sequence[About]


def read_agenda(text: str, waiting: Sequence[Proposal]) -> Sequence[Item]:
    """Give the items of an agenda, each with the proposals that it may be about."""
    lines = [line for each in text.splitlines() if (line := _NUMBER.sub("", each).strip())]
    projects: dict[UUID, list[tuple[Proposal, frozenset[str]]]] = {}
    for each in waiting:
        said = _words(f"{each.title} {each.project_title}")
        projects.setdefault(each.project, []).append((each, said))
    in_projects = Counter(
        word
        for proposals in projects.values()
        for word in frozenset().union(*(said for _, said in proposals))
    )
    return [Item(line, _about(_words(line), projects, in_projects)) for line in lines[:MOST_ITEMS]]


def _about(
    said: frozenset[str],
    projects: Mapping[UUID, Sequence[tuple[Proposal, frozenset[str]]]],
    in_projects: Mapping[str, int],
) -> Sequence[About]:
    """Give the proposals that share most with what is said, of the projects that share enough."""
    found: list[tuple[float, About]] = []
    for project, proposals in projects.items():
        weights = [fsum(1 / in_projects[word] for word in said & words) for _, words in proposals]
        most = max(weights)
        if most >= ENOUGH:
            meant = [
                proposal
                for (proposal, _), weight in zip(proposals, weights, strict=True)
                if weight == most
            ]
            found.append((most, About(project, meant[0].project_title, meant)))
    found.sort(key=lambda each: -each[0])
    return [about for _, about in found[:MOST_PROJECTS]]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - EVERYDAY
