"""A database with read models, and random histories that stand in its log."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from tests.conftest import Template, prepared_database
from tests.databases import QUICK_LOOKS

from cocreate.domain.errors import RuleBroken
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import (
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import (
    AdviceConclusion,
    ApprovalKind,
    Body,
    DeviationGround,
    FeedbackChannel,
    Initiative,
    InterventionKind,
    InterventionOutcome,
    MandateRole,
    ObstacleCategory,
    Outcome,
    ParticipationLevel,
    PartyKind,
    Position,
    ResidentsWord,
    Sector,
    Settlement,
    SuspensionGround,
    Visibility,
    WorkForm,
)
from cocreate.log.append import Appender
from cocreate.log.connection import Pool, open_pool
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects, Receipt, Sender
from cocreate.log.master import MasterKey
from cocreate.log.opening import in_json, opened
from cocreate.log.read import Reader
from cocreate.log.sealing import Sealing
from cocreate.log.signals import Signals
from cocreate.log.subscriptions import Subscriptions
from cocreate.log.tokens import new_key
from cocreate.projections import timeline
from cocreate.projections.answers import Answers
from cocreate.projections.builds import Builds
from cocreate.projections.engine import Engine
from cocreate.projections.files import read_file
from cocreate.projections.fold import Slot
from cocreate.projections.known import Audience
from cocreate.projections.resource import Dashboard, ProjectFile, Register

DAY = date(2025, 1, 6)
TODAY = date(2026, 6, 1)
SENDER = Sender(actor="tester", actor_role="official")
INTERNAL, PUBLIC = Visibility.INTERNAL, Visibility.PUBLIC

R = TypeVar("R", Register, Dashboard)

_codes = count(1)


def day(after: int) -> date:
    """Give a day by how many days it is after the first."""
    return DAY + timedelta(days=after)


class World:
    """A database with the log and the read models, and what works on it."""

    def __init__(
        self,
        dsn: str,
        admin: asyncpg.Connection[Any],
        pool: Pool,
        projecting: Pool,
        builds: Builds,
    ) -> None:
        self.dsn = dsn
        self.admin = admin
        """A connection of the superuser."""
        self.pool = pool
        self.projecting = projecting
        self.keys = Keys(pool, MasterKey(new_key()))
        appender = Appender(pool, seal=Sealing(self.keys))
        self.live = LiveProjects(pool, appender, self.keys)
        self.subscriptions = Subscriptions(pool, appender)
        self.reader = Reader(pool)
        self.builds = builds
        self.answers = Answers(pool, builds, Signals(dsn, pool))
        self.engine = self.other_engine()

    def other_engine(self, batch: int = 2_000) -> Engine:
        """Give what another process would fold with."""
        return Engine(self.projecting, self.builds, batch=batch)

    async def opened(self, code: str, answers: dict[str, Any]) -> dict[str, Any]:
        """Give answers as they leave: with nothing sealed in them."""
        told = await opened(self.keys, code, msgspec.json.encode(answers), in_json)
        read: dict[str, Any] = msgspec.json.decode(told.data)
        return read

    async def catch_up(self, code: str) -> int:
        """Bring the read models up to date, and give the position they are at."""
        self.engine.wake(code)
        await self.engine.catch_up()
        return await self.reader.head(code) or 0

    async def municipality(self) -> str:
        """Register a municipality."""
        code = f"GM{next(_codes):04}"
        await self.subscriptions.register(
            RegisterMunicipality(occurred_on=DAY, code=code, name="Test"), SENDER
        )
        return code

    async def start(self, code: str, **facts: Any) -> UUID:
        """Start a project."""
        said: dict[str, Any] = {
            "occurred_on": DAY,
            "title": "Lampen in de tunnel",
            "sector": Sector.SAFETY,
            "initiative": Initiative.RESIDENTS,
            "department": "Openbare ruimte",
            **facts,
        }
        return (await self.live.start(code, course.StartProject(**said), SENDER)).project

    async def project(self, **facts: Any) -> tuple[str, UUID]:
        """Start a project in a municipality of its own."""
        code = await self.municipality()
        return code, await self.start(code, **facts)

    async def take(
        self, code: str, project: UUID, *steps: Step, importing: bool = False
    ) -> Receipt:
        """Take the steps of one command."""
        return await self.live.take(code, project, steps, SENDER, importing=importing)

    async def timeline(
        self,
        code: str,
        project: UUID,
        audience: Audience = Audience.INTERNAL,
        today: date = TODAY,
        **page: Any,
    ) -> dict[str, Any]:
        """Bring the read models up to date, and give a timeline."""
        position = await self.catch_up(code)
        body = await timeline.read_timeline(
            self.answers, code, project, audience, position, today, **page
        )
        assert body is not None
        return msgspec.json.decode(body, type=dict[str, Any])

    async def file(
        self,
        code: str,
        project: UUID,
        audience: Audience = Audience.INTERNAL,
        *,
        today: date = TODAY,
        position: int | None = None,
        now: bool | None = None,
    ) -> ProjectFile:
        """Bring the read models up to date, and give the file of a project.

        As known now it comes from the accounts that are kept, unless it is said otherwise.
        """
        head = await self.catch_up(code)
        file = await read_file(
            self.answers,
            self.reader,
            code,
            project,
            audience,
            head if position is None else position,
            today,
            now=position is None if now is None else now,
        )
        assert file is not None
        return file

    async def register(
        self,
        name: str,
        code: str,
        audience: Audience = Audience.INTERNAL,
        *,
        position: int | None = None,
        today: date = TODAY,
        **narrow: object,
    ) -> list[dict[str, Any]]:
        """Bring the read models up to date, and give the rows of a register, page by page."""
        head = await self.catch_up(code)
        model, register = self._resource(name, Register)
        asked = msgspec.json.encode(msgspec.convert(narrow, register.narrow)).decode()
        rows: list[dict[str, Any]] = []
        place: str | None = None
        while True:
            page = await self.answers.ask(
                model,
                register.function,
                code,
                int(audience),
                head if position is None else position,
                today,
                asked,
                place,
                7,
            )
            rows += [msgspec.to_builtins(register.row(*record[1:])) for record in page]
            if len(page) < 7:
                return rows
            place = page[-1]["place"]

    async def dashboard(
        self,
        name: str,
        code: str,
        audience: Audience = Audience.INTERNAL,
        *,
        position: int | None = None,
        today: date = TODAY,
        **narrow: object,
    ) -> dict[str, Any]:
        """Bring the read models up to date, and give a dashboard."""
        head = await self.catch_up(code)
        model, dashboard = self._resource(name, Dashboard)
        asked = msgspec.json.encode(msgspec.convert(narrow, dashboard.narrow)).decode()
        [row] = await self.answers.ask(
            model,
            dashboard.function,
            code,
            int(audience),
            head if position is None else position,
            today,
            asked,
        )
        answer: dict[str, Any] = msgspec.json.decode(row[0])
        msgspec.convert(answer, dashboard.answers)
        return answer

    def _resource(self, path: str, kind: type[R]) -> tuple[str, R]:
        for name, model in self.builds.models.items():
            for resource in model.RESOURCES:
                if isinstance(resource, kind) and resource.path == path:
                    return name, resource
        raise LookupError(path)

    async def rows(self, code: str) -> dict[str, list[tuple[object, ...]]]:
        """Give every row of every read model of a municipality, with all its versions."""
        found = {}
        for build in self.builds.values():
            for table in build.model.TABLES:
                for name in Slot(0, "", table).stored_in:
                    rows = await self.admin.fetch(
                        f"select * from {build.schema}.{name} where tenant_id = $1", code
                    )
                    found[f"{build.name}.{name}"] = sorted((tuple(row) for row in rows), key=repr)
        return found


@contextlib.asynccontextmanager
async def new_world(prepared: Template) -> AsyncIterator[World]:
    """Make a database of this release, and drop it."""
    async with prepared_database(prepared) as dsn:
        within = await asyncpg.connect(dsn, server_settings=dict(QUICK_LOOKS))
        pool = await open_pool(dsn, "cocreate_app", size=6)
        projecting = await open_pool(dsn, "cocreate_projector", size=6)
        try:
            builds = Builds()
            await builds.load(pool)
            yield World(dsn, within, pool, projecting, builds)
        finally:
            await projecting.close()
            await pool.close()
            await within.close()


class Histories:
    """Makes up commands. Ids are given, so that they do not depend on what else is recorded."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - not for secrets
        self.number = 0
        self.ids: dict[str, list[str]] = {}
        self.version = 1
        self.hidden: list[int] = []

    def new(self, kind: str) -> str:
        self.number += 1
        made = f"{kind[:3]}-{self.number}"
        self.ids.setdefault(kind, []).append(made)
        return made

    def one(self, kind: str) -> str:
        return self.random.choice(self.ids.get(kind) or ["nothing"])

    def some(self, *kinds: str, least: int = 1) -> tuple[str, ...]:
        known = [one for kind in kinds for one in self.ids.get(kind, ())]
        if len(known) < least:
            return ("nothing", "nowhere")[:least]
        most = min(len(known), 2)
        return tuple(self.random.sample(known, self.random.randint(least, most)))

    def command(
        self, visibility: Visibility, mark: str = "", *, but: AbstractSet[str] = frozenset()
    ) -> Step:
        """Make up one command, but for some kinds; it may well break a rule."""
        say: dict[str, Any] = {
            "occurred_on": day(self.random.randint(0, 300)),
            "visibility": visibility,
        }
        text = f"tekst {mark}{self.random.randint(0, 999)}"
        outcome = self.random.choice(list(Outcome))
        deviation = self.new("deviation") if self.random.random() < 0.5 else None
        deviates = outcome in (Outcome.REJECTED, Outcome.ADOPTED_WITH_CHANGES)
        makers: dict[str, Callable[[], Step]] = {
            "wish": lambda: wishes.ExpressWish(wish=self.new("wish"), title=text, **say),
            "wish2": lambda: wishes.ExpressWish(
                wish=self.new("wish"), title=text, text=text, **say
            ),
            "support": lambda: wishes.SupportWish(wish=self.one("wish"), supporters=3, **say),
            "withdraw": lambda: wishes.WithdrawWish(wish=self.one("wish"), reason=text, **say),
            "merge": lambda: wishes.MergeWishes(
                wishes=self.some("wish", least=2), into=self.new("wish"), title=text, **say
            ),
            "split": lambda: wishes.SplitWish(
                wish=self.one("wish"),
                into=tuple(wishes.WishPart(wish=self.new("wish"), title=text) for _ in range(2)),
                **say,
            ),
            "proposal": lambda: wishes.SubmitProposal(
                proposal=self.new("proposal"), title=text, answers=self.some("wish"), **say
            ),
            "realise": lambda: wishes.RealiseWish(wish=self.one("wish"), text=text, **say),
            "judge": lambda: wishes.JudgeRealisation(
                wish=self.one("wish"), word=self.random.choice(list(ResidentsWord)), **say
            ),
            "advice": lambda: decisions.GiveAdvice(
                advice=self.new("advice"),
                about=self.some("wish", "proposal"),
                adviser=text,
                conclusion=AdviceConclusion.POSITIVE,
                **say,
            ),
            "decision": lambda: decisions.RecordDecision(
                decision=self.new("decision"),
                body=Body.COUNCIL,
                title=text,
                motivation=text,
                open_to_objection=True,
                outcomes=(
                    decisions.SubjectOutcome(
                        subject=self.one(self.random.choice(["wish", "proposal"])),
                        outcome=outcome,
                        deviation_id=(deviation or self.new("deviation")) if deviates else None,
                        deviation=decisions.Grounds(ground=DeviationGround.LAW, motivation=text)
                        if deviates
                        else None,
                    ),
                ),
                **say,
            ),
            "feedback": lambda: decisions.GiveFeedback(
                feedback=self.new("feedback"),
                about=self.some("wish", "proposal"),
                channel=FeedbackChannel.LETTER,
                text=text,
                **say,
            ),
            "contest": lambda: decisions.ContestDeviation(
                deviation=self.one("deviation"), text=text, **say
            ),
            "approval": lambda: approvals.RequestApproval(
                approval=self.new("approval"),
                kind=ApprovalKind.PERMIT,
                title=text,
                authority=f"authority {mark}",
                procedure=Procedure.OMGEVINGSWET_REGULAR,
                needed_for=self.some("wish", "proposal"),
                **say,
            ),
            "suspend": lambda: approvals.SuspendApproval(
                approval=self.one("approval"),
                ground=SuspensionGround.CONSENT,
                reason=text,
                **say,
            ),
            "grant": lambda: approvals.GrantApproval(approval=self.one("approval"), **say),
            "obstacle": lambda: obstacles.RaiseObstacle(
                obstacle=self.new("obstacle"),
                category=self.random.choice(list(ObstacleCategory)),
                title=text,
                blocks=self.some("wish", "approval"),
                **say,
            ),
            "escalate": lambda: obstacles.EscalateObstacle(
                obstacle=self.one("obstacle"), to=text, **say
            ),
            "intervention": lambda: obstacles.TryIntervention(
                intervention=self.new("intervention"),
                kind=InterventionKind.PILOT,
                title=text,
                obstacles=self.some("obstacle"),
                **say,
            ),
            "outcome": lambda: obstacles.JudgeIntervention(
                intervention=self.one("intervention"), outcome=InterventionOutcome.HELPED, **say
            ),
            "resolve": lambda: obstacles.ResolveObstacle(
                obstacle=self.one("obstacle"),
                text=text,
                interventions=self.some("intervention"),
                **say,
            ),
            "commitment": lambda: commitments.MakeCommitment(
                commitment=self.new("commitment"),
                title=text,
                by=text,
                to=text,
                due_on=self.random.choice([None, day(200)]),
                about=self.some("wish"),
                **say,
            ),
            "fulfil": lambda: commitments.FulfilCommitment(
                commitment=self.one("commitment"), **say
            ),
            "reflection": lambda: commitments.RecordReflection(
                reflection=self.new("reflection"), title=text, text=text, **say
            ),
            "party": lambda: course.JoinParty(
                party=self.new("party"),
                kind=PartyKind.DEPARTMENT,
                position=Position.INTERNAL,
                name=text,
                department=text,
                carries=True,
                **say,
            ),
            "leave": lambda: course.LeaveParty(party=self.one("party"), **say),
            "mandate": lambda: course.AssignMandate(
                role=self.random.choice(list(MandateRole)),
                party=self.one("party"),
                body=Body.COLLEGE,
                **say,
            ),
            "framework": lambda: course.SetFramework(
                level=self.random.choice(list(ParticipationLevel)),
                open=(text,),
                body=Body.COUNCIL,
                before=text,
                **say,
            ),
            "session": lambda: course.HoldSession(
                session=self.new("session"),
                work_form=self.random.choice(list(WorkForm)),
                title=text,
                attended=self.random.randint(0, 99),
                **say,
            ),
            "report": lambda: course.DeliverFinalReport(
                report=self.new("report"), title=text, to=(text,), **say
            ),
            "settle": lambda: decisions.SettleDeviation(
                deviation=self.one("deviation"), settlement=Settlement.AGREED, text=text, **say
            ),
            "reassign": lambda: obstacles.ReassignObstacle(
                obstacle=self.one("obstacle"), owner=self.one("party"), **say
            ),
            "accept": lambda: obstacles.AcceptObstacle(
                obstacle=self.one("obstacle"), reason=text, **say
            ),
            "change": lambda: commitments.ChangeCommitment(
                commitment=self.one("commitment"),
                due_on=self.random.choice([None, day(250)]),
                reason=text,
                **say,
            ),
            "break": lambda: commitments.BreakCommitment(
                commitment=self.one("commitment"), reason=text, **say
            ),
            "resumed": lambda: approvals.ResumeApproval(approval=self.one("approval"), **say),
            "refuse": lambda: approvals.RefuseApproval(
                approval=self.one("approval"), motivation=text, **say
            ),
            "pause": lambda: course.PauseProject(reason=text, **say),
            "resume": lambda: course.ResumeProject(**say),
        }
        return makers[self.random.choice([kind for kind in makers if kind not in but])]()

    def correction(self, version: int, visibility: Visibility | None = None) -> Step:
        field = self.random.choice(["title", "text", "occurredOn"])
        fixed = "2025-03-03" if field == "occurredOn" else f"verbeterd {self.number}"
        return record.CorrectStep(
            occurred_on=day(301),
            step=version,
            changes={field: fixed},
            reason="schrijffout",
            visibility=visibility,
        )


async def random_history(
    world: World, code: str, project: UUID, made: Histories | int, length: int
) -> list[Receipt]:
    """Record a random history of public and internal steps, publications and corrections."""
    if isinstance(made, int):
        made = Histories(made)
    taken: list[Receipt] = []
    hidden = made.hidden
    while len(taken) < length:
        chance = made.random.random()
        version = made.version
        step: Step
        if chance < 0.06 and hidden:
            chosen = tuple(made.random.sample(hidden, made.random.randint(1, len(hidden))))
            step = record.PublishSteps(occurred_on=day(301), steps=chosen)
        elif chance < 0.16:
            step = made.correction(made.random.randint(1, version))
        else:
            step = made.command(INTERNAL if chance > 0.75 else PUBLIC)
        with contextlib.suppress(RuleBroken):
            taken.append(await world.take(code, project, step))
            made.version = taken[-1].version
            if step.visibility is INTERNAL:
                hidden += range(version + 1, taken[-1].version + 1)
            if isinstance(step, record.PublishSteps):
                hidden[:] = [one for one in hidden if one not in step.steps]
    return taken


def without(answer: object, *names: str) -> Any:
    """Give an answer without some fields, at any depth."""
    if isinstance(answer, dict):
        return {key: without(value, *names) for key, value in answer.items() if key not in names}
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return [without(one, *names) for one in answer]
    return answer
