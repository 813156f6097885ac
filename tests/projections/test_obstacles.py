from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.projections.world import DAY, INTERNAL, World, day

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps.approvals import GrantApproval, RequestApproval, SuspendApproval
from cocreate.domain.steps.course import CompleteProject, JoinParty, LeaveParty
from cocreate.domain.steps.obstacles import (
    AcceptObstacle,
    EscalateObstacle,
    JudgeIntervention,
    RaiseObstacle,
    ReassignObstacle,
    ResolveObstacle,
    TryIntervention,
)
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import (
    ApprovalKind,
    InterventionKind,
    InterventionOutcome,
    ObstacleCategory,
    PartyKind,
    Position,
    Sector,
    SuspensionGround,
)
from cocreate.projections.known import Audience
from cocreate.projections.obstacles import ObstacleDashboard

MONEY, RULES = ObstacleCategory.MONEY, ObstacleCategory.RULE_PRESSURE
TODAY = day(100)


def raised(obstacle: str, after: int = 0, **facts: Any) -> RaiseObstacle:
    said: dict[str, Any] = {"category": MONEY, "title": f"Hobbel {obstacle}", **facts}
    return RaiseObstacle(occurred_on=day(after), obstacle=obstacle, **said)


def resolved(obstacle: str, after: int, *interventions: str) -> ResolveObstacle:
    return ResolveObstacle(
        occurred_on=day(after), obstacle=obstacle, text="Weg", interventions=interventions
    )


def requested(approval: str, due: date | None, authority: str = "ProRail") -> RequestApproval:
    return RequestApproval(
        occurred_on=DAY,
        approval=approval,
        kind=ApprovalKind.OWNER_CONSENT,
        title=f"Toestemming {approval}",
        authority=authority,
        department="Vastgoed",
        procedure=Procedure.NONE,
        stated_due_on=due,
    )


@pytest.fixture
async def filled(world: World) -> tuple[str, UUID, UUID]:
    """A municipality with obstacles of several kinds in two projects."""
    code = await world.municipality()
    tunnel = await world.start(code)
    school = await world.start(code, title="Schoolplein", sector=Sector.EDUCATION)
    await world.take(
        code,
        tunnel,
        raised("h1", 0, department="Financien"),
        raised("h2", 10, department="Financien"),
        raised("h3", 20, category=RULES),
        raised("h4", 40),
        raised("h5", 60),
        resolved("h1", 10),
        resolved("h2", 30),
        resolved("h3", 60),
        AcceptObstacle(occurred_on=day(50), obstacle="h4", reason="Het is zo"),
    )
    await world.take(code, school, raised("h1", 70, category=RULES, department="Onderwijs"))
    return code, tunnel, school


async def test_obstacles_are_counted_with_their_lead_times(
    world: World, filled: tuple[str, UUID, UUID]
) -> None:
    board = await world.dashboard("obstacle-dashboard", filled[0], today=TODAY)
    assert (board["open"], board["accepted"], board["resolved"]) == (2, 1, 3)
    # Resolved in 10, 20 and 40 days; open for 40 and 30.
    assert board["resolvedDays"] == {"median": 20, "p90": 36, "longest": 40}
    assert board["openDays"] == {"median": 35, "p90": 39, "longest": 40}
    by = {one["category"]: one for one in board["byCategory"]}
    assert by["money"] == {
        "category": "money",
        "open": 1,
        "accepted": 1,
        "resolved": 2,
        "medianDays": 15,
        "p90Days": 19,
    }
    assert (by["rule-pressure"]["open"], by["rule-pressure"]["resolved"]) == (1, 1)
    sectors = {one["sector"]: (one["open"], one["resolved"]) for one in board["bySector"]}
    assert sectors == {"safety": (1, 3), "education": (1, 0)}
    departments = {one["department"]: one["open"] for one in board["byDepartment"]}
    assert departments == {"Financien": 0, "Onderwijs": 1, None: 1}


@pytest.mark.parametrize(
    ("narrow", "counts"),
    [
        ({"sector": Sector.EDUCATION}, (1, 0, 0)),
        ({"sector": Sector.POVERTY}, (0, 0, 0)),
        ({"category": RULES}, (1, 0, 1)),
        ({"department": "Financien"}, (0, 0, 2)),
        ({"untilDate": day(20)}, (0, 0, 3)),
        ({"untilDate": day(19)}, (0, 0, 2)),
        ({"fromDate": day(60)}, (2, 0, 1)),
        ({"fromDate": day(61)}, (2, 0, 0)),
        ({"fromDate": day(11), "untilDate": day(40)}, (0, 1, 2)),
        ({"sector": Sector.SAFETY, "category": RULES}, (0, 0, 1)),
    ],
)
async def test_a_dashboard_is_narrowed_to_what_is_asked(
    world: World,
    filled: tuple[str, UUID, UUID],
    narrow: dict[str, Any],
    counts: tuple[int, int, int],
) -> None:
    board = await world.dashboard("obstacle-dashboard", filled[0], today=TODAY, **narrow)
    assert (board["open"], board["accepted"], board["resolved"]) == counts
    assert sum(one["open"] for one in board["byCategory"]) == counts[0]


async def test_the_trend_tells_each_month_what_came_went_and_stayed(
    world: World, filled: tuple[str, UUID, UUID]
) -> None:
    board = await world.dashboard("obstacle-dashboard", filled[0], today=TODAY)
    trend = [(one["month"], one["raised"], one["closed"], one["open"]) for one in board["trend"]]
    # Raised on 6, 16 and 26 January, 15 February, 7 and 17 March; gone on 16 January, 5 and
    # 25 February and 7 March.
    assert trend == [
        ("2025-01", 3, 1, 2),
        ("2025-02", 1, 2, 1),
        ("2025-03", 2, 1, 2),
        ("2025-04", 0, 0, 2),
    ]


async def test_the_trend_ends_this_month_and_goes_back_five_years(
    world: World, filled: tuple[str, UUID, UUID]
) -> None:
    async def trend(until: date) -> list[dict[str, Any]]:
        board = await world.dashboard(
            "obstacle-dashboard", filled[0], today=TODAY, fromDate=date(1, 1, 1), untilDate=until
        )
        told: list[dict[str, Any]] = board["trend"]
        return told

    ever = await trend(date(9999, 12, 31))
    months = [one["month"] for one in ever]
    assert (months[0], months[-1], len(months)) == ("2020-04", "2025-04", 61)
    assert [one["open"] for one in ever[-4:]] == [2, 1, 2, 2]
    assert (await trend(date(2025, 2, 1)))[-1] == {
        "month": "2025-02",
        "raised": 0,
        "closed": 1,
        "open": 1,
    }


async def test_a_dashboard_fits_its_description(
    world: World, filled: tuple[str, UUID, UUID]
) -> None:
    for audience in Audience:
        board = await world.dashboard("obstacle-dashboard", filled[0], audience, today=TODAY)
        described = msgspec.convert(board, ObstacleDashboard)
        assert msgspec.to_builtins(described).keys() == board.keys()
    empty = await world.dashboard("obstacle-dashboard", await world.municipality(), today=TODAY)
    assert msgspec.convert(empty, ObstacleDashboard).open == 0


async def test_what_is_open_tells_what_it_blocks_the_longest_first(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        ExpressWish(occurred_on=DAY, wish="w1", title="Licht"),
        raised("h1", 20, blocks=("w1",)),
        raised("h2", 10),
        EscalateObstacle(occurred_on=day(30), obstacle="h1", to="directie"),
        EscalateObstacle(occurred_on=day(31), obstacle="h1", to="wethouder"),
        ReassignObstacle(occurred_on=day(32), obstacle="h1", department="Verkeer"),
    )
    board = await world.dashboard("obstacle-dashboard", code, today=TODAY)
    assert [(one["obstacle"], one["days"]) for one in board["blocking"]] == [("h2", 90), ("h1", 80)]
    first = board["blocking"][1]
    assert (first["blocks"], first["escalations"], first["department"]) == (["w1"], 2, "Verkeer")
    assert (first["project"], first["projectTitle"]) == (str(project), "Lampen in de tunnel")


async def test_approvals_are_told_by_authority_and_late_from_the_day_after(
    world: World,
) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        requested("v1", day(50)),
        requested("v2", day(60)),
        requested("v3", day(20)),
        requested("v4", None),
        requested("v5", day(90), "Rijkswaterstaat"),
        requested("v6", None, "Rijkswaterstaat"),
        GrantApproval(occurred_on=day(10), approval="v1"),
        GrantApproval(occurred_on=day(70), approval="v2"),
    )
    board = await world.dashboard("obstacle-dashboard", code, today=day(20))
    assert board["overdueApprovals"] == []
    board = await world.dashboard("obstacle-dashboard", code, today=day(21))
    late = board["overdueApprovals"][0]
    assert (late["approval"], late["daysLate"], late["project"]) == ("v3", 1, str(project))
    found = {one["authority"]: one for one in board["approvals"]}
    assert found["ProRail"] == {
        "authority": "ProRail",
        "pending": 2,
        "suspended": 0,
        "overdue": 1,
        "decided": 2,
        "decidedLate": 1,
        "medianDays": 40,
        "p90Days": 64,
    }
    assert (found["Rijkswaterstaat"]["pending"], found["Rijkswaterstaat"]["overdue"]) == (2, 0)
    assert board["approvalsByDepartment"][0]["department"] == "Vastgoed"
    assert board["approvalsByDepartment"][0]["pending"] == 4


async def test_a_suspended_approval_is_not_late(world: World) -> None:
    code, project = await world.project()
    permit = RequestApproval(
        occurred_on=DAY,
        approval="v1",
        kind=ApprovalKind.PERMIT,
        title="Vergunning",
        authority="college",
        procedure=Procedure.OMGEVINGSWET_REGULAR,
    )
    await world.take(code, project, permit)
    assert (await world.dashboard("obstacle-dashboard", code, today=TODAY))["approvals"][0][
        "overdue"
    ] == 1
    suspension = SuspendApproval(
        occurred_on=day(3), approval="v1", ground=SuspensionGround.APPLICANT_DELAY, reason="Wacht"
    )
    await world.take(code, project, suspension)
    found = (await world.dashboard("obstacle-dashboard", code, today=TODAY))["approvals"][0]
    assert (found["overdue"], found["suspended"], found["pending"]) == (0, 1, 0)


async def test_interventions_show_what_they_did_against_which_category(world: World) -> None:
    code, project = await world.project()

    def tried(intervention: str, after: int, *obstacles: str) -> TryIntervention:
        return TryIntervention(
            occurred_on=day(after),
            intervention=intervention,
            kind=InterventionKind.MEDIATION,
            title="Om tafel",
            obstacles=obstacles,
        )

    helped = JudgeIntervention(
        occurred_on=day(30), intervention="i3", outcome=InterventionOutcome.HELPED
    )
    await world.take(
        code,
        project,
        raised("h1"),
        raised("h2"),
        raised("h3", category=RULES),
        tried("i1", 10, "h1"),
        tried("i2", 20, "h2"),
        tried("i3", 20, "h3", "h2"),
        helped,
        resolved("h1", 16, "i1"),
        resolved("h2", 40, "i2"),
    )
    board = await world.dashboard("obstacle-dashboard", code, today=TODAY)
    found = {one["category"]: one for one in board["interventions"]}
    assert found["money"] == {
        "category": "money",
        "kind": "mediation",
        "tried": 3,
        "resolved": 2,
        "helped": 1,
        "medianDaysToResolve": 13,
    }
    assert (found["rule-pressure"]["resolved"], found["rule-pressure"]["helped"]) == (0, 1)


async def test_a_project_that_few_carry_is_lonely(world: World) -> None:
    code, project = await world.project()

    async def carried() -> tuple[int, int, bool] | None:
        board = await world.dashboard("obstacle-dashboard", code, today=TODAY)
        assert (await world.dashboard("obstacle-dashboard", code, Audience.PUBLIC, today=TODAY))[
            "carriedBy"
        ] is None
        found = board["carriedBy"]
        return (found[0]["people"], found[0]["departments"], found[0]["lonely"]) if found else None

    def joins(party: str, department: str, *, carries: bool = True) -> JoinParty:
        return JoinParty(
            occurred_on=DAY,
            party=party,
            kind=PartyKind.DEPARTMENT,
            position=Position.INTERNAL,
            name=party,
            department=department,
            carries=carries,
        )

    assert await carried() == (0, 0, True)
    await world.take(code, project, joins("d1", "Verkeer"), joins("d2", "Verkeer"))
    assert await carried() == (2, 1, True)
    await world.take(code, project, joins("d3", "Beheer", carries=False))
    assert await carried() == (2, 1, True)
    await world.take(code, project, joins("d4", "Beheer"))
    assert await carried() == (3, 2, False)
    await world.take(code, project, LeaveParty(occurred_on=day(1), party="d4"))
    assert await carried() == (2, 1, True)
    await world.take(code, project, CompleteProject(occurred_on=day(2), result="Licht"))
    assert await carried() is None


async def test_the_public_dashboard_tells_nothing_of_internal_obstacles(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code,
        project,
        raised("h1", 5, title="GEHEIM", department="GEHEIM", visibility=INTERNAL),
        msgspec.structs.replace(requested("v1", day(9), "GEHEIM"), visibility=INTERNAL),
    )
    empty, _ = await world.project()
    shown = await world.dashboard("obstacle-dashboard", code, Audience.PUBLIC, today=TODAY)
    assert shown == await world.dashboard("obstacle-dashboard", empty, Audience.PUBLIC, today=TODAY)
    assert "GEHEIM" not in str(shown)
    assert "GEHEIM" in str(await world.dashboard("obstacle-dashboard", code, today=TODAY))
