"""What changed between two moments: "what changed since the council met?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.documented import documented
from cocreate.api.knowing import (
    READ_PROBLEMS,
    AnyRequest,
    Knowing,
    answered,
    as_of,
    known_to,
)
from cocreate.api.places import After, in_token, place_of, token_of
from cocreate.api.query import read_query
from cocreate.api.steps import MUNICIPALITY, PROJECT
from cocreate.projections.model import STATE, read_models
from cocreate.projections.resource import Register

_JSON = msgspec.json.Encoder()

Moment = Annotated[
    str,
    Meta(min_length=1, max_length=60, description="A position of the log, or a moment (RFC 3339)."),
]


class Kind(StrEnum):
    """The registers whose rows are compared."""

    APPROVALS = "approvals"
    COMMITMENTS = "commitments"
    DECISIONS = "decisions"
    DEVIATIONS = "deviations"
    INTERVENTIONS = "interventions"
    MANDATES = "mandates"
    NORM_CHECKS = "norm-checks"
    OBSTACLES = "obstacles"
    PROJECTS = "projects"
    PROPOSALS = "proposals"
    WISHES = "wishes"


class ChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """Between which moments, and of what."""

    from_: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=60,
            description="The earlier of the two: a position of the log, or a moment (RFC 3339). "
            "Without it, from the start.",
        ),
    ] = msgspec.field(default="0", name="from")
    until: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=60,
                description="The later of the two, in the same way. Without it, now.",
            ),
        ]
        | None
    ) = None
    kind: Annotated[Kind, Meta(description="Only rows of this register.")] | None = None
    after: After | None = None
    limit: Annotated[int, Meta(ge=1, le=500, description="How many to give at most.")] = 100


class Change(msgspec.Struct, frozen=True, rename="camel"):
    """A row that is known otherwise than it was.

    ``before`` and ``after`` have the fields that differ, as the register has them; of a row that is
    new or gone, all. Fields that are worked out as of today are left out.
    """

    kind: Kind
    project: UUID
    id: str
    change: ChangeKind
    position: int
    """Where in the log it became so."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Changes(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What changed between two positions of the log, in the order in which it did."""

    from_position: int
    until_position: int
    items: Sequence[Change]
    next: str | None = None


Token = tuple[int, str, str, UUID, str]
"""A place in the order: the position, the kind, the table, the project, the id."""


@get(
    f"{MUNICIPALITY}/changes",
    operation_id="listChanges",
    summary="Read what changed in a municipality between two moments",
    description="Such as since the council met: every row of the registers that is known "
    "otherwise.",
    tags=["registers"],
    opt=documented(
        answers=Changes, problems=READ_PROBLEMS, open=True, query=(Between,), tagged=True
    ),
)
async def list_changes(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give a page of changes."""
    return await _changes(request, code, None)


@get(
    f"{PROJECT}/changes",
    operation_id="listProjectChanges",
    summary="Read what changed in a project between two moments",
    tags=["registers"],
    opt=documented(
        answers=Changes, problems=READ_PROBLEMS, open=True, query=(Between,), tagged=True
    ),
)
async def list_project_changes(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give a page of changes."""
    return await _changes(request, code, project)


async def _changes(request: AnyRequest, code: str, project: UUID | None) -> ASGIResponse:
    (between,) = read_query(request, Between)
    token = None if between.after is None else place_of(between.after, _place)
    chosen = [kind for kind in Kind if between.kind in (None, kind)]
    models = (STATE, *(_REGISTERS[kind].model for kind in chosen))
    known = await known_to(request, code, models, Knowing(as_of=between.until))
    begin, _ = await as_of(known.parts, code, between.from_, name="from")
    answers = known.parts.service.answers

    async def ask() -> bytes | None:
        if project is not None:
            build = await answers.build(STATE)
            rows = await answers.ask(
                STATE, "read_subject", code, build.number, project, int(known.audience), ""
            )
            if not rows or rows[0]["body"] is None:
                return None
        pages: list[list[tuple[Token, asyncpg.Record]]] = []
        for kind in chosen:
            register = _REGISTERS[kind]
            for table, columns in register.columns.items():
                rows = await answers.ask(
                    register.model,
                    f"changes_{table}",
                    code,
                    int(known.audience),
                    begin,
                    known.position,
                    project,
                    list(columns),
                    *_after(kind, table, token),
                    between.limit + 1,
                )
                pages.append([(_token(kind, table, row), row) for row in rows])
        ordered = list(islice(merge(*pages, key=itemgetter(0)), between.limit + 1))
        items = [_change(place, row) for place, row in ordered[: between.limit]]
        answer = Changes(begin, known.position, items)
        if len(ordered) > between.limit:
            more = token_of(msgspec.json.encode(ordered[between.limit - 1][0]))
            answer = msgspec.structs.replace(answer, next=more)
        return _JSON.encode(answer)

    return await answered(request, known, ask, between, begin)


def _change(place: Token, row: asyncpg.Record) -> Change:
    kind, table = Kind(place[1]), place[2]
    before = _told(kind, table, row["before"])
    after = _told(kind, table, row["after"])
    change = ChangeKind.CHANGED
    if before is None:
        change = ChangeKind.ADDED
    elif after is None:
        change = ChangeKind.REMOVED
    else:
        differ = [name for name in before if before[name] != after[name]]
        before = {name: before[name] for name in differ}
        after = {name: after[name] for name in differ}
    return Change(kind, row["project_id"], row["id"], change, row["changed_at"], before, after)


def _told(kind: Kind, table: str, row: str | None) -> dict[str, Any] | None:
    register = _REGISTERS[kind]
    fields = register.apart.get(table) if row is None else msgspec.json.decode(row)
    if fields is None:
        return None
    return {register.columns[table][name]: value for name, value in fields.items()}


def _token(kind: Kind, table: str, row: asyncpg.Record) -> Token:
    return row["changed_at"], kind, table, row["project_id"], row["id"]


def _after(kind: Kind, table: str, token: Token | None) -> tuple[int, UUID, str]:
    """Give the place after which the rows of a table are to come."""
    if token is None:
        return -1, UUID(int=0), ""
    position, at_kind, at_table, project, row_id = token
    if (kind, table) == (at_kind, at_table):
        return position, project, row_id
    # Of one position, the tables before have had their turn, and those after have not.
    last = UUID(int=2**128 - 1)
    before = (kind, table) < (at_kind, at_table)
    return (position if before else position - 1), last, ""


def _place(text: str) -> Token:
    token: Token = msgspec.json.decode(in_token(text), type=Token)
    if not 0 <= token[0] < 2**62 or "\0" in token[4]:
        raise ValueError(text)
    return token


class _Changing(msgspec.Struct, frozen=True):
    """A register whose rows are compared."""

    model: str
    columns: Mapping[str, Mapping[str, str]]
    """The columns that are compared, by table, with the fields that readers know them as."""
    apart: Mapping[str, Mapping[str, object]]
    """The tables that tell further fields of the rows, with these where they have no row."""


_REGISTERS: Mapping[str, _Changing] = {
    resource.path: _Changing(name, resource.columns, resource.apart)
    for name, model in read_models().items()
    for resource in model.RESOURCES
    if isinstance(resource, Register) and resource.changes
}

HANDLERS = (list_changes, list_project_changes)
