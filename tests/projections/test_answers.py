import asyncio
import tracemalloc
from collections.abc import Callable

import pytest
from tests.projections.world import DAY, World

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.log.signals import Signals
from cocreate.projections.answers import ENTRY_BYTES, Answers, NotFresh, mark_of


class Asked:
    """A question whose answer tells how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def __call__(self) -> bytes:
        self.times += 1
        self.meanwhile()
        return str(self.times).encode()


@pytest.fixture
def signals(world: World) -> Signals:
    made = Signals(world.dsn, world.pool)
    made.connected = True
    return made


async def test_an_answer_is_kept_until_its_model_moves(world: World, signals: Signals) -> None:
    answers, asked = Answers(world.pool, world.builds, signals), Asked()
    assert await answers.give("GM0001", "q", asked) == b"1"
    assert await answers.give("GM0001", "q", asked) == b"1"
    for topic, tenant in (
        ("models", "GM0002"),
        ("closed", "GM0002"),
        *((topic, "GM0001") for topic in ("log", "trees", "subscriptions")),
    ):
        answers._hear(topic, tenant)
        assert await answers.give("GM0001", "q", asked) == b"1"
    answers._hear("models", "GM0001")
    assert await answers.give("GM0001", "q", asked) == b"2"
    answers._hear("", "")
    assert await answers.give("GM0001", "q", asked) == b"3"
    answers._hear("closed", "GM0001")
    assert await answers.give("GM0001", "q", asked) == b"4"


@pytest.mark.parametrize(
    ("topic", "tenant", "times"),
    [("models", "GM0001", 2), ("", "", 2), ("builds", "", 2), ("models", "GM0002", 1)],
)
async def test_an_answer_is_not_kept_when_its_model_moved_while_it_was_asked(
    world: World, signals: Signals, topic: str, tenant: str, times: int
) -> None:
    answers, asked = Answers(world.pool, world.builds, signals), Asked()
    asked.meanwhile = lambda: answers._hear(topic, tenant)
    await answers.give("GM0001", "q", asked)
    await answers.give("GM0001", "q", asked)
    assert asked.times == times


async def test_nothing_is_kept_or_given_from_before_without_signals(
    world: World, signals: Signals
) -> None:
    answers, asked = Answers(world.pool, world.builds, signals), Asked()
    await answers.give("GM0001", "q", asked)
    signals.connected = False
    assert await answers.give("GM0001", "q", asked) == b"2"
    signals.connected = True
    answers._hear("", "")
    assert await answers.give("GM0001", "q", asked) == b"3"


async def test_what_is_kept_stays_within_its_bytes(world: World, signals: Signals) -> None:
    size = 100 + ENTRY_BYTES
    answers = Answers(world.pool, world.builds, signals, max_bytes=16 * size)

    async def long() -> bytes:
        return b"x" * 100

    async def too_long() -> bytes:
        return b"x" * 101

    for number in range(40):
        await answers.give(f"GM{number % 7}", str(number), long)
        assert answers._bytes == len(answers._kept) * size <= 16 * size
    assert len(answers._kept) == 16
    await answers.give("GM1", "big", too_long)
    assert ("GM1", "big") not in answers._kept
    for number in range(7):
        answers._hear("models", f"GM{number}")
    assert (answers._bytes, answers._kept, answers._keys) == (0, {}, {})


@pytest.mark.parametrize("length", [2, 700, 20_000])
@pytest.mark.parametrize("towns", [1, 400])
async def test_what_is_kept_takes_no_more_memory_than_its_bound(
    world: World, signals: Signals, length: int, towns: int
) -> None:
    bound = 4_000_000
    answers = Answers(world.pool, world.builds, signals, max_bytes=bound)

    async def answer() -> bytes:
        return bytes(length)

    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(2 * bound // (length + ENTRY_BYTES)):
            await answers.give(f"GM{number % towns:04}", mark_of(number, "wishes", None), answer)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bound // 2 < after - before < bound


async def test_reaching_a_position_waits_for_the_engine(world: World, signals: Signals) -> None:
    answers = Answers(world.pool, world.builds, signals)
    code, project = await world.project()
    receipt = await world.take(code, project, ExpressWish(occurred_on=DAY, title="licht"))
    with pytest.raises(NotFresh):
        await answers.reach("timeline", code, receipt.position, within=0.0)
    with pytest.raises(NotFresh):
        await answers.reach("timeline", code, receipt.position, within=0.06)
    waiting = asyncio.create_task(answers.reach("timeline", code, receipt.position, within=30))
    await world.catch_up(code)
    await waiting
    await answers.reach("timeline", code, receipt.position, within=0)


async def test_who_reached_a_position_gets_no_answer_from_before_it(
    world: World, signals: Signals
) -> None:
    # Another process folds, and its signal did not get here yet.
    answers, asked = Answers(world.pool, world.builds, signals), Asked()
    code, project = await world.project()
    await answers.give(code, "q", asked)
    receipt = await world.take(code, project, ExpressWish(occurred_on=DAY, title="licht"))
    await world.catch_up(code)
    for _ in range(2):
        await answers.reach("timeline", code, receipt.position, within=0)
        assert await answers.give(code, "q", asked) == b"2"
