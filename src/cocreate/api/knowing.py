"""As known at what, for whom, and whether the reader has it already: the same for every answer."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.admission import aside
from cocreate.api.answers import Answer, as_given
from cocreate.api.authentication import header
from cocreate.api.compression import takes_gzip
from cocreate.api.noting import note_read
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.domain.calendar import amsterdam_date
from cocreate.projections.accounts import encode
from cocreate.projections.answers import Answers, Models, Stand, mark_of
from cocreate.projections.files import read_file
from cocreate.projections.known import Audience
from cocreate.projections.resource import ProjectFile
from cocreate.projections.term import TermAccount, read_term
from cocreate.projections.timeline import Moved, read_subject

AnyRequest = Request[Any, Any, Any]

READ_PROBLEMS = (400, 401, 404, 503)
"""The problems that every answer about a municipality may be instead."""
VARY = b"Authorization, Accept, Accept-Encoding"

AsOfText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        description="As known at a position of the log, or at a moment (RFC 3339).",
    ),
]
MinPosition = Annotated[
    int,
    Meta(
        ge=0,
        le=2**53,
        description="A position of the log that the answer must hold, such as a write gave; the "
        "answer waits for it, within a bound.",
    ),
]


class Knowing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every answer may be asked for."""

    as_of: AsOfText | None = None
    min_position: MinPosition | None = None


class Known(msgspec.Struct, frozen=True):
    """For whom, and as known at what, an answer is given."""

    parts: Parts
    code: str
    path: str
    """The path of the request."""
    audience: Audience
    position: int
    """The position of the log as known at."""
    today: date
    """The day that counts as today."""
    now: bool
    """Whether it is as known now, rather than at an earlier position."""
    stand: Stand
    """How far the builds are that the answer is made from."""

    def mark(self, *question: object) -> str:
        """Give what marks the answer to a question: another whenever the answer may be another.

        It is the same in every process. ``question`` is what is asked at this path, and whatever
        else the answer rests on.
        """
        return mark_of(
            self.path,
            self.stand.builds,
            self.stand.revision,
            self.position,
            self.now,
            self.today,
            self.audience,
            *question,
        )

    async def give(self, mark: str, ask: Callable[[], Awaitable[bytes | None]]) -> bytes | None:
        """Give the answer with a mark, kept while it holds."""
        return await self.parts.service.answers.give(self.code, mark, ask)

    async def file(self, project: UUID) -> ProjectFile | None:
        """Give the file of a project; None where the audience knows of no such project."""
        service = self.parts.service
        return await read_file(
            service.answers,
            service.reader,
            self.code,
            project,
            self.audience,
            self.position,
            self.today,
            now=self.now,
        )

    async def account(self, project: UUID, subject: str) -> bytes | None:
        """Give the account of a subject as JSON, that of the project itself with ``""``.

        None where the audience knows of none.
        """
        if "\0" in subject:
            return None
        if self.now:
            answers = self.parts.service.answers
            with contextlib.suppress(Moved):
                return await read_subject(
                    answers, self.code, project, self.audience, self.position, subject
                )
        file = await self.file(project)
        if file is None:
            return None
        account = file.subjects.get(subject) if subject else file.project
        return None if account is None else encode(account)

    async def term(self, project: UUID, approval: str) -> TermAccount | None:
        """Give the term of an approval; None where the audience knows of no such approval."""
        return await read_term(
            self.parts.service.reader,
            self.code,
            project,
            self.audience,
            approval,
            self.today,
            position=self.position,
        )


async def known_to(request: AnyRequest, code: str, models: Models, knowing: Knowing) -> Known:
    """Work out for whom, and as known at what, a request is answered from read models.

    Raises :class:`Problem`, :class:`NotFresh` and :class:`BeingBuilt`.
    """
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    audience = Audience.INTERNAL if principal.sees_internal else Audience.PUBLIC
    answers, within = parts.service.answers, parts.settings.freshness_timeout
    stand = await reached(answers, models, code, knowing.min_position or 0, within)
    path = request.scope["path"]
    if knowing.as_of is None:
        known = Known(parts, code, path, audience, stand.position, today(), True, stand)
    else:
        position, day = await as_of(parts, code, knowing.as_of)
        if position > stand.position:
            stand = await reached(answers, models, code, position, within)
        known = Known(parts, code, path, audience, position, day, False, stand)
    # Only now, so that the answer is as known before its own record.
    await note_read(request, principal, known.position)
    return known


async def reached(
    answers: Answers, models: Models, code: str, position: int, within: float
) -> Stand:
    """Wait until read models hold a position; others have the turn of the request meanwhile.

    Raises :class:`NotFresh` and :class:`BeingBuilt`.
    """
    if not position:
        return await answers.reach(models, code, position, within=within)
    async with aside():
        return await answers.reach(models, code, position, within=within)


async def as_of(parts: Parts, code: str, text: str, *, name: str = "asOf") -> tuple[int, date]:
    """Give the position of the log that a text means, and the day it was then."""
    reader = parts.service.reader
    if text.isdecimal() and text.isascii() and len(text) <= 16:
        position = int(text)
        recorded_at = await reader.recorded_at(code, position)
        if recorded_at is not None:
            return position, amsterdam_date(recorded_at)
        # Beyond the last: as it is known now.
        return min(position, await reader.head(code) or 0), today()
    try:
        # A plus sign in an address stands for a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(text)
        # What is still to come is known no better than now.
        day = min(amsterdam_date(moment), today())
    except (ValueError, OverflowError):
        wrong = FieldError(name, "invalid", {"problem": name}, source="query")
        raise Problem("invalid-input", errors=[wrong]) from None
    return await reader.head(code, moment) or 0, day


async def answered(
    request: AnyRequest,
    known: Known,
    ask: Callable[[], Awaitable[bytes | None]],
    *question: object,
) -> ASGIResponse:
    """Answer a question with JSON, or 304 to a reader who has the answer.

    Raises :class:`Problem` where there is nothing to answer.
    """
    mark = known.mark(*question)
    tag = tag_of(request, mark)
    if (same := unchanged(request, tag)) is not None:
        return same
    body = await known.give(mark, ask)
    if body is None:
        raise Problem("not-found")
    return with_tag(request, body, tag)


def tag_of(request: AnyRequest, mark: str) -> str:
    """Give the ETag of an answer with a mark: two encodings of it differ, as bytes."""
    return f'"{mark}.{"z" if takes_gzip(request.scope) else "i"}"'


def unchanged(request: AnyRequest, tag: str, *, there: bool = False) -> Answer | None:
    """Answer 304 to a reader who has what there is (If-None-Match, RFC 9110).

    Whoever sends ``*`` has whatever there is, which is nothing unless an answer is ``there``.
    """
    sent = header(request.scope, b"if-none-match")
    if sent is None:
        return None
    tags = [each.strip().removeprefix("W/") for each in sent.decode("latin-1").split(",")]
    if tag not in tags and not (there and "*" in tags):
        return None
    return Answer(304, b"", validators(tag))


def with_tag(request: AnyRequest, body: bytes, tag: str) -> Answer:
    """Answer JSON that a reader may keep for as long as asking anew gives 304."""
    return unchanged(request, tag, there=True) or as_given(body, 200, *validators(tag))


def validators(tag: str, vary: bytes = VARY) -> list[tuple[bytes, bytes]]:
    """Give the headers by which a reader knows whether an answer that is kept still holds."""
    return [
        (b"etag", tag.encode()),
        (b"cache-control", b"private, no-cache"),
        (b"vary", vary),
    ]


def today() -> date:
    """Give the day it is in Amsterdam."""
    return amsterdam_date(datetime.now(UTC))
