from collections.abc import Sequence
from datetime import date

import pytest

from cocreate.projections.comparison import (
    FIGURES,
    PROJECTS,
    ComparisonFilter,
    Figure,
    Group,
    Spread,
    compare,
)

TODAY = date(2026, 6, 1)


def compared(
    shares: Sequence[float], *, projects: int = 10, rests_on: int = 10, own: str | None = None
) -> Group | None:
    """Compare municipalities by the share of wishes that they answered."""
    figures = {
        f"GM{number:04}": [
            Figure(PROJECTS, None, None, 1.0, projects),
            Figure("answered_share", None, None, share, rests_on),
        ]
        for number, share in enumerate(shares)
    }
    groups = compare(figures, TODAY, ComparisonFilter(own=own)).groups
    return groups[0] if groups else None


def spread(shares: Sequence[float], **said: int | str) -> Spread | None:
    group = compared(shares, **said)  # type: ignore[arg-type]
    assert group is not None
    return group.answered_share


@pytest.mark.parametrize("shares", [[0.1, 0.5, 0.8], [0.1, 0.5, 0.8, 0.9]])
def test_of_few_municipalities_the_median_alone_is_told(shares: list[float]) -> None:
    told = spread(shares)
    assert told is not None
    assert (told.lower_quartile, told.upper_quartile) == (None, None)
    assert told.median in (0.5, 0.65)
    assert told.own is None


def test_of_five_municipalities_quartiles_are_told() -> None:
    told = spread([0.1, 0.2, 0.5, 0.7, 0.9])
    assert told is not None
    assert (told.lower_quartile, told.median, told.upper_quartile) == (0.2, 0.5, 0.7)


def test_a_figure_is_bounded_by_the_projects_it_rests_on_itself() -> None:
    assert spread([0.1, 0.5, 0.8], projects=10, rests_on=1) is None
    told = spread([0.1, 0.5, 0.8], projects=10, rests_on=2)
    assert told is not None
    assert (told.municipalities, told.projects) == (3, 6)


def test_a_group_of_too_few_is_not_told() -> None:
    assert compared([0.1, 0.5]) is None
    assert compared([0.1, 0.5, 0.8], projects=1, rests_on=1) is None


def test_the_own_figure_stands_beside_the_others() -> None:
    told = spread([0.1, 0.5, 0.8], own="GM0002")
    assert told is not None
    assert told.own == 0.8
    other = spread([0.1, 0.5, 0.8], own="GM0009")
    assert other is not None
    assert other.own is None


def test_every_figure_of_a_group_has_a_field() -> None:
    assert {*FIGURES} < {*Group.__struct_fields__}
