"""Events are followed as they are recorded: in order, exactly once, by those who may see them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import As, Town, found_town
from tests.conftest import served

from cocreate.api.event_stream import EventStreams, Messages
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log.tail import Place
from cocreate.settings import Settings

PATIENCE = 15
"""In seconds; how long anything here may take before it counts as never."""


class Heard(NamedTuple):
    id: str
    type: str
    data: dict[str, Any]


class Stream:
    """An open event stream, read line by line as its format has it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last = ""
        self.comments: list[str] = []
        self._lines = _lines(answer)

    async def next(self) -> Heard | None:
        """Give the next event, None at the end of the stream."""
        kind = data = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if not line and data:
                    return Heard(self.last, kind, json.loads(data))
                match name:
                    case "id":
                        self.last = value
                    case "event":
                        kind = value
                    case "data":
                        data = value
                    case "" | ":":
                        self.comments.append(value)
        return None

    async def take(self, count: int) -> list[Heard]:
        found = [await self.next() for _ in range(count)]
        return [event for event in found if event is not None]

    async def end(self) -> list[Heard]:
        """Give all that comes until the stream ends."""
        found = []
        while (event := await self.next()) is not None:
            found.append(event)
        return found

    async def opened(self) -> None:
        """Read as far as what says where the stream begins."""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last = value
                if line.startswith(": position"):
                    return


async def _lines(answer: httpx.Response) -> AsyncIterator[str]:
    """Give the lines of a stream; those of httpx end at U+2028 as well, which is not its format."""
    rest = b""
    async for part in answer.aiter_bytes():
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line.decode()


@contextlib.asynccontextmanager
async def following(someone: As, path: str, last: str | None = None) -> AsyncIterator[Stream]:
    headers = {} if last is None else {"Last-Event-ID": last}
    if someone.key is not None:
        headers["Authorization"] = f"Bearer {someone.key}"
    async with someone.client.stream("GET", f"{path}/event-stream", headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        stream = Stream(answer)
        await stream.opened()
        yield stream


def versions(heard: list[Heard]) -> list[int]:
    return [event.data["version"] for event in heard]


def streams_of(app: Litestar) -> EventStreams:
    found: EventStreams = app.state["event_streams"]
    return found


async def until_left(app: Litestar, client: httpx.AsyncClient, left: int = 0) -> None:
    """Wait until so few streams are open; a process learns soon, not at once, who went away."""
    async with asyncio.timeout(PATIENCE):
        while len(streams_of(app)) > left:
            assert (await client.get("/v1/health/live")).status_code == 200


async def test_it_is_an_event_stream_that_nothing_on_the_way_keeps(town: Town) -> None:
    async with following(town.anyone, town.home) as stream:
        headers = stream.answer.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert headers["api-version"]


async def test_an_event_is_told_as_it_can_be_read(town: Town, project: str) -> None:
    async with following(town.official, project) as stream:
        taken = await town.take(project, "wishes", title="Lïcht \u2028 \n\r\n data: x")
        heard = await stream.next()
    assert heard is not None
    assert heard.id == str(taken["position"])
    assert heard.type == "WishExpressed"
    read = await town.official.get(taken["resources"][0]["href"])
    assert heard.data == read.json()


async def test_events_come_in_order_from_now_on(town: Town, project: str) -> None:
    async with following(town.anyone, town.home) as stream:
        taken = [await town.take(project, "wishes", title=f"Wens {n}") for n in range(30)]
        heard = await stream.take(30)
    assert [event.id for event in heard] == [str(each["position"]) for each in taken]


async def test_the_last_id_wins_over_the_query(town: Town, project: str) -> None:
    taken = [await town.take(project, "wishes", title=f"Wens {n}") for n in range(3)]
    path = f"{project}/event-stream?after=0"
    last = {"Last-Event-ID": str(taken[1]["position"])}
    for headers, first in ((last, 4), ({"Last-Event-ID": ""}, 1), ({}, 1)):
        async with town.anyone.client.stream("GET", path, headers=headers) as answer:
            heard = await Stream(answer).next()
        assert heard is not None
        assert heard.data["version"] == first


async def test_a_reader_who_is_cut_off_anywhere_gets_each_event_once(town: Town) -> None:
    chance = random.Random(7)  # noqa: S311
    project = await town.start()
    last: str | None = str((await town.take(project, "wishes", title="Eerste"))["position"])
    writers = 4
    each = 25

    async def write() -> None:
        for number in range(each):
            visibility = "internal" if number % 3 == 0 else "public"
            await town.take(project, "wishes", title=f"Wens {number}", visibility=visibility)

    async with asyncio.TaskGroup() as group:
        for _ in range(writers):
            group.create_task(write())
        heard: list[Heard] = []
        while len(heard) < writers * each:
            async with following(town.official, project, last) as stream:
                count = min(chance.randint(0, 12), writers * each - len(heard))
                heard += await stream.take(count)
                last = stream.last
    assert versions(heard) == list(range(3, 3 + writers * each))


async def test_the_public_hears_nothing_of_what_is_internal(town: Town, project: str) -> None:
    planted = "geheim-verkeersadvies"
    async with (
        following(town.anyone, town.home) as public,
        following(town.official, town.home) as internal,
    ):
        await town.take(project, "wishes", title=planted, visibility="internal")
        await town.take(project, "wishes", title="openbaar")
        [heard] = await public.take(1)
        everything = await internal.take(2)
    assert heard.data["data"]["title"] == "openbaar"
    assert "actor" not in heard.data
    assert [event.data["data"]["title"] for event in everything] == [planted, "openbaar"]
    assert all(event.data["actor"].startswith("key-") for event in everything)


async def test_what_is_published_comes_before_its_publication(town: Town, project: str) -> None:
    for number in range(4):
        await town.take(project, "wishes", title=f"Wens {number}", visibility="internal")
    async with (
        following(town.anyone, project) as public,
        following(town.official, project) as internal,
    ):
        taken = await town.take(project, "publications", steps=[4, 2, 5])
        at = taken["position"]
        heard = await public.take(4)
        [alone] = await internal.take(1)
    assert [event.id for event in heard] == [f"{at}.2", f"{at}.4", f"{at}.5", str(at)]
    assert versions(heard) == [2, 4, 5, 6]
    assert (alone.id, alone.type) == (str(at), "StepsPublished")
    for place, event in enumerate(heard[:-1]):
        async with following(town.anyone, project, event.id) as again:
            assert await again.take(3 - place) == heard[place + 1 :]


async def test_a_project_is_followed_by_itself(town: Town) -> None:
    one, other = await town.start(), await town.start()
    async with following(town.anyone, one) as stream:
        for number in range(5):
            await town.take(other, "wishes", title=f"Elders {number}")
            await town.take(one, "wishes", title=f"Hier {number}")
        heard = await stream.take(5)
    assert [event.data["data"]["title"] for event in heard] == [f"Hier {n}" for n in range(5)]


async def test_a_key_of_another_municipality_finds_nothing(
    town: Town, other_town: Town, project: str
) -> None:
    for path in (town.home, project):
        answer = await other_town.official.get(f"{path}/event-stream")
        assert answer.status_code == 404
    elsewhere = project.replace(town.code, other_town.code)
    assert (await other_town.official.get(f"{elsewhere}/event-stream")).status_code == 404


async def test_what_may_not_be_seen_or_is_not_there_is_not_found(town: Town) -> None:
    hidden = await town.start(visibility="internal")
    assert (await town.anyone.get(f"{hidden}/event-stream")).status_code == 404
    async with following(town.official, hidden):
        pass
    for path in ("/v1/municipalities/GM9999", "/v1/municipalities/x", f"{town.home}/projects/x"):
        assert (await town.anyone.get(f"{path}/event-stream")).status_code == 404


@pytest.mark.parametrize(
    "given", ["-1", "x", "01", "1.", "1.0", "0.1", "1.2.3", "9" * 19, "\u0663"]
)
async def test_an_id_that_was_never_given_is_refused(town: Town, given: str) -> None:
    answer = await town.anyone.client.get(f"{town.home}/event-stream", params={"after": given})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "after"
    if given.isascii():
        answer = await town.anyone.get(f"{town.home}/event-stream", Last_Event_ID=given)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["location"] == "Last-Event-ID"


async def test_a_place_far_ahead_does_not_deprive_others(other_town: Town) -> None:
    project = await other_town.start()
    async with (
        following(other_town.anyone, other_town.home, "999999999"),
        following(other_town.anyone, other_town.home) as stream,
    ):
        await other_town.take(project, "wishes", title="Licht")
        assert versions(await stream.take(1)) == [2]


class Small(NamedTuple):
    """An application that keeps few streams and looks often at keys, and a town in it."""

    app: Litestar
    client: httpx.AsyncClient
    town: Town


@pytest.fixture
async def small(settings: Settings) -> AsyncIterator[Small]:
    few = msgspec.structs.replace(
        settings,
        max_event_streams=3,
        max_event_streams_per_municipality=2,
        heartbeat_seconds=0.05,
    )
    app = create_app(few, project=False)
    async with served(app) as client:
        yield Small(app, client, await found_town(client))


async def test_one_reader_too_many_is_told_when_to_come_back(small: Small) -> None:
    other = await found_town(small.client)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(following(small.town.anyone, small.town.home))
        refused = await small.town.anyone.get(f"{small.town.home}/event-stream")
        assert refused.status_code == 503
        assert refused.json()["code"] == "too-many-streams"
        assert int(refused.headers["retry-after"]) > 0
        await stack.enter_async_context(following(other.anyone, other.home))
        assert (await other.anyone.get(f"{other.home}/event-stream")).status_code == 503
    await until_left(small.app, small.client)
    async with following(small.town.anyone, small.town.home):
        assert len(streams_of(small.app)) == 1


async def test_what_goes_away_leaves_nothing_behind(small: Small) -> None:
    before = len(asyncio.all_tasks())
    async with (
        following(small.town.anyone, small.town.home),
        following(small.town.official, small.town.home),
    ):
        assert len(asyncio.all_tasks()) > before
    await until_left(small.app, small.client)
    streams = streams_of(small.app)
    assert not streams._open
    assert not streams._tails._tails
    assert streams._tails._polling is None


async def test_a_refused_reader_takes_no_place(small: Small) -> None:
    for _ in range(5):
        missing = f"{small.town.home}/projects/0b6f3c1e-8f64-4f0a-9d0c-5d3f6a1c2b7e/event-stream"
        assert (await small.town.anyone.get(missing)).status_code == 404
    assert len(streams_of(small.app)) == 0


async def test_a_quiet_stream_shows_that_it_is_alive(small: Small) -> None:
    async with following(small.town.anyone, small.town.home) as stream, asyncio.timeout(PATIENCE):
        beats = 0
        async for line in stream._lines:
            beats += line == ":"
            if beats == 3:
                return


async def test_a_revoked_key_hears_nothing_more(small: Small) -> None:
    town = small.town
    administrator = town[Role.TENANT_ADMINISTRATOR]
    made = await administrator.post(f"{town.home}/keys", {"role": "reader", "label": "Even"})
    someone = As(small.client, made.json()["secret"])
    async with following(someone, town.home) as stream:
        revoked = await administrator.delete(f"{town.home}/keys/{made.json()['id']}")
        assert revoked.status_code == 204
        assert await stream.end() == []
    await until_left(small.app, small.client)


@contextlib.asynccontextmanager
async def stuck(client: httpx.AsyncClient, path: str) -> AsyncIterator[None]:
    """Ask for a stream and, once it has begun, take in nothing of it."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, (client.base_url.host, client.base_url.port))
        request = f"GET {path}/event-stream HTTP/1.1\r\nHost: x\r\n\r\n"
        await loop.sock_sendall(connection, request.encode())
        assert (await loop.sock_recv(connection, 12)) == b"HTTP/1.1 200"
        yield


LONG = "€" * 9_900
"""Some hundreds of it, at 30 kB each, are more than the buffers of a connection hold."""


async def fill(town: Town) -> None:
    """Record more than the connection of a reader who takes in nothing can hold."""
    project = await town.start()
    for _ in range(250):
        await town.take(project, "wishes", title="Lang", text=LONG)


async def test_a_reader_who_takes_in_nothing_holds_up_nobody(settings: Settings) -> None:
    app = create_app(settings, project=False)
    async with served(app) as client, contextlib.AsyncExitStack() as stack:
        town = await found_town(client)
        project = await town.start()
        async with stuck(client, town.home):
            live = [
                await stack.enter_async_context(following(town.anyone, project)) for _ in range(20)
            ]
            await fill(town)
            for number in range(30):
                await town.take(project, "wishes", title=f"Wens {number}")
            for stream in live:
                assert versions(await stream.take(30)) == list(range(2, 32))
            [tail] = streams_of(app)._tails._tails.values()
            assert tail.readers == 21
            assert sum(len(page.content) for page in tail._pages) < 2_000_000
        await until_left(app, client, 20)


async def test_a_process_stops_at_once_whoever_reads(settings: Settings) -> None:
    app = create_app(settings, project=False)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(served(app))
        town = await found_town(client)
        project = await town.start()
        async with stuck(client, town.home), following(town.anyone, project) as stream:
            await fill(town)
            begun = monotonic()
            rest, _ = await asyncio.gather(stream.end(), stack.aclose())
        assert rest == []
        assert monotonic() - begun < 5
        assert len(streams_of(app)) == 0


async def test_an_error_of_ours_ends_the_stream_and_is_logged(
    small: Small, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    project = await small.town.start()

    def broken(_messages: Messages, place: Place, project: UUID | None) -> bytes:
        raise KeyError(place, project)

    async with following(small.town.anyone, small.town.home) as stream:
        monkeypatch.setattr(Messages, "after", broken)
        await small.town.take(project, "wishes", title="Licht")
        assert await stream.end() == []
    assert "could not be told" in caplog.text
    await until_left(small.app, small.client)
