"""What a municipality sets for itself, and where it stands with the operator."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_json
from cocreate.api.documented import documented
from cocreate.api.examples import SETTINGS_EXAMPLE
from cocreate.api.knowing import READ_PROBLEMS
from cocreate.api.municipalities import TAG, rule_route
from cocreate.api.noting import note_read
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.api.roles import SEE_SUBSCRIPTION
from cocreate.api.steps import MUNICIPALITY
from cocreate.domain.municipality import Municipality
from cocreate.domain.own_settings import ChangeSettings, OwnSettings
from cocreate.domain.subscription import Quotas
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.subscriptions import Use


class OwnSubscription(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a municipality is subscribed to, and how much of it is used."""

    state: SubscriptionState
    last_day: date | None
    """The last day on which something is recorded, where the municipality leaves."""
    plan: str
    quotas: Quotas
    """What the plan holds; what is not named has no limit."""
    use: Use


@get(
    f"{MUNICIPALITY}/settings",
    operation_id="readSettings",
    summary="Read what a municipality has set for itself",
    tags=[TAG],
    opt=documented(answers=OwnSettings, problems=READ_PROBLEMS, open=True),
)
async def read_settings(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give the settings."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    return as_json((await parts.service.live.municipality(code)).settings)


@get(
    f"{MUNICIPALITY}/subscription",
    operation_id="readOwnSubscription",
    summary="Read what a municipality is subscribed to, and how much of it is used",
    description="For the administrator of the municipality, and the operator.",
    tags=[TAG],
    opt=documented(answers=OwnSubscription, problems=(400, 401, 403, 404, 503)),
)
async def read_own_subscription(
    request: Request[Any, Any, Any], code: FromPath[str]
) -> ASGIResponse:
    """Give how the municipality stands."""
    parts = parts_of(request)
    await parts.access.allowed(request, SEE_SUBSCRIPTION)
    standing = await parts.service.standings.of(code)
    if standing is None or standing.state is SubscriptionState.INVITED:
        raise Problem("not-found")
    return as_json(
        OwnSubscription(
            state=standing.state,
            last_day=standing.last_day,
            plan=standing.plan,
            quotas=standing.quotas,
            use=await parts.service.subscriptions.use(code),
        )
    )


HANDLERS = (
    rule_route(
        ChangeSettings.noun,
        ChangeSettings,
        Municipality.change_settings,
        SETTINGS_EXAMPLE,
        "All of them at once: what is not named is as it is for everyone. Without the public "
        "portal, whoever sends no key finds nothing of the municipality but its tree of hashes. "
        "A term can be set where the law leaves that to an ordinance (Awb 4:13); it holds for "
        "what is requested from its first day on.",
    ),
    read_settings,
    read_own_subscription,
)
