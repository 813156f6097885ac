from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocreate.projections.bounds import Basis, Sum, enough, showable

BASES = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 4))


@pytest.mark.parametrize(
    ("basis", "shown"),
    [
        ({"a": 2, "b": 2, "c": 1}, True),
        ({"a": 2, "b": 1, "c": 1}, False),
        ({"a": 9, "b": 9}, False),
        ({"a": 9, "b": 9, "c": 0}, False),
        ({}, False),
    ],
)
def test_what_is_shown_rests_on_three_municipalities_and_five_projects(
    basis: Mapping[str, int], shown: bool
) -> None:
    assert enough(basis) is shown


def test_a_single_hidden_part_takes_the_smallest_other_with_it() -> None:
    cells = {
        "all": {"a": 6, "b": 6, "c": 6},
        "large": {"a": 3, "b": 3, "c": 3},
        "middle": {"a": 2, "b": 2, "c": 2},
        "small": {"a": 1, "b": 1, "c": 1},
    }
    parts = ("large", "middle", "small")
    assert showable(cells, [Sum("all", parts, apart=True)]) == {"all", "large"}


def test_hidden_parts_that_are_enough_together_hide_no_other() -> None:
    cells = {
        "all": {"a": 4, "b": 3, "c": 3},
        "one": {"a": 2, "b": 2},
        "two": {"a": 1, "c": 2},
        "large": {"a": 2, "b": 2, "c": 2},
    }
    apart = Sum("all", ("one", "two", "large"), apart=True)
    assert showable(cells, [apart]) == {"all", "large"}
    # The same projects may be in both: then the two are of four projects at the least.
    mixed = Sum("all", ("one", "two", "large"), apart=False)
    cells["large"] = {"a": 3, "b": 3, "c": 3}
    assert showable(cells, [mixed]) == {"all", "large"}
    cells["two"] = {"a": 1, "c": 1}
    cells["one"] = {"a": 1, "b": 1}
    assert showable(cells, [mixed]) == {"all"}


def test_the_parts_of_a_hidden_total_are_hidden() -> None:
    cells = {
        "all": {"a": 5, "b": 5, "c": 5},
        "hidden": {"a": 1},
        "tells": {"a": 2, "b": 2, "c": 2},
        "its part": {"a": 2, "b": 2, "c": 2},
        "large": {"a": 4, "b": 4, "c": 4},
    }
    sums = [Sum("tells", ("its part",), apart=True), Sum("all", ("hidden", "tells", "large"), True)]
    assert showable(cells, sums) == {"all", "large"}


Key = tuple[int, int]
ALL = -1
"""Stands for all rows, or all columns."""


def table(rows: list[list[Mapping[str, int]]]) -> dict[Key, Basis]:
    """The cells of a table with the totals of its rows and columns."""
    cells: dict[Key, Counter[str]] = {}
    for row, bases in enumerate(rows):
        for column, basis in enumerate(bases):
            for key in product((row, ALL), (column, ALL)):
                cells.setdefault(key, Counter()).update(basis)
    return dict(cells)


def parts(total: Key, cells: Iterable[Key], axis: int) -> list[Key]:
    """The cells of a table that add up to one of its totals, along an axis."""
    other = 1 - axis
    return [key for key in cells if key[other] == total[other] and key[axis] != ALL]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.lists(BASES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_nothing_hidden_is_told_by_what_is_shown(rows: list[list[Mapping[str, int]]]) -> None:
    cells = table(rows)
    sums = [
        Sum(key, parts(key, cells, axis), apart=True)
        for key, axis in product(cells, (0, 1))
        if key[axis] == ALL
    ]
    shown = showable(cells, sums)
    assert all(enough(cells[cell]) for cell in shown)
    for each in sums:
        hidden = [part for part in each.parts if part not in shown]
        if each.total not in shown:
            assert len(hidden) == len(each.parts)
        elif hidden:
            together: Counter[str] = Counter()
            for part in hidden:
                together.update(cells[part])
            assert enough(together)
