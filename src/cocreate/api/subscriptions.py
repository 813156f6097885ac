"""Subscriptions and plans, for the operator. A municipality is closed by `cocreate municipality`.

Destroying data takes who owns the tables, which no process that answers requests acts as.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Answer, as_json
from cocreate.api.authentication import is_code
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import PLAN_EXAMPLE, SUBSCRIPTION_EXAMPLES
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.api.recording import losing_told
from cocreate.api.roles import OPERATE
from cocreate.api.steps import WRITE_PROBLEMS, in_words, operation_id
from cocreate.domain.subscription import (
    OPERATOR_LOG,
    ActivateSubscription,
    AnnounceLeaving,
    ChangePlan,
    DefinePlan,
    Destroyed,
    InviteMunicipality,
    Quotas,
    ResumeSubscription,
    SubscriptionStep,
    SuspendSubscription,
    plans_id,
    subscription_id,
)
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.live import Receipt

S = TypeVar("S", bound=SubscriptionStep)

TAG = "subscriptions"
SUBSCRIPTIONS = "/v1/subscriptions"
SUBSCRIPTION = f"{SUBSCRIPTIONS}/{{subscriber:str}}"
PLANS = "/v1/plans"

STEPS: Sequence[type[SubscriptionStep]] = (
    ActivateSubscription,
    ChangePlan,
    SuspendSubscription,
    ResumeSubscription,
    AnnounceLeaving,
)
"""What can be done with a subscription that is there."""

_READ_PROBLEMS = (400, 401, 403, 404, 503)


class SubscriptionAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One who subscribed or was invited to."""

    code: str
    name: str
    state: SubscriptionState
    since: date
    """The day on which it came to be so."""
    plan: str
    last_day: date | None
    """The last day on which something is recorded, where the municipality leaves."""


class SubscriptionInFull(SubscriptionAnswer, frozen=True, kw_only=True, rename="camel"):
    """A subscription, and what there was of a municipality whose data was destroyed."""

    quotas: Quotas
    """What the plan held when it was taken; what is not named has no limit."""
    destroyed: Destroyed | None
    version: int


class SubscriptionList(msgspec.Struct, frozen=True, kw_only=True):
    """All who ever subscribed, and those who are invited."""

    subscriptions: Sequence[SubscriptionAnswer]


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, as it is for whoever takes it now."""

    plan: str
    title: str
    quotas: Quotas
    """What is not named has no limit."""


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """The plans there are, the built-in one first."""

    plans: Sequence[PlanAnswer]


class OperatorWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the operator's log: the new version of its history, its position there."""

    id: str
    """The code of the municipality, or the name of the plan."""
    version: int
    position: int
    href: str


@get(
    SUBSCRIPTIONS,
    operation_id="listSubscriptions",
    summary="Read who is subscribed",
    tags=[TAG],
    opt=documented(answers=SubscriptionList, problems=(401, 403, 503)),
)
async def list_subscriptions(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Give all subscriptions, by the code of the municipality."""
    parts = parts_of(request)
    await parts.access.allowed(request, OPERATE)
    found = [
        SubscriptionAnswer(
            code=each.code,
            name=each.name,
            state=each.state,
            since=each.since,
            plan=each.plan,
            last_day=each.last_day,
        )
        for each in await parts.service.subscriptions.subscribers()
    ]
    return as_json(SubscriptionList(subscriptions=found))


@get(
    SUBSCRIPTION,
    operation_id="readSubscription",
    summary="Read the subscription of a municipality",
    tags=[TAG],
    opt=documented(answers=SubscriptionInFull, problems=_READ_PROBLEMS),
)
async def read_subscription(
    request: Request[Any, Any, Any], subscriber: FromPath[str]
) -> ASGIResponse:
    """Give a subscription."""
    parts = parts_of(request)
    await parts.access.allowed(request, OPERATE)
    found = await parts.service.subscriptions.find(_code(subscriber))
    if found is None:
        raise Problem("not-found")
    version = found.version - len(found.pending_events)
    return as_json(
        SubscriptionInFull(
            code=found.code,
            name=found.name,
            state=found.state,
            since=found.since,
            plan=found.plan,
            last_day=found.last_day,
            quotas=found.quotas,
            destroyed=found.destroyed,
            version=version,
        ),
        200,
        (b"etag", b'"%d"' % version),
    )


_INVITATION = Body(InviteMunicipality)


@post(
    SUBSCRIPTIONS,
    operation_id=operation_id(InviteMunicipality),
    summary=in_words(InviteMunicipality)[0],
    tags=[TAG],
    opt=documented(
        takes=InviteMunicipality,
        example=SUBSCRIPTION_EXAMPLES[InviteMunicipality.noun],
        answers=OperatorWritten,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def invite_municipality(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Invite a municipality."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, OPERATE)
    step, conditions = await _INVITATION.read(request)
    if conditions.matching:  # what is not there yet matches nothing
        raise Problem("version-mismatch", version=0, since=[])
    sender = conditions.sender(principal, request.scope, step)
    receipt = await parts.service.subscriptions.invite(step, sender)
    return _written(step.code, f"{SUBSCRIPTIONS}/{step.code}", receipt)


def _step_route(step_class: type[S]) -> HTTPRouteHandler:
    """Give the route by which the operator takes a step in a subscription."""
    body = Body(step_class)

    async def take(request: Request[Any, Any, Any]) -> ASGIResponse:
        parts = parts_of(request)
        principal = await parts.access.allowed(request, OPERATE)
        step, conditions = await body.read(request)
        code = _code(request.scope["path_params"]["subscriber"])
        sender = conditions.sender(principal, request.scope, step)
        service = parts.service
        async with losing_told(service.reader, OPERATOR_LOG, subscription_id(code), conditions):
            receipt = await service.subscriptions.take(code, step, sender)
        return _written(code, f"{SUBSCRIPTIONS}/{code}", receipt)

    summary, more = in_words(step_class)
    return post(
        f"{SUBSCRIPTION}/{step_class.noun}",
        operation_id=operation_id(step_class),
        summary=summary,
        description=more,
        tags=[TAG],
        opt=documented(
            takes=step_class,
            example=SUBSCRIPTION_EXAMPLES[step_class.noun],
            answers=OperatorWritten,
            problems=WRITE_PROBLEMS,
            preconditions=True,
        ),
    )(take)


@get(
    PLANS,
    operation_id="listPlans",
    summary="Read which plans there are",
    tags=[TAG],
    opt=documented(answers=Plans, problems=(401, 403, 503)),
)
async def list_plans(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Give the plans."""
    parts = parts_of(request)
    await parts.access.allowed(request, OPERATE)
    plans = await parts.service.subscriptions.plans()
    found = [
        PlanAnswer(plan=plan.plan, title=plan.title, quotas=plan.quotas) for plan in plans.values()
    ]
    return as_json(Plans(plans=found))


_PLAN = Body(DefinePlan)


@post(
    PLANS,
    operation_id=operation_id(DefinePlan),
    summary=in_words(DefinePlan)[0],
    description="Who took the plan before keeps what it held then, until the plan is taken anew.",
    tags=[TAG],
    opt=documented(
        takes=DefinePlan,
        example=PLAN_EXAMPLE,
        answers=OperatorWritten,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def define_plan(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Define a plan."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, OPERATE)
    step, conditions = await _PLAN.read(request)
    sender = conditions.sender(principal, request.scope, step)
    service = parts.service
    async with losing_told(service.reader, OPERATOR_LOG, plans_id(), conditions):
        receipt = await service.subscriptions.define_plan(step, sender)
    return _written(step.plan, PLANS, receipt)


def _code(text: str) -> str:
    if not is_code(text):
        raise Problem("not-found")
    return text


def _written(about: str, href: str, receipt: Receipt) -> Answer:
    written = OperatorWritten(
        id=about, version=receipt.version, position=receipt.position, href=href
    )
    headers = [(b"location", href.encode()), (b"etag", b'"%d"' % receipt.version)]
    if receipt.repeated:
        headers.append((b"idempotency-replayed", b"true"))
    return as_json(written, 201, *headers)


HANDLERS = (
    list_subscriptions,
    read_subscription,
    invite_municipality,
    *map(_step_route, STEPS),
    list_plans,
    define_plan,
)
