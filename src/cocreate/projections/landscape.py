"""The co-creation map (landkaart): the words, with what logs show of each.

It joins the vocabulary (tensions between public values, kinds of obstacles, interventions, work
forms, competences, parties in the force field, grounds for deviating) with how often and where
each is seen in the municipality's own log, and in those of others that take part by consent, and
with what helped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import get_args

import msgspec

from cocreate.domain.glossary import glossary
from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import InterventionKind, Sector
from cocreate.projections.accounts.account import (
    DeviationAccount,
    InterventionAccount,
    ObstacleAccount,
    PartyAccount,
    ReflectionAccount,
    SessionAccount,
)
from cocreate.projections.bounds import LEAST_MUNICIPALITIES, Sum, showable
from cocreate.projections.resource import Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 3
RESTS_ON = ("comparison",)

VALUE = "public-value"
OBSTACLES = "obstacle-category"
INTERVENTIONS = "intervention-kind"
VOCABULARIES = (
    VALUE,
    OBSTACLES,
    INTERVENTIONS,
    "work-form",
    "competence",
    "party-kind",
    "deviation-ground",
)
TENSION = "tension"


Word = tuple[str, str]
"""A vocabulary and a code in it."""


class WordRow(msgspec.Struct, frozen=True):
    """A word that an account shows, as it is stored."""

    vocabulary: str
    code: str
    sector: str


class HelpRow(msgspec.Struct, frozen=True):
    """What was tried against an obstacle of a kind, or where two values pulled apart."""

    vocabulary: str
    code: str
    kind: str
    days: int | None
    """The days it took to resolve the obstacle, if it did."""


Speaking = (
    ObstacleAccount
    | DeviationAccount
    | ReflectionAccount
    | SessionAccount
    | InterventionAccount
    | PartyAccount
)


def words_of(account: Speaking) -> Iterable[Word]:
    """Give the words that an account shows, each once."""
    match account:
        case ObstacleAccount():
            yield OBSTACLES, account.category
            yield from _pulling(account.tension)
        case DeviationAccount():
            yield "deviation-ground", account.ground
            yield from _pulling(account.tension)
        case ReflectionAccount():
            yield from (("competence", each) for each in dict.fromkeys(account.competences))
            yield from _pulling(account.tension)
        case SessionAccount():
            yield "work-form", account.category
        case InterventionAccount():
            if account.against:
                yield INTERVENTIONS, account.category
        case PartyAccount():
            yield "party-kind", account.category


def _pulling(tension: Tension | None) -> Iterable[Word]:
    """Give the tension between two values, whichever was named first, and the values."""
    if tension is not None:
        values = sorted((tension.between, tension.and_))
        yield TENSION, "+".join(values)
        yield from ((VALUE, value) for value in dict.fromkeys(values))


def _word_rows(account: Speaking, about: About) -> Iterable[tuple[str, WordRow]]:
    for vocabulary, code in words_of(account):
        yield f"{account.id}/{vocabulary}/{code}", WordRow(vocabulary, code, about.sector)


def _help_rows(intervention: InterventionAccount, about: About) -> Iterable[tuple[str, HelpRow]]:
    del about
    for against in intervention.against:
        resolved_on = intervention.resolved_on(against)
        days = None if resolved_on is None else (resolved_on - intervention.since).days
        words: list[Word] = [(OBSTACLES, against.category)]
        words += [word for word in _pulling(against.tension) if word[0] == TENSION]
        for vocabulary, code in words:
            yield (
                f"{intervention.id}/{against.obstacle}/{vocabulary}",
                HelpRow(vocabulary, code, intervention.category, days),
            )


TABLES: Sequence[Table] = (
    VersionedTable("word", get_args(Speaking), _word_rows),
    VersionedTable("help", InterventionAccount, _help_rows),
)
RESOURCES: Sequence[Resource] = ()


class Seen(msgspec.Struct, frozen=True):
    """How often a log shows a word, in one sector."""

    vocabulary: str
    code: str
    sector: str
    times: int
    projects: int


class Against(msgspec.Struct, frozen=True):
    """What a kind of intervention did against a kind of obstacle, or where two values pulled."""

    vocabulary: str
    code: str
    kind: str
    tried: int
    projects: int
    """In how many projects it was tried."""
    resolved: int
    resolved_projects: int
    days: Sequence[tuple[int, int]]
    """In how many days how many of them were resolved."""


class OneLog(msgspec.Struct, frozen=True):
    """What one log shows."""

    seen: Sequence[Seen]
    against: Sequence[Against]


class InSector(msgspec.Struct, frozen=True, rename="camel"):
    """How often something is seen in a sector."""

    sector: Sector
    times: int


class Helped(msgspec.Struct, frozen=True, rename="camel"):
    """What a kind of intervention did."""

    kind: InterventionKind
    tried: int
    resolved: int
    median_days_to_resolve: float | None
    """Null where nothing was resolved, or by too few to be shown."""


class Shown(msgspec.Struct, frozen=True, rename="camel"):
    """What logs show of a word: how often, where, and what helped."""

    times: int
    projects: int
    sectors: Sequence[InSector]
    helped: Sequence[Helped]
    """For obstacles and tensions: what was tried, what resolved most often first."""


class MapTerm(msgspec.Struct, frozen=True, rename="camel"):
    """A word on the map, with what is shown of it."""

    vocabulary: str
    code: str
    """For a tension, the two public values with a plus sign between them."""
    nl: str
    en: str
    definition_nl: str
    definition_en: str
    own: Shown | None
    """In the municipality's own log; null where it is never seen there."""
    others: Shown | None
    """In the logs of others, where three of them or more and five projects or more show it.

    The same holds for each sector and for each kind of intervention. One that could be worked out
    from the others and the total is left out with a second.
    """


class CoCreationMap(msgspec.Struct, frozen=True, rename="camel"):
    """The co-creation map of a municipality."""

    position: int
    as_of: date
    takes_part: bool
    """Whether the municipality lets others learn from its log."""
    other_municipalities: int
    terms: Sequence[MapTerm]


class Cell(msgspec.Struct, frozen=True):
    """Something that is told of a word: it as a whole, in a sector, or with what helped."""

    vocabulary: str
    code: str
    sector: str = ""
    kind: str = ""
    """The kind of intervention."""
    resolved: bool = False
    """Whether it is about those interventions alone that resolved something."""


def draw(
    own: OneLog, others: Mapping[str, OneLog], *, position: int, as_of: date, takes_part: bool
) -> CoCreationMap:
    """Draw the map from what the own log shows, and those of others, by their codes."""
    mine = _shown([own])
    elsewhere = _shown(list(others.values()), showable(*_table(others)))
    terms = [
        MapTerm(
            term.vocabulary,
            term.code,
            term.nl,
            term.en,
            term.definition_nl,
            term.definition_en,
            mine.get((term.vocabulary, term.code)),
            elsewhere.get((term.vocabulary, term.code)),
        )
        for term in glossary()
        if term.vocabulary in VOCABULARIES
    ]
    return CoCreationMap(
        position,
        as_of,
        takes_part,
        len(others) if len(others) >= LEAST_MUNICIPALITIES else 0,
        [*_tensions(mine, elsewhere), *terms],
    )


def _tensions(mine: Mapping[Word, Shown], elsewhere: Mapping[Word, Shown]) -> Iterable[MapTerm]:
    """Give the tensions that are seen, each between two values in the order of the glossary."""
    values = {term.code: term for term in glossary() if term.vocabulary == VALUE}
    concept = next(
        term for term in glossary() if term.vocabulary == "concept" and term.code == TENSION
    )
    for word in sorted({word for word in (*mine, *elsewhere) if word[0] == TENSION}):
        one_value, other_value = (values[each] for each in word[1].split("+"))
        yield MapTerm(
            *word,
            f"{one_value.nl} en {other_value.nl}",
            f"{one_value.en} and {other_value.en}",
            concept.definition_nl,
            concept.definition_en,
            mine.get(word),
            elsewhere.get(word),
        )


# -- what logs show -------------------------------------------------------------------------------


def _shown(logs: Sequence[OneLog], cells: Container[Cell] | None = None) -> dict[Word, Shown]:
    """Give what logs show of each word; no more than some cells of it, where these are given."""
    seen: dict[Word, list[Seen]] = {}
    against: dict[Word, list[Against]] = {}
    for log in logs:
        for each in log.seen:
            seen.setdefault((each.vocabulary, each.code), []).append(each)
        for tried in log.against:
            against.setdefault((tried.vocabulary, tried.code), []).append(tried)
    return {
        word: Shown(
            sum(each.times for each in of),
            sum(each.projects for each in of),
            _sectors(word, of, cells),
            _helped(word, against.get(word, ()), cells),
        )
        for word, of in seen.items()
        if cells is None or Cell(*word) in cells
    }


def _sectors(word: Word, seen: Iterable[Seen], cells: Container[Cell] | None) -> list[InSector]:
    times: Counter[str] = Counter()
    for each in seen:
        times[each.sector] += each.times
    return [
        InSector(Sector(sector), count)
        for sector, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        if cells is None or Cell(*word, sector) in cells
    ]


def _helped(word: Word, against: Iterable[Against], cells: Container[Cell] | None) -> list[Helped]:
    kinds: dict[str, list[Against]] = {}
    for each in against:
        kinds.setdefault(each.kind, []).append(each)
    helped = []
    for kind, of in kinds.items():
        if cells is not None and Cell(*word, kind=kind) not in cells:
            continue
        days: Counter[int] = Counter()
        if cells is None or Cell(*word, kind=kind, resolved=True) in cells:
            for each in of:
                days.update(dict(each.days))
        helped.append(
            Helped(
                InterventionKind(kind),
                sum(each.tried for each in of),
                sum(each.resolved for each in of),
                _median(days) if days else None,
            )
        )
    return sorted(helped, key=lambda each: (-each.resolved, -each.tried, each.kind))


def _median(days: Mapping[int, int]) -> float:
    """Give the middle of days, of which there are so many of each."""
    ordered = sorted(days)
    up_to = list(accumulate(days[each] for each in ordered))
    low, high = (ordered[bisect_right(up_to, at)] for at in ((up_to[-1] - 1) // 2, up_to[-1] // 2))
    return (low + high) / 2


# -- what of it may be shown ----------------------------------------------------------------------


def _table(logs: Mapping[str, OneLog]) -> tuple[dict[Cell, dict[str, int]], list[Sum[Cell]]]:
    """Give all cells that logs come to, with what each rests on, and which add up to which."""
    cells: dict[Cell, dict[str, int]] = {}

    def count(cell: Cell, code: str, projects: int) -> None:
        basis = cells.setdefault(cell, {})
        basis[code] = basis.get(code, 0) + projects

    for code, log in logs.items():
        for each in log.seen:
            count(Cell(each.vocabulary, each.code), code, each.projects)
            count(Cell(each.vocabulary, each.code, each.sector), code, each.projects)
        for tried in log.against:
            cell = Cell(tried.vocabulary, tried.code, kind=tried.kind)
            count(cell, code, tried.projects)
            count(msgspec.structs.replace(cell, resolved=True), code, tried.resolved_projects)
    parts: dict[tuple[Cell, bool], list[Cell]] = {}
    for cell in cells:
        for total, apart in _totals(cell):
            parts.setdefault((total, apart), []).append(cell)
    return cells, [Sum(total, of, apart) for (total, apart), of in parts.items()]


def _totals(cell: Cell) -> Iterable[tuple[Cell, bool]]:
    """Give the cells that a cell is a part of, and whether these have each project in one part."""
    if cell.sector:
        yield Cell(cell.vocabulary, cell.code), True
    if cell.vocabulary == TENSION and not cell.kind:
        for value in cell.code.split("+"):
            yield Cell(VALUE, value, cell.sector), False
    if cell.vocabulary == OBSTACLES and cell.kind and not cell.resolved:
        yield Cell(INTERVENTIONS, cell.kind), False
