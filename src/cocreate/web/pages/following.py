"""Following by e-mail: to ask for it, to say yes with what a letter holds, and to leave."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec import Meta

from cocreate.api.parts import Parts, parts_of
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.api.token_bucket import TokenBuckets
from cocreate.domain.steps.base import ID_PATTERN
from cocreate.log.followers import TOPIC, Following
from cocreate.mail import Mailer, NoMailAddress, mail_address
from cocreate.projections.answers import BeingBuilt
from cocreate.web.forms.sent import form_of
from cocreate.web.letters.letters import public_file
from cocreate.web.letters.writing import title_in
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, page, reader_as, reader_of
from cocreate.web.same_origin import FROM_ANYWHERE

ASKS_PER_MINUTE: Final = 5
ASKS_AT_ONCE: Final = 10
"""For how many letters one client may ask: each goes to an address that may not be its own."""


def asks_to_follow() -> TokenBuckets[str]:
    """Give what counts for how many letters each client asked."""
    return TokenBuckets(ASKS_PER_MINUTE / 60, ASKS_AT_ONCE)


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What of a project is followed, and whether that was asked for just now."""

    subject: Annotated[str, Meta(pattern=ID_PATTERN)] | None = None
    asked: Annotated[int, Meta(ge=1, le=1)] | None = None


class FollowForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where letters are to go."""

    address: Annotated[str, Meta(max_length=1_000)] = ""


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answers to a letter, on its page or by one click in a mail program."""

    answer: str = ""
    one_click: str = msgspec.field(default="", name="List-Unsubscribe")

    @property
    def leaves(self) -> bool:
        """Whether it is to be left."""
        return self.answer == "no" or self.one_click == "One-Click"


@get(f"{PROJECT}/follow", include_in_schema=False)
async def ask_where_to(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> Template:
    """Ask for the address of whoever wants to follow."""
    (followed,) = page_query(request, Followed)
    reader = await reader_of(request, code)
    _mailer_of(parts_of(request))
    return await _ask(request, reader, project, followed)


@post(f"{PROJECT}/follow", include_in_schema=False)
async def follow(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> Response[Any]:
    """Send an address the question whether it follows, if there is any need."""
    (followed,) = page_query(request, Followed)
    reader = await reader_of(request, code)
    parts = parts_of(request)
    _mailer_of(parts)
    form = await form_of(request, FollowForm)
    await _title(parts, code, project, followed.subject)
    try:
        address = mail_address(form.address)
    except NoMailAddress:
        return await _ask(request, reader, project, followed, typed=form.address)
    _take_turn(request)
    language = reader.language
    if await parts.service.followers.ask(code, project, followed.subject, address, language):
        parts.service.signals.tell(TOPIC, code)
    about = "" if followed.subject is None else f"&subject={followed.subject}"
    path = f"{reader.at.project(project, 'follow')}?asked=1{about}"
    return Redirect(path, status_code=303)


@get("/{code:str}/following/{token:str}", include_in_schema=False)
async def ask_for_answer(
    request: Request[Any, Any, Any], code: FromPath[str], token: FromPath[str]
) -> Template:
    """Ask whoever has a letter whether to follow, or to go on with it.

    It takes a click more: programs that look at mail open what it links to.
    """
    reader = await _anyone(request, code)
    following = await parts_of(request).service.followers.find(code, token)
    if following is None:
        return _told(reader, "gone", status=404)
    title = await _title_if_known(parts_of(request), code, following)
    return page(
        "following",
        reader.language,
        reader,
        state="question" if following.confirmed_at is None else "now",
        token=token,
        title=title,
    )


@post("/{code:str}/following/{token:str}", include_in_schema=False, opt=FROM_ANYWHERE)
async def answer(
    request: Request[Any, Any, Any], code: FromPath[str], token: FromPath[str]
) -> Response[Any]:
    """Take what somebody answers to a letter; leaving is possible whatever else is not."""
    form = await form_of(request, AnswerForm)
    reader = await _anyone(request, code)
    followers = parts_of(request).service.followers
    following = await followers.find(code, token)
    if form.leaves:
        if following is not None:
            await followers.leave(code, following)
        return _told(reader, "left")
    if form.answer != "yes":
        raise Problem("bad-request")
    if following is None:
        return _told(reader, "gone", status=404)
    await followers.confirm(code, following.follower)
    parts_of(request).service.signals.tell(TOPIC, code)
    return Redirect(reader.at.page("following", token), status_code=303)


async def _ask(
    request: Request[Any, Any, Any],
    reader: Reader,
    project: UUID,
    followed: Followed,
    *,
    typed: str | None = None,
) -> Template:
    parts = parts_of(request)
    return page(
        "follow",
        reader.language,
        reader,
        status=200 if typed is None else 422,
        id=project,
        subject=followed.subject,
        asked=followed.asked is not None and typed is None,
        title=await _title(parts, reader.code, project, followed.subject),
        typed=typed or "",
        wrong=typed is not None,
    )


def _told(reader: Reader, state: str, *, status: int = 200) -> Template:
    return page(
        "following", reader.language, reader, status=status, state=state, token=None, title=None
    )


async def _anyone(request: Request[Any, Any, Any], code: str) -> Reader:
    """Give a reader of whom nothing is asked: whoever has a letter may answer it.

    Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
    """
    return await reader_as(request, code, Principal())


async def _title(parts: Parts, code: str, project: UUID, subject: str | None) -> str:
    """Give the title of what everyone may follow; raises :class:`Problem` where it is nothing."""
    file = await public_file(parts.service, code, project)
    title = None if file is None else title_in(file, subject)
    if title is None:
        raise Problem("not-found")
    return title


async def _title_if_known(parts: Parts, code: str, following: Following) -> str | None:
    with contextlib.suppress(BeingBuilt, Problem):
        return await _title(parts, code, following.project, following.subject)
    return None


def _mailer_of(parts: Parts) -> Mailer:
    if parts.mailer is None:
        raise Problem("not-found")
    return parts.mailer


def _take_turn(request: Request[Any, Any, Any]) -> None:
    """Let a client ask for a letter; raises :class:`Problem` where it asked for many."""
    asks: TokenBuckets[str] = request.app.state["asks_to_follow"]
    client = request.scope["client"]
    taken = asks.take("" if client is None else client[0])
    if not taken.granted:
        raise Problem("too-many-requests", headers={"Retry-After": str(taken.wait)})


HANDLERS = (ask_where_to, follow, ask_for_answer, answer)
"""The pages of those who follow by e-mail."""
