"""Reading what the log comes to: projects, their timelines and accounts, the obstacle dashboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_given, as_json
from cocreate.api.authentication import Principal
from cocreate.api.documented import documented
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.api.steps import PROJECT
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.vocabulary import ObstacleCategory, Sector
from cocreate.projections import obstacles, term, timeline
from cocreate.projections.account import Account, ProjectAccount
from cocreate.projections.known import Audience
from cocreate.projections.obstacles import Dashboard, Filter
from cocreate.projections.term import TermAccount
from cocreate.projections.timeline import FIRST, Place, Timeline

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

MUNICIPALITY = "/v1/municipalities/{code:str}"
PROBLEMS = (400, 401, 404, 503)

MinPosition = Annotated[
    int | None,
    QueryParameter(
        name="minPosition",
        ge=0,
        le=2**53,
        description="A position of the log that the answer must hold, such as a write gave; the "
        "answer waits for it, within a bound.",
    ),
]
After = Annotated[
    str | None, QueryParameter(max_length=120, description="The `next` of the page before.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many to give at most.")]


class ProjectPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Projects, the latest first, and where the next are, if there are more."""

    items: Sequence[ProjectAccount]
    next: str | None = None


class AccountPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Accounts of one kind, the oldest first, and where the next are, if there are more."""

    items: Sequence[Account]
    next: str | None = None


@get(
    f"{MUNICIPALITY}/projects",
    operation_id="listProjects",
    summary="Read the projects of a municipality",
    description="The latest first.",
    tags=["reading"],
    opt=documented(answers=ProjectPage, problems=PROBLEMS, open=True),
)
async def list_projects(
    request: AnyRequest,
    code: FromPath[str],
    after: After = None,
    limit: Limit = 100,
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give a page of projects."""
    parts, audience = await _reader(request)
    await _reach(parts, code, timeline.NAME, min_position)
    before = _place("after", after, _dated(UUID)) if after is not None else timeline.LATEST
    items, more = await timeline.read_projects(
        parts.service.pool, code, audience, before=before, limit=limit
    )
    return as_json(_page(items, more))


@get(
    PROJECT,
    operation_id="readProject",
    summary="Read the account of a project",
    tags=["reading"],
    opt=documented(answers=ProjectAccount, problems=PROBLEMS, open=True),
)
async def read_project(
    request: AnyRequest,
    code: FromPath[str],
    project: FromPath[UUID],
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give the account of a project."""
    return await _account(request, code, project, "", min_position)


@get(
    f"{PROJECT}/subjects",
    operation_id="listSubjects",
    summary="Read the accounts of one kind in a project",
    description="Wishes unless another kind is asked for; the oldest first.",
    tags=["reading"],
    opt=documented(answers=AccountPage, problems=PROBLEMS, open=True),
)
async def list_subjects(
    request: AnyRequest,
    code: FromPath[str],
    project: FromPath[UUID],
    kind: Annotated[
        str, QueryParameter(pattern="^[a-z]{1,20}$", description="Such as `wish`.")
    ] = "wish",
    owed: Annotated[
        bool, QueryParameter(description="Only those on which something is owed.")
    ] = False,
    after: After = None,
    limit: Limit = 100,
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give a page of accounts."""
    parts, audience = await _reader(request)
    await _reach(parts, code, timeline.NAME, min_position)
    pool = parts.service.pool
    if await timeline.read_subject(pool, code, project, audience, "") is None:
        raise Problem("not-found")
    place = _place("after", after, _dated(str)) if after is not None else timeline.EARLIEST
    items, more = await timeline.read_subjects(
        pool, code, project, audience, kind, _today(), owed=owed, after=place, limit=limit
    )
    return as_json(_page(items, more))


@get(
    f"{PROJECT}/subjects/{{subject:str}}",
    operation_id="readSubject",
    summary="Read the account of one wish, proposal, decision, approval, and so on",
    description="With the chain of what became of it.",
    tags=["reading"],
    opt=documented(answers=Account, problems=PROBLEMS, open=True),
)
async def read_subject(
    request: AnyRequest,
    code: FromPath[str],
    project: FromPath[UUID],
    subject: FromPath[str],
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give an account."""
    return await _account(request, code, project, subject, min_position)


@get(
    f"{PROJECT}/subjects/{{subject:str}}/term",
    operation_id="readTerm",
    summary="Read how the last day of an approval's term comes about",
    description="Which days were counted and why, and what being late costs (Awb 4:13 to 4:18, "
    "Algemene termijnenwet).",
    tags=["reading"],
    opt=documented(answers=TermAccount, problems=PROBLEMS, open=True),
)
async def read_term(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID], subject: FromPath[str]
) -> ASGIResponse:
    """Give the term of an approval."""
    parts, audience = await _reader(request)
    moment = await parts.service.live.moment(code)
    found = await term.read_term(
        parts.service.reader, code, project, audience, subject, _today(), moment.rules.calendar
    )
    if found is None:
        raise Problem("not-found")
    return as_json(found)


@get(
    f"{PROJECT}/timeline",
    operation_id="readTimeline",
    summary="Read the accountability timeline of a project",
    description="Every step in the order in which it happened, each wish with the chain of what "
    "became of it, and what is still owed.",
    tags=["reading"],
    opt=documented(answers=Timeline, problems=PROBLEMS, open=True),
)
async def read_timeline(
    request: AnyRequest,
    code: FromPath[str],
    project: FromPath[UUID],
    after: After = None,
    limit: Limit = 100,
    as_of: Annotated[
        str | None,
        QueryParameter(
            name="asOf",
            max_length=60,
            description="As known at a position of the log, or at a moment (RFC 3339).",
        ),
    ] = None,
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give a page of a timeline."""
    parts, audience = await _reader(request)
    place = _place("after", after, Place.parse) if after is not None else FIRST
    if as_of is not None:
        body = await _timeline_as_of(parts, code, project, audience, as_of, place, limit)
    else:
        await _reach(parts, code, timeline.NAME, min_position)
        today = _today()
        body = await parts.service.answers.give(
            timeline.NAME,
            code,
            (project, audience, today, place, limit),
            lambda: timeline.read_timeline(
                parts.service.pool, code, project, audience, today, after=place, limit=limit
            ),
        )
    if body is None:
        raise Problem("not-found")
    return as_given(body)


@get(
    f"{MUNICIPALITY}/obstacle-dashboard",
    operation_id="readObstacleDashboard",
    summary="Read what stands in the way in a municipality, how long, and what helped",
    description="A period takes in what was open on any of its days.",
    tags=["reading"],
    opt=documented(answers=Dashboard, problems=PROBLEMS, open=True),
)
async def read_dashboard(
    request: AnyRequest,
    code: FromPath[str],
    sector: Annotated[
        Sector | None, QueryParameter(description="Only projects of this sector.")
    ] = None,
    category: Annotated[
        ObstacleCategory | None, QueryParameter(description="Only obstacles of this kind.")
    ] = None,
    department: Annotated[
        str | None, QueryParameter(max_length=300, description="Only this department.")
    ] = None,
    from_date: Annotated[
        date | None, QueryParameter(name="fromDate", description="The first day of the period.")
    ] = None,
    until_date: Annotated[
        date | None, QueryParameter(name="untilDate", description="The last day of the period.")
    ] = None,
    min_position: MinPosition = None,
) -> ASGIResponse:
    """Give the dashboard."""
    parts, audience = await _reader(request)
    if department is not None and "\0" in department:
        raise _invalid("department")
    await _reach(parts, code, obstacles.NAME, min_position)
    narrow = Filter(
        sector=sector, category=category, department=department, from_=from_date, until=until_date
    )
    today = _today()
    body = await parts.service.answers.give(
        obstacles.NAME,
        code,
        (audience, today, narrow),
        lambda: obstacles.read_dashboard(parts.service.pool, code, audience, today, narrow),
    )
    return as_given(body or b"{}")


async def _account(
    request: AnyRequest, code: str, project: UUID, subject: str, min_position: int | None
) -> ASGIResponse:
    parts, audience = await _reader(request)
    await _reach(parts, code, timeline.NAME, min_position)
    if "\0" in subject:
        raise Problem("not-found")
    body = await timeline.read_subject(parts.service.pool, code, project, audience, subject)
    if body is None:
        raise Problem("not-found")
    return as_given(body)


async def _timeline_as_of(
    parts: Parts,
    code: str,
    project: UUID,
    audience: Audience,
    as_of: str,
    place: Place,
    limit: int,
) -> bytes | None:
    reader = parts.service.reader
    if as_of.isdecimal() and len(as_of) <= 16:
        position = int(as_of)
        last = await reader.log(code, after=max(position - 1, 0), limit=1)
        if last and position:
            today = amsterdam_date(last[0].recorded_at)
        else:  # beyond the last: as it is known now
            position, today = min(position, await reader.head(code) or 0), _today()
    else:
        # A plus sign in an address stands for a space.
        moment = _place("asOf", as_of.replace(" ", "+"), _moment)
        position = await reader.head(code, moment) or 0
        today = amsterdam_date(moment)
    return await timeline.timeline_as_of(
        reader, code, project, audience, position, today, after=place, limit=limit
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


async def _reader(request: AnyRequest) -> tuple[Parts, Audience]:
    parts = parts_of(request)
    principal: Principal = await parts.access.reading(request)
    return parts, Audience.INTERNAL if principal.sees_internal else Audience.PUBLIC


async def _reach(parts: Parts, code: str, projection: str, position: int | None) -> None:
    if position is not None:
        within = parts.settings.freshness_timeout
        await parts.service.answers.reach(projection, code, position, within=within)


def _page(items: Sequence[msgspec.Raw], more: tuple[date, object] | None) -> dict[str, object]:
    page: dict[str, object] = {"items": items}
    if more is not None:
        page["next"] = f"{more[0].isoformat()}.{more[1]}"
    return page


def _dated(parse: Callable[[str], T]) -> Callable[[str], tuple[date, T]]:
    def dated(text: str) -> tuple[date, T]:
        on, _, place = text.partition(".")
        return date.fromisoformat(on), parse(place)

    return dated


def _place(name: str, text: str, parse: Callable[[str], T]) -> T:
    try:
        if "\0" in text:
            raise ValueError(text)
        return parse(text)
    except (ValueError, OverflowError):
        raise _invalid(name) from None


def _invalid(name: str) -> Problem:
    return Problem(
        "invalid-input", errors=[FieldError(name, "invalid", {"problem": name}, source="query")]
    )


def _today() -> date:
    return amsterdam_date(datetime.now(UTC))


HANDLERS = (
    list_projects,
    read_project,
    list_subjects,
    read_subject,
    read_term,
    read_timeline,
    read_dashboard,
)
"""The routes that read."""
