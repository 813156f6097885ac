"""Random histories: whatever is said, in whatever order, the rules of the record hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any, cast

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect
from tests.domain.project.told import DAY, INTERNAL, Told, outcome, replayed, stored

from cocreate.domain.errors import RuleBroken
from cocreate.domain.project.approvals import due_on
from cocreate.domain.project.record import correctable_fields
from cocreate.domain.project.subjects import Approval, Wish
from cocreate.domain.steps import (
    CLOSING_STEPS,
    EVENT_OF,
    EVENTS,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Event, Step, references
from cocreate.domain.vocabulary import Outcome, ProjectStatus

RARE = (course.CompleteProject, course.StopProject, course.PauseProject, course.StartProject)
COMMON = (
    wishes.ExpressWish,
    wishes.SubmitProposal,
    decisions.RecordDecision,
    decisions.RecordDeviation,
    decisions.GiveFeedback,
)
FREQUENCY: dict[type[Step], int] = {**dict.fromkeys(RARE, 1), **dict.fromkeys(COMMON, 12)}
KINDS = [kind for kind in EVENT_OF for _ in range(FREQUENCY.get(kind, 4))]
CLOSING_EVENTS = {
    *(EVENT_OF[kind].__name__ for kind in CLOSING_STEPS),
    approvals.TermRecalculated.__name__,  # what a correction brings about
}
COMMANDS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
        st.randoms(use_true_random=True),
    ),
    min_size=1,
    max_size=60,
)


@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(COMMANDS)
def test_the_rules_of_the_record_hold_in_every_history(
    commands: Sequence[tuple[Sequence[type[Step]], Random]],
) -> None:
    told = Told()
    for kinds, dice in commands:
        before, seen = told.project.version, len(told.events)
        closed = told.project.status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
        try:
            told.take(
                *(Speaker(told, dice).say(kind) for kind in kinds), importing=dice.random() < 0.2
            )
        except RuleBroken:
            assert told.project.version == before
            continue
        new = told.events[seen:]
        assert told.project.version == len(told.events) == before + len(new)
        assert not closed or {type(taken).__name__ for taken in new} <= CLOSING_EVENTS
        for taken in new:
            assert stored(taken) == taken
            require_mentions_known(told, taken)
        assert replayed(told.events) == told.project
        assert internal_steps(told.events) == told.project.internal.keys()
        assert wish_statuses(told.events) == {
            wish_id: subject.status
            for wish_id, subject in told.project.subjects.items()
            if isinstance(subject, Wish)
        }
        for subject in told.project.subjects.values():
            if isinstance(subject, Approval):
                due_on(subject, subject.clock, told.moment())


def require_mentions_known(told: Told, taken: Event) -> None:
    """What an event mentions is there, and in the open where the event is."""
    for reference in references(taken):
        subject = told.subject(reference.id)
        assert reference.kind in ("*", subject.kind)
        assert taken.visibility is INTERNAL or subject.public or subject.kind == "party"


def internal_steps(events: Sequence[Event]) -> set[int]:
    """The steps that nobody published."""
    internal: set[int] = set()
    for version, taken in enumerate(events, 1):
        if taken.visibility is INTERNAL:
            internal.add(version)
        if isinstance(taken, record.StepsPublished):
            internal -= set(taken.steps)
    return internal


def wish_statuses(events: Sequence[Event]) -> dict[str, str]:
    """What the events say became of each wish."""
    became: dict[str, str] = {}
    for taken in events:
        match taken:
            case wishes.WishExpressed(wish=wish):
                became[wish] = "open"
            case wishes.WishWithdrawn(wish=wish):
                became[wish] = "withdrawn"
            case wishes.WishRealised(wish=wish):
                became[wish] = "realised"
            case wishes.WishesMerged(wishes=merged, into=into):
                became.update(dict.fromkeys(merged, "merged"))
                became[into] = "open"
            case wishes.WishSplit(wish=wish, into=parts):
                became[wish] = "split"
                became.update((part.wish, "open") for part in parts)
            case decisions.DecisionRecorded(outcomes=outcomes):
                own = {one.subject: one.outcome for one in outcomes}
                for one in outcomes:
                    for wish in one.settles:
                        assert own.get(wish, one.outcome) == one.outcome
                        became[wish] = one.outcome
            case _:
                pass
    return became


BRINGS: dict[str, type[Step]] = {
    "*": wishes.ExpressWish,
    "wish": wishes.ExpressWish,
    "proposal": wishes.SubmitProposal,
    "decision": decisions.RecordDecision,
    "deviation": decisions.RecordDecision,
    "approval": approvals.RequestApproval,
    "obstacle": obstacles.RaiseObstacle,
    "intervention": obstacles.TryIntervention,
    "commitment": commitments.MakeCommitment,
    "party": course.JoinParty,
}


def needed(kind: type[Step]) -> list[str]:
    """The kinds of subject a step cannot be said without."""
    fields = cast("inspect.StructType", inspect.type_info(kind)).fields
    kinds = [getattr(field.type, "item_type", field.type) for field in fields if field.required]
    return [kind_of(one) for one in kinds if isinstance(one, inspect.Metadata) and kind_of(one)]


def kind_of(described: inspect.Metadata) -> str:
    """What a reference refers to; personal data is marked likewise, and refers to nothing."""
    return cast("str", (described.extra or {}).get("reference", ""))


def as_json(value: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value))


class Speaker:
    """Says anything that a step of a kind can say, mostly about what is there."""

    def __init__(self, told: Told, dice: Random) -> None:
        self.project = told.project
        self.dice = dice

    def say(self, kind: type[Step]) -> Step:
        if self.dice.random() < 0.95:
            while missing := [one for one in needed(kind) if not self.there(one)]:
                kind = BRINGS[missing[0]]
        said = self.part(kind)
        if isinstance(said, decisions.RecordDecision):
            return self.decide(said)
        if isinstance(said, record.PublishSteps) and self.project.internal:
            internal = sorted(self.project.internal)
            some = self.dice.choice((internal, internal, self.some(internal)))
            return msgspec.structs.replace(said, steps=tuple(some))
        if isinstance(said, record.CorrectStep):
            return self.correct(said)
        return cast("Step", said)

    def decide(self, said: decisions.RecordDecision) -> decisions.RecordDecision:
        decidable = [*self.there("wish"), *self.there("proposal")]
        if not decidable or self.dice.random() < 0.05:
            return said
        about = self.some(decidable[-4:])
        outcomes = [outcome(one, self.dice.choice([*Outcome])) for one in about]
        if self.dice.random() < 0.3:
            outcomes = [msgspec.structs.replace(one, deviation=None) for one in outcomes]
        return msgspec.structs.replace(said, outcomes=tuple(outcomes), motivation="Daarom.")

    def there(self, kind: str) -> list[str]:
        return [
            subject_id
            for subject_id, subject in self.project.subjects.items()
            if kind in ("*", subject.kind)
        ]

    def correct(self, said: record.CorrectStep) -> record.CorrectStep:
        version = self.dice.randint(1, self.project.version)
        marked = [*self.project.clocks]
        if marked and self.dice.random() < 0.5:
            version = self.dice.choice(marked)
        event = EVENTS[self.project.steps[version - 1]]
        changes = {}
        for name, hint in correctable_fields(event).items():  # type: ignore[arg-type]
            if self.dice.random() < 0.4:
                changes[name] = as_json(self.value(inspect.type_info(hint)))
        return msgspec.structs.replace(said, step=version, changes=changes or {"title": "x"})

    def part(self, kind: type[msgspec.Struct]) -> msgspec.Struct:
        described = cast("inspect.StructType", inspect.type_info(kind))
        return kind(
            **{
                field.name: self.value(field.type)
                for field in described.fields
                if field.required or self.dice.random() < 0.35
            }
        )

    def value(self, described: Any) -> Any:
        return SAYING[type(described)](self, described)

    def some(self, items: Sequence[Any]) -> list[Any]:
        return self.dice.sample(items, self.dice.randint(1, len(items)))

    def text(self, described: inspect.StrType) -> str:
        if described.pattern and "[A-Za-z0-9]" in described.pattern:
            return f"{self.dice.choice('WPDAx')}{self.dice.randint(2, 30)}"
        if described.pattern and "http" in described.pattern:
            return "https://delft.nl/tunnel"
        if described.pattern and "{9}" in described.pattern:
            return "123456789"
        if described.pattern and "{64}" in described.pattern:
            return "0" * 64
        return "Licht"

    def reference(self, described: inspect.Metadata) -> str:
        there = self.there(kind_of(described))
        if there and self.dice.random() < 0.98:
            return self.dice.choice(there[-8:])
        return cast("str", self.value(described.type))

    def either(self, described: inspect.UnionType) -> Any:
        [said] = [one for one in described.types if not isinstance(one, inspect.NoneType)]
        if isinstance(said, inspect.Metadata) and not self.there(kind_of(said)):
            return None
        return self.value(said)

    def day(self, _: inspect.DateType) -> date:
        if self.dice.random() < 0.01:
            return self.dice.choice((date.min, date.max))
        return DAY + timedelta(days=self.dice.choice((0, 0, 0, 1, 7, 30, 60, 90, 98)))

    def several(self, described: inspect.VarTupleType) -> tuple[Any, ...]:
        least = described.min_length or 0
        item = described.item_type
        if not least and isinstance(item, inspect.Metadata) and not self.there(kind_of(item)):
            return ()
        said = [self.value(item) for _ in range(least + self.dice.randint(0, 2))]
        # Mostly without repetition, as people do.
        once = [one for place, one in enumerate(said) if one not in said[:place]]
        return tuple(once if len(once) >= least and self.dice.random() < 0.95 else said)


SAYING: dict[type, Callable[[Speaker, Any], Any]] = {
    inspect.StrType: Speaker.text,
    inspect.IntType: lambda speaker, _: speaker.dice.randint(1, 40),
    inspect.BoolType: lambda speaker, _: speaker.dice.random() < 0.5,
    inspect.DateType: Speaker.day,
    inspect.EnumType: lambda speaker, described: speaker.dice.choice(
        [*cast("type[Enum]", described.cls)]
    ),
    inspect.Metadata: Speaker.reference,
    inspect.VarTupleType: Speaker.several,
    inspect.StructType: lambda speaker, described: speaker.part(described.cls),
    inspect.UnionType: Speaker.either,
    inspect.DictType: lambda *_: {"title": "Licht"},
}
