"""What all steps have in common, as they are said (`Step`) and as they are recorded (`Event`).

A *step* is what someone asks the log to take: the body of a command. The *event* of that step
inherits every field of it and adds the identity that recording gives. So each field is written
down once, and the stored JSON of an event reads like the request that caused it.

The five fields of :data:`ENVELOPE` travel beside the stored data of an event, never in it: there
is one truth for each, and the log can index it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Protocol,
    TypeGuard,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec
from eventsourcing.domain import CanMutateAggregate
from msgspec import UNSET, Meta, UnsetType

from cocreate.domain.vocabulary import PublicationCategory, Visibility

TEXT_PATTERN = r"^[^\u0000]*$"
"""Any text but for the NUL character, which PostgreSQL cannot store."""
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}(?![\s\S])"
"""Ends in "nothing more", since ``$`` would let a line end through."""

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
Text = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=TEXT_PATTERN)]
Line = Annotated[str, Meta(min_length=1, max_length=300, pattern=TEXT_PATTERN)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s\u0000-\u001f]{1,2000}(?![\s\S])")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?![\s\S])")]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]

WishId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "wish"})]
ProposalId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "proposal"})]
DecisionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "decision"})]
DeviationId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "deviation"})]
ApprovalId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "approval"})]
ObstacleId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "obstacle"})]
InterventionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "intervention"})]
CommitmentId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "commitment"})]
SessionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "session"})]
MilestoneId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "milestone"})]
ReportId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "report"})]
PartyId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "party"})]
AdviceId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "advice"})]
FeedbackId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "feedback"})]
ReflectionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "reflection"})]
NewId = Annotated[str, Meta(pattern=ID_PATTERN)]
"""An id that the step gives to what it creates; without it, the aggregate makes one up."""
SubjectId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"reference": "*"})]
"""The id of anything a project keeps account of."""

PersonalLine = Annotated[
    str, Meta(min_length=1, max_length=300, pattern=TEXT_PATTERN, extra={"personal": "party"})
]
"""Personal data; the extra names the field that tells whose: the log seals it for each person."""
PersonalText = Annotated[
    str, Meta(min_length=1, max_length=10_000, pattern=TEXT_PATTERN, extra={"personal": "party"})
]
OwnWords = Annotated[
    str, Meta(min_length=1, max_length=10_000, pattern=TEXT_PATTERN, extra={"personal": "by"})
]
"""What someone says in their own words: personal data of the one who is named as saying it."""

MAX_ITEMS = 1_000
"""The longest list a step may hold, and the most steps one command may carry."""


class Part(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """A part of a step, such as one of the outcomes in a decision."""


class Document(Part, frozen=True, kw_only=True):
    """A document a step rests on, with the hash that shows it is still the same."""

    title: Title
    url: Url
    sha256: Sha256 | None = None
    category: PublicationCategory | None = None


class Step(Part, frozen=True, kw_only=True):
    """What someone asks the log to take.

    ``occurred_on`` is the day in Europe/Amsterdam on which it happened. Without ``visibility``
    the municipality's default for this kind of step holds. ``source`` names the record in
    another system that the step was taken from.
    """

    noun: ClassVar[str]
    """The collection this step is posted to, such as ``wishes``."""
    commutes: ClassVar[bool] = False
    """Whether the step means the same whatever else was recorded since it was decided."""
    by_default: ClassVar[Visibility] = Visibility.PUBLIC
    """Who may read the step where neither the step nor the municipality says otherwise."""

    occurred_on: date
    visibility: Visibility | None = None
    source: Line | None = None


class EventMeta(msgspec.StructMeta):
    """Gives the event of a step the fields of :data:`ENVELOPE`.

    They cannot be inherited: a class can have only one base that lays out fields, and that is
    the step. The annotations of a module with ``from __future__ import annotations`` are a plain
    dict in every Python from 3.11, so adding to it is safe.
    """

    def __new__(  # noqa: D102 - the class says it
        mcs: type[EventMeta],
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, object],
        **config: Any,  # noqa: ANN401 - whatever a struct can be configured with
    ) -> EventMeta:
        own = cast("dict[str, object]", namespace.get("__annotations__", {}))
        namespace["__annotations__"] = {**own, **ENVELOPE}
        namespace.update(dict.fromkeys(ENVELOPE, UNSET))
        return super().__new__(mcs, name, bases, namespace, **config)


ENVELOPE: Mapping[str, object] = {
    "originator_id": UUID | UnsetType,
    "originator_version": int | UnsetType,
    "timestamp": datetime | UnsetType,
    "occurred_on": date | UnsetType,
    "visibility": Visibility | UnsetType,
}
"""The fields stored beside the data of an event: whose history, where in it, both times, for whom.

``timestamp`` is the moment the log took the event (``recorded_at``); until it has, the moment
the aggregate was told.
"""


class Remembers(Protocol):
    """An aggregate that keeps of every step what later steps may need."""

    def remember(self, taken: Event) -> None:
        """Keep what is needed of a step."""


class Event(CanMutateAggregate[UUID]):
    """A step that was taken. Subclasses are structs: the step's own, with its identity."""

    schema_version: ClassVar[int] = 1
    """Counts up whenever the stored fields of this event change their meaning or shape."""
    upcasts: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    """For each earlier schema version, what turns its stored fields into those of the next."""

    occurred_on: date
    visibility: Visibility | None

    def apply(self, aggregate: Remembers) -> None:
        """Let the aggregate remember the step, after its own method changed the state."""
        aggregate.remember(self)

    def _as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in fields_of(type(self))}


def fields_of(struct: type) -> tuple[str, ...]:
    """Give the names of a struct's fields, in order."""
    return cast("type[msgspec.Struct]", struct).__struct_fields__


def content_of(step: Step) -> dict[str, Any]:
    """Give the fields of a step by name, as the event of that step takes them."""
    return {name: getattr(step, name) for name in fields_of(type(step))}


class Reference(msgspec.Struct, frozen=True):
    """One mention of a subject: what kind it must be (``*`` for any), and its id."""

    kind: str
    id: str


def references(step: Step | Event | Part) -> Iterator[Reference]:
    """Yield every subject a step or event mentions, in the order of its fields.

    A step does not mention what it creates; its event does.
    """
    for name, kind, reach in _reference_fields(type(step)):  # type: ignore[arg-type] # mypy: a class is hashable
        value = getattr(step, name)
        if value is None or value is UNSET:
            continue
        if reach == "one":
            yield Reference(kind, value)
        elif reach == "many":
            for item in value:
                yield Reference(kind, item)
        elif reach == "part":
            yield from references(value)
        else:
            for part in value:
                yield from references(part)


def mentioning(struct: type) -> frozenset[str]:
    """Give the names of the fields in which a step or event mentions subjects."""
    return frozenset(name for name, _, _ in _reference_fields(struct))


@cache
def _reference_fields(struct: type) -> tuple[tuple[str, str, str], ...]:
    """Find where a struct mentions subjects: (field, kind, one | many | part | parts)."""
    found = []
    for name, hint in get_type_hints(struct, include_extras=True).items():
        if name not in fields_of(struct):
            continue
        many = False
        for annotation in _unfold(hint):
            if get_origin(annotation) in (tuple, list):
                many = True
                annotation = get_args(annotation)[0]  # noqa: PLW2901
            if kind := _extra(annotation, "reference"):
                found.append((name, kind, "many" if many else "one"))
            elif _is_part(annotation) and _reference_fields(annotation):
                found.append((name, "", "parts" if many else "part"))
    return tuple(found)


def _is_part(annotation: object) -> TypeGuard[type[Part]]:
    return isinstance(annotation, type) and issubclass(annotation, Part)


@cache
def personal_fields(struct: type) -> Mapping[str, str]:
    """Give the fields that hold personal data, each with the field that tells whose it is.

    All of a step is of one person; where none is named, it holds no personal data.
    Of a field that is a mapping, only those values are personal that the event names itself, in
    its field ``personal``.
    """
    return {
        name: person
        for name, hint in get_type_hints(struct, include_extras=True).items()
        for annotation in _unfold(hint)
        if (person := _extra(annotation, "personal"))
    }


def whose(said: Step | Event) -> str | None:
    """Give the party whose personal data a step or an event of that step may hold, if any."""
    for person in personal_fields(type(said)).values():  # type: ignore[arg-type] # mypy: a class is hashable
        return cast("str | None", getattr(said, person))
    return None


@cache
def personal_in_json(struct: type) -> frozenset[str]:
    """Give the names that the fields with personal data have in JSON."""
    personal = personal_fields(struct)
    fields = msgspec.structs.fields(cast("type[msgspec.Struct]", struct))
    return frozenset(field.encode_name for field in fields if field.name in personal)


def _unfold(hint: object) -> Iterator[object]:
    """Yield the members of a union and look through the constraints on a list."""
    if get_origin(hint) in (Union, UnionType):
        for member in get_args(hint):
            yield from _unfold(member)
    elif get_origin(hint) is Annotated and get_origin(get_args(hint)[0]) in (tuple, list):
        yield get_args(hint)[0]
    else:
        yield hint


def _extra(annotation: object, key: str) -> str | None:
    if get_origin(annotation) is not Annotated:
        return None
    for meta in get_args(annotation)[1:]:
        if isinstance(meta, Meta) and meta.extra and key in meta.extra:
            return cast("str", meta.extra[key])
    return None
