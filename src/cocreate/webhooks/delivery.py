"""Delivering to one webhook: in the order of the log, at least once, and for a while at a time.

What comes next is sent until it is taken; meanwhile nothing after it is. Only an event that the
address itself calls no good is passed over, as a dead letter. An address that gives no good answer
for days is given up, and whatever comes next waits in the log until the webhook is resumed.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.errors import RuleBroken
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import Role, Visibility
from cocreate.domain.webhooks import (
    EndWebhook,
    GiveUpWebhook,
    Webhook,
    WebhookMode,
    WebhookStatus,
)
from cocreate.exchange.cloudevents import BATCHED, STRUCTURED, EventFormat, in_json
from cocreate.log.connection import Pool
from cocreate.log.errors import VersionConflict
from cocreate.log.jobs import Due, Work
from cocreate.log.live import LiveProjects
from cocreate.log.live import Sender as Actor
from cocreate.log.tail import Place, Told, read_stretch
from cocreate.webhooks.progress import TOPIC, Held, Noted, Progress
from cocreate.webhooks.secrets import WebhookSecrets
from cocreate.webhooks.sending import Answered, Outcome, Sender
from cocreate.webhooks.signing import signed_headers

MOST_EVENTS = 100
"""How many events go in one batch, and how many are read at a time."""
SLICE_SECONDS = 5.0
"""For how long a webhook is sent to before others have their turn."""
MOST_OF_HOST = 4
MOST_OF_MUNICIPALITY = 8
"""How many requests a process has on their way at most: to one host, for one municipality."""
PUT_OFF = timedelta(seconds=1)
"""After how long about one that found all of these taken is tried again."""

AFTER_ERROR = timedelta(minutes=1)
"""After how long it is tried again where it is this side that failed."""

BASE_SECONDS = 10.0
LONGEST_SECONDS = 12 * 3600.0
LONGEST_ASKED = 24 * 3600.0
"""What Retry-After may ask for at most."""
GIVE_UP_AFTER = timedelta(days=3)
MOST_FAILURES = 25
"""When an address is given up: what comes next failed for so long, or so often."""
MOST_REFUSALS = 5
"""After how many attempts an event that is refused is passed over."""

WORKER = Actor(actor="webhooks", actor_role=Role.OPERATOR)
"""Under which name it is recorded that an address was given up, or is gone."""

_log = logging.getLogger(__name__)
_ATTEMPTS = 5
_LAST_STEP = 2**31 - 1


class Turns:
    """How many requests are on their way, so that no host and no municipality has them all."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, tenant: str, host: str) -> bool:
        """Take a turn, if there is one."""
        if self._taken[tenant] >= MOST_OF_MUNICIPALITY or self._taken[f"//{host}"] >= MOST_OF_HOST:
            return False
        self._taken.update((tenant, f"//{host}"))
        return True

    def give_back(self, tenant: str, host: str) -> None:
        """Let others have the turn."""
        self._taken.subtract((tenant, f"//{host}"))
        self._taken += Counter()  # without those that are at zero


class Deliveries(Work):
    """Delivers, one webhook at a time, to as many as are asked for at once."""

    entrypoint = "webhook"
    topic = TOPIC

    def __init__(
        self,
        progress: Progress,
        log: Pool,
        live: LiveProjects,
        secrets: WebhookSecrets,
        sender: Sender,
        public_url: str,
        *,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.progress = progress
        self.log = log
        self._live = live
        self._secrets = secrets
        self.sender = sender
        self.public_url = public_url
        self._chance = chance
        self._turns = Turns()

    async def tenants(self) -> set[str]:
        """Give the municipalities that have webhooks to send to."""
        return await self.progress.followed()

    async def due(self, tenants: Collection[str]) -> list[Due]:
        """Give the webhooks of municipalities that are behind their logs."""
        return await self.progress.behind(tenants)

    async def do(self, tenant: str, name: str) -> None:
        """Send to the webhook of that name what it is due; raises what :meth:`deliver` raises."""
        await self.deliver(tenant, name)

    async def deliver(self, tenant: str, webhook_id: str) -> None:
        """Send to a webhook what it is due, for a while.

        Raises ``LookupError`` where it has no secret, and the errors of the log and of its keys.
        """
        held = await self.progress.hold(tenant, webhook_id)
        if held is None:
            return
        to, wait = None, AFTER_ERROR
        try:
            municipality = await self._live.municipality(tenant)
            webhook = municipality.webhooks.get(webhook_id)
            if webhook is None or webhook.status is not WebhookStatus.ACTIVE:
                await self.progress.stop(held)
                wait = timedelta(0)
                return
            keys = await self._secrets.in_use(tenant, webhook_id)
            if not keys:
                message = f"There is no secret of webhook {webhook_id} of {tenant}"
                raise LookupError(message)
            host = urlsplit(webhook.address).netloc.lower()
            if not self._turns.take(tenant, host):
                wait = PUT_OFF * self._chance(0.5, 1.5)
                return
            try:
                to = await _Run(self, held, webhook, keys).go()
                wait = timedelta(0)
            finally:
                self._turns.give_back(tenant, host)
        finally:
            await self.progress.release(held, to or held.place, wait)

    def wait_after(self, failures: int, answered: Answered) -> timedelta:
        """Give for how long to wait after so many failures: exponential, with full jitter."""
        most = min(BASE_SECONDS * 2 ** min(failures, 30), LONGEST_SECONDS)
        asked = min(answered.retry_after or 0.0, LONGEST_ASKED)
        return timedelta(seconds=max(self._chance(0, most), asked, 1.0))

    async def stop(self, held: Held, answered: Answered) -> None:
        """Record that an address is gone, or was given up, and send nothing more to it."""
        today = amsterdam_date(datetime.now(UTC))
        gone = answered.outcome is Outcome.GONE
        outcome = f"{answered.outcome} {answered.status or ''}".strip()
        step: Step
        if gone:
            step = EndWebhook(occurred_on=today, webhook=held.webhook, motivation="410 Gone")
        else:
            step = GiveUpWebhook(occurred_on=today, webhook=held.webhook, outcome=outcome)
        _log.warning("webhook %s of %s is %s", held.webhook, held.tenant, outcome)
        for _ in range(_ATTEMPTS):
            municipality = await self._live.municipality(held.tenant)
            try:
                _decide(municipality, step, await self._live.moment(held.tenant))
                await self._live.record_municipality(held.tenant, municipality, WORKER)
            except VersionConflict:
                continue
            except RuleBroken:  # someone paused or ended it meanwhile
                pass
            break
        await self.progress.stop(held)


def _decide(municipality: Municipality, step: Step, moment: Moment) -> None:
    if isinstance(step, EndWebhook):
        municipality.end_webhook(step, moment)
    elif isinstance(step, GiveUpWebhook):
        municipality.give_up_webhook(step, moment)


class _Run:
    """What is sent to a webhook before others have their turn."""

    def __init__(
        self, deliveries: Deliveries, held: Held, webhook: Webhook, keys: Sequence[bytes]
    ) -> None:
        self._all = deliveries
        self._held = held
        self._webhook = webhook
        self._keys = keys
        self._internal = webhook.audience is Visibility.INTERNAL
        self._format = EventFormat(held.tenant, deliveries.public_url)
        self._until = monotonic() + SLICE_SECONDS

    async def go(self) -> Place:
        """Send, and give the place up to which all was sent or passed over."""
        if self._held.again:
            await self._send_letters()
        stretch = await read_stretch(
            self._all.log,
            self._held.tenant,
            self._held.place,
            internal=self._internal,
            most=MOST_EVENTS,
        )
        told = [each for each in stretch.told if self._webhook.is_sent(each.event.type)]
        for group in self._groups(told):
            if self._over() or not await self._send(group):
                return self._held.place
        return stretch.until

    def _over(self) -> bool:
        return self._all.stopping or monotonic() > self._until

    def _groups(self, told: Sequence[Told]) -> Iterator[Sequence[Told]]:
        """Yield what goes in a request each."""
        if self._webhook.mode is WebhookMode.STRUCTURED:
            for each in told:
                yield [each]
            return
        alone = [each for each in told if _reached(each.place) <= self._held.alone_until]
        for each in alone:
            yield [each]
        if len(alone) < len(told):
            yield told[len(alone) :]

    async def _send(self, group: Sequence[Told]) -> bool:
        """Send a request, and note what came of it; tell whether to go on."""
        answered = await self._request(group)
        held, last = self._held, group[-1]
        failures = held.failures + 1
        to, alone_until, wait, dead = last.place, held.alone_until, None, None
        if answered.outcome is Outcome.REFUSED and len(group) > 1:
            to, alone_until, wait = held.place, _reached(last.place), timedelta(0)
        elif answered.outcome is Outcome.REFUSED and failures >= MOST_REFUSALS:
            dead = last.event.type
        elif answered.outcome is not Outcome.DELIVERED:
            to, wait = held.place, self._all.wait_after(held.failures, answered)
        still = await self._all.progress.note(
            held,
            Noted(
                message=self._message(group),
                events=len(group),
                answered=answered,
                to=to,
                alone_until=alone_until,
                wait=wait,
                dead=dead,
            ),
        )
        if wait is None or not still:
            return still
        since = held.failing_since or datetime.now(UTC)
        too_long = failures >= MOST_FAILURES or datetime.now(UTC) - since > GIVE_UP_AFTER
        if answered.outcome is Outcome.GONE or too_long:
            await self._all.stop(held, answered)
        return False

    async def _send_letters(self) -> None:
        for letter in await self._all.progress.letters(self._held):
            if self._over():
                return
            stretch = await read_stretch(
                self._all.log, self._held.tenant, _before(letter), internal=self._internal, most=1
            )
            group = [each for each in stretch.told if each.place == letter]
            if not group:  # it is not for this audience any more
                await self._all.progress.forget(self._held, letter)
                continue
            answered = await self._request(group)
            await self._all.progress.note_again(
                self._held,
                letter,
                self._message(group),
                answered,
                done=answered.outcome is Outcome.DELIVERED,
            )

    async def _request(self, group: Sequence[Told]) -> Answered:
        events = [self._format.of(each, internal=self._internal) for each in group]
        if self._webhook.mode is WebhookMode.BATCHED:
            media, body = BATCHED, in_json(events)
        else:
            media, body = STRUCTURED, in_json(events[0])
        now = datetime.now(UTC)
        headers = [
            (b"content-type", media.encode()),
            *signed_headers(self._keys, self._message(group), now, body),
        ]
        return await self._all.sender.send(self._webhook.address, headers, body)

    def _message(self, group: Sequence[Told]) -> str:
        """Give the id of a request: the same whenever the same is sent."""
        places = str(group[0].place)
        if self._webhook.mode is WebhookMode.BATCHED:
            places += f"-{group[-1].place}"
        return f"msg_{self._held.tenant}_{self._webhook.id}_{places}".replace(".", "_")


def _before(place: Place) -> Place:
    """Give the place after which the next event is the one at a place."""
    if place.step:
        return Place(place.position, place.step - 1)
    return Place(place.position - 1, _LAST_STEP)


def _reached(place: Place) -> int:
    """Give the position at which an event is told."""
    return place.position + 1 if place.step else place.position
