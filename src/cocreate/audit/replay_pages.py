"""Replaying a project a page at a time: each page goes on where the one before it ended.

A replay that has more to tell is kept for whoever asks for the next page, so that a history is
folded once for all of its pages. A page that no kept replay leads to, after a restart or in another
process, is come to by passing over the steps before it, and is the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from cocreate.audit.replay import Narrow, ReplayedStep, replay
from cocreate.log.read import Reader
from cocreate.projections.known import Audience

KEPT = 8
"""How many replays wait for their next page: each holds the accounts of its project."""


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: in a history, as known at a position of the log, after a version.

    What is known at a position never changes; so what was folded up to a place is always right.
    """

    tenant: str
    project: UUID
    position: int
    narrow: Narrow
    after: int
    audience: Audience = Audience.INTERNAL


class _Going(msgspec.Struct, frozen=True):
    """A replay that has told a page, and the step that it would tell next."""

    following: ReplayedStep
    steps: AsyncGenerator[ReplayedStep, None]


class ReplayPages:
    """Gives replays a page at a time."""

    def __init__(self, reader: Reader, *, kept: int = KEPT) -> None:
        """``kept`` is how many replays wait for their next page."""
        self._reader = reader
        self._kept = kept
        self._going: OrderedDict[Place, _Going] = OrderedDict()

    async def page(self, place: Place, limit: int) -> tuple[list[ReplayedStep], Place | None]:
        """Give at most so many steps from a place on, and where the next page begins, if any."""
        # Whoever takes a replay has it alone: another who asks the same at once has one of its own.
        going = self._going.pop(place, None)
        if going is None:
            told, following = self._begin(place), None
        else:
            told, following = going.steps, going.following
        steps = [] if following is None else [following]
        try:
            async for step in told:
                if len(steps) == limit:
                    after = msgspec.structs.replace(place, after=steps[-1].version)
                    await self._keep(after, _Going(step, told))
                    return steps, after
                steps.append(step)
        except BaseException:
            await told.aclose()
            raise
        return steps, None

    def _begin(self, place: Place) -> AsyncGenerator[ReplayedStep, None]:
        return replay(
            self._reader,
            place.tenant,
            place.project,
            up_to=place.position,
            narrow=place.narrow,
            after=place.after,
            audience=place.audience,
        )

    async def _keep(self, place: Place, going: _Going) -> None:
        """Keep a replay, and let go of those that have waited longest."""
        over = [self._going.pop(place, None)]
        self._going[place] = going
        while len(self._going) > self._kept:
            over.append(self._going.popitem(last=False)[1])
        for each in over:
            if each is not None:
                await each.steps.aclose()
