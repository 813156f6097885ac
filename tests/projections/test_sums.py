"""What dashboards count from sums that are kept is what the rows of the registers come to."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import product
from statistics import fmean
from typing import Any
from uuid import UUID

import pytest
from tests.projections.world import DAY, TODAY, World, random_history

from cocreate.domain.steps.decisions import ContestDeviation, RecordDeviation, SettleDeviation
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import DeviationGround, Settlement
from cocreate.projections.answers import mark_of
from cocreate.projections.force_field import force_field
from cocreate.projections.known import Audience
from cocreate.projections.others import log_of
from cocreate.projections.resource import NoFilter

Row = dict[str, Any]
Count = Callable[[Sequence[Row]], Row]
PROJECTS = 3


@pytest.fixture(scope="module", params=range(2))
async def town(world: World, request: pytest.FixtureRequest) -> str:
    code = await world.municipality()
    for number in range(PROJECTS):
        project = await world.start(code)
        await random_history(world, code, project, request.param * 10 + number, 110)
    await contested(world, code)
    await world.catch_up(code)
    return code


async def contested(world: World, code: str) -> None:
    """Record two deviations that residents contest, one of which is settled."""
    project = await world.start(code)
    await world.take(
        code,
        project,
        ExpressWish(occurred_on=DAY, wish="w", title="Een bankje"),
        *(
            RecordDeviation(
                occurred_on=DAY,
                deviation=deviation,
                subjects=("w",),
                ground=DeviationGround.BUDGET,
                motivation="Er is geen geld",
            )
            for deviation in ("d1", "d2")
        ),
        *(
            ContestDeviation(occurred_on=DAY, deviation=deviation, text="Dat was beloofd")
            for deviation in ("d1", "d2")
        ),
        SettleDeviation(
            occurred_on=DAY, deviation="d2", settlement=Settlement.UPHELD, text="Zo blijft het"
        ),
    )


async def positions(world: World, code: str) -> Sequence[int]:
    head = await world.reader.head(code) or 0
    return (*range(20, head, 67), head)


def along(days: Iterable[float], share: float) -> float | None:
    """Give the value at a share of the way along, between the two that it falls between."""
    ordered = sorted(days)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def days(rows: Iterable[Row], first: str, last: str) -> list[int]:
    """Give the days between two dates of rows that have both."""
    return [
        (date.fromisoformat(row[last]) - date.fromisoformat(row[first])).days
        for row in rows
        if row[first] is not None and row[last] is not None
    ]


def require_groups(told: Iterable[Row], rows: Iterable[Row], count: Count, **keys: str) -> None:
    """Check that each group of rows is told once, and as it is counted by hand.

    ``keys`` says which field of what is told has the value of which field of a row.
    """
    groups: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[field] for field in keys.values())].append(row)
    found = [
        (
            tuple(each[name] for name in keys),
            {name: each[name] for name in each if name not in keys},
        )
        for each in told
    ]
    assert len(found) == len(groups)
    for key, counted in found:
        expected = count(groups[key])
        assert {name: counted[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("audience", Audience)
async def test_deviations_are_counted_as_the_register_has_them(
    world: World, town: str, audience: Audience
) -> None:
    def count(rows: Sequence[Row]) -> Row:
        return {
            "total": len(rows),
            "motivationOwed": sum(row["motivationOwed"] for row in rows),
            "feedbackOwed": sum(row["feedbackOwed"] for row in rows),
            "contested": sum(row["contests"] > 0 for row in rows),
            "settled": sum(row["settledOn"] is not None for row in rows),
            "medianDaysToFeedback": along(days(rows, "recordedOn", "fedBackOn"), 0.5),
        }

    for position in await positions(world, town):
        rows = await world.register("deviations", town, audience, position=position)
        told = await world.dashboard("deviation-overview", town, audience, position=position)
        whole = count(rows)
        assert {name: told[name] for name in whole} == whole
        require_groups(told["byGround"], rows, count, code="ground")
        require_groups(told["byBody"], rows, count, code="body")
        require_groups(told["bySector"], rows, count, code="sector")


def closed_on(row: Row) -> str | None:
    closed: str | None = row["decidedOn"] or row["withdrawnOn"]
    return closed


def count_approvals(rows: Sequence[Row]) -> Row:
    running = [row for row in rows if closed_on(row) is None]
    decided = [row for row in rows if row["decidedOn"] is not None]
    return {
        "pending": sum(not row["suspended"] for row in running),
        "suspended": sum(row["suspended"] for row in running),
        "overdue": sum(
            row["dueOn"] is not None and row["dueOn"] < TODAY.isoformat() for row in running
        ),
        "decided": len(decided),
        "decidedLate": sum(
            row["dueOn"] is not None and row["decidedOn"] > row["dueOn"] for row in decided
        ),
    }


@pytest.mark.parametrize("audience", Audience)
async def test_approvals_are_counted_as_the_register_has_them(
    world: World, town: str, audience: Audience
) -> None:
    def count(rows: Sequence[Row]) -> Row:
        return {
            **count_approvals(rows),
            "refused": sum(row["status"] == "refused" for row in rows),
            "withdrawn": sum(row["withdrawnOn"] is not None for row in rows),
        }

    def spread(rows: Sequence[Row]) -> Row:
        took = days(rows, "requestedOn", "decidedOn")
        return {
            "decided": len(took),
            "mean": fmean(took) if took else None,
            "median": along(took, 0.5),
            "p90": along(took, 0.9),
            "longest": max(took, default=None),
            "withinWeek": sum(each <= 7 for each in took),
            "withinTwoWeeks": sum(7 < each <= 14 for each in took),
            "withinFourWeeks": sum(14 < each <= 28 for each in took),
            "withinEightWeeks": sum(28 < each <= 56 for each in took),
            "withinSixteenWeeks": sum(56 < each <= 112 for each in took),
            "longer": sum(each > 112 for each in took),
        }

    for position in await positions(world, town):
        rows = await world.register("approvals", town, audience, position=position)
        told = await world.dashboard("approval-board", town, audience, position=position)
        whole = count(rows)
        assert {name: told["all"][name] for name in whole} == whole
        assert told["all"]["leadDays"] == pytest.approx(spread(rows))
        for name, keys in (
            ("byAuthority", {"code": "authority"}),
            ("byKind", {"code": "kind"}),
            ("byDepartment", {"code": "department"}),
            ("byAuthorityAndKind", {"authority": "authority", "code": "kind"}),
        ):
            require_groups(told[name], rows, count, **keys)
            leads = [{**each, **each["leadDays"]} for each in told[name]]
            require_groups(leads, rows, spread, **keys)
        late = [
            row
            for row in rows
            if closed_on(row) is None and row["dueOn"] and row["dueOn"] < TODAY.isoformat()
        ]
        late.sort(key=lambda row: (row["dueOn"], row["project"], row["approval"]))
        assert [row["approval"] for row in told["overdue"]] == [row["approval"] for row in late]


def count_interventions(rows: Sequence[Row]) -> Row:
    return {
        "tried": len(rows),
        "resolved": sum(row["resolvedOn"] is not None for row in rows),
        "helped": sum(row["resolvedOn"] is None and row["outcome"] == "helped" for row in rows),
        "medianDaysToResolve": along(days(rows, "triedOn", "resolvedOn"), 0.5),
    }


@pytest.mark.parametrize("audience", Audience)
async def test_interventions_are_counted_as_the_register_has_them(
    world: World, town: str, audience: Audience
) -> None:
    def count(rows: Sequence[Row]) -> Row:
        counted = count_interventions(rows)
        return {
            **counted,
            "judged": sum(row["outcome"] is not None for row in rows),
            "noEffect": sum(row["outcome"] == "no-effect" for row in rows),
            "madeWorse": sum(row["outcome"] == "made-worse" for row in rows),
            "resolvedShare": round(counted["resolved"] / len(rows), 4),
        }

    for position in await positions(world, town):
        rows = await world.register("interventions", town, audience, position=position)
        told = await world.dashboard("intervention-map", town, audience, position=position)
        assert told["tried"] == len(rows)
        assert told["resolved"] == sum(row["resolvedOn"] is not None for row in rows)
        keys = {name: name for name in ("category", "sector", "phase", "kind")}
        require_groups(told["bySectorAndPhase"], rows, count, **keys)
        require_groups(told["byCategory"], rows, count, category="category", kind="kind")
        for resolved in (True, False):
            narrow: dict[str, Any] = {"position": position, "resolved": resolved}
            left = [row for row in rows if (row["resolvedOn"] is not None) is resolved]
            assert await world.register("interventions", town, audience, **narrow) == left
            told = await world.dashboard("intervention-map", town, audience, **narrow)
            require_groups(told["byCategory"], left, count, category="category", kind="kind")


@pytest.mark.parametrize("narrow", [{}, {"from_date": date.min}], ids=["sums", "rows"])
@pytest.mark.parametrize("audience", Audience)
async def test_obstacles_are_counted_as_the_register_has_them(
    world: World, town: str, audience: Audience, narrow: dict[str, Any]
) -> None:
    def count(rows: Sequence[Row]) -> Row:
        return {
            **{
                status: sum(row["status"] == status for row in rows)
                for status in ("open", "accepted", "resolved")
            },
            "medianDays": along((row["days"] for row in rows if row["status"] == "resolved"), 0.5),
        }

    def spread(rows: Sequence[Row], status: str) -> Row:
        stood = [row["days"] for row in rows if row["status"] == status]
        return {
            "median": along(stood, 0.5),
            "p90": along(stood, 0.9),
            "longest": max(stood, default=None),
        }

    for position in await positions(world, town):
        rows = await world.register("obstacles", town, audience, position=position)
        told = await world.dashboard(
            "obstacle-dashboard", town, audience, position=position, **narrow
        )
        whole = count(rows)
        assert [told[status] for status in ("open", "accepted", "resolved")] == [
            whole[status] for status in ("open", "accepted", "resolved")
        ]
        assert told["openDays"] == pytest.approx(spread(rows, "open"))
        assert told["resolvedDays"] == pytest.approx(spread(rows, "resolved"))
        require_groups(told["byCategory"], rows, count, category="category")
        require_groups(told["bySector"], rows, count, sector="sector")
        require_groups(told["byDepartment"], rows, count, department="department")
        standing = [row for row in rows if row["status"] == "open"]
        standing.sort(key=lambda row: (row["raisedOn"], row["project"], row["obstacle"]))
        assert [row["obstacle"] for row in told["blocking"]] == [
            row["obstacle"] for row in standing
        ]
        tried = await world.register("interventions", town, audience, position=position)
        require_groups(
            told["interventions"], tried, count_interventions, category="category", kind="kind"
        )
        asked = await world.register("approvals", town, audience, position=position)
        require_groups(told["approvals"], asked, count_approvals, authority="authority")
        require_groups(
            told["approvalsByDepartment"], asked, count_approvals, department="department"
        )
        for month in told["trend"]:
            assert month["raised"] == sum(
                row["raisedOn"].startswith(month["month"]) for row in rows
            )
            assert month["closed"] == sum(
                (row["closedOn"] or "").startswith(month["month"]) for row in rows
            )


FACETS = ("sector", "initiative", "status", "phase", "level", "department", "year")


async def test_each_facet_counts_what_the_directory_has(world: World) -> None:
    code = await world.municipality()
    for sector, initiative, department in product(
        ("safety", "housing"), ("residents", "municipality"), ("Ruimte", "Zorg")
    ):
        if (sector, department) != ("housing", "Zorg"):
            await world.start(code, sector=sector, initiative=initiative, department=department)
    every = [{**row, "year": row["since"][:4]} for row in await world.register("projects", code)]
    assert len(every) == 6
    narrowings: Sequence[Row] = (
        {},
        {"sector": "safety"},
        {"sector": "safety", "department": "Zorg"},
        {"initiative": "residents", "sector": "housing", "department": "Ruimte"},
        {"level": "inform"},
    )
    for narrow in narrowings:
        told = await world.dashboard("project-facets", code, **narrow)
        for facet in FACETS:
            others = {name: value for name, value in narrow.items() if name != facet}
            left = [row for row in every if others.items() <= row.items()]
            require_groups(told[facet], left, lambda rows: {"count": len(rows)}, value=facet)
        assert told["total"] == len(await world.register("projects", code, **narrow))


@pytest.mark.parametrize("audience", Audience)
async def test_the_map_counts_words_as_the_registers_have_them(
    world: World, town: str, audience: Audience
) -> None:
    for position in await positions(world, town):
        log = await log_of(world.answers, town, audience, position)
        again = await log_of(world.answers, town, audience, position)
        assert mark_of(log) == mark_of(again)
        obstacles = await world.register("obstacles", town, audience, position=position)
        deviations = await world.register("deviations", town, audience, position=position)
        tried = await world.register("interventions", town, audience, position=position)
        shown: dict[tuple[str, str, str], tuple[int, int]] = {
            (each.vocabulary, each.code, each.sector): (each.times, each.projects)
            for each in log.seen
        }
        interventions = {(row["project"], row["intervention"]): row for row in tried}.values()
        for vocabulary, rows, field in (
            ("obstacle-category", obstacles, "category"),
            ("deviation-ground", deviations, "ground"),
            ("intervention-kind", interventions, "kind"),
        ):
            found: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
            for row in rows:
                found[row[field], row["sector"]].append(row["project"])
            assert {word[1:]: of for word, of in shown.items() if word[0] == vocabulary} == {
                word: (len(of), len(set(of))) for word, of in found.items()
            }
        groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        values = {(row["project"], row["obstacle"]): row for row in obstacles}
        for row in tried:
            groups["obstacle-category", row["category"], row["kind"]].append(row)
            against = values[row["project"], row["obstacle"]]
            if against["valueBetween"] is not None:
                tension = "+".join(sorted((against["valueBetween"], against["valueAnd"])))
                groups["tension", tension, row["kind"]].append(row)
        assert {
            (each.vocabulary, each.code, each.kind): (
                each.tried,
                each.projects,
                each.resolved,
                each.resolved_projects,
                Counter(dict(each.days)),
            )
            for each in log.against
        } == {
            word: (
                len(rows),
                len({row["project"] for row in rows}),
                len(resolved := [row for row in rows if row["resolvedOn"] is not None]),
                len({row["project"] for row in resolved}),
                Counter(days(rows, "triedOn", "resolvedOn")),
            )
            for word, rows in groups.items()
        }


@pytest.mark.parametrize("audience", Audience)
async def test_who_carries_is_counted_as_the_force_fields_have_it(
    world: World, town: str, audience: Audience
) -> None:
    for position in await positions(world, town):
        told = await world.dashboard("force-field-overview", town, audience, position=position)
        narrowed = [
            await world.dashboard(
                "force-field-overview", town, audience, position=position, lonely=lonely
            )
            for lonely in (True, False)
        ]
        rows = told["byProject"]
        assert told["projects"] == len(rows)
        if audience is Audience.PUBLIC:
            assert told["lonely"] is told["medianLonelyIndex"] is None
            continue
        assert told["lonely"] == sum(row["lonely"] for row in rows)
        indexes = [row["lonelyIndex"] for row in rows if row["lonelyIndex"] is not None]
        assert told["medianLonelyIndex"] == pytest.approx(along(indexes, 0.5))
        carried = [
            party
            for row in rows
            for party in await carrying(world, town, UUID(row["project"]), position)
        ]

        def count(parties: Sequence[Row]) -> Row:
            return {
                "projects": len({party["project"] for party in parties}),
                "people": len(parties),
                "load": sum(party["load"] for party in parties),
            }

        require_groups(told["byDepartment"], carried, count, department="department")
        # What is read from the rows, since it is narrowed by what no sum goes by, adds up to it.
        for name in ("projects", "people", "load"):
            assert sum(each[name] for half in narrowed for each in half["byDepartment"]) == sum(
                each[name] for each in told["byDepartment"]
            )


async def carrying(world: World, code: str, project: UUID, position: int) -> list[Row]:
    """Give the parties that carry a project, from its own force field."""
    file = await world.file(code, project, Audience.INTERNAL, position=position)
    field = force_field(file, NoFilter(), {})
    return [
        {"project": project, "department": party.department, "load": party.load}
        for party in field.internal
        if party.share is not None
    ]
