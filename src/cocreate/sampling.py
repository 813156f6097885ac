"""The figures that are not counted as things happen but looked up when someone asks, and who asks.

``/metrics`` stands on a port of its own, so that what guards the API need not know of it. What
takes a query is looked up at most every fifteen seconds, however often is asked; where the database
is away, the rest is told all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from importlib.resources import files
from time import monotonic

import asyncpg
import uvicorn
from prometheus_client.exposition import choose_encoder
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from cocreate.log.connection import usage
from cocreate.service import Service
from cocreate.settings import Settings
from cocreate.telemetry import metrics

EVERY_SECONDS = 15.0
PATIENCE_SECONDS = 5.0
"""How long the database may take to answer all that is asked here."""
MUNICIPALITIES = 100
"""Of how many municipalities something is told, where they are named at all."""

Sample = Callable[[], Awaitable[None]]

_LAGS = (files("cocreate.telemetry") / "worst_lags.sql").read_text(encoding="utf-8")
_TREES = (files("cocreate.telemetry") / "worst_trees.sql").read_text(encoding="utf-8")
_log = logging.getLogger(__name__)


class Sampler:
    """Looks up the figures of a running cocreate."""

    def __init__(
        self,
        service: Service,
        *,
        streams: Callable[[], int] = lambda: 0,
        per_municipality: bool = False,
    ) -> None:
        self._service = service
        self._streams = streams
        self._per_municipality = per_municipality
        self._sampled = -EVERY_SECONDS
        self._one_at_a_time = asyncio.Lock()
        self.samples: list[Sample] = [self._sample_lags, self._sample_trees]
        """What is asked of the database; other parts that have figures there add theirs."""

    async def sample(self) -> None:
        """Bring the figures up to date."""
        self._sample_process()
        async with self._one_at_a_time:
            if monotonic() - self._sampled < EVERY_SECONDS:
                return
            self._sampled = monotonic()
            for sample in self.samples:
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await sample()
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                    metrics.SAMPLE_FAILURES.inc()
                    _log.warning("figures could not be looked up: %s", problem)

    def _sample_process(self) -> None:
        waiting = self._service.appender.waiting()
        metrics.LANES.set(waiting.lanes)
        metrics.LANES_WAITING.set(waiting.commands)
        metrics.LANE_LONGEST.set(waiting.longest)
        metrics.STREAMS.set(self._streams())
        for role, pool in self._service.pools.items():
            used = usage(pool)
            metrics.CONNECTIONS.labels(role, "used").set(used.used)
            metrics.CONNECTIONS.labels(role, "free").set(used.free)
            metrics.WAITERS.labels(role).set(used.waiting)

    async def _sample_lags(self) -> None:
        pool = self._service.pools.get("cocreate_projector")
        if pool is None:
            return
        numbers = self._service.builds.numbers
        rows = await pool.fetch(_LAGS, numbers)
        parked = {row["name"]: row["projects"] for row in await pool.fetch(_PARKED, numbers)}
        for gauge in (metrics.REBUILT, metrics.REBUILDING):
            gauge.clear()
        for row in rows:
            name = row["name"]
            if not row["in_use"]:
                metrics.REBUILDING.labels(name).set(row["logs"])
                metrics.REBUILT.labels(name).set(row["logs"] - row["logs_behind"])
                continue
            metrics.LAG.labels(name).set(row["behind"])
            metrics.LOGS_BEHIND.labels(name).set(row["logs_behind"])
            metrics.INCOMPLETE.labels(name).set(row["being_built"])
            metrics.PARKED.labels(name).set(parked.get(name, 0))
        if self._per_municipality:
            metrics.LAG_OF_MUNICIPALITY.clear()
            for tenant, behind in await pool.fetch(_MOST_BEHIND, numbers, MUNICIPALITIES):
                metrics.LAG_OF_MUNICIPALITY.labels(tenant).set(behind)

    async def _sample_trees(self) -> None:
        pool = self._service.pools.get("cocreate_notary")
        if pool is None:
            return
        [(trees, events, seconds)] = await pool.fetch(_TREES)
        metrics.TREES_BEHIND.set(trees)
        metrics.TREE_BEHIND.set(events)
        metrics.TREE_BEHIND_SECONDS.set(seconds)


_PARKED = (
    "select b.name, count(*) as projects from cocreate.projection_parked p"
    " join cocreate.read_model_build b on b.build = p.build"
    " where p.build = any($1) group by b.name"
)
_MOST_BEHIND = (
    "select h.tenant_id, max(h.position - coalesce(c.position, 0)) as behind"
    " from cocreate.log_head h cross join unnest($1::int[]) as b (build)"
    " left join cocreate.projection_checkpoint c"
    " on c.tenant_id = h.tenant_id and c.build = b.build"
    " where h.position > coalesce(c.position, 0)"
    " group by h.tenant_id order by behind desc, h.tenant_id limit $2"
)


@contextlib.asynccontextmanager
async def metrics_of(
    service: Service, settings: Settings, *, streams: Callable[[], int] = lambda: 0
) -> AsyncIterator[None]:
    """Serve the metrics of a running cocreate, where the settings say on which port."""
    if settings.metrics_port is None:
        yield
        return
    sampler = Sampler(service, streams=streams, per_municipality=settings.metrics_per_municipality)
    async with metrics_served(sampler, settings.metrics_host, settings.metrics_port) as port:
        _log.info("metrics are served", extra={"host": settings.metrics_host, "port": port})
        yield


@contextlib.asynccontextmanager
async def metrics_served(sampler: Sampler, host: str, port: int) -> AsyncIterator[int]:
    """Serve ``/metrics``, and give the port it is on.

    Raises ``OSError`` where the port is taken.
    """

    async def answer(scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"  # noqa: S101 - there is no lifespan here
        if scope["path"] != "/metrics" or scope["method"] not in ("GET", "HEAD"):
            await _send(send, 404, b"text/plain; charset=utf-8", b"See /metrics\n")
            return
        await sampler.sample()
        # Which form they take, the versions of Prometheus differ on.
        encode, media = choose_encoder(_accepted(scope["headers"]))
        await _send(send, 200, media.encode(), encode(metrics.REGISTRY))

    config = uvicorn.Config(
        answer,
        loop="none",
        http="httptools",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        server = _Quiet(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


class _Quiet(uvicorn.Server):
    """A server beside another, to which it leaves the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def _accepted(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return ",".join(value.decode("latin-1") for name, value in headers if name == b"accept")


async def _send(send: ASGISendCallable, status: int, media: bytes, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", media),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
            ],
            "trailers": False,
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
