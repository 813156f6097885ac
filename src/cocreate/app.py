"""The application: the routes, and the parts they work with, opened and closed in good order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Sequence
from functools import cache
from types import FrameType

import uvicorn
from litestar import Litestar
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import ControllerRouterHandler

from cocreate.api import (
    audit,
    changes,
    comparison,
    event_stream,
    events,
    glossary,
    health,
    identity,
    keys,
    lags,
    municipalities,
    own_settings,
    privacy,
    projects,
    reading,
    subscriptions,
    tree,
    webhooks,
)
from cocreate.api.admission import Turns, aside, in_turn
from cocreate.api.authentication import Access
from cocreate.api.bearer import BearerTokens, operator_issuer
from cocreate.api.commands import take_steps
from cocreate.api.compression import compressed
from cocreate.api.docs_page import published
from cocreate.api.event_stream import EventStreams, cut_short
from cocreate.api.guarding import guarding
from cocreate.api.headers import add_headers, refuse_trailing_slash
from cocreate.api.issuing import admit_operator
from cocreate.api.key_uses import KeyUses
from cocreate.api.observing import observing
from cocreate.api.openapi import Head, document, head_of
from cocreate.api.opening import opening
from cocreate.api.parts import Parts
from cocreate.api.problem_pages import explain_problem
from cocreate.api.read_models import read_model_routes
from cocreate.api.report_page import read_participation_report
from cocreate.api.steps import step_routes
from cocreate.api.subscription_gate import SubscriptionGate
from cocreate.audit.replay_pages import ReplayPages
from cocreate.identity.fetching import Fetcher
from cocreate.identity.providers import Providers
from cocreate.jobs import policy_of, working
from cocreate.sampling import metrics_of
from cocreate.service import Service, open_service, prepare_database, signing_of, witnesses_of
from cocreate.settings import Settings
from cocreate.telemetry.denials import denied
from cocreate.web.logos import Logos
from cocreate.web.pages.following import asks_to_follow
from cocreate.web.problem_pages import answer_problem_for
from cocreate.web.rendering import templates
from cocreate.web.session import sessions
from cocreate.web.site import site
from cocreate.webhooks.sending import Sender
from cocreate.work import kinds_of_work

__all__ = ["create_app", "prepare_database", "routes", "serve", "server"]


def routes() -> Sequence[ControllerRouterHandler]:
    """Give every route of the API; a new one is added here."""
    return [
        *municipalities.HANDLERS,
        *own_settings.HANDLERS,
        *subscriptions.HANDLERS,
        *identity.HANDLERS,
        *keys.HANDLERS,
        projects.start_project,
        *step_routes(),
        take_steps,
        *privacy.HANDLERS,
        *webhooks.HANDLERS,
        *events.HANDLERS,
        *reading.HANDLERS,
        *read_model_routes(),
        read_participation_report,
        *comparison.HANDLERS,
        *changes.HANDLERS,
        *lags.HANDLERS,
        *event_stream.HANDLERS,
        *tree.HANDLERS,
        *audit.HANDLERS,
        glossary.read_glossary,
        health.check_live,
        health.check_ready,
    ]


@cache
def _description(head: Head) -> Sequence[HTTPRouteHandler]:
    """Give the routes that serve the document of the API; drawing it takes as long as all else."""
    return published(document(routes(), head))


def create_app(settings: Settings, *, project: bool = True) -> Litestar:
    """Make the application on a database that was prepared.

    ``project`` says whether this process does as well what `cocreate work` does.
    """
    signing, witnesses = signing_of(settings), witnesses_of(settings)
    policy, mailer = policy_of(settings), settings.mailer()

    @contextlib.asynccontextmanager
    async def open_parts(app: Litestar) -> AsyncIterator[None]:
        if settings.database_url is None:
            message = "The application needs the address of a database"
            raise ValueError(message)
        async with (
            contextlib.aclosing(Sender(policy)) as sender,
            open_service(
                settings.database_url,
                master=settings.master(),
                pool_size=settings.pool_size,
                project=project,
                signing=signing if project else None,
            ) as service,
            _access(service, settings, gate := SubscriptionGate(service.standings)) as access,
        ):
            service.live.aside = aside
            if settings.operator_key is not None:
                await admit_operator(service.pool, settings.operator_key)
            app.state["parts"] = Parts(
                service,
                access,
                settings,
                gate,
                ReplayPages(service.reader),
                sender,
                mailer,
                signing,
                witnesses,
            )
            app.state["logos"] = Logos(access.tokens.fetcher)
            app.state["asks_to_follow"] = asks_to_follow()
            app.state["readiness"] = health.Readiness(service)
            streams = app.state["event_streams"] = EventStreams(service, settings)
            async with (
                working(settings.database_url, service, *kinds_of_work(settings, sender, mailer))
                if project
                else contextlib.nullcontext(),
                metrics_of(service, settings, streams=lambda: len(streams)),
            ):
                yield

    app = Litestar(
        [*routes(), *_description(head_of(settings)), explain_problem, *site()],
        lifespan=[open_parts],
        state=State(
            {
                "public_url": settings.public_url,
                "turns": Turns(settings.requests_at_once, settings.requests_waiting),
            }
        ),
        exception_handlers={Exception: answer_problem_for},
        before_request=refuse_trailing_slash,
        middleware=[in_turn, compressed, opening, sessions(settings).middleware],
        before_send=[add_headers],
        openapi_config=None,
        template_config=templates(),
        request_max_body_size=settings.max_body_bytes,
        logging_config=None,
    )
    # Around all of it, the routing too.
    app.asgi_handler = observing(guarding(app.asgi_handler, settings))
    return app


@contextlib.asynccontextmanager
async def _access(
    service: Service, settings: Settings, gate: SubscriptionGate
) -> AsyncIterator[Access]:
    """Open what tells who sends a request."""
    uses = KeyUses(service.pool)
    async with Fetcher(settings.private_issuers) as fetcher, uses.kept():
        providers = Providers(fetcher, refetch=settings.issuer_refetch_seconds, waiting=aside)
        tokens = BearerTokens(service.live, service.keys, providers, operator_issuer(settings))
        yield Access(service.pool, tokens, uses, gate, denied)


class _Server(uvicorn.Server):
    """A server that ends when it is told to, and leaves it to its caller to end the process.

    The one of uvicorn raises the signal anew, and the embedded database would be left running.
    """

    def __init__(self, config: uvicorn.Config, drain_seconds: float) -> None:
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._told = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and know in which loop: a signal may come in between anything."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop in good order: say so, take what still comes, then no more; told twice, at once."""
        self.force_exit = self._told
        first, self._told = not self._told, True
        app = self.config.app
        if isinstance(app, Litestar) and "readiness" in app.state:
            app.state["readiness"].stopping = True
        if first and self._drain_seconds and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down; event streams, which would never end by themselves, are ended first."""
        cut_short(self)
        await super().shutdown(sockets)


def server(settings: Settings, *, project: bool = True) -> uvicorn.Server:
    """Give the HTTP server of the application, not yet started."""
    config = uvicorn.Config(
        create_app(settings, project=project),
        host=settings.host,
        port=settings.port,
        loop="none",
        http="httptools",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=settings.stop_seconds,
        log_level="warning",
    )
    return _Server(config, settings.drain_seconds)


def spare_the_collector() -> None:
    """Let this process look less often for garbage in cycles.

    Projects that are kept in memory are many objects that live long, and each look goes past all
    of them; requests leave next to nothing behind in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def require_keys(settings: Settings) -> None:
    """Check that the master key is at hand, where anything was sealed."""
    async with open_service(
        settings.database_url or "", master=settings.master(), pool_size=1, project=False
    ) as service:
        await service.keys.require()


async def serve(settings: Settings, *, project: bool = True) -> None:
    """Serve the application until the process is told to stop.

    Raises :class:`~cocreate.log.errors.KeysUnusable` where what is sealed could not be opened.
    """
    await require_keys(settings)
    spare_the_collector()
    await server(settings, project=project).serve()
