"""Writing to those who follow: a question first, and then news, at most once a day.

What is told is what everyone may see, and nothing twice: also a step that was recorded long ago as
internal, and is made public now. A letter is sent at least once; one that comes twice is the same.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.steps.record import StepsPublished
from cocreate.jobs import Connections, MakeWork
from cocreate.log.followers import (
    TOPIC,
    Followers,
    Following,
    HeldFollower,
    followers_due,
    tenants_followed,
)
from cocreate.log.jobs import Due, Work
from cocreate.log.opening import in_json, opened
from cocreate.log.read import Reader
from cocreate.mail import Mailer, Outcome
from cocreate.projections.answers import BeingBuilt, NotFresh
from cocreate.projections.files import read_file
from cocreate.projections.known import Audience
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.service import Service
from cocreate.telemetry.metrics import LETTERS
from cocreate.web.letters.writing import (
    MOST,
    Postmark,
    Told,
    Written,
    chapters_at,
    letter,
    news,
    question,
    title_in,
)

UNANSWERED: Final = timedelta(days=2)
"""How long a question is open; then nothing is held of the address any more."""
GATHERED: Final = timedelta(minutes=30)
"""How long steps are gathered for a letter: an official records several in a row."""
APART: Final = timedelta(days=1)
"""How long after one letter the next goes at the earliest."""
HELD: Final = timedelta(seconds=120)
"""For how long a follower is held: longer than any letter takes."""
AFTER_ERROR: Final = timedelta(minutes=5)
"""After how long it is tried again where it is this side that failed."""
BASE: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=12)
MOST_FAILURES: Final = 30
"""After how many letters that were not taken in a row, some two weeks, nobody is written to."""
FRESH_SECONDS: Final = 30.0

_log = logging.getLogger(__name__)


class News(NamedTuple):
    """What a follower was not told yet, and up to where that is."""

    written: Written | None
    """None where there is nothing to tell."""
    position: int


class Letters(Work):
    """Writes to followers, one at a time each."""

    entrypoint = "letter"
    topic = TOPIC

    def __init__(
        self,
        service: Service,
        connections: Connections,
        mailer: Mailer,
        public_url: str,
        *,
        gathered: timedelta = GATHERED,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._service = service
        self._followers = Followers(connections.reading, service.keys)
        self._reader = Reader(connections.reading)
        self._sending = connections.sending
        self._mailer = mailer
        self._public_url = public_url
        self._gathered = gathered
        self._chance = chance

    async def tenants(self) -> set[str]:
        """Give the municipalities in which somebody follows, or was asked whether to."""
        return await tenants_followed(self._sending)

    async def due(self, tenants: Collection[str]) -> list[Due]:
        """Give whom there is something to do for: news are gathered for a while."""
        return [
            Due(
                each.tenant,
                str(each.follower),
                each.at,
                max(each.waits, self._gathered) if each.confirmed else each.waits,
            )
            for each in await followers_due(self._sending, sorted(tenants))
        ]

    async def do(self, tenant: str, name: str) -> None:
        """Write to a follower what is due, and note it.

        Raises the errors of the log and of its keys.
        """
        if self.stopping:
            return
        held = await self._followers.hold(tenant, UUID(name), HELD)
        if held is None:
            return
        try:
            await self._write(tenant, held)
        except (BeingBuilt, NotFresh):
            await self._put_off(tenant, held)
        except BaseException:
            await self._put_off(tenant, held)
            raise

    async def _write(self, tenant: str, held: HeldFollower) -> None:
        following = held.following
        if following.confirmed_at is None:
            await self._ask(tenant, held)
            return
        standing = await self._service.standings.of(tenant)
        if standing is None or not standing.public_portal:
            await self._followers.release(tenant, held, failures=held.failures, wait=APART)
            return
        postmark = await self._postmark(tenant, following)
        told = await self._news(tenant, held, postmark)
        outcome = Outcome.SENT
        if told.written is not None:
            outcome = await self._send(tenant, postmark, told.written, f"news-{told.position}")
        if outcome is not Outcome.SENT:
            await self._not_taken(tenant, held, outcome)
            return
        await self._followers.release(
            tenant,
            held,
            position=told.position,
            version=held.stands,
            wait=APART if told.written is not None else timedelta(0),
        )

    async def _ask(self, tenant: str, held: HeldFollower) -> None:
        """Send the question; or let go of whoever had it for so long and said nothing."""
        following = held.following
        left = following.asked_at + UNANSWERED - datetime.now(UTC)
        postmark = await self._postmark(tenant, following)
        file = await self._file(tenant, following)
        title = None if file is None else title_in(file, following.subject)
        if left <= timedelta(0) or title is None:
            await self._followers.leave(tenant, following)
            return
        asked = f"question-{following.asked_at:%Y%m%d%H%M%S}"
        told = await self._in_the_clear(tenant, Told(title))
        outcome = await self._send(tenant, postmark, question(postmark, told.title), asked)
        if outcome is not Outcome.SENT:
            await self._not_taken(tenant, held, outcome)
            return
        await self._followers.release(tenant, held, wait=left)

    async def _news(self, tenant: str, held: HeldFollower, postmark: Postmark) -> News:
        following = held.following
        head = await self._reader.head(tenant) or 0
        # The version was looked up before the head, so all up to it is in what is read now.
        await self._service.answers.reach(STATE, tenant, head, within=FRESH_SECONDS)
        positions = await made_public(self._reader, tenant, following.project, following.version)
        file = await self._file(tenant, following) if positions else None
        title = None if file is None else title_in(file, following.subject)
        if file is None or title is None:
            return News(None, head)
        chapters = chapters_at(file, following.subject, positions)
        if not chapters:
            return News(None, head)
        told = await self._in_the_clear(tenant, Told(title, tuple(chapters[:MOST])))
        return News(news(postmark, told, len(chapters), file.subjects), head)

    async def _file(self, tenant: str, following: Following) -> ProjectFile | None:
        return await public_file(self._service, tenant, following.project)

    async def _postmark(self, tenant: str, following: Following) -> Postmark:
        municipality = await self._service.live.municipality(tenant)
        return Postmark(
            following=following,
            code=tenant,
            municipality=municipality.name,
            public_url=self._public_url,
            token=await self._followers.token(tenant, following.follower),
        )

    async def _send(self, tenant: str, postmark: Postmark, written: Written, of: str) -> Outcome:
        address = await self._followers.address(tenant, postmark.following.follower)
        if address is None:  # whoever it was left meanwhile
            return Outcome.NOBODY
        outcome = await self._mailer.send(
            letter(
                postmark,
                written,
                self._mailer.sender,
                address,
                name=postmark.municipality,
                of=of,
            ),
            address,
        )
        LETTERS.labels(outcome).inc()
        return outcome

    async def _in_the_clear(self, tenant: str, told: Told) -> Told:
        """Open what is sealed in what everyone may see, as pages do where they are sent."""
        data = (await opened(self._service.keys, tenant, msgspec.json.encode(told), in_json)).data
        return msgspec.json.decode(data, type=Told)

    async def _not_taken(self, tenant: str, held: HeldFollower, outcome: Outcome) -> None:
        failures = held.failures + 1
        if outcome is Outcome.NOBODY or failures >= MOST_FAILURES:
            _log.info("a follower in %s cannot be written to, and is forgotten", tenant)
            await self._followers.leave(tenant, held.following)
            return
        most = min(BASE * 2 ** min(held.failures, 20), LONGEST)
        await self._followers.release(
            tenant, held, failures=failures, wait=max(most * self._chance(0.5, 1), BASE)
        )

    async def _put_off(self, tenant: str, held: HeldFollower) -> None:
        await self._followers.release(tenant, held, failures=held.failures, wait=AFTER_ERROR)


async def made_public(reader: Reader, tenant: str, project: UUID, after: int) -> set[int]:
    """Give the positions of the steps that came to be public after a version of a project."""
    positions: set[int] = set()
    published: set[int] = set()
    async for page in reader.history(tenant, project, after=after):
        for recorded in page:
            if not recorded.public:
                continue
            positions.add(recorded.position)
            if recorded.type == StepsPublished.__name__:
                event = reader.event(recorded)
                published |= set(event.steps) if isinstance(event, StepsPublished) else set()
    for version in published:
        found = await reader.stream(tenant, project, after=version - 1, limit=1)
        positions |= {each.position for each in found}
    return positions


async def public_file(service: Service, tenant: str, project: UUID) -> ProjectFile | None:
    """Give the file of a project as everyone knows it now; None where nobody knows of it.

    Raises :class:`~cocreate.projections.answers.BeingBuilt`.
    """
    stand = await service.answers.stand(STATE, tenant)
    today = amsterdam_date(datetime.now(UTC))
    return await read_file(
        service.answers,
        service.reader,
        tenant,
        project,
        Audience.PUBLIC,
        stand.position,
        today,
        now=True,
    )


def letters(mailer: Mailer, public_url: str) -> MakeWork:
    """Give the work of writing to followers."""
    return lambda service, connections: Letters(service, connections, mailer, public_url)
