"""Webhooks: where the events of a municipality are sent, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

import asyncpg
import msgspec
from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from cocreate.api.answers import (
    MunicipalityWritten,
    Resource,
    SecretWritten,
    as_json,
    changed,
    keyed,
)
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import WEBHOOK_EXAMPLES
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.api.roles import MANAGE_WEBHOOKS
from cocreate.api.rules import Decide, S, take
from cocreate.api.steps import MUNICIPALITY, WRITE_PROBLEMS, in_words, operation_id
from cocreate.domain.municipality import Municipality
from cocreate.domain.vocabulary import Visibility
from cocreate.domain.webhooks import (
    ChangeWebhook,
    EndWebhook,
    PauseWebhook,
    RedeliverEvents,
    ResumeWebhook,
    RotateWebhookSecret,
    SubscribeWebhook,
    Webhook,
    WebhookMode,
    WebhookStatus,
    WebhookTerms,
)
from cocreate.exchange.cloudevents import STRUCTURED, EventFormat, in_json
from cocreate.log.tail import Place
from cocreate.webhooks.addresses import Forbidden
from cocreate.webhooks.progress import TOPIC, wake
from cocreate.webhooks.sending import Outcome
from cocreate.webhooks.signing import as_shown, signed_headers

AnyRequest = Request[Any, Any, Any]

TAG = "webhooks"
WEBHOOK = f"{MUNICIPALITY}/webhooks/{{webhook:str}}"
READ_PROBLEMS = (400, 401, 403, 404, 503)
MAX_LIMIT = 1_000


class LastDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the last request."""

    at: datetime
    outcome: Outcome
    status: int | None


class WebhookAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A webhook: what it is sent, and how far that has come.

    All up to ``position`` was sent or passed over; the log goes on ``behind`` positions more. What
    comes next failed ``failures`` times, and is tried again at ``dueAt``.
    """

    id: str
    title: str
    address: str
    audience: Visibility
    types: Sequence[str] | None
    mode: WebhookMode
    status: WebhookStatus
    position: int
    behind: int
    failures: int
    failing_since: datetime | None
    due_at: datetime | None
    dead_letters: int
    last_delivery: LastDelivery | None


class WebhookList(msgspec.Struct, frozen=True, kw_only=True):
    """All webhooks of a municipality, those that ended too."""

    webhooks: Sequence[WebhookAnswer]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a webhook: its ``webhook-id``, how many events it had, and what came of it."""

    number: int
    at: datetime
    message: str
    events: int
    outcome: Outcome
    status: int | None
    milliseconds: int


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Requests, the latest first, and where earlier ones are, if there are."""

    deliveries: Sequence[Delivery]
    next: str | None


class DeadLetterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was passed over: its id as it is sent, and how the address refused it."""

    id: str
    type: str
    at: datetime
    failures: int
    status: int | None


class DeadLetterPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Dead letters in the order of the log, and where the next are, if there are."""

    dead_letters: Sequence[DeadLetterAnswer]
    next: str | None


class PingWebhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send an event that is about nothing, and tell what comes of it."""


class Pinged(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a ping."""

    message: str
    outcome: Outcome
    status: int | None
    milliseconds: int


# -- what is recorded ------------------------------------------------------------------------------

_SUBSCRIPTION = Body(SubscribeWebhook)
_ROTATION = Body(RotateWebhookSecret)


@post(
    f"{MUNICIPALITY}/webhooks",
    operation_id=operation_id(SubscribeWebhook),
    summary=in_words(SubscribeWebhook)[0],
    description=(
        "It begins with what is recorded from now on, or with what comes `after` a position. "
        "Personal data is never sent: see `dataref`. The secret that signs is shown once."
    ),
    tags=[TAG],
    opt=documented(
        takes=SubscribeWebhook,
        example=WEBHOOK_EXAMPLES["webhooks"],
        answers=SecretWritten,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def subscribe_webhook(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Begin a subscription."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, MANAGE_WEBHOOKS)
    said, conditions = await _SUBSCRIPTION.read(request)
    _require_allowed(parts, said)
    webhook = said.webhook or _new_id(code, conditions.key)
    step = msgspec.structs.replace(said, webhook=webhook)
    # Before it is in the log, so that nothing is in the log that cannot be sent to.
    made = await parts.service.webhook_secrets.make(code, webhook)
    await parts.service.pool.execute(
        "select cocreate.add_webhook($1, $2, $3)", code, webhook, said.after
    )
    kept = False
    try:
        receipt = await take(
            parts, request, principal, step, conditions, Municipality.subscribe_webhook, said=said
        )
        kept = not receipt.repeated
    finally:
        if not kept:
            await parts.service.webhook_secrets.drop(code, webhook, made.serial)
            await _forget_unless_there(parts, code, webhook)
    await _follow(parts, code, webhook)
    shown = as_shown(made.secret) if kept else None
    return keyed(code, receipt, _resource(code, webhook), shown, proven=await parts.proves(code))


@post(
    f"{MUNICIPALITY}/{RotateWebhookSecret.noun}",
    operation_id=operation_id(RotateWebhookSecret),
    summary=in_words(RotateWebhookSecret)[0],
    description="Until then, every request has a signature by each. The new one is shown once.",
    tags=[TAG],
    opt=documented(
        takes=RotateWebhookSecret,
        example=WEBHOOK_EXAMPLES[RotateWebhookSecret.noun],
        answers=SecretWritten,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def rotate_webhook_secret(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give a webhook a new secret."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, MANAGE_WEBHOOKS)
    step, conditions = await _ROTATION.read(request)
    service = parts.service
    await _the_webhook(parts, code, step.webhook)
    made = await service.webhook_secrets.make(code, step.webhook)
    kept = False
    try:
        receipt = await take(
            parts, request, principal, step, conditions, Municipality.rotate_webhook_secret
        )
        kept = not receipt.repeated
    finally:
        if not kept:
            await service.webhook_secrets.drop(code, step.webhook, made.serial)
    if kept:
        overlap = timedelta(hours=step.overlap_hours)
        await service.webhook_secrets.end_before(code, step.webhook, made.serial, overlap)
    shown = as_shown(made.secret) if kept else None
    return keyed(
        code, receipt, _resource(code, step.webhook), shown, proven=await parts.proves(code)
    )


Then = Callable[[Parts, str, S], Awaitable[None]]
"""What is done once a step is in the log; doing it again is no harm."""


def _route(
    step_class: type[S],
    decide: Decide[S],
    webhook_of: Callable[[S], str],
    then: Then[S] | None = None,
) -> HTTPRouteHandler:
    """Give the route by which a step on a webhook is taken."""
    body = Body(step_class)

    async def take_step(request: AnyRequest) -> ASGIResponse:
        parts = parts_of(request)
        principal = await parts.access.allowed(request, MANAGE_WEBHOOKS)
        step, conditions = await body.read(request)
        if isinstance(step, WebhookTerms):
            _require_allowed(parts, step)
        code, webhook = request.scope["path_params"]["code"], webhook_of(step)
        receipt = await take(parts, request, principal, step, conditions, decide)
        if then is not None:
            await then(parts, code, step)
        await _follow(parts, code, webhook)
        return changed(
            code, receipt, proven=await parts.proves(code), resource=_resource(code, webhook)
        )

    summary, description = in_words(step_class)
    return post(
        f"{MUNICIPALITY}/{step_class.noun}",
        operation_id=operation_id(step_class),
        summary=summary,
        description=description,
        tags=[TAG],
        opt=documented(
            takes=step_class,
            example=WEBHOOK_EXAMPLES[step_class.noun],
            answers=MunicipalityWritten,
            problems=WRITE_PROBLEMS,
            preconditions=True,
        ),
    )(take_step)


async def _forget_unless_there(parts: Parts, code: str, webhook: str) -> None:
    municipality = await parts.service.live.municipality(code)
    if webhook not in municipality.webhooks:
        await parts.service.pool.execute("select cocreate.drop_webhook($1, $2)", code, webhook)


async def _redeliver(parts: Parts, code: str, step: RedeliverEvents) -> None:
    await parts.service.pool.execute(
        "select cocreate.redeliver($1, $2, $3)", code, step.webhook, step.after
    )


async def _follow(parts: Parts, code: str, webhook_id: str) -> None:
    """Have a webhook sent to, or not, as the log has it now."""
    municipality = await parts.service.live.municipality(code)
    status = municipality.webhooks[webhook_id].status
    if status is WebhookStatus.ENDED:
        await parts.service.webhook_secrets.drop(code, webhook_id)
    sends = status is WebhookStatus.ACTIVE
    await wake(parts.service.pool, code, webhook_id, sends=sends)
    parts.service.signals.tell(TOPIC, code)


def _require_allowed(parts: Parts, terms: WebhookTerms) -> None:
    """Refuse an address of which it is plain already that nothing is sent to it."""
    try:
        parts.sender.policy.require_url(terms.address)
    except Forbidden as forbidden:
        facts = {"problem": str(forbidden)}
        raise Problem(
            "invalid-input", errors=[FieldError("/address", "address-not-allowed", facts)]
        ) from None
    except ValueError:
        return  # the rules of the domain say what is wrong with it


def _new_id(code: str, key: str | None) -> str:
    """Give an id for a new webhook: for a repeat of the same command, the same."""
    if key is None:
        return f"webhook-{secrets.token_hex(8)}"
    return f"webhook-{sha256(f'{code} {key}'.encode()).hexdigest()[:16]}"


def _resource(code: str, webhook: str) -> Resource:
    return Resource(id=webhook, href=f"/v1/municipalities/{code}/webhooks/{webhook}")


# -- what is read ----------------------------------------------------------------------------------


@get(
    f"{MUNICIPALITY}/webhooks",
    operation_id="listWebhooks",
    summary="Read which webhooks there are, and how far each has come",
    tags=[TAG],
    opt=documented(answers=WebhookList, problems=READ_PROBLEMS),
)
async def list_webhooks(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give all webhooks."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_WEBHOOKS)
    return as_json(WebhookList(webhooks=await _webhooks(parts, code)))


@get(
    WEBHOOK,
    operation_id="getWebhook",
    summary="Read a webhook",
    tags=[TAG],
    opt=documented(answers=WebhookAnswer, problems=READ_PROBLEMS),
)
async def get_webhook(
    request: AnyRequest, code: FromPath[str], webhook: FromPath[str]
) -> ASGIResponse:
    """Give a webhook."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_WEBHOOKS)
    for each in await _webhooks(parts, code):
        if each.id == webhook:
            return as_json(each)
    raise Problem("not-found")


Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many to give at most.")]


@get(
    f"{WEBHOOK}/deliveries",
    operation_id="listDeliveries",
    summary="Read what came of the last requests to a webhook",
    description="The latest first; the last thousand are kept.",
    tags=[TAG],
    opt=documented(answers=DeliveryPage, problems=READ_PROBLEMS),
)
async def list_deliveries(
    request: AnyRequest,
    code: FromPath[str],
    webhook: FromPath[str],
    before: Annotated[
        int, QueryParameter(ge=1, le=2**53, description="The number before which to start.")
    ] = 2**53,
    limit: Limit = 100,
) -> ASGIResponse:
    """Give a page of requests."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_WEBHOOKS)
    await _the_webhook(parts, code, webhook)
    rows = await parts.service.pool.fetch(
        "select * from cocreate.list_deliveries($1, $2, $3, $4)", code, webhook, before, limit + 1
    )
    page = [
        Delivery(
            number=row["number"],
            at=row["at"],
            message=row["message"],
            events=row["events"],
            outcome=Outcome(row["outcome"]),
            status=row["status"],
            milliseconds=row["milliseconds"],
        )
        for row in rows[:limit]
    ]
    following = None
    if len(rows) > limit:
        path = f"{_resource(code, webhook).href}/deliveries"
        following = f"{path}?before={page[-1].number}&limit={limit}"
    return as_json(DeliveryPage(deliveries=page, next=following))


@get(
    f"{WEBHOOK}/dead-letters",
    operation_id="listDeadLetters",
    summary="Read which events were passed over because a webhook refused them",
    tags=[TAG],
    opt=documented(answers=DeadLetterPage, problems=READ_PROBLEMS),
)
async def list_dead_letters(
    request: AnyRequest,
    code: FromPath[str],
    webhook: FromPath[str],
    after: Annotated[
        int, QueryParameter(ge=0, le=2**53, description="The position after which to start.")
    ] = 0,
    step: Annotated[
        int, QueryParameter(ge=0, le=2**31 - 1, description="The version after which to start.")
    ] = 0,
    limit: Limit = 100,
) -> ASGIResponse:
    """Give a page of dead letters."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_WEBHOOKS)
    await _the_webhook(parts, code, webhook)
    rows = await parts.service.pool.fetch(
        "select * from cocreate.list_dead_letters($1, $2, $3, $4, $5)",
        code,
        webhook,
        after,
        step,
        limit + 1,
    )
    page = [
        DeadLetterAnswer(
            id=str(Place(row["position"], row["step"])),
            type=row["type"],
            at=row["at"],
            failures=row["failures"],
            status=row["status"],
        )
        for row in rows[:limit]
    ]
    following = None
    if len(rows) > limit:
        path, last = f"{_resource(code, webhook).href}/dead-letters", rows[limit - 1]
        following = f"{path}?after={last['position']}&step={last['step']}&limit={limit}"
    return as_json(DeadLetterPage(dead_letters=page, next=following))


_PING = Body(PingWebhook)


@post(
    f"{WEBHOOK}/pings",
    operation_id="pingWebhook",
    summary=in_words(PingWebhook)[0],
    description="At once, whether the webhook is paused or not; it is not among the deliveries.",
    tags=[TAG],
    status_code=200,
    opt=documented(
        takes=PingWebhook,
        example={},
        answers=Pinged,
        problems=(400, 401, 403, 404, 413, 415, 503),
    ),
)
async def ping_webhook(
    request: AnyRequest, code: FromPath[str], webhook: FromPath[str]
) -> ASGIResponse:
    """Try the address of a webhook."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_WEBHOOKS)
    await _PING.read(request)
    known = await _the_webhook(parts, code, webhook)
    keys = await parts.service.webhook_secrets.in_use(code, webhook)
    if known.status is WebhookStatus.ENDED or not keys:
        raise Problem("not-found")
    now, ping = datetime.now(UTC), f"ping-{secrets.token_hex(8)}"
    body = in_json(EventFormat(code, parts.settings.public_url).ping(webhook, ping, now))
    message = f"msg_{code}_{webhook}_{ping}".replace(".", "_")
    headers = [
        (b"content-type", STRUCTURED.encode()),
        *signed_headers(keys, message, now, body),
    ]
    answered = await parts.sender.send(known.address, headers, body)
    return as_json(
        Pinged(
            message=message,
            outcome=answered.outcome,
            status=answered.status,
            milliseconds=answered.milliseconds,
        )
    )


async def _the_webhook(parts: Parts, code: str, webhook_id: str) -> Webhook:
    municipality = await parts.service.live.municipality(code)
    webhook = municipality.webhooks.get(webhook_id)
    if webhook is None:
        raise Problem("not-found")
    return webhook


async def _webhooks(parts: Parts, code: str) -> list[WebhookAnswer]:
    municipality = await parts.service.live.municipality(code)
    rows = await parts.service.pool.fetch("select * from cocreate.list_webhooks($1)", code)
    progress: Mapping[str, asyncpg.Record] = {row["webhook"]: row for row in rows}
    return [
        _answer(webhook, progress[webhook.id])
        for webhook in municipality.webhooks.values()
        if webhook.id in progress
    ]


def _answer(webhook: Webhook, row: asyncpg.Record) -> WebhookAnswer:
    last = None
    if row["at"] is not None:
        last = LastDelivery(at=row["at"], outcome=Outcome(row["outcome"]), status=row["status"])
    waits = webhook.status is WebhookStatus.ACTIVE and row["failures"]
    return WebhookAnswer(
        id=webhook.id,
        title=webhook.title,
        address=webhook.address,
        audience=webhook.audience,
        types=None if webhook.types is None else sorted(webhook.types),
        mode=webhook.mode,
        status=webhook.status,
        position=row["position"],
        behind=row["head"] - row["position"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        due_at=row["due_at"] if waits else None,
        dead_letters=row["dead_letters"],
        last_delivery=last,
    )


HANDLERS = (
    subscribe_webhook,
    rotate_webhook_secret,
    _route(ChangeWebhook, Municipality.change_webhook, lambda step: step.webhook),
    _route(PauseWebhook, Municipality.pause_webhook, lambda step: step.webhook),
    _route(ResumeWebhook, Municipality.resume_webhook, lambda step: step.webhook),
    _route(EndWebhook, Municipality.end_webhook, lambda step: step.webhook),
    _route(RedeliverEvents, Municipality.redeliver_events, lambda step: step.webhook, _redeliver),
    list_webhooks,
    get_webhook,
    list_deliveries,
    list_dead_letters,
    ping_webhook,
)
