"""The picture of branches: every line goes on from where it came, and nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cocreate.domain.vocabulary import (
    Body,
    DeviationGround,
    DeviationStatus,
    FeedbackChannel,
    ProposalStatus,
    WishStatus,
)
from cocreate.projections.accounts.account import (
    Account,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    Place,
    ProposalAccount,
    WishAccount,
)
from cocreate.web.pictures.branches import ALIKE, MOST_LANES, MOST_ROWS, Branches, draw

BEGINNING = date(2024, 1, 1)


@st.composite
def projects(draw_: st.DrawFn, most: int = 30) -> dict[str, Account]:
    """Give a project: each subject may follow from any that came before it."""
    subjects: dict[str, Account] = {}
    for number in range(draw_(st.integers(0, most))):
        before = list(subjects)
        earlier = (
            st.lists(st.sampled_from(before), max_size=4, unique=True) if before else st.just([])
        )
        about = tuple(draw_(earlier))
        on = BEGINNING + timedelta(days=draw_(st.integers(0, 400)))
        same: dict[str, Any] = {
            "id": f"s{number}",
            "title": f"S {number}",
            "since": on,
            "position": number + 1,
        }
        account: Account
        match draw_(st.integers(0, 4)):
            case 0:
                realised = draw_(st.booleans())
                account = WishAccount(
                    **same,
                    status=draw_(st.sampled_from(list(WishStatus))),
                    comes_from=about,
                    realised=Place(on=on + timedelta(days=9), position=1000 + number)
                    if realised
                    else None,
                )
            case 1:
                status = draw_(st.sampled_from(list(ProposalStatus)))
                account = ProposalAccount(**same, status=status, answers=about)
            case 2:
                account = DecisionAccount(**same, body=Body.COUNCIL, about=about)
            case 3:
                account = DeviationAccount(
                    **same,
                    status=DeviationStatus.RECORDED,
                    ground=DeviationGround.LAW,
                    subjects=about,
                )
            case _:
                channel = next(iter(FeedbackChannel))
                account = FeedbackAccount(**same, text="Bericht", channel=channel, about=about)
        subjects[f"s{number}"] = account
    return subjects


def tops(branches: Branches) -> list[set[int]]:
    """Give the lanes at the top of each row."""
    return [{line.start for line in row.lines if line.start is not None} for row in branches.rows]


def bottoms(branches: Branches) -> list[set[int]]:
    return [{line.end for line in row.lines if line.end is not None} for row in branches.rows]


@given(projects())
def test_a_lane_goes_on_from_row_to_row_without_a_break(subjects: dict[str, Account]) -> None:
    branches = draw(subjects)
    for row, bottom in zip(branches.rows, bottoms(branches), strict=True):
        assert bottom == {*row.below}
    for (row, _), (_, top) in pairwise(zip(branches.rows, tops(branches), strict=True)):
        assert top == {*row.below}
    if branches.rows:
        assert tops(branches)[0] == set()
        assert branches.rows[-1].below == ()


@given(projects())
def test_lanes_stay_within_what_can_be_followed(subjects: dict[str, Account]) -> None:
    branches = draw(subjects)
    assert branches.lanes <= MOST_LANES
    for row in branches.rows:
        assert all(0 <= lane < branches.lanes for lane in (row.lane, *row.below))


@given(projects())
def test_everything_is_in_one_row_after_what_it_follows_from(subjects: dict[str, Account]) -> None:
    branches = draw(subjects)
    told = [(row.node.kind, each.id) for row in branches.rows for each in row.node.accounts]
    assert len(told) == len(set(told))
    assert {subject for _, subject in told} == subjects.keys()
    seen: set[str] = set()
    for row in branches.rows:
        assert {*row.node.parents} <= seen
        seen.add(row.node.key)


@given(projects())
def test_what_something_follows_from_is_told_in_words(subjects: dict[str, Account]) -> None:
    branches = draw(subjects)
    rows = {row.node.key: row for row in branches.rows}
    for row in branches.rows:
        told = {each.id for each in row.follows}
        assert told == {each.id for key in row.node.parents for each in rows[key].node.accounts}


@settings(max_examples=25)
@given(projects(most=150))
def test_a_large_project_fits(subjects: dict[str, Account]) -> None:
    branches = draw(subjects)
    assert len(branches.rows) <= MOST_ROWS
    assert branches.left_out >= 0


def test_what_went_alike_in_a_project_of_thousands_stands_in_one_row() -> None:
    subjects: dict[str, Account] = {}
    for number in range(4_000):
        rejected = number % 4 == 0
        wish, decision = f"w{number}", f"d{number}"
        subjects[wish] = WishAccount(
            id=wish,
            title=wish,
            since=BEGINNING,
            position=number * 3 + 1,
            status=WishStatus.REJECTED if rejected else WishStatus.ADOPTED,
        )
        subjects[decision] = DecisionAccount(
            id=decision,
            title=decision,
            since=BEGINNING + timedelta(days=1),
            position=number * 3 + 2,
            body=Body.COUNCIL,
            about=(wish,),
        )
        if rejected:
            subjects[f"v{number}"] = DeviationAccount(
                id=f"v{number}",
                title="afwijking",
                since=BEGINNING + timedelta(days=1),
                position=number * 3 + 3,
                status=DeviationStatus.RECORDED,
                ground=DeviationGround.LAW,
                decision=decision,
            )
    branches = draw(subjects)
    counted = sorted((row.node.kind, len(row.node.accounts)) for row in branches.rows)
    assert counted == [
        ("decision", 1_000),
        ("decision", 3_000),
        ("deviation", 1_000),
        ("wish", 1_000),
        ("wish", 3_000),
    ]
    assert (branches.lanes, branches.left_out) == (2, 0)


def test_few_that_are_alike_stand_apart() -> None:
    subjects: dict[str, Account] = {
        f"w{number}": WishAccount(
            id=f"w{number}", title="W", since=BEGINNING, position=number, status=WishStatus.OPEN
        )
        for number in range(1, ALIKE)
    }
    assert len(draw(subjects).rows) == ALIKE - 1
