"""Token buckets: so much a second, so much at once, each for itself."""

from __future__ import annotations

import pytest

from cocreate.api.token_bucket import Taken, TokenBuckets


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_as_much_at_once_as_it_holds_and_then_as_it_fills(clock: Clock) -> None:
    buckets = TokenBuckets[str](2.0, 3, clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [
        Taken(granted=True, left=2, wait=1),
        Taken(granted=True, left=1, wait=1),
        Taken(granted=True, left=0, wait=2),
        Taken(granted=False, left=0, wait=1),
    ]
    clock.now += 0.5
    assert buckets.take("a").granted
    assert not buckets.take("a").granted
    clock.now += 3_600  # it does not hold more for having been left alone
    assert [buckets.take("a").granted for _ in range(4)] == [True, True, True, False]


def test_what_is_refused_costs_nothing(clock: Clock) -> None:
    buckets = TokenBuckets[str](0.1, 1, clock=clock)
    assert buckets.take("a").granted
    assert [buckets.take("a") for _ in range(50)] == [Taken(granted=False, left=0, wait=10)] * 50
    clock.now += 10
    assert buckets.take("a").granted


def test_each_has_a_bucket_of_its_own(clock: Clock) -> None:
    buckets = TokenBuckets[str](1.0, 1, clock=clock)
    assert buckets.take("a").granted
    assert not buckets.take("a").granted
    assert buckets.take("b").granted


def test_no_more_are_kept_than_may_be(clock: Clock) -> None:
    buckets = TokenBuckets[int](1.0, 1, most=10, clock=clock)
    for key in range(1_000):
        assert buckets.take(key).granted
    assert len(buckets) == 10
    assert not buckets.take(999).granted
