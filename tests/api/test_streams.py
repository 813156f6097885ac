"""Streams and compression: the same bytes each time, of one position, and nothing for no one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.types import Message
from tests.api.conftest import As, Town, found_town

from cocreate.api.formats import Format
from cocreate.api.read_models import _Stream
from cocreate.projections.model import read_models
from cocreate.projections.resource import Register
from cocreate.settings import Settings

_words = count(1)
MANY = 10_000


@pytest.fixture
async def place(client: httpx.AsyncClient) -> Town:
    """A municipality without anything in it."""
    return await found_town(client)


async def wish(town: Town, project: str, **said: Any) -> int:
    """Express a wish, and give its position."""
    return int(
        (await town.take(project, "wishes", title=f"Wens {next(_words)}", **said))["position"]
    )


async def read(
    town: Town, query: str, who: As | None = None, path: str = "wishes", **headers: str
) -> httpx.Response:
    answer = await (who or town.official).get(f"{town.home}/{path}?{query}", **headers)
    assert answer.status_code in (200, 304), answer.text
    return answer


@pytest.mark.parametrize("form", ["json", "csv", "jsonl"])
async def test_an_answer_is_compressed_for_whoever_takes_that(place: Town, form: str) -> None:
    project = await place.start()
    last = [await wish(place, project) for _ in range(6)][-1]
    query = f"format={form}&asOf={last}"
    packed = await read(place, query, accept_encoding="gzip")
    again = await read(place, query, accept_encoding="gzip")
    plain = await read(place, query, accept_encoding="gzip;q=0, identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == again.content == plain.content
    assert packed.headers["etag"] == again.headers["etag"] != plain.headers["etag"]
    for answer in (packed, plain):
        varies = [each.strip().lower() for each in answer.headers["vary"].split(",")]
        assert varies.count("accept-encoding") == 1
        if form == "json":
            assert int(answer.headers["content-length"]) == answer.num_bytes_downloaded


async def fill(settings: Settings, town: Town) -> int:
    """Have the register hold many wishes, and give the position as known at."""
    last = await wish(town, await town.start())
    await read(town, f"minPosition={last}")
    admin = await asyncpg.connect(settings.database_url)
    build = await admin.fetchval(
        "select build from cocreate.read_model_build where in_use and name = 'wishes'"
    )
    await admin.execute(
        f"insert into wishes_{build}.wish select (jsonb_populate_record(w, jsonb_build_object("
        f"'id', 'wish-' || n))).* from wishes_{build}.wish w, generate_series(2, $2) n"
        " where w.tenant_id = $1",
        town.code,
        MANY,
    )
    await admin.close()
    return last


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_a_stream_is_of_one_position_while_writes_go_on(
    settings: Settings, client: httpx.AsyncClient, coding: str
) -> None:
    town = await found_town(client)
    await fill(settings, town)
    project, body, parts = await town.start(), b"", 0
    headers = {"Authorization": f"Bearer {town.official.key}", "Accept-Encoding": coding}
    async with client.stream("GET", f"{town.home}/wishes?format=jsonl", headers=headers) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        async for part in answer.aiter_bytes():
            if not parts:
                await wish(town, project)
            parts += 1
            body += part
    ids = [msgspec.json.decode(line)["wish"] for line in body.splitlines()]
    assert parts > 1
    assert len(ids) == len(set(ids)) == MANY


async def test_a_reader_who_leaves_frees_what_the_stream_held(
    settings: Settings, app: Litestar, client: httpx.AsyncClient
) -> None:
    town = await found_town(client)
    await fill(settings, town)
    headers = {"Authorization": f"Bearer {town.official.key}"}
    pool = app.state["parts"].service.pool
    for _ in range(3 * settings.pool_size):
        async with client.stream("GET", f"{town.home}/wishes?format=csv", headers=headers) as sent:
            await anext(sent.aiter_raw())
    async with asyncio.timeout(10), contextlib.AsyncExitStack() as stack:
        for _ in range(settings.pool_size):
            await stack.enter_async_context(pool.acquire())


async def test_no_more_is_read_for_a_reader_who_left() -> None:
    read_pages = 0
    left = asyncio.Event()

    async def pages() -> AsyncIterator[list[msgspec.Struct]]:
        nonlocal read_pages
        for _ in range(100):
            read_pages += 1
            yield []

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        left.set()
        await asyncio.sleep(0)

    [register] = [each for each in read_models()["wishes"].RESOURCES if isinstance(each, Register)]
    stream = _Stream(register, Format.JSON_LINES, '"1"', pages())
    scope: Any = {}
    await stream(scope, receive, send)
    assert read_pages < 10
