"""The co-creation map (landkaart): the words, with what logs show of each.

It joins the vocabulary (tensions between public values, kinds of obstacles, interventions, work
forms, competences, parties in the force field, grounds for deviating) with how often and where
each is seen in the municipality's own log, and in those of others that take part by consent, and
with what helped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median

import msgspec

from cocreate.domain.glossary import glossary
from cocreate.domain.vocabulary import InterventionKind, Sector
from cocreate.projections.accounts.account import ReflectionAccount, SessionAccount
from cocreate.projections.comparison import LEAST_MUNICIPALITIES, LEAST_PROJECTS
from cocreate.projections.resource import Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 2
RESTS_ON = (
    "comparison",
    "deviations",
    "force_field",
    "interventions",
    "obstacles",
)

VOCABULARIES = (
    "public-value",
    "obstacle-category",
    "intervention-kind",
    "work-form",
    "competence",
    "party-kind",
    "deviation-ground",
)
TENSION = "tension"


class ReflectionRow(msgspec.Struct, frozen=True):
    """A reflection as it is stored, without its text."""

    sector: str
    value_between: str | None
    value_and: str | None
    competences: tuple[str, ...]
    recorded_on: date


def row(reflection: ReflectionAccount, about: About) -> ReflectionRow:
    """Give the row of a reflection."""
    tension = reflection.tension
    return ReflectionRow(
        about.sector,
        None if tension is None else tension.between,
        None if tension is None else tension.and_,
        reflection.competences,
        reflection.since,
    )


class SessionRow(msgspec.Struct, frozen=True):
    """The work form of a session."""

    sector: str
    work_form: str


def session_row(session: SessionAccount, about: About) -> SessionRow:
    """Give the row of a session."""
    return SessionRow(about.sector, session.category)


TABLES: Sequence[Table] = (
    VersionedTable("reflection", ReflectionAccount, one(row)),
    VersionedTable("session", SessionAccount, one(session_row)),
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
    resolved: int
    days: Sequence[int]


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
    """In the logs of others, where three of them or more and five projects or more show it."""


class CoCreationMap(msgspec.Struct, frozen=True, rename="camel"):
    """The co-creation map of a municipality."""

    position: int
    as_of: date
    takes_part: bool
    """Whether the municipality lets others learn from its log."""
    other_municipalities: int
    terms: Sequence[MapTerm]


def draw(
    own: OneLog, others: Sequence[OneLog], *, position: int, as_of: date, takes_part: bool
) -> CoCreationMap:
    """Draw the map from what logs show."""
    enough = len(others) >= LEAST_MUNICIPALITIES
    terms = [
        MapTerm(
            term.vocabulary,
            term.code,
            term.nl,
            term.en,
            term.definition_nl,
            term.definition_en,
            _shown([own], term.vocabulary, term.code),
            _of_others(others, term.vocabulary, term.code) if enough else None,
        )
        for term in glossary()
        if term.vocabulary in VOCABULARIES
    ]
    return CoCreationMap(
        position, as_of, takes_part, len(others) if enough else 0, [*_tensions(own, others), *terms]
    )


def _tensions(own: OneLog, others: Sequence[OneLog]) -> Iterable[MapTerm]:
    """Give the tensions that are seen, each between two values in the order of the glossary."""
    values = {term.code: term for term in glossary() if term.vocabulary == "public-value"}
    concept = next(
        term for term in glossary() if term.vocabulary == "concept" and term.code == TENSION
    )
    codes = {each.code for log in (own, *others) for each in log.seen if each.vocabulary == TENSION}
    enough = len(others) >= LEAST_MUNICIPALITIES
    for code in sorted(codes):
        shown = _shown([own], TENSION, code)
        elsewhere = _of_others(others, TENSION, code) if enough else None
        if shown is None and elsewhere is None:
            continue
        one_value, other_value = (values[each] for each in code.split("+"))
        yield MapTerm(
            TENSION,
            code,
            f"{one_value.nl} en {other_value.nl}",
            f"{one_value.en} and {other_value.en}",
            concept.definition_nl,
            concept.definition_en,
            shown,
            elsewhere,
        )


def _of_others(logs: Sequence[OneLog], vocabulary: str, code: str) -> Shown | None:
    showing = [
        log
        for log in logs
        if any(each.vocabulary == vocabulary and each.code == code for each in log.seen)
    ]
    shown = _shown(showing, vocabulary, code)
    if shown is None or len(showing) < LEAST_MUNICIPALITIES or shown.projects < LEAST_PROJECTS:
        return None
    return shown


def _shown(logs: Sequence[OneLog], vocabulary: str, code: str) -> Shown | None:
    seen = [
        each
        for log in logs
        for each in log.seen
        if each.vocabulary == vocabulary and each.code == code
    ]
    if not seen:
        return None
    sectors: Counter[str] = Counter()
    for each in seen:
        sectors[each.sector] += each.times
    tried: dict[str, list[Against]] = {}
    for log in logs:
        for against in log.against:
            if against.vocabulary == vocabulary and against.code == code:
                tried.setdefault(against.kind, []).append(against)
    helped = [
        Helped(
            InterventionKind(kind),
            sum(each.tried for each in of),
            sum(each.resolved for each in of),
            median(days) if (days := [day for each in of for day in each.days]) else None,
        )
        for kind, of in tried.items()
    ]
    helped.sort(key=lambda each: (-each.resolved, -each.tried, each.kind))
    return Shown(
        sum(each.times for each in seen),
        sum(each.projects for each in seen),
        [
            InSector(Sector(sector), times)
            for sector, times in sorted(sectors.items(), key=lambda item: (-item[1], item[0]))
        ],
        helped,
    )
