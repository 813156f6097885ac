"""The report of any history counts what a slow and separate reading of the log counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.projections import naive
from tests.projections.filed import RECORDED_AT
from tests.projections.naive import Told
from tests.projections.world import TODAY, World, random_history

from cocreate.log.read import Recorded
from cocreate.projections.known import Audience
from cocreate.projections.report import participation_report
from cocreate.projections.report_parts import ParticipationReport

GOES_ON = ("merged", "split")


class History:
    """A random project, and what the log holds of it."""

    def __init__(self, world: World, code: str, project: UUID, events: list[Recorded]) -> None:
        self.world = world
        self.code = code
        self.project = project
        self.events = events

    async def report(self, audience: Audience, position: int, *, now: bool) -> ParticipationReport:
        file = await self.world.file(self.code, self.project, audience, position=position, now=now)
        return participation_report(file, RECORDED_AT)

    def known(self, audience: Audience, position: int) -> list[Told]:
        """Give the steps that an audience knows at a position."""
        events = [event for event in self.events if event.position <= position]
        return naive.told(events, public=audience is Audience.PUBLIC)


@pytest.fixture(scope="module", params=range(3))
async def history(world: World, request: pytest.FixtureRequest) -> History:
    code = await world.municipality()
    # Another project in the same log, so that positions are not versions.
    beside, project = await world.start(code), await world.start(code)
    await random_history(world, code, beside, 900 + request.param, 12)
    await random_history(world, code, project, 70 + request.param, 130)
    await random_history(world, code, beside, 990 + request.param, 12)
    await random_history(world, code, project, 80 + request.param, 70)
    await world.catch_up(code)
    events = [event async for page in world.reader.history(code, project) for event in page]
    return History(world, code, project, events)


async def readings(
    history: History, audience: Audience
) -> list[tuple[ParticipationReport, list[Told]]]:
    """Give the report at some positions, the last among them, each with the steps known there."""
    head = await history.world.reader.head(history.code) or 0
    first = history.events[0].position
    return [
        (
            await history.report(audience, position, now=position == head),
            history.known(audience, position),
        )
        for position in (first, *range(first + 20, head, 45), head)
    ]


@pytest.mark.parametrize("audience", Audience)
async def test_every_wish_is_a_contribution_once_and_goes_on_where_the_log_says(
    history: History, audience: Audience
) -> None:
    for report, steps in await readings(history, audience):
        wishes = naive.wishes(steps)
        found = {each.id: each for each in report.contributions}
        assert len(found) == len(report.contributions)
        assert found.keys() == wishes.keys()
        assert [each.number for each in report.contributions] == [*range(1, len(wishes) + 1)]
        days = [each.expressed_on for each in report.contributions]
        assert days == sorted(days)
        for name, wish in wishes.items():
            told = found[name]
            assert (told.status, told.expressed_on.isoformat()) == (
                wish["status"],
                wish["expressedOn"],
            )
            assert (told.answered_on and told.answered_on.isoformat()) == wish["answeredOn"]
            assert {each.id for each in told.goes_on_in} == heirs(steps, name)
            assert bool(told.goes_on_in) == (wish["status"] in GOES_ON)
            for heir in told.goes_on_in:
                assert name in [each.id for each in found[heir.id].comes_from]
            for parent in told.comes_from:
                assert name in [each.id for each in found[parent.id].goes_on_in]


def heirs(steps: list[Told], wish: str) -> set[str]:
    merged = {step["into"] for step in naive.of(steps, "WishesMerged") if wish in step["wishes"]}
    split = naive.of(steps, "WishSplit", wish=wish)
    return merged | {part["wish"] for step in split for part in step["into"]}


@pytest.mark.parametrize("audience", Audience)
async def test_counts_add_up_to_those_of_the_log(history: History, audience: Audience) -> None:
    for report, steps in await readings(history, audience):
        wishes = naive.wishes(steps)
        waiting = [
            name
            for name, wish in wishes.items()
            if wish["answeredOn"] is None and wish["status"] in ("open", "deferred")
        ]
        assert report.unanswered == len(waiting)
        assert {
            each.id for each in report.contributions if each.days_without_answer is not None
        } == set(waiting)
        sessions = [*naive.of(steps, "SessionHeld")]
        assert (report.reach.attended, report.reach.invited) == (
            sum(step["attended"] for step in sessions) if sessions else None,
            None,  # which random histories never say
        )
        assert len(report.course.sessions) == len(sessions)
        for told, reading in (
            (report.decisions, naive.decisions(steps)),
            (report.deviations, naive.deviations(steps)),
            (report.approvals, naive.approvals(steps, TODAY)),
            (report.obstacles, naive.obstacles(steps, TODAY)),
            (report.commitments, naive.commitments(steps)),
        ):
            assert Counter(each.id for each in told) == Counter(list(reading))
        complete = report.completeness
        assert (complete.steps, complete.wishes, complete.last_position) == (
            len(steps),
            len(wishes),
            steps[-1]["position"],
        )
        assert complete.last_step_on == max(
            date.fromisoformat(step["occurredOn"]) for step in steps
        )
        internal = {event.position for event in history.events if not event.public}
        published = {
            version for step in naive.of(steps, "StepsPublished") for version in step["steps"]
        }
        internal -= {event.position for event in history.events if event.version in published}
        known = {step["position"] for step in steps}
        assert complete.internal_steps == len(internal & known)


@pytest.mark.parametrize("audience", Audience)
async def test_what_is_owed_is_what_the_log_owes(history: History, audience: Audience) -> None:
    for report, steps in await readings(history, audience):
        owed = {kind.duty: {each.subject.id for each in kind.items} for kind in report.owed}
        assert owed == {duty: found for duty, found in owing(steps).items() if found}
        for kind in report.owed:
            late = [each.days_late for each in kind.items]
            assert late == sorted(late, reverse=True)
            assert (kind.number, kind.longest) == (len(late), late[0])
        assert [kind.duty for kind in report.owed] == sorted(owed)


def owing(steps: list[Told]) -> dict[str, set[str]]:
    """Give what is owed by its kind, of what random histories bring about."""
    wishes = naive.wishes(steps)
    today = TODAY.isoformat()
    words = {step["wish"]: step["word"] for step in naive.of(steps, "RealisationJudged")}
    realised = {step["wish"]: step["position"] for step in naive.of(steps, "WishRealised")}
    judged = {step["wish"]: step["position"] for step in naive.of(steps, "RealisationJudged")}
    promises = {
        name: each for name, each in naive.commitments(steps).items() if each["status"] == "open"
    }
    deviations = naive.deviations(steps)
    announced = {
        step["decision"]
        for step in naive.of(steps, "DecisionRecorded")
        if step.get("sentOn") or step.get("publishedOn") or not step.get("openToObjection")
    }
    return {
        "answer": {
            name
            for name, wish in wishes.items()
            if wish["answeredOn"] is None and wish["status"] in ("open", "deferred")
        },
        "realisation": {
            name
            for name, word in words.items()
            if word == "disputed"
            and wishes[name]["status"] == "realised"
            and judged[name] > realised[name]
        },
        "motivation": {name for name, each in deviations.items() if each["motivation"] is None},
        "feedback": {name for name, each in deviations.items() if each["fedBackOn"] is None},
        "announcement": naive.decisions(steps).keys() - announced,
        "decision": {
            name
            for name, each in naive.approvals(steps, TODAY).items()
            if "status" not in each and each["dueOn"] is not None and each["dueOn"] < today
        },
        "fulfilment": {
            name for name, each in promises.items() if each["dueOn"] and each["dueOn"] < today
        },
        "date": {name for name, each in promises.items() if each["dueOn"] is None},
    }


@pytest.mark.parametrize("audience", Audience)
async def test_every_part_rests_on_positions_of_the_project_that_its_reader_knows(
    history: History, audience: Audience
) -> None:
    for report, steps in await readings(history, audience):
        known = {step["position"] for step in steps}
        rests = [*positions_in(msgspec.to_builtins(report))]
        assert set(rests) - {report.position} <= known
        assert all(each.positions for each in report.contributions)
        in_order = [each.positions for each in report.contributions]
        in_order += [each.positions for each in report.decisions]
        in_order += [each.positions for each in report.deviations]
        assert all(list(each) == sorted(set(each)) for each in in_order)


def positions_in(told: Any) -> Iterator[int]:
    """Give every position that a report names, at any depth."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ("position", "lastPosition"):
                yield value
            elif name == "positions":
                yield from value
            else:
                yield from positions_in(value)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from positions_in(each)


@pytest.mark.parametrize("audience", Audience)
async def test_what_is_kept_comes_to_the_same_report_as_the_log(
    history: History, audience: Audience
) -> None:
    head = await history.world.reader.head(history.code) or 0
    kept = await history.report(audience, head, now=True)
    assert await history.report(audience, head, now=False) == kept
