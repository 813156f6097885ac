"""The outermost layer: each request is counted, timed, traced and logged, whatever answers it.

Litestar's own plugins do not fit: that for Prometheus stands inside the routing, and so misses what
is not found; that for OpenTelemetry tells the whole address, and that for structlog the query, the
headers and the body. Nothing here tells more of a request than its method, its route and the
municipality.
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, unbind_contextvars

from cocreate.api.authentication import is_code
from cocreate.api.told import request_id, route_of
from cocreate.telemetry import traces
from cocreate.telemetry.metrics import IN_FLIGHT, REQUESTS

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_TRACE_HEADERS = (b"traceparent", b"tracestate")
_log = logging.getLogger(__name__)


def observing(app: ASGIApp) -> ASGIApp:
    """Make a layer that tells of every request what may be told."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        told = _Telling(scope, send)
        bind_contextvars(request_id=request_id(scope).decode())
        IN_FLIGHT.inc()
        try:
            with traces.request(told.method, _trace_headers(scope)) as span:
                if span is not None:
                    told.traced = traces.header()
                try:
                    await app(scope, receive, told)
                finally:
                    if span is not None:
                        span.update_name(f"{told.method} {told.route}")
                        span.set_attributes(told.attributes)
        finally:
            IN_FLIGHT.dec()
            told.tell()
            unbind_contextvars("request_id")

    return layer


class _Telling:
    """Sends an answer on, and tells of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        method = scope.get("method")
        self.method = method if isinstance(method, str) and method in METHODS else "other"
        self.traced: str | None = None
        self._scope = scope
        self._send = send
        self._began = perf_counter()
        self._status = 500
        self._seconds: float | None = None

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self.traced is not None:
                message["headers"] = [
                    *message["headers"],
                    (b"traceparent", self.traced.encode()),
                ]
            if self.route.endswith("/event-stream"):
                self._seconds = (
                    perf_counter() - self._began
                )  # it lasts for as long as someone reads
        await self._send(message)

    @property
    def route(self) -> str:
        """The template of the route, known once it was found."""
        return route_of(self._scope)

    @property
    def attributes(self) -> dict[str, Any]:
        """What a trace tells of the request."""
        told: dict[str, Any] = {
            "http.route": self.route,
            "http.response.status_code": self._status,
            "cocreate.request_id": request_id(self._scope).decode(),
        }
        if self._code is not None:
            told["cocreate.municipality"] = self._code
        return told

    def tell(self) -> None:
        """Count the request, and log it."""
        whole = perf_counter() - self._began
        seconds = whole if self._seconds is None else self._seconds
        REQUESTS.labels(self.method, self.route, f"{self._status // 100}xx").observe(seconds)
        if _log.isEnabledFor(logging.INFO):
            _log.info(
                "request",
                extra={
                    "method": self.method,
                    "route": self.route,
                    "status": self._status,
                    "tenant": self._code,
                    "duration_ms": round(whole * 1_000, 2),
                    **({"traceparent": self.traced} if self.traced else {}),
                },
            )

    @property
    def _code(self) -> str | None:
        code = self._scope.get("path_params", {}).get("code")
        return code if isinstance(code, str) and is_code(code) else None


def _trace_headers(scope: Scope) -> dict[str, str]:
    if not traces.is_on():
        return {}
    return {
        name.decode(): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in _TRACE_HEADERS
    }
