"""A replay in pages is the whole replay, and folds a history once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.audit.conftest import CLERK, CODE, DAY, INTERNAL, Kept, wish
from tests.audit.test_replay import EVERYTHING, steps

from cocreate.audit.replay import Narrow, ReplayedStep
from cocreate.audit.replay_pages import Place, ReplayPages
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.domain.steps.wishes import SupportWish
from cocreate.log.connection import Pool
from cocreate.log.read import Reader, Recorded


class Counting(Reader):
    """Counts the events that it reads."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.read = 0

    async def stream(self, *of: Any, **more: Any) -> list[Recorded]:
        found = await super().stream(*of, **more)
        self.read += len(found)
        return found


@pytest.fixture(scope="module")
async def project(kept: Kept) -> UUID:
    """A project in which several steps reach back."""
    started = await kept.start("In bladzijden")
    await kept.take(started, *(wish(number) for number in range(6)))
    await kept.take(started, wish(6, visibility=INTERNAL), by=CLERK)
    for step in (2, 4, 2):
        changes: dict[str, object] = {"title": f"Anders {step}"}
        await kept.take(
            started, CorrectStep(occurred_on=DAY, step=step, changes=changes, reason="Fout.")
        )
        await kept.take(started, SupportWish(occurred_on=DAY, wish="w2", supporters=step))
    await kept.take(started, PublishSteps(occurred_on=DAY, steps=(8,)), by=CLERK)
    await kept.take(started, *(wish(10 + number) for number in range(4)))
    return started


@pytest.fixture
def reader(kept: Kept) -> Counting:
    return Counting(kept.service.pool)


async def paged(
    pages: ReplayPages, project: UUID, limit: int, **more: Any
) -> AsyncIterator[list[ReplayedStep]]:
    place: Place | None = Place(
        CODE, project, more.get("up_to", EVERYTHING), more.get("narrow", Narrow()), 0
    )
    while place is not None:
        page, place = await pages.page(place, limit)
        yield page


@pytest.mark.parametrize("kept_replays", [0, 8])
@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize(
    "narrow", [Narrow(), Narrow(kind="WishSupported"), Narrow(actor=CLERK.actor)]
)
async def test_the_pages_add_up_to_the_whole(
    kept: Kept, reader: Counting, project: UUID, kept_replays: int, limit: int, narrow: Narrow
) -> None:
    """Whether each goes on where the last ended, or is come to from the start."""
    whole = await steps(kept, project=project)
    told = [
        step
        for step in whole
        if narrow.kind in (None, step.type) and narrow.actor in (None, step.actor)
    ]
    pages = ReplayPages(reader, kept=kept_replays)
    found = [page async for page in paged(pages, project, limit, narrow=narrow)]
    assert all(len(page) == limit for page in found[:-1])
    assert [step for page in found for step in page] == told


async def test_a_history_is_folded_once_for_all_of_its_pages(kept: Kept, reader: Counting) -> None:
    assert len([page async for page in paged(ReplayPages(reader), kept.other, 50)]) == 13
    once = reader.read
    assert once == 601
    async for _ in paged(ReplayPages(reader, kept=0), kept.other, 50):
        pass
    assert reader.read - once == 13 * 601


async def test_a_page_that_is_asked_for_again_is_the_same(reader: Counting, project: UUID) -> None:
    pages = ReplayPages(reader)
    _, second = await pages.page(Place(CODE, project, EVERYTHING, Narrow(), 0), 5)
    assert second is not None
    one, other = await asyncio.gather(pages.page(second, 5), pages.page(second, 5))
    assert one == other == await pages.page(second, 5)


async def test_what_was_recorded_since_is_in_no_later_page(kept: Kept, reader: Counting) -> None:
    project = await kept.start("Groeit")
    await kept.take(project, *(wish(number) for number in range(4)))
    position = await kept.service.reader.head(CODE) or 0
    pages = ReplayPages(reader)
    _, second = await pages.page(Place(CODE, project, position, Narrow(), 0), 3)
    await kept.take(project, wish(9))
    assert second is not None
    page, third = await pages.page(second, 3)
    assert ([step.version for step in page], third) == ([4, 5], None)


async def test_only_so_many_replays_wait(reader: Counting, kept: Kept) -> None:
    pages = ReplayPages(reader, kept=2)
    firsts = [Place(CODE, kept.other, 300 + each, Narrow(), 0) for each in range(3)]
    seconds = [(await pages.page(place, 10))[1] for place in firsts]
    reader.read = 0
    for second, position in zip(reversed(seconds), (302, 301, 300), strict=True):
        assert second is not None
        page, _ = await pages.page(second, 10)
        assert [step.version for step in page] == list(range(11, 21))
        assert (reader.read > 0) == (position == 300)


async def test_a_project_that_is_not_there_has_one_empty_page(reader: Counting) -> None:
    assert [page async for page in paged(ReplayPages(reader), uuid4(), 5)] == [[]]
