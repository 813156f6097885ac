"""Subscriptions: what is sent where, and what may become of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, RegisterMunicipality
from cocreate.domain.vocabulary import Visibility
from cocreate.domain.webhooks import (
    MAX_WEBHOOKS,
    ChangeWebhook,
    EndWebhook,
    GiveUpWebhook,
    PauseWebhook,
    RedeliverEvents,
    ResumeWebhook,
    RotateWebhookSecret,
    SubscribeWebhook,
    WebhookMode,
    WebhookStatus,
    WebhookSubscribed,
)

DAY = date(2025, 3, 3)
MOMENT = Moment(now=datetime(2025, 6, 10, 12, tzinfo=UTC))
ADDRESS = "https://zaken.delft.example/hooks?token=1"


@pytest.fixture
def delft() -> Municipality:
    return Municipality.register(
        RegisterMunicipality(occurred_on=DAY, code="GM0503", name="Delft"), MOMENT
    )


def subscribe(webhook: str | None = "w", address: str = ADDRESS, **more: Any) -> SubscribeWebhook:
    return SubscribeWebhook(
        occurred_on=DAY, webhook=webhook, title="Zaaksysteem", address=address, **more
    )


def status(municipality: Municipality) -> WebhookStatus:
    return municipality.webhooks["w"].status


def test_a_subscription_is_as_asked(delft: Municipality) -> None:
    delft.subscribe_webhook(subscribe(types=("WishExpressed",), mode=WebhookMode.BATCHED), MOMENT)
    webhook = delft.webhooks["w"]
    assert (webhook.address, webhook.audience) == (ADDRESS, Visibility.PUBLIC)
    assert (webhook.mode, webhook.status) == (WebhookMode.BATCHED, WebhookStatus.ACTIVE)
    assert webhook.is_sent("WishExpressed")
    assert not webhook.is_sent("WishSupported")
    # Where the events of a municipality go is not for everyone, unless it says so.
    [_, subscribed] = delft.pending_events
    assert isinstance(subscribed, WebhookSubscribed)
    assert subscribed.visibility is Visibility.INTERNAL


def test_without_types_every_kind_is_sent_and_without_an_id_one_is_made(
    delft: Municipality,
) -> None:
    delft.subscribe_webhook(subscribe(None), MOMENT)
    [webhook] = delft.webhooks.values()
    assert webhook.id == "webhook-2"
    assert webhook.is_sent("WishExpressed")


def test_an_id_is_given_once(delft: Municipality) -> None:
    delft.subscribe_webhook(subscribe(), MOMENT)
    delft.end_webhook(EndWebhook(occurred_on=DAY, webhook="w"), MOMENT)
    with pytest.raises(errors.IdTaken):
        delft.subscribe_webhook(subscribe(), MOMENT)


def test_a_kind_of_event_is_one_that_exists(delft: Municipality) -> None:
    with pytest.raises(errors.UnknownReference):
        delft.subscribe_webhook(subscribe(types=("WishSung",)), MOMENT)


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "https:///pad",
        "https://naam:geheim@delft.example/",
        "https://naam@delft.example/",
        "https://delft.example:0/",
        "https://delft.example:99999/",
        "https://delft.example:x/",
        "https://[::1/",
        "https://delft.example/#deel",
        "https://délft.example/",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_unfit(delft: Municipality, address: str) -> None:
    delft.subscribe_webhook(subscribe(), MOMENT)
    with pytest.raises(errors.UnfitAddress):
        delft.subscribe_webhook(subscribe("other", address), MOMENT)
    change = ChangeWebhook(occurred_on=DAY, webhook="w", title="t", address=address)
    with pytest.raises(errors.UnfitAddress):
        delft.change_webhook(change, MOMENT)


def test_what_is_internal_is_sent_over_https_only(delft: Municipality) -> None:
    bare = "http://zaken.delft.example/"
    delft.subscribe_webhook(subscribe("public", bare), MOMENT)
    delft.subscribe_webhook(subscribe("internal", audience=Visibility.INTERNAL), MOMENT)
    with pytest.raises(errors.InternalNeedsHttps):
        delft.subscribe_webhook(subscribe("no", bare, audience=Visibility.INTERNAL), MOMENT)
    change = ChangeWebhook(
        occurred_on=DAY,
        webhook="internal",
        title="t",
        address=bare,
        audience=Visibility.INTERNAL,
    )
    with pytest.raises(errors.InternalNeedsHttps):
        delft.change_webhook(change, MOMENT)


def test_a_change_leaves_the_status_as_it_is(delft: Municipality) -> None:
    delft.subscribe_webhook(subscribe(types=("WishExpressed",)), MOMENT)
    delft.pause_webhook(PauseWebhook(occurred_on=DAY, webhook="w"), MOMENT)
    address = "https://elders.delft.example/"
    change = ChangeWebhook(occurred_on=DAY, webhook="w", title="Elders", address=address)
    delft.change_webhook(change, MOMENT)
    assert (delft.webhooks["w"].address, delft.webhooks["w"].types) == (address, None)
    assert status(delft) is WebhookStatus.PAUSED


def test_it_is_paused_resumed_given_up_and_ended(delft: Municipality) -> None:
    delft.subscribe_webhook(subscribe(), MOMENT)
    pause = PauseWebhook(occurred_on=DAY, webhook="w")
    resume = ResumeWebhook(occurred_on=DAY, webhook="w")
    give_up = GiveUpWebhook(occurred_on=DAY, webhook="w", outcome="timeout")
    end = EndWebhook(occurred_on=DAY, webhook="w")
    with pytest.raises(errors.WrongStatus):
        delft.resume_webhook(resume, MOMENT)
    delft.pause_webhook(pause, MOMENT)
    assert status(delft) is WebhookStatus.PAUSED
    with pytest.raises(errors.WrongStatus):
        delft.pause_webhook(pause, MOMENT)
    with pytest.raises(errors.WrongStatus):  # nobody tries one that is paused
        delft.give_up_webhook(give_up, MOMENT)
    delft.resume_webhook(resume, MOMENT)
    delft.give_up_webhook(give_up, MOMENT)
    assert status(delft) is WebhookStatus.DEAD
    delft.resume_webhook(resume, MOMENT)
    assert status(delft) is WebhookStatus.ACTIVE
    delft.end_webhook(end, MOMENT)
    assert status(delft) is WebhookStatus.ENDED
    with pytest.raises(errors.WrongStatus):
        delft.resume_webhook(resume, MOMENT)
    with pytest.raises(errors.WrongStatus):
        delft.end_webhook(end, MOMENT)
    with pytest.raises(errors.WrongStatus):
        delft.rotate_webhook_secret(RotateWebhookSecret(occurred_on=DAY, webhook="w"), MOMENT)
    with pytest.raises(errors.WrongStatus):
        delft.redeliver_events(RedeliverEvents(occurred_on=DAY, webhook="w"), MOMENT)


def test_nothing_is_done_with_one_that_is_not_there(delft: Municipality) -> None:
    with pytest.raises(errors.UnknownReference):
        delft.pause_webhook(PauseWebhook(occurred_on=DAY, webhook="w"), MOMENT)


def test_there_is_a_most_and_those_that_ended_do_not_count(delft: Municipality) -> None:
    for number in range(MAX_WEBHOOKS):
        delft.subscribe_webhook(subscribe(f"w{number}"), MOMENT)
    with pytest.raises(errors.TooManyWebhooks):
        delft.subscribe_webhook(subscribe(), MOMENT)
    delft.end_webhook(EndWebhook(occurred_on=DAY, webhook="w0"), MOMENT)
    delft.subscribe_webhook(subscribe(), MOMENT)
