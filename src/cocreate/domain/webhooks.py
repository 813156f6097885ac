"""Webhooks: where a municipality has its events sent, and which.

Who is sent the events is something to give account of, so every subscription, change and end of one
is a step in the municipality's own history. How far the sending has come is not: that is kept
beside the log. Nor is the secret that signs, which is in no event at all.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from eventsourcing.domain import BaseAggregate
from msgspec import Meta

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.steps.base import (
    ID_PATTERN,
    Event,
    EventMeta,
    Line,
    NewId,
    Step,
    Title,
    Url,
)
from cocreate.domain.vocabulary import Visibility

WebhookId = Annotated[str, Meta(pattern=ID_PATTERN)]
EventType = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z]{0,59}(?![\s\S])")]
"""The name of a kind of event, such as ``WishExpressed``."""
Position = Annotated[int, Meta(ge=0, le=2**53)]
"""A position in the log of the municipality."""

MAX_WEBHOOKS = 50
"""How many subscriptions a municipality has at most, those that ended aside."""


class WebhookMode(StrEnum):
    """How events are put in a request: one each, or as many as there are (CloudEvents 1.0)."""

    STRUCTURED = "structured"
    BATCHED = "batched"


class WebhookStatus(StrEnum):
    """What a subscription does: dead is one whose address gave no good answer for too long."""

    ACTIVE = "active"
    PAUSED = "paused"
    DEAD = "dead"
    ENDED = "ended"


class WebhookTerms(Step, frozen=True, kw_only=True):
    """What is sent, where to and how.

    ``types`` names the events that are sent; without it, all that the audience may see are.
    """

    by_default: ClassVar = Visibility.INTERNAL

    title: Title
    address: Url
    audience: Visibility = Visibility.PUBLIC
    types: Annotated[tuple[EventType, ...], Meta(min_length=1, max_length=200)] | None = None
    mode: WebhookMode = WebhookMode.STRUCTURED


class SubscribeWebhook(WebhookTerms, frozen=True, kw_only=True):
    """Have events of this municipality sent to an address.

    It begins with what is recorded from now on, or with what comes ``after`` a position.
    """

    noun: ClassVar = "webhooks"

    webhook: NewId | None = None
    after: Position | None = None


class WebhookSubscribed(SubscribeWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription began."""

    webhook: WebhookId


class ChangeWebhook(WebhookTerms, frozen=True, kw_only=True):
    """Change what a webhook is sent, where to and how; what is not named is as by default."""

    noun: ClassVar = "webhook-changes"

    webhook: WebhookId


class WebhookChanged(ChangeWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription was changed."""


class PauseWebhook(Step, frozen=True, kw_only=True):
    """Send nothing to a webhook until it is resumed; it misses nothing by that."""

    noun: ClassVar = "webhook-pauses"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId


class WebhookPaused(PauseWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription was paused."""


class ResumeWebhook(Step, frozen=True, kw_only=True):
    """Go on with a webhook that was paused, or is dead, from where it stopped."""

    noun: ClassVar = "webhook-resumptions"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId


class WebhookResumed(ResumeWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription was resumed."""


class GiveUpWebhook(Step, frozen=True, kw_only=True):
    """An address gave no good answer for days: nothing more is sent until it is resumed."""

    noun: ClassVar = "webhook-deaths"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId
    outcome: Line
    """What came of the last attempt."""


class WebhookGivenUp(GiveUpWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription is dead."""


class EndWebhook(Step, frozen=True, kw_only=True):
    """Never send anything more to a webhook."""

    noun: ClassVar = "webhook-ends"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId
    motivation: Line | None = None


class WebhookEnded(EndWebhook, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A subscription ended."""


class RotateWebhookSecret(Step, frozen=True, kw_only=True):
    """Give a webhook a new secret; the one of before signs beside it for some hours more."""

    noun: ClassVar = "webhook-secrets"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId
    overlap_hours: Annotated[int, Meta(ge=0, le=24 * 30)] = 24


class WebhookSecretRotated(
    RotateWebhookSecret, Event, frozen=True, kw_only=True, metaclass=EventMeta
):
    """A webhook was given a new secret, which is not said here."""


class RedeliverEvents(Step, frozen=True, kw_only=True):
    """Send a webhook again what it was sent before.

    With ``after``, all that comes after that position, in order; without it, its dead letters.
    """

    noun: ClassVar = "webhook-redeliveries"
    by_default: ClassVar = Visibility.INTERNAL

    webhook: WebhookId
    after: Position | None = None


class RedeliveryRequested(RedeliverEvents, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """It was asked to send events again."""


class Webhook(msgspec.Struct, kw_only=True):
    """A subscription as it stands."""

    id: str
    title: str
    address: str
    audience: Visibility
    types: frozenset[str] | None
    mode: WebhookMode
    status: WebhookStatus = WebhookStatus.ACTIVE

    def is_sent(self, event_type: str) -> bool:
        """Tell whether a kind of event is sent, to those who may see it."""
        return self.types is None or event_type in self.types


if TYPE_CHECKING:
    _Aggregate = BaseAggregate[UUID]
else:
    _Aggregate = object  # the library takes every subclass of its base for an aggregate of its own


class Webhooks(_Aggregate):
    """What a municipality does with its webhooks.

    Every command raises :class:`~cocreate.domain.errors.UnknownReference` for a webhook that is not
    there, and :class:`~cocreate.domain.errors.WrongStatus` for one whose status does not allow it.
    """

    event_types: ClassVar[frozenset[str]]
    """The kinds of events there are."""
    webhooks: dict[str, Webhook]

    def decide(self, event_class: type[Event], step: Step, moment: Moment) -> None:
        """Record the event of a step."""
        raise NotImplementedError

    def subscribe_webhook(self, step: SubscribeWebhook, moment: Moment) -> None:
        """Begin a subscription.

        Raises :class:`~cocreate.domain.errors.TooManyWebhooks`, and what :meth:`change_webhook`
        raises of its terms.
        """
        webhook = step.webhook or f"webhook-{self.version + 1}"
        if webhook in self.webhooks:
            raise errors.IdTaken(id=webhook)
        going_on = [each for each in self.webhooks.values() if each.status in _NOT_ENDED]
        if len(going_on) >= MAX_WEBHOOKS:
            raise errors.TooManyWebhooks(limit=MAX_WEBHOOKS)
        self._require_terms(step)
        self.decide(WebhookSubscribed, msgspec.structs.replace(step, webhook=webhook), moment)

    def change_webhook(self, step: ChangeWebhook, moment: Moment) -> None:
        """Change the terms of a subscription.

        Raises :class:`~cocreate.domain.errors.UnfitAddress`,
        :class:`~cocreate.domain.errors.InternalNeedsHttps`, and
        :class:`~cocreate.domain.errors.UnknownReference` for a kind of event that is none.
        """
        self._require(step.webhook, *_NOT_ENDED)
        self._require_terms(step)
        self.decide(WebhookChanged, step, moment)

    def pause_webhook(self, step: PauseWebhook, moment: Moment) -> None:
        """Pause a subscription that is active."""
        self._require(step.webhook, WebhookStatus.ACTIVE)
        self.decide(WebhookPaused, step, moment)

    def resume_webhook(self, step: ResumeWebhook, moment: Moment) -> None:
        """Resume a subscription that is paused or dead."""
        self._require(step.webhook, WebhookStatus.PAUSED, WebhookStatus.DEAD)
        self.decide(WebhookResumed, step, moment)

    def give_up_webhook(self, step: GiveUpWebhook, moment: Moment) -> None:
        """Call a subscription dead."""
        self._require(step.webhook, WebhookStatus.ACTIVE)
        self.decide(WebhookGivenUp, step, moment)

    def end_webhook(self, step: EndWebhook, moment: Moment) -> None:
        """End a subscription."""
        self._require(step.webhook, *_NOT_ENDED)
        self.decide(WebhookEnded, step, moment)

    def rotate_webhook_secret(self, step: RotateWebhookSecret, moment: Moment) -> None:
        """Give a webhook another secret."""
        self._require(step.webhook, *_NOT_ENDED)
        self.decide(WebhookSecretRotated, step, moment)

    def redeliver_events(self, step: RedeliverEvents, moment: Moment) -> None:
        """Send events again."""
        self._require(step.webhook, *_NOT_ENDED)
        self.decide(RedeliveryRequested, step, moment)

    def remember_webhook(self, taken: Event) -> None:
        """Keep what an event changes in a subscription."""
        if isinstance(taken, WebhookSubscribed | WebhookChanged):
            before = self.webhooks.get(taken.webhook)
            self.webhooks[taken.webhook] = Webhook(
                id=taken.webhook,
                title=taken.title,
                address=taken.address,
                audience=taken.audience,
                types=None if taken.types is None else frozenset(taken.types),
                mode=taken.mode,
                status=WebhookStatus.ACTIVE if before is None else before.status,
            )
        elif isinstance(taken, WebhookPaused | WebhookResumed | WebhookGivenUp | WebhookEnded):
            self.webhooks[taken.webhook].status = _BECOMES[taken.noun]

    def _require(self, webhook_id: str, *allowed: WebhookStatus) -> None:
        webhook = self.webhooks.get(webhook_id)
        if webhook is None:
            raise errors.UnknownReference(kind="webhook", id=webhook_id)
        if webhook.status not in allowed:
            raise errors.WrongStatus(kind="webhook", id=webhook_id, status=webhook.status)

    def _require_terms(self, step: WebhookTerms) -> None:
        require_fit(step.address)
        if step.audience is Visibility.INTERNAL and not step.address.startswith("https:"):
            raise errors.InternalNeedsHttps(address=step.address)
        for event_type in step.types or ():
            if event_type not in self.event_types:
                raise errors.UnknownReference(kind="event", id=event_type)


def require_fit(address: str) -> None:
    """Raise :class:`~cocreate.domain.errors.UnfitAddress` for one that nothing can be sent to.

    One with a name and a password in it is refused as well: it would stand in the log.
    """
    try:
        parts = urlsplit(address)
        fit = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        fit = False
    if not fit or "#" in address or not address.isascii():
        raise errors.UnfitAddress(address=address)


_NOT_ENDED = (WebhookStatus.ACTIVE, WebhookStatus.PAUSED, WebhookStatus.DEAD)

_BECOMES = {
    PauseWebhook.noun: WebhookStatus.PAUSED,
    ResumeWebhook.noun: WebhookStatus.ACTIVE,
    GiveUpWebhook.noun: WebhookStatus.DEAD,
    EndWebhook.noun: WebhookStatus.ENDED,
}


WEBHOOK_EVENTS: tuple[type[Event], ...] = (
    WebhookSubscribed,
    WebhookChanged,
    WebhookPaused,
    WebhookResumed,
    WebhookGivenUp,
    WebhookEnded,
    WebhookSecretRotated,
    RedeliveryRequested,
)
