"""Reading one project: its account, its subjects, its timeline, the term of an approval."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Annotated
from uuid import UUID

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
    known_to,
    tag_of,
    unchanged,
    with_tag,
)
from cocreate.api.places import After, place_of
from cocreate.api.problems import Problem
from cocreate.api.query import read_query
from cocreate.api.steps import PROJECT
from cocreate.projections import timeline
from cocreate.projections.accounts import Account, ProjectAccount
from cocreate.projections.term import TermAccount
from cocreate.projections.timeline import EARLIEST, FIRST, AccountPage, Moved, Place, Timeline

_JSON = msgspec.json.Encoder()


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list is answered."""

    after: After | None = None
    limit: Annotated[int, Meta(ge=1, le=500, description="How many to give at most.")] = 100


class SubjectFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which subjects are answered."""

    kind: Annotated[str, Meta(pattern=r"^[a-z-]{1,20}$", description="Such as `wish`.")] = "wish"
    owed: Annotated[bool, Meta(description="Only those on which something is owed.")] = False


@get(
    PROJECT,
    operation_id="readProject",
    summary="Read the account of a project",
    tags=["reading"],
    opt=documented(
        answers=ProjectAccount, problems=READ_PROBLEMS, open=True, query=(Knowing,), tagged=True
    ),
)
async def read_project(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the account of a project."""
    return await _account(request, code, project, "")


@get(
    f"{PROJECT}/subjects",
    operation_id="listSubjects",
    summary="Read the accounts of one kind in a project",
    description="Wishes unless another kind is asked for; the oldest first.",
    tags=["reading"],
    opt=documented(
        answers=AccountPage,
        problems=READ_PROBLEMS,
        open=True,
        query=(SubjectFilter, Paging, Knowing),
        tagged=True,
    ),
)
async def list_subjects(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give a page of accounts."""
    narrow, paging, knowing = read_query(request, SubjectFilter, Paging, Knowing)
    known = await known_to(request, code, timeline.NAME, knowing)
    owed, limit = narrow.owed, paging.limit

    async def ask() -> bytes | None:
        place = EARLIEST if paging.after is None else place_of(paging.after, _dated)
        if known.now:
            with contextlib.suppress(Moved):
                return await timeline.read_subjects(
                    known.parts.service.answers,
                    code,
                    project,
                    known.audience,
                    known.position,
                    narrow.kind,
                    known.today,
                    owed=owed,
                    after=place,
                    limit=limit,
                )
        file = await known.file(project)
        if file is None:
            return None
        return timeline.subjects_of(file, narrow.kind, owed=owed, after=place, limit=limit)

    return await answered(request, known, ask, narrow, paging)


@get(
    f"{PROJECT}/subjects/{{subject:str}}",
    operation_id="readSubject",
    summary="Read the account of one wish, proposal, decision, approval, and so on",
    description="With the chain of what became of it.",
    tags=["reading"],
    opt=documented(
        answers=Account, problems=READ_PROBLEMS, open=True, query=(Knowing,), tagged=True
    ),
)
async def read_subject(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID], subject: FromPath[str]
) -> ASGIResponse:
    """Give an account."""
    return await _account(request, code, project, subject)


@get(
    f"{PROJECT}/subjects/{{subject:str}}/term",
    operation_id="readTerm",
    summary="Read how the last day of an approval's term comes about",
    description="Which days were counted and why, and what being late costs (Awb 4:13 to 4:18, "
    "Algemene termijnenwet).",
    tags=["reading"],
    opt=documented(
        answers=TermAccount, problems=READ_PROBLEMS, open=True, query=(Knowing,), tagged=True
    ),
)
async def read_term(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID], subject: FromPath[str]
) -> ASGIResponse:
    """Give the term of an approval."""
    (knowing,) = read_query(request, Knowing)
    known = await known_to(request, code, timeline.NAME, knowing)
    tag = tag_of(request, known.mark())
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await known.term(project, subject)
    if found is None:
        raise Problem("not-found")
    return with_tag(request, _JSON.encode(found), tag)


@get(
    f"{PROJECT}/timeline",
    operation_id="readTimeline",
    summary="Read the accountability timeline of a project",
    description="Every step in the order in which it happened, each wish with the chain of what "
    "became of it, and what is still owed.",
    tags=["reading"],
    opt=documented(
        answers=Timeline, problems=READ_PROBLEMS, open=True, query=(Paging, Knowing), tagged=True
    ),
)
async def read_timeline(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give a page of a timeline."""
    paging, knowing = read_query(request, Paging, Knowing)
    known = await known_to(request, code, timeline.NAME, knowing)
    limit, service = paging.limit, known.parts.service

    async def ask() -> bytes | None:
        place = FIRST if paging.after is None else place_of(paging.after, Place.parse)
        if known.now:
            with contextlib.suppress(Moved):
                return await timeline.read_timeline(
                    service.answers,
                    code,
                    project,
                    known.audience,
                    known.position,
                    known.today,
                    after=place,
                    limit=limit,
                )
        return await timeline.timeline_as_of(
            service.reader,
            code,
            project,
            known.audience,
            known.position,
            known.today,
            after=place,
            limit=limit,
        )

    return await answered(request, known, ask, paging)


async def _account(request: AnyRequest, code: str, project: UUID, subject: str) -> ASGIResponse:
    (knowing,) = read_query(request, Knowing)
    known = await known_to(request, code, timeline.NAME, knowing)

    async def ask() -> bytes | None:
        return await known.account(project, subject)

    return await answered(request, known, ask)


def _dated(text: str) -> tuple[date, str]:
    on, _, place = text.partition(".")
    return date.fromisoformat(on), place


HANDLERS = (read_project, list_subjects, read_subject, read_term, read_timeline)
"""The routes that read one project."""
