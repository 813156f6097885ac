"""Replaying a project: its history event by event, and what each event changed.

The accounts are folded step by step, as those inside or as the public know them: the same fold that
the read models are made of. A step that reaches back, a correction or a publication, is followed by
reading the history anew up to it, so that memory holds the accounts and never the steps.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.steps.record import StepCorrected, StepsPublished
from cocreate.domain.vocabulary import Visibility
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.read import Reader, Recorded
from cocreate.projections.accounts import Accounts, AnyAccount
from cocreate.projections.difference import AccountChange, Fields, change_of, fields_of
from cocreate.projections.known import Audience, Known, corrected, know, reaches_back

BREATH = 200
"""After how many steps others have a turn."""


class ReplayedStep(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A step as it was recorded, by whom, and what it came to."""

    position: int
    version: int
    type: str
    schema_version: int
    recorded_at: datetime
    occurred_on: date
    visibility: Visibility
    actor: str
    """The id of the key under which it was recorded."""
    actor_role: str
    data: msgspec.Raw
    """As stored, corrections not applied."""
    changes: list[AccountChange]
    """What the audience knows otherwise after it."""


class Narrow(msgspec.Struct, frozen=True, kw_only=True):
    """Which steps are told; all are folded."""

    kind: (
        Annotated[
            str, Meta(max_length=60, description="The type of the event, such as `WishExpressed`.")
        ]
        | None
    ) = None
    actor: (
        Annotated[str, Meta(max_length=60, description="The id of the key that recorded it.")]
        | None
    ) = None

    def takes(self, step: Recorded) -> bool:
        """Tell whether a step is told."""
        return self.kind in (None, step.type) and self.actor in (None, step.actor)


async def replay(
    reader: Reader,
    tenant: str,
    project: UUID,
    *,
    up_to: int,
    narrow: Narrow | None = None,
    after: int = 0,
    audience: Audience = Audience.INTERNAL,
) -> AsyncGenerator[ReplayedStep, None]:
    """Yield the steps of a project after a version, as an audience knows them at a position.

    What is not told is folded all the same. A project that is not there yields nothing. A step that
    was made public later is told at its place, and what it changed for the public where it was made
    public: until then the public knew nothing of it.
    """
    told = narrow or Narrow()
    fold = _Fold(reader, tenant, project, audience)
    published = set[int]()
    if audience is Audience.PUBLIC:
        published = await _published(reader, tenant, project, up_to)
    async for page in reader.history(tenant, project, up_to=up_to):
        for number, step in enumerate(page, 1):
            seen = audience is Audience.INTERNAL or step.public or step.version in published
            if seen and step.version > after and told.takes(step):
                yield _replayed(step, await fold.take(step))
            else:
                fold.pass_over(step)
            if number % BREATH == 0:
                await asyncio.sleep(0)


async def _published(reader: Reader, tenant: str, project: UUID, up_to: int) -> set[int]:
    """Give the versions of the internal steps that were made public by a position of the log."""
    codec, published = Codec(ALL_EVENTS), set[int]()
    async for page in reader.history(tenant, project, up_to=up_to):
        for step in page:
            if step.public and step.type == StepsPublished.__name__:
                event = know(codec, step).event
                assert isinstance(event, StepsPublished)  # noqa: S101 - its type says so
                published |= set(event.steps)
    return published


async def position_at(reader: Reader, tenant: str, text: str) -> int:
    """Give the position of a log that a text means: a position, or a moment (RFC 3339).

    Raises ``ValueError`` for any other text.
    """
    head = await reader.head(tenant) or 0
    if text.isascii() and text.isdecimal() and len(text) <= 16:
        return min(int(text), head)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text} has no offset from UTC"
        raise ValueError(message)
    return await reader.head(tenant, moment) or 0


class _Fold:
    """The accounts of a project, and how they stood before the last step."""

    def __init__(self, reader: Reader, tenant: str, project: UUID, audience: Audience) -> None:
        self._audience = audience
        self._reader = reader
        self._tenant = tenant
        self._project = project
        self._codec = Codec(ALL_EVENTS)
        self._accounts = Accounts(project)
        self._before: dict[str, Fields] = {}
        self._corrections: dict[int, list[Known]] = {}
        self._published: set[int] = set()
        self._passed = 0
        """The position of the last step that was passed over since one was told."""
        self._reached_back = 0
        """The position of the last of those that reached back."""

    async def take(self, recorded: Recorded) -> list[AccountChange]:
        """Take a step, and give what it changed."""
        await self._catch_up()
        step = know(self._codec, recorded)
        if not self._sees(recorded):
            self._note(step)
            return []
        if not reaches_back(step.event):
            self._accounts.take(step)
            return self._changes(list(self._accounts.changed))
        self._note(step)
        self._accounts = Accounts(self._project)
        async for _ in self._anew(recorded.position):
            self._accounts.changed.clear()
        held = self._accounts.subjects
        return self._changes(["", *held, *(each for each in self._before if each not in held)])

    def pass_over(self, recorded: Recorded) -> None:
        """Take a step of which nothing is told: what it changed is looked at once one is."""
        step = know(self._codec, recorded)
        if not self._sees(recorded):
            self._note(step)
            return
        self._passed = recorded.position
        if reaches_back(step.event):
            self._note(step)
            self._reached_back = recorded.position
        elif not self._reached_back:
            self._accounts.take(step)
            self._remember_project()

    async def _catch_up(self) -> None:
        """Come to know how the accounts stand after the steps that were passed over."""
        if self._reached_back:
            self._before.clear()
            self._accounts = Accounts(self._project)
            async for position in self._anew(self._passed):
                if position == self._reached_back:
                    self._before[""] = fields_of(self._accounts.project)
                elif position > self._reached_back:
                    self._remember_project()
                self._accounts.changed.clear()
            self._accounts.changed.update(self._accounts.subjects)
        for each in self._accounts.changed:
            self._before[each] = fields_of(self._account(each))
        self._accounts.changed.clear()
        self._passed = self._reached_back = 0

    def _remember_project(self) -> None:
        # It counts with every step, and is told of where it changed only.
        if "" in self._accounts.changed:
            self._before[""] = fields_of(self._accounts.project)
            del self._accounts.changed[""]

    def _sees(self, recorded: Recorded) -> bool:
        """Tell whether the audience knows of a step by now."""
        return (
            self._audience is Audience.INTERNAL
            or recorded.public
            or recorded.version in self._published
        )

    def _note(self, step: Known) -> None:
        """Note what a step that reaches back says of others."""
        if isinstance(step.event, StepCorrected):
            self._corrections.setdefault(step.event.step, []).append(step)
        elif isinstance(step.event, StepsPublished) and step.recorded.public:
            self._published |= set(step.event.steps)

    async def _anew(self, position: int) -> AsyncIterator[int]:
        """Fold the history up to a position as it is known by now; yield the position of each."""
        pages = self._reader.history(self._tenant, self._project, up_to=position)
        async for page in pages:
            for recorded in page:
                if not self._sees(recorded):
                    continue
                step = know(self._codec, recorded)
                step.public = recorded.public or recorded.version in self._published
                corrections = [
                    each
                    for each in self._corrections.get(recorded.version, ())
                    if self._sees(each.recorded)
                ]
                self._accounts.take(corrected(step, corrections) if corrections else step)
                yield recorded.position
            await asyncio.sleep(0)

    def _changes(self, ids: list[str]) -> list[AccountChange]:
        changes = []
        for each in ids:
            account = self._account(each)
            after = fields_of(account)
            before = self._before.pop(each, {})
            if account is not None:
                self._before[each] = after
            change = change_of(each, before, after)
            if change is not None:
                changes.append(change)
        self._accounts.changed.clear()
        return changes

    def _account(self, account_id: str) -> AnyAccount | None:
        if account_id:
            return self._accounts.subjects.get(account_id)
        return self._accounts.project


def _replayed(step: Recorded, changes: list[AccountChange]) -> ReplayedStep:
    return ReplayedStep(
        position=step.position,
        version=step.version,
        type=step.type,
        schema_version=step.schema_version,
        recorded_at=step.recorded_at,
        occurred_on=step.occurred_on,
        visibility=Visibility.PUBLIC if step.public else Visibility.INTERNAL,
        actor=step.actor,
        actor_role=step.actor_role,
        data=msgspec.Raw(step.data),
        changes=changes,
    )
