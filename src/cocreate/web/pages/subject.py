"""One wish, proposal, decision, and so on: its own address, its story, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.events import visible_event
from cocreate.api.knowing import Knowing
from cocreate.api.noting import note_read
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.api.recording import require_project
from cocreate.api.tree import receipt_of
from cocreate.projections.accounts.account import ApprovalAccount
from cocreate.projections.model import STATE
from cocreate.projections.story import Chapter, told_of
from cocreate.web.forms.catalogue import steps_about
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import Noted, page_query
from cocreate.web.rendering import page_known, shown, written

IN_SHORT = (
    "WishExpressed",
    "ProposalSubmitted",
    "DecisionRecorded",
    "DeviationRecorded",
    "FeedbackGiven",
    "WishRealised",
    "RealisationJudged",
)
"""What the story of a wish comes to, if it is told in a few sentences."""


@get(f"{PROJECT}/subjects/{{subject:str}}", include_in_schema=False)
async def read_subject(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    subject: FromPath[str],
) -> ASGIResponse:
    """Show what became of a subject, in chapters, with what is still waited for."""
    knowing, noted = page_query(request, Knowing, Noted)
    reader, known = await page_known(request, code, STATE, knowing)
    parts = known.parts

    async def write() -> str | None:
        file = await known.file(project)
        account = None if file is None else file.subjects.get(subject)
        if file is None or account is None:
            return None
        term = None
        if isinstance(account, ApprovalAccount):
            term = await known.term(project, subject)
        told = told_of(file, account)
        return written(
            "subject",
            reader.language,
            reader,
            public_url=parts.settings.public_url,
            id=project,
            project=file.project,
            account=account,
            recorded=noted.recorded if reader.session else None,
            steps=steps_about(account.kind, reader.principal.roles, file) if reader.records else (),
            told=told,
            short=in_short(told.chapters),
            term=term,
            subjects=file.subjects,
            proven=await parts.proves(code),
            follows=parts.mailer is not None,
        )

    return await shown(request, reader, known, write, parts.mailer is not None)


def in_short(chapters: Sequence[Chapter]) -> Sequence[Chapter]:
    """Give the last chapter of each kind that matters most; nothing where that is nearly all."""
    last = {each.type: each for each in chapters if each.type in IN_SHORT}
    short = [each for each in chapters if last.get(each.type) is each]
    return short if len(chapters) > len(short) + 2 else ()


@get(f"{PROJECT}/positions/{{position:int}}/receipt", include_in_schema=False)
async def read_receipt(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    position: FromPath[int],
) -> ASGIResponse:
    """Give the receipt of the step at a position: a file that proves that it was logged."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    if not 1 <= position < 2**53:
        raise Problem("not-found")
    found = await parts.service.reader.log(code, after=position - 1, limit=1)
    if not found or found[0].project != require_project(code, project):
        raise Problem("not-found")
    event = await visible_event(parts, principal, code, project, found[0].version)
    return await receipt_of(parts, code, event)


HANDLERS = (read_subject, read_receipt)
"""The pages about one subject."""
