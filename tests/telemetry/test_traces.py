"""Traces from a request through the append to the projection, as a collector gets them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.api.conftest import Town, found_town
from tests.conftest import served

from cocreate.app import create_app
from cocreate.service import open_service
from cocreate.settings import Settings
from cocreate.telemetry import traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
SENT = {"Traceparent": f"00-{TRACE}-{PARENT}-01"}
PLANTED = "Vrouw-Jansen-Kerkstraat-12"


Identity = tuple[bytes, bytes]


class Collector:
    """Takes spans over HTTP, as OTLP has it, and keeps them."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        asked = ExportTraceServiceRequest.FromString(body)
        for resource in asked.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    serving = threading.Thread(target=collector.server.serve_forever, daemon=True)
    serving.start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()
    serving.join()


@pytest.fixture
async def tracing(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    collector.spans.clear()
    collector.bodies.clear()
    assert traces.start()
    yield
    await asyncio.to_thread(traces.stop)


async def sent(collector: Collector) -> Sequence[Span]:
    """Give all the spans of what was done; nothing more is traced."""
    await asyncio.to_thread(traces.stop)
    return collector.spans


async def appended_in(collector: Collector, wanted: set[bytes]) -> set[Identity]:
    """Give the spans of the calls that carried what some traces sent, once all are told of."""
    while True:
        await asyncio.to_thread(traces.flush)
        spans = collector.named("append")
        traced = [{span.trace_id, *(link.trace_id for link in span.links)} for span in spans]
        if wanted <= set().union(*traced):
            return {identity(span) for span, of in zip(spans, traced, strict=True) if of & wanted}


async def folded(collector: Collector, appends: set[Identity]) -> None:
    """Wait until what those calls appended was folded, under them, and that is told of."""
    while not appends <= leading_to(collector.named("project")):
        await asyncio.to_thread(traces.flush)


def leading_to(spans: Sequence[Span]) -> set[Identity]:
    """Give the spans that some are under, or linked to."""
    return {
        each
        for span in spans
        for each in (
            (span.trace_id, span.parent_span_id),
            *((link.trace_id, link.span_id) for link in span.links),
        )
    }


def identity(span: Span) -> Identity:
    return span.trace_id, span.span_id


@pytest.mark.usefixtures("tracing")
async def test_a_step_is_traced_from_the_request_to_the_projection(
    town: Town, project: str, collector: Collector
) -> None:
    body = {"occurredOn": "2024-09-17", "title": "Licht"}
    answer = await town.official.post(f"{project}/wishes", body, **SENT)
    await folded(collector, await appended_in(collector, {bytes.fromhex(TRACE)}))
    await sent(collector)
    [request] = collector.named("POST /v1/municipalities/{code}/projects/{project}/wishes")
    [append] = [s for s in collector.named("append") if s.parent_span_id == request.span_id]
    [folding] = [s for s in collector.named("project") if s.parent_span_id == append.span_id]
    assert request.trace_id.hex() == append.trace_id.hex() == folding.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT
    assert answer.headers["traceparent"] == f"00-{TRACE}-{request.span_id.hex()}-01"
    told = {each.key: each.value for each in request.attributes}
    assert told["http.response.status_code"].int_value == 201
    assert told["cocreate.municipality"].string_value == town.code
    assert told["cocreate.request_id"].string_value == answer.headers["x-request-id"]


@pytest.mark.usefixtures("tracing")
async def test_each_request_of_a_batch_leads_to_its_append(
    town: Town, collector: Collector
) -> None:
    """A call to the log that carries many is a part of one request, and linked to the others."""
    projects = [await town.start() for _ in range(20)]
    collector.spans.clear()
    answers = await asyncio.gather(
        *(
            town.official.post(
                f"{project}/wishes",
                {"occurredOn": "2024-09-17", "title": "Licht"},
                Traceparent=f"00-{number:032x}-{PARENT}-01",
            )
            for number, project in enumerate(projects, 1)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    numbers = {number.to_bytes(16) for number in range(1, 21)}
    appends = await appended_in(collector, numbers)
    await folded(collector, appends)
    await sent(collector)
    # One call carried several of them, or nothing is shown; and none is lost on the way.
    assert 0 < len(appends) < 20


@pytest.mark.usefixtures("tracing")
async def test_another_process_that_folds_knows_of_the_request(
    settings: Settings, collector: Collector
) -> None:
    """The one that appends keeps no read models; the one that does hears of the span."""
    recording = create_app(settings, project=False)
    async with served(recording) as client, open_service(settings.database_url or "") as folding:
        town = await found_town(client)
        connected = asyncio.Event()
        folding.signals.hear(lambda topic, _tenant: None if topic else connected.set())
        if not folding.signals.connected:
            await connected.wait()
        project = await town.start()
        answer = await town.official.post(
            f"{project}/wishes", {"occurredOn": "2024-09-17", "title": "Licht"}, **SENT
        )
        assert answer.status_code == 201
        await folded(collector, await appended_in(collector, {bytes.fromhex(TRACE)}))
        await sent(collector)


@pytest.mark.usefixtures("tracing")
async def test_a_trace_tells_nothing_of_what_was_sent(
    town: Town, project: str, collector: Collector
) -> None:
    body = {"occurredOn": "2024-09-17", "title": PLANTED, "text": PLANTED}
    await town.official.post(f"{project}/wishes", body, Idempotency_Key=PLANTED)
    await town.official.post(f"{project}/{PLANTED}", {"occurredOn": PLANTED})
    await town.official.get(f"{town.home}/projects?q={PLANTED}", User_Agent=PLANTED)
    await town.official.get(f"/v1/municipalities/{PLANTED}/projects")
    await sent(collector)
    assert len(collector.spans) >= 4
    for body_sent in collector.bodies:
        assert PLANTED.encode() not in body_sent
        assert project.rpartition("/")[2].encode() not in body_sent


async def test_it_is_off_unless_the_environment_says_where_to(
    town: Town, project: str, collector: Collector
) -> None:
    for environment in (
        {},
        {"OTEL_SERVICE_NAME": "x"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"},
    ):
        assert not traces.start(environment)
    collector.spans.clear()
    answer = await town.official.get(f"{project}/events", **SENT)
    assert "traceparent" not in answer.headers
    assert traces.told("GM0503", 1) is None
    assert not collector.spans


@pytest.mark.usefixtures("tracing")
async def test_a_request_that_its_sender_does_not_sample_is_not_sent(
    town: Town, project: str, collector: Collector
) -> None:
    answer = await town.official.post(
        f"{project}/wishes",
        {"occurredOn": "2024-09-17", "title": "Licht"},
        Traceparent=f"00-{TRACE}-{PARENT}-00",
    )
    assert answer.status_code == 201
    await sent(collector)
    assert not [span for span in collector.spans if span.trace_id.hex() == TRACE]


def test_what_is_kept_of_positions_has_bounds() -> None:
    assert traces.start({"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER": "always_off"})
    try:
        trail = traces.Trail()
        for log in range(traces.KEPT_LOGS + 10):
            for position in range(1, 4):
                trail.hear(f"GM{log:04}/{position}/{position:032x}/{1:016x}")
        assert trail.take("GM0001", 100) == []
        assert [each.trace_id for each in trail.take("GM0500", 2)] == [1, 2]
        assert [each.trace_id for each in trail.take("GM0500", 3)] == [3]
        assert trail.take("GM0500", 3) == []
    finally:
        traces.stop()
