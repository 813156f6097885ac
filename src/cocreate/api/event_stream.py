"""The events of a municipality or a project as they are recorded, as server-sent events.

Each stream is written by hand, as plain ASGI: the ServerSentEvent of Litestar formats every message
anew for every reader, while here the bytes of a message are made once and shared by all.

A stream ends when its reader goes away, its key no longer holds, the log cannot be read or the
process stops. A reader who was cut off says how far it came, and misses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
import uvicorn
from litestar import Litestar, Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cocreate.api.admission import WITHOUT_TURN
from cocreate.api.authentication import header
from cocreate.api.compression import EXCLUDED
from cocreate.api.documented import documented
from cocreate.api.noting import note_read
from cocreate.api.parts import parts_of
from cocreate.api.problems import FieldError, Problem, Source
from cocreate.api.recording import require_project
from cocreate.api.steps import MUNICIPALITY, PROJECT
from cocreate.exchange.recorded_events import RecordedEvent, as_told
from cocreate.log.tail import Make, Page, Place, Tail, Tails, Told
from cocreate.service import Service
from cocreate.settings import Settings

AnyRequest = Request[Any, Any, Any]

SLICE = 64 * 1024
"""How many bytes are sent at a time. While a reader has not taken in the last, the server holds
back the next: a slow reader takes up no more than a page and what is on its way."""
RETRY_MILLISECONDS = 2_000
"""How long a reader who was cut off is asked to wait before it comes back."""
RETRY_AFTER = "30"
"""How many seconds to wait where too many read already: streams are long."""
HEARTBEAT = b":\n\n"

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_PLACE = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([1-9][0-9]{0,8}))?", re.ASCII)
_ENCODER = msgspec.json.Encoder()

_log = logging.getLogger(__name__)


class Message(NamedTuple):
    """One event among the bytes of a page."""

    place: Place
    project: UUID
    start: int
    end: int


class Messages:
    """The events of a page as they are sent, made once for all its readers."""

    def __init__(self, told: Sequence[Told], *, internal: bool) -> None:
        whole = bytearray()
        self._each = []
        for place, event in told:
            start = len(whole)
            # A line break would end the data; in JSON one can only stand between values.
            data = _ENCODER.encode(as_told(event, internal=internal))
            whole += b"id: %b\nevent: %b\ndata: %b\n\n" % (
                str(place).encode(),
                event.type.encode(),
                data.replace(b"\n", b" ").replace(b"\r", b" "),
            )
            self._each.append(Message(place, event.project, start, len(whole)))
        self._whole = bytes(whole)

    def __len__(self) -> int:
        """Give the number of their bytes."""
        return len(self._whole)

    def after(self, place: Place, project: UUID | None) -> bytes:
        """Give what a reader is to be sent who has come to a place."""
        if project is None and self._each and place < self._each[0].place:
            return self._whole
        return b"".join(
            self._whole[message.start : message.end]
            for message in self._each
            if message.place > place and project in (None, message.project)
        )


def _place(text: str, source: Source, name: str) -> Place:
    found = _PLACE.fullmatch(text)
    position = int(found[1]) if found else 0
    if found is None or (found[2] and not position):
        problem = "Expected the id of a message, such as `12` or `12.3`"
        raise Problem(
            "invalid-input", errors=[FieldError(name, "invalid", {"problem": problem}, source)]
        )
    return Place(position - 1, int(found[2])) if found[2] else Place(position)


def _messages(internal: bool) -> Make[Messages]:
    return lambda told: Messages(told, internal=internal)


class EventStreams:
    """The streams that this process keeps open, and how many those may be."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._tails = Tails(service.pool, service.signals, _messages)
        self._most = settings.max_event_streams
        self._most_of_one = settings.max_event_streams_per_municipality
        self._count: Counter[str] = Counter()
        self._open: dict[asyncio.Task[None], Scope] = {}
        self._ending = False

    def __len__(self) -> int:
        """Give how many streams are open."""
        return self._count.total()

    @contextlib.asynccontextmanager
    async def follow(self, code: str, *, internal: bool) -> AsyncIterator[Tail[Messages]]:
        """Give the tail of a log, unless too many follow one already."""
        full = len(self) >= self._most or self._count[code] >= self._most_of_one
        if full or self._ending:
            raise Problem("too-many-streams", headers={"Retry-After": RETRY_AFTER})
        self._count[code] += 1
        try:
            async with self._tails.follow(code, internal=internal) as tail:
                yield tail
        finally:
            self._count[code] -= 1
            if not self._count[code]:
                del self._count[code]

    @contextlib.contextmanager
    def telling(self, scope: Scope, told: asyncio.Task[None]) -> Iterator[None]:
        """Know of a stream while it is told, so that it can be ended."""
        self._open[told] = scope
        if self._ending:
            told.cancel()
        try:
            yield
        finally:
            del self._open[told]

    def end(self) -> Sequence[Scope]:
        """End all streams, and take no more; give the requests they answer."""
        self._ending = True
        for told in self._open:
            told.cancel()
        return list(self._open.values())


class EventStream(ASGIResponse):
    """A stream of the events after a place, or from now on."""

    def __init__(
        self, request: AnyRequest, code: str, project: UUID | None, place: Place | None
    ) -> None:
        self._request = request
        self._parts = parts_of(request)
        self._code = code
        self._project = project
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell of events until the stream ends. Raises a problem where it cannot begin."""
        streams: EventStreams = scope["app"].state["event_streams"]
        access = self._parts.access
        principal = await access.reading(self._request)
        await note_read(self._request, principal)
        async with streams.follow(self._code, internal=principal.sees_internal) as tail:
            place = await self._begin(tail)
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            told = asyncio.create_task(self._tell(tail, place, send))
            gone = asyncio.create_task(_watch(receive, told))
            with streams.telling(scope, told):
                try:
                    while not (await asyncio.wait({told}, timeout=self._heartbeat))[0]:
                        still = await access.reading(self._request)
                        if principal.sees_internal and not still.sees_internal:
                            break  # a role was taken back: it is told no more than it may see
                        await note_read(self._request, still)
                except Exception as problem:  # noqa: BLE001 - the answer has begun: it can only end
                    if not isinstance(problem, Problem):
                        _log.warning("A key could not be looked at again: %s", problem)
                finally:
                    gone.cancel()
                    told.cancel()
                    failed, _ = await asyncio.gather(told, gone, return_exceptions=True)
                if isinstance(failed, Exception):
                    _log.error("The events of %s could not be told", self._code, exc_info=failed)
                # Held back, too, while a reader takes nothing in; its place is free after that.
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _heartbeat(self) -> float:
        return self._parts.settings.heartbeat_seconds

    async def _begin(self, tail: Tail[Messages]) -> Place:
        last = await tail.last(self._project)
        if last is None and self._project is not None:
            raise Problem("not-found")
        return Place(last or 0) if self._place is None else self._place

    async def _tell(self, tail: Tail[Messages], place: Place, send: Send) -> None:
        # An id without data tells nothing, but whoever is cut off now comes back to this place.
        opening = b"retry: %d\n\nid: %b\n\n: position %d\n\n" % (
            RETRY_MILLISECONDS,
            str(place).encode(),
            place.position,
        )
        await _send(send, opening)
        while True:
            page = await self._await_page(tail, place, send)
            content = page.content.after(place, self._project)
            place = page.until
            if content:
                await _send(send, content)

    async def _await_page(self, tail: Tail[Messages], place: Place, send: Send) -> Page[Messages]:
        # A task that outlives the heartbeats: a reader who waits for its turn keeps its turn.
        page = asyncio.create_task(tail.after(place, self._project))
        try:
            while not (await asyncio.wait({page}, timeout=self._heartbeat))[0]:
                await _send(send, HEARTBEAT)
            return page.result()
        finally:
            page.cancel()


async def _send(send: Send, content: bytes) -> None:
    for start in range(0, len(content), SLICE):
        body = content[start : start + SLICE]
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _watch(receive: Receive, told: asyncio.Task[None]) -> None:
    """End what is told to a reader who goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    told.cancel()


def cut_short(server: uvicorn.Server) -> None:
    """End the streams of a server that is about to stop, and break off those that are stuck.

    By themselves they would not end, and one whose reader takes nothing in could not.
    """
    app = server.config.app
    if not isinstance(app, Litestar) or "event_streams" not in app.state:
        return
    streams: EventStreams = app.state["event_streams"]
    ended = {id(scope) for scope in streams.end()}
    for connection in list(server.server_state.connections):
        if (
            isinstance(connection, HttpToolsProtocol)
            and id(connection.scope) in ended
            and connection.transport.get_write_buffer_size()
        ):
            connection.transport.abort()


After = Annotated[
    str | None,
    QueryParameter(
        max_length=40,
        description="The id of a message after which to go on, or a position such as a write gave; "
        "`Last-Event-ID` counts where both are sent. Without either, events are told from now on.",
    ),
]
DESCRIPTION = (
    "Server-sent events: `id` is a place in the log, `event` the type, `data` the event on one "
    "line. The public is told what is public; steps that are made public come just before the "
    "publication at P, with ids `P.version`. A reader who is cut off sends the last id as "
    "`Last-Event-ID` and misses nothing."
)
OPT = {
    **documented(
        answers=RecordedEvent, media="text/event-stream", problems=(400, 401, 404, 503), open=True
    ),
    # What is compressed is held back until there is enough of it.
    EXCLUDED: True,
    WITHOUT_TURN: True,
}


@get(
    f"{MUNICIPALITY}/event-stream",
    operation_id="followMunicipality",
    summary="Follow the events of a municipality as they are recorded",
    description=DESCRIPTION,
    tags=["record"],
    opt=OPT,
)
async def follow_municipality(
    request: AnyRequest, code: FromPath[str], after: After = None
) -> ASGIResponse:
    """Give the stream of a whole log."""
    return EventStream(request, code, None, _asked(request, after))


@get(
    f"{PROJECT}/event-stream",
    operation_id="followProject",
    summary="Follow the events of a project as they are recorded",
    description=DESCRIPTION,
    tags=["record"],
    opt=OPT,
)
async def follow_project(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID], after: After = None
) -> ASGIResponse:
    """Give the stream of a project."""
    place = _asked(request, after)
    return EventStream(request, code, require_project(code, project), place)


def _asked(request: AnyRequest, after: str | None) -> Place | None:
    """Give the place after which a reader wants to go on."""
    last = header(request.scope, b"last-event-id")
    if last:  # a reader who was told nothing yet may send an empty one
        return _place(last.decode("latin-1"), "header", "Last-Event-ID")
    return None if after is None else _place(after, "query", "after")


HANDLERS = (follow_municipality, follow_project)
