"""What a request may take of a process: how often, how long, how large, and how many at once."""

from __future__ import annotations

import asyncio

import asyncpg
from msgspec.structs import replace
from tests.api.conftest import As, Town
from tests.conftest import served

from cocreate.app import create_app
from cocreate.settings import Settings

WISH = {"occurredOn": "2024-09-17", "title": "Licht"}


async def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    settings: Settings, town: Town
) -> None:
    few = replace(settings, requests_per_second=0.01, request_burst=5)
    async with served(create_app(few, project=False)) as client:
        official = As(client, town.official.key)
        # The first counts for the address: until then it is not known that the key is valid.
        answers = [await official.get(town.home) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 6 + [429]
        refused = answers[-1]
        assert refused.json()["code"] == "too-many-requests"
        assert refused.headers["ratelimit-policy"] == '"client";q=5;w=500'
        assert refused.headers["ratelimit"].startswith('"client";r=0;t=')
        assert 0 < int(refused.headers["retry-after"]) <= 100
        assert answers[1].headers["ratelimit"].startswith('"client";r=4;')
        for name in ("api-version", "x-request-id", "strict-transport-security"):
            assert refused.headers[name]
        # Keys that are made up count for the address, each of them.
        made_up = [
            (await As(client, f"cck_{town.code}_{number:043}").get(town.home)).status_code
            for number in range(5)
        ]
        assert made_up == [401, 401, 401, 401, 429]
        # Others have their own, and health is always answered.
        assert (await client.get("/v1/health/ready")).status_code == 200
        assert (await As(client, None).get(town.home)).status_code == 429


async def test_a_request_that_takes_too_long_is_answered_and_can_be_sent_again(
    settings: Settings, town: Town, project: str, database: str
) -> None:
    hasty = replace(settings, request_seconds=0.3)
    async with served(create_app(hasty, project=False)) as client:
        official = As(client, town.official.key)
        assert (await official.get(f"{project}/events")).status_code == 200
        holding = await asyncpg.connect(database)
        await holding.execute("begin")
        await holding.execute(
            "select from cocreate.log_head where tenant_id = $1 for update", town.code
        )
        late = await official.post(f"{project}/wishes", WISH, Idempotency_Key="laat")
        await holding.close()
        assert late.status_code == 503
        assert late.json()["code"] == "took-too-long"
        again = await town.official.post(f"{project}/wishes", WISH, Idempotency_Key="laat")
        assert again.status_code == 201
    events = await town.official.get(f"{project}/events")
    assert [event["version"] for event in events.json()["events"]] == [1, 2]


async def test_a_body_that_does_not_come_is_not_waited_for(
    settings: Settings, town: Town, project: str
) -> None:
    hasty = replace(settings, request_seconds=0.3)
    async with served(create_app(hasty, project=False)) as client:
        url = client.base_url
        reading, writing = await asyncio.open_connection(url.host, url.port)
        writing.write(
            f"POST {project}/wishes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {town.official.key}\r\nContent-Length: 500\r\n\r\n{{".encode()
        )
        answer = await asyncio.wait_for(reading.read(), 20)
        writing.close()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"sent-too-slowly" in answer
        assert b"connection: close" in answer.lower()


async def test_no_more_requests_are_handled_at_a_time_than_may_be(
    settings: Settings, town: Town, project: str, database: str
) -> None:
    small = replace(settings, max_requests=2)
    async with served(create_app(small, project=False)) as client:
        official = As(client, town.official.key)
        holding = await asyncpg.connect(database)
        await holding.execute("begin")
        await holding.execute(
            "select from cocreate.log_head where tenant_id = $1 for update", town.code
        )
        waiting = [asyncio.create_task(official.post(f"{project}/wishes", WISH)) for _ in range(2)]
        while (full := await official.get("/v1/glossary")).status_code == 200:
            pass
        assert full.status_code == 503
        assert full.json()["code"] == "overloaded"
        assert (await client.get("/v1/health/live")).status_code == 200
        await holding.close()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [201, 201]
        assert (await official.get("/v1/glossary")).status_code == 200


async def test_headers_and_depth_have_a_bound(town: Town, project: str) -> None:
    large = await town.official.get(f"{project}/events", X_Filler="x" * 40_000)
    assert large.status_code == 431
    assert large.json()["facts"] == {"limit": 32_000}
    for deep in ("[" * 100_000, '{"a":' * 100_000):
        answer = await town.anyone.client.post(
            f"{project}/wishes",
            content=deep,
            headers={
                "Authorization": f"Bearer {town.official.key}",
                "Content-Type": "application/json",
            },
        )
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid-input"
