"""Sealed values are opened wherever an answer is cut, and as the format of the answer has them."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import parse_qs, quote
from uuid import uuid4

import httpx
import pytest
from icalendar import Calendar, Event
from litestar import Litestar
from litestar.types import Message
from markupsafe import escape
from tests.api.conftest import Town

from cocreate.api.opening import _Opening
from cocreate.log.keys import Keys
from cocreate.log.tokens import MARK, Secret, Token

TEXTS = ('Sanne "de" Wit', "=1+1,\n<b>&é€")


async def sent(
    keys: Keys, code: str, media: bytes, parts: list[bytes]
) -> tuple[bytes, dict[bytes, bytes]]:
    """Give the body that leaves, and its headers, where a handler sends these parts."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    edge = _Opening(send, keys, code, ())
    headers = [(b"content-type", media), (b"etag", b'"1.i"'), (b"vary", b"Accept")]
    await edge({"type": "http.response.start", "status": 200, "headers": headers})
    for number, part in enumerate(parts, 1):
        more = number < len(parts)
        await edge({"type": "http.response.body", "body": part, "more_body": more})
    assert edge.failed is None
    start, *bodies = messages
    assert start["type"] == "http.response.start"
    whole = b"".join(each["body"] for each in bodies if each["type"] == "http.response.body")
    return whole, dict(start["headers"])


async def tokens(keys: Keys, code: str) -> list[Token]:
    project = uuid4()
    secrets = [Secret(project, "sanne", "name", text) for text in TEXTS]
    sealed = await keys.seal(code, secrets)
    return [sealed[secret] for secret in secrets]


@pytest.fixture
def keys(app: Litestar, client: httpx.AsyncClient) -> Keys:
    del client  # it runs the application
    found: Keys = app.state["parts"].service.keys
    return found


async def test_a_token_that_is_cut_anywhere_is_opened(town: Town, keys: Keys) -> None:
    first, second = await tokens(keys, town.code)
    body = f'{{"a":"{first}","b":"x {second} y ⟦ {MARK[:3]}"}}'.encode()
    whole, _ = await sent(keys, town.code, b"application/json", [body])
    assert json.loads(whole) == {"a": TEXTS[0], "b": f"x {TEXTS[1]} y ⟦ {MARK[:3]}"}
    for cut in range(1, len(body), 3):
        parts = [body[:cut], body[cut : cut + 5], b"", body[cut + 5 :]]
        opened, headers = await sent(keys, town.code, b"application/json", parts)
        assert opened == whole, cut
        assert b"content-length" not in headers


async def test_what_only_begins_like_a_token_passes(town: Town, keys: Keys) -> None:
    for body in (MARK.encode(), f"{MARK}1,x".encode(), MARK.encode()[:-1], "⟦".encode()[:1]):
        for parts in ([body], [body, b""], [body[:2], body[2:]]):
            assert (await sent(keys, town.code, b"application/json", parts))[0] == body


async def test_rows_of_csv_keep_their_cells(town: Town, keys: Keys) -> None:
    first, second = await tokens(keys, town.code)
    text = io.StringIO(newline="")
    rows = [["id", "name"], ["1", str(first)], [str(second), "2"], [f"{first}; {second}", "3"]]
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    body = text.getvalue().encode()
    for cut in range(1, len(body), 7):
        opened, _ = await sent(
            keys, town.code, b"text/csv; charset=utf-8", [body[:cut], body[cut:]]
        )
        read = list(csv.reader(io.StringIO(opened.decode(), newline="")))
        assert read == [
            ["id", "name"],
            ["1", TEXTS[0]],
            [f"'{TEXTS[1]}", "2"],
            [f"{TEXTS[0]}; {TEXTS[1]}", "3"],
        ]


async def test_a_document_is_escaped(town: Town, keys: Keys) -> None:
    _, second = await tokens(keys, town.code)
    body = f"<p title='{second}'>{second}</p>".encode()
    opened, headers = await sent(keys, town.code, b"text/html; charset=utf-8", [body])
    assert b"<b>" not in opened
    assert opened.count("=1+1,\n&lt;b&gt;&amp;é€".encode()) == 2
    assert int(headers[b"content-length"]) == len(opened)
    assert headers[b"etag"] == b'"1.i~0"'


async def test_the_address_of_a_mail_is_written_in_octets(town: Town, keys: Keys) -> None:
    for token, text in zip(await tokens(keys, town.code), TEXTS, strict=True):
        sealed = quote(f"Over {token}!")
        mail = f'href="mailto:?subject={sealed}"'
        body = f"<a {mail}>{token}</a> {sealed}".encode()
        shown, headers = await sent(keys, town.code, b"text/html", [body])
        address, _, rest = shown.decode().partition('">')
        assert parse_qs(address.partition("?")[2]) == {"subject": [f"Over {text}!"]}
        assert rest == f"{escape(text)}</a> {sealed}"  # what only looks like an address stays
        assert headers[b"etag"] == b'"1.i~0"'
        assert int(headers[b"content-length"]) == len(shown)


async def test_a_calendar_is_opened_before_its_lines_are_folded(town: Town, keys: Keys) -> None:
    names = await tokens(keys, town.code)
    event = Event()
    event.add("summary", f"Uiterlijk: {names[0]}, of {names[1]}; \\ {'é' * 40}")
    made = Calendar()
    made.add_component(event)
    folded: bytes = made.to_ical()
    assert MARK.encode() in folded.replace(b"\r\n ", b"")
    assert str(names[0]).encode() not in folded
    for parts in ([folded], [folded[:70], folded[70:150], folded[150:]]):
        shown, _ = await sent(keys, town.code, b"text/calendar; charset=utf-8", parts)
        [read] = Calendar.from_ical(shown).walk("VEVENT")
        assert str(read["summary"]) == f"Uiterlijk: {TEXTS[0]}, of {TEXTS[1]}; \\ {'é' * 40}"
        assert all(len(line) <= 75 for line in shown.split(b"\r\n"))
        assert shown.endswith(b"END:VCALENDAR\r\n")


async def test_a_calendar_in_which_nothing_is_sealed_is_sent_as_it_is(
    town: Town, keys: Keys
) -> None:
    body = b"BEGIN:VCALENDAR\r\nX-NAME:a\r\n b\r\nEND:VCALENDAR\r\n"
    shown, headers = await sent(keys, town.code, b"text/calendar", [body])
    assert shown == body
    assert headers[b"etag"] == b'"1.i"'


@pytest.mark.parametrize("media", [b"application/problem+json", b"text/plain", b""])
async def test_in_other_formats_nothing_is_opened(town: Town, keys: Keys, media: bytes) -> None:
    first, _ = await tokens(keys, town.code)
    body = str(first).encode()
    assert (await sent(keys, town.code, media, [body]))[0] == body
