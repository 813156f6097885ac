"""The approval board: lead times are those of the file itself, and the clock is told as it runs."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

from tests.projections.world import DAY, World, day

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import approvals
from cocreate.domain.vocabulary import ApprovalKind, SuspensionGround
from cocreate.exchange import permits
from cocreate.exchange.load import load
from cocreate.projections.known import Audience

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def request(name: str, after: int = 0) -> approvals.RequestApproval:
    return approvals.RequestApproval(
        occurred_on=day(after),
        approval=name,
        kind=ApprovalKind.PERMIT,
        title=name,
        authority="Dienst",
        procedure=Procedure.OMGEVINGSWET_REGULAR,
    )


def lead_times(file: Path) -> dict[str, list[int]]:
    """Give the days from start to end of the cases in a file, by department."""
    days: dict[str, dict[str, int]] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["case:enddate"]:
                began, ended = (
                    datetime.fromisoformat(row[name]).astimezone(AMSTERDAM).date()
                    for name in ("case:startdate", "case:enddate")
                )
                of = days.setdefault(row["case:department"], {})
                of[row["case:concept:name"]] = (ended - began).days
    return {department: sorted(of.values()) for department, of in days.items()}


def quantile(ordered: list[int], share: float) -> float:
    """Interpolate as pandas does by default."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


async def test_lead_times_of_the_permits_are_those_of_the_file(
    world: World, real_file: Callable[[str], Path]
) -> None:
    file = real_file("wabo-permit-receipts.csv.gz")
    code = await world.municipality()
    await load(world.live, code, permits.SOURCE, permits.start(file), permits.read(file))
    board = await world.dashboard("approval-board", code, Audience.PUBLIC)
    expected = lead_times(file)
    every = sorted(days for of in expected.values() for days in of)
    told = {None: board["all"]} | {each["code"]: each for each in board["byDepartment"]}
    assert told.keys() == {None, *expected}
    for department, ordered in ((None, every), *expected.items()):
        counted = told[department]
        days = counted["leadDays"]
        assert counted["decided"] == days["decided"] == len(ordered)
        assert abs(days["mean"] - fmean(ordered)) < 1e-9
        assert abs(days["median"] - quantile(ordered, 0.5)) < 1e-9
        assert abs(days["p90"] - quantile(ordered, 0.9)) < 1e-9
        assert days["longest"] == ordered[-1]
        bounds = (-1, 7, 14, 28, 56, 112, 10**6)
        names = (
            "withinWeek",
            "withinTwoWeeks",
            "withinFourWeeks",
            "withinEightWeeks",
            "withinSixteenWeeks",
            "longer",
        )
        for name, low, high in zip(names, bounds, bounds[1:], strict=False):
            assert days[name] == sum(low < each <= high for each in ordered), name
    assert board["all"]["overdue"] == 60


async def test_a_clock_that_stands_still_is_told_until_it_runs_again(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, request("open"), request("until"))
    ground = SuspensionGround.INCOMPLETE_APPLICATION
    suspended = await world.take(
        code,
        project,
        approvals.SuspendApproval(
            occurred_on=day(3), approval="open", ground=ground, reason="Tekening"
        ),
        approvals.SuspendApproval(
            occurred_on=day(3), approval="until", ground=ground, reason="Tekening", until=day(10)
        ),
    )
    await world.take(code, project, approvals.ResumeApproval(occurred_on=day(20), approval="open"))

    async def standing(on: int, position: int) -> set[str]:
        rows = await world.register("approvals", code, today=day(on), position=position)
        return {row["approval"] for row in rows if row["suspended"]}

    then = suspended.position
    assert await standing(3, then) == set()
    assert await standing(4, then) == {"open", "until"}
    assert await standing(10, then) == {"open", "until"}
    assert await standing(11, then) == {"open"}
    assert await standing(25, then) == {"open"}
    head = await world.catch_up(code)
    assert await standing(19, head) == {"open"}
    assert await standing(20, head) == set()


async def test_the_board_counts_by_authority_and_kind_as_of_a_day(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, request("laat"), request("klaar", 1))
    await world.take(code, project, approvals.GrantApproval(occurred_on=day(31), approval="klaar"))
    early = await world.dashboard("approval-board", code, today=day(40))
    late = await world.dashboard("approval-board", code, today=day(100))
    [both] = late["byAuthorityAndKind"]
    assert (both["authority"], both["code"], both["decided"]) == ("Dienst", "permit", 1)
    assert (early["all"]["overdue"], late["all"]["overdue"]) == (0, 1)
    assert early["all"]["pending"] == late["all"]["pending"] == 1
    [overdue] = late["overdue"]
    assert overdue["approval"] == "laat"
    assert overdue["daysLate"] == (day(100) - DAY).days - 56


async def test_what_was_withdrawn_is_neither_decided_nor_late(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, request("weg"), request("klaar"), request("open"))
    await world.take(
        code,
        project,
        approvals.GrantApproval(occurred_on=day(40), approval="klaar"),
        approvals.WithdrawApproval(occurred_on=day(90), approval="weg", reason="Ander plan"),
    )
    board = await world.dashboard("approval-board", code, today=day(100))
    told = {name: board["all"][name] for name in ("pending", "decided", "withdrawn", "overdue")}
    assert told == {"pending": 1, "decided": 1, "withdrawn": 1, "overdue": 1}
    assert board["all"]["decidedLate"] == 0
    assert board["all"]["leadDays"]["longest"] == 40
    rows = {row["approval"]: row for row in await world.register("approvals", code)}
    assert (rows["weg"]["decidedOn"], rows["weg"]["withdrawnOn"]) == (None, day(90).isoformat())
    assert (rows["weg"]["leadDays"], rows["weg"]["daysLate"], rows["weg"]["daysLeft"]) == (
        90,
        None,
        None,
    )
    assert next(iter(rows)) == "open"
    dashboard = await world.dashboard("obstacle-dashboard", code, today=day(100))
    [authority] = dashboard["approvals"]
    assert (authority["pending"], authority["decided"], authority["decidedLate"]) == (1, 1, 0)
    [year] = await world.register("statistics", code, today=day(100), year=2025)
    assert (year["approvalsDecided"], year["approvalsLate"]) == (1, 0)


async def test_both_dashboards_call_the_same_pending_and_suspended(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, request("a"), request("b"))
    await world.take(
        code,
        project,
        approvals.SuspendApproval(
            occurred_on=day(3),
            approval="b",
            ground=SuspensionGround.INCOMPLETE_APPLICATION,
            reason="Tekening",
        ),
    )
    board = await world.dashboard("approval-board", code, today=day(10))
    obstacles = await world.dashboard("obstacle-dashboard", code, today=day(10))
    for told in (
        board["all"],
        *board["byDepartment"],
        *obstacles["approvals"],
        *obstacles["approvalsByDepartment"],
    ):
        assert (told["pending"], told["suspended"]) == (1, 1)


async def test_an_empty_municipality_has_an_empty_board(world: World) -> None:
    code = await world.municipality()
    board = await world.dashboard("approval-board", code)
    assert board["all"]["pending"] == board["all"]["leadDays"]["decided"] == 0
    assert board["byAuthority"] == board["overdue"] == []
