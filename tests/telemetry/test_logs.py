"""What a process logs: JSON lines that tell of requests, and never what somebody sent."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from tests.api.conftest import Town

from cocreate.log.notary import Inconsistent
from cocreate.telemetry import logs
from cocreate.telemetry.errors import named

PLANTED = "Vrouw-Jansen-Kerkstraat-12"


class Written:
    """The lines that are logged, in the form that a process writes them."""

    def __init__(self) -> None:
        self.handler = logging.StreamHandler(io.StringIO())
        self.handler.setFormatter(logs.formatter("json"))

    @property
    def text(self) -> str:
        written: str = self.handler.stream.getvalue()
        return written

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "request"]


@pytest.fixture
def written() -> Iterator[Written]:
    written, root = Written(), logging.getLogger()
    level = root.level
    loud = logging.getLogger("httpx"), logging.getLogger("httpcore")
    levels = [each.level for each in loud]
    for each in loud:
        each.setLevel(logging.WARNING)
    root.addHandler(written.handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(written.handler)
        root.setLevel(level)
        for each, before in zip(loud, levels, strict=True):
            each.setLevel(before)


async def test_each_request_is_one_line(town: Town, project: str, written: Written) -> None:
    answer = await town.official.get(f"{project}/events", X_Request_Id="abc-123")
    assert answer.status_code == 200
    [line] = written.requests()
    assert line["request_id"] == "abc-123"
    assert line["tenant"] == town.code
    assert line["route"] == "/v1/municipalities/{code}/projects/{project}/events"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "info")
    assert 0 < line["duration_ms"] < 30_000
    assert line["timestamp"].endswith("Z")


async def test_a_problem_names_the_request_that_the_log_names(town: Town, written: Written) -> None:
    answer = await town.official.get(f"{town.home}/nergens")
    assert answer.status_code == 404
    [line] = written.requests()
    assert answer.json()["requestId"] == answer.headers["x-request-id"] == line["request_id"]
    assert line["route"] == "none"


async def test_nothing_that_was_sent_is_logged(
    town: Town, project: str, client: httpx.AsyncClient, written: Written
) -> None:
    """In bodies, queries, paths and headers, in what is taken and in what is refused."""
    key = town.official.key or ""
    body = {"occurredOn": "2024-09-17", "title": PLANTED, "text": PLANTED}
    wishes = f"{project}/wishes"
    sent = [
        await town.official.post(wishes, body, Idempotency_Key=PLANTED),
        await town.official.post(wishes, {**body, "occurredOn": PLANTED}),
        await town.official.post(wishes, {**body, PLANTED: PLANTED}),
        await town.official.post(wishes, {**body, "title": PLANTED + "\x00"}),
        await town.official.post(f"{project}/{PLANTED}", body),
        await town.official.get(f"{town.home}/projects?q={PLANTED}"),
        await town.official.get(f"{town.home}/projects?asOf={PLANTED}"),
        await town.official.get(f"/v1/municipalities/{PLANTED}/projects"),
        await town.official.get(f"{project}/parties/{PLANTED}/personal-data"),
        await town.official.get(f"{project}/events", Accept=PLANTED, User_Agent=PLANTED),
        await client.get(f"{project}/events", headers={"Authorization": f"Bearer {PLANTED}"}),
        await client.request(PLANTED.replace("-", ""), f"{project}/events"),
        await client.get("/v1/health/live", headers={"X-Request-Id": f"{PLANTED} x"}),
        await client.get("/v1/health/live", headers={"Traceparent": f"00-{PLANTED}-1-01"}),
    ]
    assert [answer.status_code for answer in sent[:5]] == [201, 400, 400, 400, 404]
    assert len(written.requests()) == len(sent) - 1  # one is no HTTP at all
    for secret in (PLANTED, PLANTED.replace("-", ""), key, key.rpartition("_")[2]):
        assert secret not in written.text


async def test_what_the_database_quotes_is_not_logged(postgres_dsn: str, written: Written) -> None:
    """PostgreSQL repeats the value that it refuses; the line still says what to look for."""
    connection = await asyncpg.connect(postgres_dsn)
    try:
        with pytest.raises(asyncpg.DataError, match=PLANTED) as raised:
            await connection.execute(f"select '{PLANTED}'::integer")
    finally:
        await connection.close()
    problem, log = raised.value, logging.getLogger("cocreate.test")
    log.warning("The database gave no answer: %s", problem)
    log.error("It failed", exc_info=problem)
    log.error("%(what)s", {"what": problem})
    assert PLANTED not in written.text
    said, failed, told = [line for line in written.lines if line["logger"] == "cocreate.test"]
    assert "InvalidTextRepresentationError (22P02)" in said["event"]
    assert failed["error"] == told["event"] == "InvalidTextRepresentationError (22P02)"
    assert any("test_logs.py" in place for place in failed["passed"])


def test_errors_are_named_with_those_behind_them() -> None:
    problem = ValueError(PLANTED)
    problem.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, PLANTED)
    assert named(problem) == "ValueError < ConnectionRefusedError (Connection refused)"
    assert named(Inconsistent("It has a gap")) == "Inconsistent: It has a gap"


async def test_what_goes_wrong_unheard_is_logged_without_its_message(written: Written) -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    logs.report_to_log(loop)
    try:
        loop.call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": ValueError(PLANTED)}
        )
    finally:
        loop.set_exception_handler(before)
    [line] = [line for line in written.lines if line["logger"] == "asyncio"]
    assert line["error"] == "ValueError"
    assert PLANTED not in written.text
