"""Bars: each part by itself, one after another, and no longer than there is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.web.pictures.bars import segments

PARTS = st.lists(st.none() | st.integers(0, 10_000), max_size=6)


@given(PARTS, st.integers(0, 10_000))
def test_parts_follow_one_another_in_their_order(values: list[int | None], more: int) -> None:
    drawn = segments(values, sum(each or 0 for each in values) + more)
    assert [each.part for each in drawn] == [at for at, value in enumerate(values) if value]
    for before, after in pairwise(drawn):
        assert after.x == pytest.approx(before.x + before.width, abs=0.05)
    assert all(each.x + each.width <= 100.05 for each in drawn)


def test_parts_that_are_as_long_are_told_apart() -> None:
    assert [each.part for each in segments([2, 2, None, 2], 6)] == [0, 1, 3]


def test_a_bar_of_nothing_has_no_parts() -> None:
    assert segments([0, None], 0) == []
