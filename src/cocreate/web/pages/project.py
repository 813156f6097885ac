"""A project: what was asked, what was decided and why, what stands in the way, what is owed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.knowing import Knowing
from cocreate.api.parts import Parts
from cocreate.domain.vocabulary import ObstacleStatus
from cocreate.projections.accounts.account import (
    Account,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    ObstacleAccount,
    ProposalAccount,
    SessionAccount,
    WishAccount,
)
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import debtor, owed_since
from cocreate.web.dates import runs_to
from cocreate.web.pictures.branches import draw
from cocreate.web.query import Noted, page_query
from cocreate.web.rendering import Reader, page_known, shown, written

PROJECT = "/{code:str}/projects/{project:uuid}"
A_PART = 10
"""How many of one kind the page of a project shows; all of them have a page of their own."""

A_LIST = 50
"""How many such a page shows."""

A = TypeVar("A", bound=Account)


class Part(NamedTuple):
    """Some of one kind, the latest first, and how many there are in all."""

    shown: Sequence[Account]
    total: int


class Duty(NamedTuple):
    """Something that the municipality owes now."""

    duty: str
    account: Account
    since: date
    by: str | None
    body: str | None
    days_late: int | None


class Dated(NamedTuple):
    """Something that is due on a day to come, or was."""

    account: Account
    due_on: date
    days_left: int


@get(PROJECT, include_in_schema=False)
async def read_project(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show a project."""
    knowing, noted = page_query(request, Knowing, Noted)
    reader, known = await page_known(request, code, STATE, knowing)

    parts = known.parts

    async def write() -> str | None:
        file = await known.file(project)
        # A project of thousands of wishes takes a while to write out, and others are waiting.
        return None if file is None else await asyncio.to_thread(_page, file, reader, noted, parts)

    return await shown(request, reader, known, write, parts.mailer is not None)


def _page(file: ProjectFile, reader: Reader, noted: Noted, parts: Parts) -> str:
    owed = sorted(duties(file), key=lambda each: each.since)
    standing = [each for each in of(file, ObstacleAccount) if each.status is ObstacleStatus.OPEN]
    return written(
        "project",
        reader.language,
        reader,
        public_url=parts.settings.public_url,
        follows=parts.mailer is not None,
        id=file.id,
        project=file.project,
        recorded=noted.recorded if reader.session else None,
        branches=draw(file.subjects),
        wishes=part(file, WishAccount),
        proposals=part(file, ProposalAccount),
        decisions=part(file, DecisionAccount),
        deviations=part(file, DeviationAccount),
        sessions=part(file, SessionAccount),
        obstacles=part(file, ObstacleAccount, standing),
        dated=dated(file)[:A_LIST],
        owed=owed[:A_PART],
        owed_total=len(owed),
        subjects=file.subjects,
        today=file.today,
    )


Kind = Literal[
    "wish", "proposal", "decision", "deviation", "obstacle", "approval", "commitment", "session"
]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Which subjects are listed."""

    kind: Annotated[Kind, Meta(description="What they are.")] = "wish"
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1


@get(f"{PROJECT}/subjects", include_in_schema=False)
async def list_subjects(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show all of one kind in a project."""
    listed, knowing = page_query(request, Listed, Knowing)
    reader, known = await page_known(request, code, STATE, knowing)

    async def write() -> str | None:
        file = await known.file(project)
        if file is None:
            return None
        every = of(file, _KINDS[listed.kind])
        first = (listed.page - 1) * A_LIST
        return written(
            "subjects",
            reader.language,
            reader,
            id=project,
            project=file.project,
            kind=listed.kind,
            accounts=every[first : first + A_LIST],
            total=len(every),
            page=listed.page,
            next=listed.page + 1 if len(every) > first + A_LIST else None,
        )

    return await shown(request, reader, known, write, listed)


_KINDS: Mapping[Kind, type[Account]] = {
    "wish": WishAccount,
    "proposal": ProposalAccount,
    "decision": DecisionAccount,
    "deviation": DeviationAccount,
    "obstacle": ObstacleAccount,
    "approval": ApprovalAccount,
    "commitment": CommitmentAccount,
    "session": SessionAccount,
}


def of(file: ProjectFile, kind: type[A]) -> list[A]:
    """Give the accounts of one kind, the latest first."""
    found = [each for each in file.subjects.values() if isinstance(each, kind)]
    return sorted(found, key=lambda each: (each.since, each.position), reverse=True)


def part(file: ProjectFile, kind: type[A], among: Iterable[A] | None = None) -> Part:
    """Give the part of a page about one kind."""
    every = list(of(file, kind) if among is None else among)
    return Part(every[:A_PART], len(every))


def duties(file: ProjectFile) -> Iterable[Duty]:
    """Give what is owed on the day that counts as today: what has a later day is owed after it."""
    for account in file.subjects.values():
        if not account.is_owed(file.today):
            continue
        late = None if account.due_on is None else (file.today - account.due_on).days
        by, body = debtor(file, account)
        for duty in account.duties:
            yield Duty(duty, account, owed_since(account, duty), by, body, late)


def dated(file: ProjectFile) -> list[Dated]:
    """Give what runs to a day: permissions to be given, and promises to be kept."""
    found = [
        Dated(each, due_on, (due_on - file.today).days)
        for each in file.subjects.values()
        if (due_on := runs_to(each)) is not None
    ]
    return sorted(found, key=lambda each: each.due_on)


HANDLERS = (read_project, list_subjects)
