"""Traces from a request through the append to the projection (OpenTelemetry, W3C Trace Context).

Off unless the environment names where they go, by the variables that OpenTelemetry lays down
(``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_EXPORTER``, ``OTEL_TRACES_SAMPLER`` and so on); then
every function here comes down to looking at one variable.

One call to the log carries commands of many requests, and one batch of the projection many calls.
So a span is a child of the first it is there for, and linked to all others. An event never changes
for it: what ties a position to the span that appended it goes with the signals that wake the
projector, in this process or another, and is kept there within bounds. One that is lost costs a
link.
"""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import time_ns
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# What sends is imported where it is begun with: it takes long, and most processes trace nothing.
if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

TOPIC = "trace"
"""The topic of the signal that ties a position to a span."""
KEPT_LOGS = 1_000
KEPT_POSITIONS = 100
"""Of how many logs, and of each how many calls, it is known which span they had."""
MOST_LINKS = 128
"""What the standard lets a span have."""

_PROPAGATOR = TraceContextTextMapPropagator()


class _State:
    """Whether this process traces, and where that goes."""

    provider: TracerProvider | None = None
    tracer: Tracer | None = None


def start(environment: Mapping[str, str] = os.environ) -> bool:
    """Trace from now on, if the environment says where to; tell whether it does."""
    exporter = _exporter(environment)
    if exporter is None:
        return False
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = {} if environment.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "cocreate"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _State.provider, _State.tracer = provider, provider.get_tracer("cocreate")
    return True


def stop() -> None:
    """Send what is left, and trace no more."""
    provider, _State.provider, _State.tracer = _State.provider, None, None
    if provider is not None:
        provider.shutdown()


def flush() -> None:
    """Send what was traced until now."""
    if _State.provider is not None:
        _State.provider.force_flush()


def _exporter(environment: Mapping[str, str]) -> SpanExporter | None:
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    kind = environment.get("OTEL_TRACES_EXPORTER", "")
    if kind == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415

        return ConsoleSpanExporter()
    endpoint = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environment.get(
        "OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    if kind == "otlp" or (not kind and endpoint):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )

        return OTLPSpanExporter()
    return None


def is_on() -> bool:
    """Tell whether this process traces."""
    return _State.tracer is not None


def current() -> SpanContext | None:
    """Give what identifies the span that this is done in; None for none that is kept."""
    if _State.tracer is None:
        return None
    context = trace.get_current_span().get_span_context()
    return context if context.is_valid and context.trace_flags.sampled else None


@contextlib.contextmanager
def request(method: str, headers: Mapping[str, str]) -> Iterator[Span | None]:
    """Trace a request, as a part of what its sender traces (``traceparent``)."""
    tracer = _State.tracer
    if tracer is None:
        yield None
        return
    with tracer.start_as_current_span(
        method,
        context=_PROPAGATOR.extract(headers, context=Context()),
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,  # its message may quote what was sent
    ) as span:
        yield span


def header() -> str | None:
    """Give the ``traceparent`` of the span that this is done in."""
    carrier: dict[str, str] = {}
    if _State.tracer is not None:
        _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@contextlib.contextmanager
def append(tenant: str, requests: Sequence[SpanContext | None]) -> Iterator[None]:
    """Trace a call to the log that carries commands of some requests."""
    tracer = _State.tracer
    contexts = _each_once(each for each in requests if each is not None)
    if tracer is None or not contexts:
        yield
        return
    with tracer.start_as_current_span(
        "append",
        context=_under(contexts[0]),
        links=_links(contexts[1:]),
        attributes={"cocreate.municipality": tenant, "cocreate.commands": len(requests)},
        record_exception=False,
    ):
        yield


def told(tenant: str, position: int) -> str | None:
    """Give the signal that ties a position to the span in which it was appended."""
    context = current()
    if context is None:
        return None
    return f"{tenant}/{position}/{context.trace_id:032x}/{context.span_id:016x}"


class Trail:
    """Which spans appended the last positions of logs."""

    def __init__(self) -> None:
        self._logs: OrderedDict[str, deque[tuple[int, SpanContext]]] = OrderedDict()

    def hear(self, signal: str) -> None:
        """Note what a signal ties together."""
        if _State.tracer is None:
            return
        tenant, position, trace_id, span_id = signal.split("/")
        context = SpanContext(
            int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=trace.TraceFlags(1)
        )
        log = self._logs.setdefault(tenant, deque(maxlen=KEPT_POSITIONS))
        self._logs.move_to_end(tenant)
        log.append((int(position), context))
        while len(self._logs) > KEPT_LOGS:
            self._logs.popitem(last=False)

    def take(self, tenant: str, up_to: int) -> list[SpanContext]:
        """Give the spans that appended up to a position, and forget them."""
        log = self._logs.get(tenant)
        if log is None:
            return []
        taken = [context for position, context in log if position <= up_to]
        left = [each for each in log if each[0] > up_to]
        if left:
            self._logs[tenant] = deque(left, maxlen=KEPT_POSITIONS)
        else:
            del self._logs[tenant]
        return _each_once(taken)


def moment() -> int:
    """Give when something begins whose span is made only once it is done."""
    return 0 if _State.tracer is None else time_ns()


def projected(trail: Trail, tenant: str, position: int, reached: int, since: int) -> None:
    """Trace a batch of a log that was folded, under the calls that appended it."""
    tracer = _State.tracer
    if tracer is None or not since:
        return
    contexts = trail.take(tenant, reached)
    if not contexts:
        return
    tracer.start_span(
        "project",
        context=_under(contexts[0]),
        links=_links(contexts[1:]),
        start_time=since,
        attributes={"cocreate.municipality": tenant, "cocreate.events": reached - position},
    ).end()


def _each_once(contexts: Iterable[SpanContext]) -> list[SpanContext]:
    return list({(each.trace_id, each.span_id): each for each in contexts}.values())


def _under(parent: SpanContext) -> Context:
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _links(contexts: Sequence[SpanContext]) -> list[Link]:
    return [Link(context) for context in contexts[:MOST_LINKS]]
