"""The edge at which sealed values are opened: in the bytes of an answer, as they are sent.

Inside of it, everything holds tokens only: rows, caches, the pages of event streams. An answer is
about what its reader may see, so all that is sealed in it is opened. The keys are fetched anew for
every answer, in one query: an erasure holds from the next one on.

The ETag of an answer in which something was opened also tells which of its keys are no more, behind
a ``~``: the handler, which knows of no keys, gives the same tag before and after an erasure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from litestar import Request
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from markupsafe import escape

from cocreate.api.authentication import header
from cocreate.api.problems import answer_problem
from cocreate.log.keys import Keys
from cocreate.log.opening import Opened, Write, in_json, opened
from cocreate.log.tokens import END, MARK, TOKEN_IN_ADDRESS, TOKEN_IN_CALENDAR
from cocreate.service import Service

Headers = Iterable[tuple[bytes, bytes]]

_MARK, _END = MARK.encode(), END.encode()
LONGEST = 100_000
"""No token is longer, in bytes: what seems to begin one and goes on is text."""


def opening(app: ASGIApp) -> ASGIApp:
    """Make a layer that opens what is sealed in the answers about a municipality."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        code = scope["path_params"].get("code")
        if not isinstance(code, str):
            await app(scope, receive, send)
            return
        service: Service = scope["app"].state["parts"].service
        asked, tags = _without_opened_tags(scope)
        edge = _Opening(send, service.keys, code, tags)
        await app(asked, receive, edge)
        if edge.failed is not None:
            request: Request[Any, Any, Any] = Request(scope, receive, send)
            problem = answer_problem(request, edge.failed)
            await problem.to_asgi_response(None, request)(scope, receive, send)

    return layer


def _without_opened_tags(scope: Scope) -> tuple[Scope, Collection[bytes]]:
    """Take out of If-None-Match the tags that only this edge can compare."""
    sent = header(scope, b"if-none-match")
    if sent is None or b"~" not in sent:
        return scope, ()
    tags = [tag.strip().removeprefix(b"W/") for tag in sent.split(b",")]
    left = [tag for tag in tags if b"~" not in tag]
    headers = [each for each in scope["headers"] if each[0] != b"if-none-match"]
    if left:
        headers.append((b"if-none-match", b", ".join(left)))
    asked = {**scope, "headers": headers}
    return asked, [tag for tag in tags if b"~" in tag]  # type: ignore[return-value]


class _Opening:
    """Sends an answer on with nothing sealed in it."""

    def __init__(self, send: Send, keys: Keys, code: str, tags: Collection[bytes]) -> None:
        self._send = send
        self._keys = keys
        self._code = code
        self._tags = tags
        self._start: HTTPResponseStartEvent | None = None
        self._write: Write | None = None
        self._folded = self._addressed = False
        """Whether lines of it are folded, and whether addresses in it may hold a token."""
        self._rest = b""
        """What came and may be the first part of a token."""
        self._before = b""
        """The last that was sent on, before anything in it was opened."""
        self.failed: Exception | None = None
        """Why nothing was sent: the handler takes its answer for sent, and cannot tell."""

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer on."""
        if self.failed is not None:
            return
        if message["type"] == "http.response.start":
            media = _media(message["headers"])
            self._write = _WRITERS.get(media)
            self._folded, self._addressed = media == _CALENDAR, media == _HTML
            if self._write is not None:
                self._start = message  # what its headers say depends on the body
                return
        if message["type"] != "http.response.body" or self._write is None:
            await self._send(message)
            return
        more = message.get("more_body", False)
        whole = self._rest + message.get("body", b"")
        cut = len(whole) if not more else 0 if self._folded else _complete(whole)
        data, rest = whole[:cut], whole[cut:]
        try:
            told = await self._opened(data, self._write)
        except Exception as problem:
            if self._start is None:
                raise
            self.failed = problem
            return
        self._rest, self._before = rest, (self._before + data[-2:])[-2:]
        body = told.data
        if self._start is not None:
            start, self._start = self._start, None
            if told.any:
                start, body = self._with_headers(start, told, more=more)
            await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _opened(self, data: bytes, write: Write) -> Opened:
        """Open what is sealed in a part of an answer, in each form in which it may stand there."""
        keys, code = self._keys, self._code
        if self._folded:
            told = await opened(keys, code, _unfolded(data), write, form=TOKEN_IN_CALENDAR)
            return told._replace(data=_folded(told.data)) if told.any else told._replace(data=data)
        told = await opened(keys, code, data, write, self._before)
        if not self._addressed:
            return told
        parts = _MAIL.split(told.data)  # every other is the address of a mail
        for number in range(1, len(parts), 2):
            found = await opened(keys, code, parts[number], in_address, form=TOKEN_IN_ADDRESS)
            parts[number] = found.data
            told = Opened(told.data, told.erased | found.erased, told.any or found.any)
        return told._replace(data=b"".join(parts))

    def _with_headers(
        self, start: HTTPResponseStartEvent, told: Opened, *, more: bool
    ) -> tuple[HTTPResponseStartEvent, bytes]:
        """Give the headers of an answer that was opened; and nothing to a reader who has it."""
        headers = [each for each in start["headers"] if each[0] not in (b"content-length", b"etag")]
        tag = header(start, b"etag")  # type: ignore[arg-type] # it looks at headers only
        # Of a stream it is not known what is still to come: it has no tag once it names someone.
        # Registers, which have one when they are streamed, name nobody.
        if tag is not None and not more:
            tag = b'%b~%b"' % (tag.removesuffix(b'"'), _state(told.erased))
            headers.append((b"etag", tag))
            if tag.removeprefix(b"W/") in self._tags:
                kept = [each for each in headers if each[0] != b"content-type"]
                return {**start, "status": 304, "headers": kept}, b""
        if not more:
            headers.append((b"content-length", b"%d" % len(told.data)))
        return {**start, "headers": headers}, told.data


def _state(erased: Collection[str]) -> bytes:
    """Give what tells which keys of an answer are no more."""
    if not erased:
        return b"0"
    return sha256("\n".join(sorted(erased)).encode()).hexdigest()[:16].encode()


def _complete(data: bytes) -> int:
    """Give up to where some bytes hold no token that is cut off."""
    begun = data.rfind(_MARK)
    if begun >= 0 and data.find(_END, begun) < 0 and len(data) - begun < LONGEST:
        return begun
    for length in range(len(_MARK) - 1, 0, -1):
        if data.endswith(_MARK[:length]):
            return len(data) - length
    return len(data)


def _media(headers: Headers) -> bytes:
    for name, value in headers:
        if name.lower() == b"content-type":
            return value.partition(b";")[0].strip().lower()
    return b""


def in_csv(text: str, before: bytes) -> bytes:
    """Write a text within a cell of CSV, which stands between quotes since a token holds commas.

    At its start, it is kept from being taken for a formula (OWASP, CSV Injection).
    """
    written = text.encode().replace(b'"', b'""')
    return b"'" + written if _CELL_BEGINS.search(before) and _FORMULA.match(text) else written


_CELL_BEGINS = re.compile(rb'(?:^|[,\n])"\Z')
_FORMULA = re.compile(r"[=+\-@\t\r\n]")


def in_html(text: str, _before: bytes) -> bytes:
    """Write a text within a document of HTML or XML, or an attribute of it."""
    return str(escape(text)).encode()


def in_address(text: str, _before: bytes) -> bytes:
    """Write a text within an address (RFC 3986), such as the subject of a mail (RFC 6068)."""
    return quote(text, safe="").encode()


_MAIL = re.compile(rb'(href="mailto:[^"]*")')
"""The address of a mail in a document. What people wrote has no quotation mark as it stands there,
so it is none of theirs."""


def in_calendar(text: str, _before: bytes) -> bytes:
    """Write a text within a text of a calendar (RFC 5545, 3.3.11), before lines are folded."""
    return _ESCAPED_IN_CALENDAR.sub(r"\\\g<0>", text).replace("\n", "\\n").encode()


_ESCAPED_IN_CALENDAR = re.compile(r"[\\;,]")
_LINE: Final = 75
"""How many bytes a line of a calendar has at most (RFC 5545, 3.1)."""


def _unfolded(data: bytes) -> bytes:
    return data.replace(b"\r\n ", b"")


def _folded(data: bytes) -> bytes:
    """Fold the lines of a calendar, nowhere within a character."""
    lines = []
    for line in data.split(b"\r\n"):
        begin = ""
        for character in line.decode():
            if len((begin + character).encode()) > _LINE:
                lines.append(begin.encode())
                begin = " "
            begin += character
        lines.append(begin.encode())
    return b"\r\n".join(lines)


_HTML: Final = b"text/html"
_CALENDAR: Final = b"text/calendar"
_WRITERS: Mapping[bytes, Write] = {
    b"application/json": in_json,
    b"application/jsonl": in_json,
    b"text/event-stream": in_json,
    b"text/csv": in_csv,
    _HTML: in_html,
    b"application/atom+xml": in_html,
    _CALENDAR: in_calendar,
}
"""How a text is written in each format. Problems repeat what was sent: nothing is opened there."""
