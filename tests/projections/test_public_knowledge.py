import contextlib
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.projections.filed import RECORDED_AT
from tests.projections.world import (
    DAY,
    INTERNAL,
    PUBLIC,
    TODAY,
    Histories,
    World,
    day,
    without,
)

from cocreate.domain.errors import RuleBroken
from cocreate.domain.steps import commitments, obstacles, wishes
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.domain.vocabulary import ObstacleCategory
from cocreate.projections import timeline
from cocreate.projections.known import Audience
from cocreate.projections.others import log_of
from cocreate.projections.report import participation_report
from cocreate.projections.resource import Dashboard, Document, Register
from cocreate.projections.story import tell_story

SECRET = "GEHEIM-"  # noqa: S105 - a text, not a password
KINDS = ("wish", "proposal", "decision", "deviation", "approval", "obstacle", "commitment")

COURSE = frozenset({"pause", "resume"})
ABOUT_PARTIES = frozenset({"leave", "mandate", "reassign"})
"""What names a party, which may be internal where the step that names it is not."""
DECIDING = (
    COURSE
    | ABOUT_PARTIES
    | {
        *("withdraw", "merge", "split", "proposal", "realise", "judge", "decision"),
        *("contest", "settle", "suspend", "resumed", "grant", "refuse", "resolve", "accept"),
        *("fulfil", "change", "break"),
    }
)
"""What decides how something stands. Done internally to something public, it makes later public
steps possible or impossible, which cannot but show."""

ADDS = (
    wishes.ExpressWish,
    commitments.MakeCommitment,
    commitments.RecordReflection,
    obstacles.RaiseObstacle,
)


PLACES = (
    "position",
    "endedAt",
    "lastPosition",
    "positions",
    "version",
    "recordedAt",
    "corrections",
)
"""What tells where in the log something stands: this may show that there are internal steps."""


async def public_answers(world: World, code: str, project: UUID) -> dict[str, Any]:
    """Give all that the public may ask of a municipality with one project."""
    public = Audience.PUBLIC
    answers: dict[str, Any] = {"timeline": await world.timeline(code, project, public, limit=1_000)}
    position = await world.catch_up(code)
    as_of = await timeline.timeline_as_of(
        world.reader, code, project, public, position, TODAY, limit=1_000
    )
    assert as_of is not None
    answers["asOf"] = msgspec.json.decode(as_of)
    for kind in KINDS:
        body = await timeline.read_subjects(
            world.answers, code, project, public, position, kind, TODAY, limit=1_000
        )
        assert body is not None
        answers[kind] = msgspec.json.decode(body)
    file = await world.file(code, project, public)
    for model in world.builds.models.values():
        for resource in model.RESOURCES:
            path = resource.path
            match resource:
                case Register():
                    answers[path] = await world.register(path, code, public)
                case Dashboard():
                    answers[path] = await world.dashboard(path, code, public)
                case Document() if "{" not in path:
                    told = resource.give(file, resource.narrow(), {})
                    answers[path] = msgspec.json.decode(msgspec.json.encode(told))
    answers["report"] = msgspec.to_builtins(participation_report(file, RECORDED_AT))
    answers["stories"] = [
        msgspec.to_builtins(tell_story(file, subject))
        for subject, account in file.subjects.items()
        if account.kind in ("wish", "proposal")
    ]
    log = await log_of(world.answers, code, public, position)
    answers["log"] = msgspec.to_builtins(log)
    return await world.opened(code, answers)


class Twins:
    """One project with internal steps, and one in which they were never recorded."""

    def __init__(self, world: World, codes: list[str], projects: list[UUID]) -> None:
        self.world = world
        self.codes = codes
        self.projects = projects
        self.versions: dict[int, int] = {1: 1}
        """Versions of the first project by those of the second."""

    async def take(self, step: Step) -> int | None:
        """Take a step on the first, and if it is public on the second; give its version."""
        try:
            receipt = await self.world.take(self.codes[0], self.projects[0], step)
        except RuleBroken:
            return None
        if step.visibility is PUBLIC:
            twin = step
            if isinstance(step, CorrectStep):
                twin = msgspec.structs.replace(step, step=self._of_twin(step.step))
            other = await self.world.take(self.codes[1], self.projects[1], twin)
            assert other.events == receipt.events
            for back in range(receipt.events):
                self.versions[other.version - back] = receipt.version - back
        return receipt.version

    def _of_twin(self, version: int) -> int:
        return next(own for own, twin in self.versions.items() if twin == version)


async def make_twins(world: World) -> Twins:
    codes, projects = [], []
    for _ in range(2):
        code, project = await world.project()
        codes.append(code)
        projects.append(project)
    return Twins(world, codes, projects)


def comparable(answer: object, twins: Twins) -> Any:
    text = msgspec.json.encode(answer).decode()
    for code, project in zip(twins.codes, twins.projects, strict=True):
        text = text.replace(str(project), "project").replace(code, "municipality")
    decoded = without(msgspec.json.decode(text), *PLACES)
    return without_step(decoded)


def without_step(answer: Any) -> Any:
    if isinstance(answer, dict):
        named = answer.get("type") == "StepCorrected"
        if named and "data" in answer:
            return {**answer, "data": without(answer["data"], "step")}
        return {key: without_step(value) for key, value in answer.items()}
    return [without_step(one) for one in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("seed", range(12))
async def test_the_public_knows_what_it_would_without_the_internal_steps(
    world: World, seed: int
) -> None:
    # Internal steps here bring subjects of their own, or tell of such: what one does to something
    # public is in the next test.
    twins = await make_twins(world)
    made = Histories(seed)
    hidden = Histories(seed + 1_000)
    public_steps: list[int] = []
    for _ in range(120):
        chance = made.random.random()
        if chance < 0.35:
            await twins.take(_apart(hidden.command(INTERNAL, SECRET, but=COURSE)))
        elif chance < 0.42 and public_steps:
            await twins.take(made.correction(made.random.choice(public_steps), PUBLIC))
        else:
            version = await twins.take(made.command(PUBLIC))
            if version is not None:
                public_steps.append(version)
    first, second = [
        await public_answers(world, code, project)
        for code, project in zip(twins.codes, twins.projects, strict=True)
    ]
    assert comparable(first, twins) == comparable(second, twins)
    assert SECRET not in msgspec.json.encode(first).decode()


def _apart(step: Step) -> Step:
    """Give an internal step with ids that no public step has."""
    fields = msgspec.to_builtins(step)
    return msgspec.convert(_marked(fields), type(step))


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _marked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(one) for one in value]
    if isinstance(value, str) and value[3:4] == "-" and value[4:].isdigit():
        return f"hid-{value}"
    return value


@pytest.mark.parametrize("seed", range(8))
async def test_internal_steps_on_public_subjects_tell_nothing_of_themselves(
    world: World, seed: int
) -> None:
    twins = await make_twins(world)
    made = Histories(seed)
    for _ in range(120):
        secret = made.random.random() < 0.3
        if secret:
            await twins.take(made.command(INTERNAL, SECRET, but=DECIDING))
        else:
            await twins.take(made.command(PUBLIC, but=ABOUT_PARTIES))
    first, second = [
        await public_answers(world, code, project)
        for code, project in zip(twins.codes, twins.projects, strict=True)
    ]
    assert SECRET not in msgspec.json.encode(first).decode()
    assert comparable(first, twins) == comparable(second, twins)


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_published_is_known_and_nothing_else(world: World, seed: int) -> None:
    code, project = await world.project()
    made = Histories(seed)
    planted: dict[int, str] = {}
    for number in range(40):
        text = f"{SECRET}{number}-einde"
        step = made.random.choice(ADDS)
        facts: dict[str, Any] = {"occurred_on": DAY, "visibility": INTERNAL, "title": text}
        if step is commitments.MakeCommitment:
            facts |= {"by": text, "to": text, "due_on": day(3)}
        if step is obstacles.RaiseObstacle:
            facts |= {"category": ObstacleCategory.MONEY, "department": text}
        if step is commitments.RecordReflection:
            facts |= {"text": text}
        receipt = await world.take(code, project, step(**facts))
        planted[receipt.version] = text
    published = made.random.sample(sorted(planted), 7)
    before = msgspec.json.encode(await public_answers(world, code, project)).decode()
    assert SECRET not in before
    await world.take(
        code, project, PublishSteps(occurred_on=DAY, steps=tuple(published), visibility=PUBLIC)
    )
    after = msgspec.json.encode(await public_answers(world, code, project)).decode()
    for version, text in planted.items():
        assert (text in after) is (version in published)


async def test_a_publication_that_is_internal_tells_nobody(world: World) -> None:
    code, project = await world.project()
    wish = wishes.ExpressWish(occurred_on=DAY, title=f"{SECRET}1", visibility=INTERNAL)
    receipt = await world.take(code, project, wish)
    with contextlib.suppress(RuleBroken):
        await world.take(
            code,
            project,
            PublishSteps(occurred_on=DAY, steps=(receipt.version,), visibility=INTERNAL),
        )
    answers = await public_answers(world, code, project)
    assert SECRET not in msgspec.json.encode(answers).decode()


async def test_a_correction_of_an_internal_step_stays_internal(world: World) -> None:
    code, project = await world.project()
    wish = wishes.ExpressWish(occurred_on=DAY, title="geheim", visibility=INTERNAL)
    receipt = await world.take(code, project, wish)
    said = CorrectStep(
        occurred_on=DAY, step=receipt.version, changes={"title": f"{SECRET}2"}, reason="fout"
    )
    corrected = await world.take(code, project, said)
    answers = await public_answers(world, code, project)
    assert SECRET not in msgspec.json.encode(answers).decode()
    both = (receipt.version, corrected.version)
    await world.take(code, project, PublishSteps(occurred_on=DAY, steps=both))
    answers = await public_answers(world, code, project)
    assert [wish["title"] for wish in answers["wish"]["items"]] == [f"{SECRET}2"]
