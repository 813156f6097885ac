"""What all chapters of the aggregate share: the state, and the rules that hold for every step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count, pairwise
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.domain import BaseAggregate

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.subjects import AnySubject, ClockMark, Party, Subject
from cocreate.domain.steps import CLOSING_STEPS
from cocreate.domain.steps.base import (
    Event,
    Step,
    content_of,
    personal_fields,
    references,
    whose,
)
from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import ProjectStatus, Visibility

S = TypeVar("S", bound=Subject)

FUTURE_TOLERANCE = timedelta(days=1)
"""How far ``occurred_on`` may lie ahead: the clock of the one who records may be off."""

FURTHEST = timedelta(days=36_525)
"""How far ahead any other day may lie: a hundred years."""


class InternalStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must be known of a step that is still internal, to publish it well."""

    mentions: tuple[str, ...]
    corrects: int | None = None


if TYPE_CHECKING:
    _Aggregate = BaseAggregate[UUID]
else:
    _Aggregate = object  # the library takes every subclass of its base for an aggregate of its own


class Chapter(_Aggregate):
    """The state of a project and what its chapters do with it.

    The methods of a chapter are the commands: each states its own rules, then records what
    happened. How an event changes the state stands in :mod:`cocreate.domain.project.project`.
    """

    status: ProjectStatus
    subjects: dict[str, AnySubject]
    internal: dict[int, InternalStep]
    steps: list[str]
    clocks: dict[int, ClockMark]
    people: dict[int, str]
    """The party whose personal data a step holds, by the version of the step."""

    def admit(self, step: Step, moment: Moment) -> None:
        """Check the rules that hold for every step.

        Raises :class:`~cocreate.domain.errors.RuleBroken`: the day is in the future, the project
        is closed, something mentioned is unknown, or still internal where the step is public, or
        it holds personal data of one who was erased.
        """
        require_past(step.occurred_on, moment)
        closed = self.status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
        if closed and type(step) not in CLOSING_STEPS:
            raise errors.ProjectClosed(status=self.status)
        self._require_not_erased(step)
        public = self.visibility_of(step, moment) is Visibility.PUBLIC
        for reference in references(step):
            subject = self.subjects.get(reference.id)
            if subject is None or reference.kind not in ("*", subject.kind):
                kind = "subject" if reference.kind == "*" else reference.kind
                raise errors.UnknownReference(kind=kind, id=reference.id)
            if public and not _is_readable(subject):
                raise errors.PublicMentionsInternal(id=reference.id)

    def _require_not_erased(self, step: Step) -> None:
        person = whose(step)
        if person is not None and any(
            getattr(step, field) is not None for field in personal_fields(type(step))
        ):
            require_not_erased(person, self.subjects.get(person))

    def require_readable(self, ids: Iterable[str], step: Step, moment: Moment) -> None:
        """Check that a step, where public, brings in nothing internal that it did not name itself.

        Raises :class:`~cocreate.domain.errors.PublicMentionsInternal`.
        """
        if self.visibility_of(step, moment) is Visibility.PUBLIC:
            for subject_id in ids:
                if not _is_readable(self.subjects[subject_id]):
                    raise errors.PublicMentionsInternal(id=subject_id)

    def readable(self, ids: Iterable[str], step: Step, moment: Moment) -> tuple[str, ...]:
        """Give those of the ids that may be seen by whoever reads the step."""
        if self.visibility_of(step, moment) is Visibility.INTERNAL:
            return tuple(ids)
        return tuple(one for one in ids if _is_readable(self.subjects[one]))

    @staticmethod
    def visibility_of(step: Step, moment: Moment) -> Visibility:
        """Tell who may read a step: as it says, as the municipality set, or as its kind has it."""
        if step.visibility is not None:
            return step.visibility
        return moment.rules.visibility.get(step.noun, step.by_default)

    def record(self, event: type[Event], step: Step, moment: Moment, **given: object) -> None:
        """Record the event of a step: its own fields, and those that recording gives."""
        content = content_of(step)
        content["visibility"] = self.visibility_of(step, moment)
        content.update(given)
        self.trigger_event(getattr(type(self), event.__name__), timestamp=moment.now, **content)

    def new_id(
        self,
        kind: type[Subject],
        given: str | None,
        *,
        version: int | None = None,
        ordinal: int | None = None,
    ) -> str:
        """Give the id for something new: the one asked for, or its letter and the step's version.

        Raises :class:`~cocreate.domain.errors.IdTaken` where the one asked for is in use.
        """
        if given is not None:
            if given in self.subjects:
                raise errors.IdTaken(id=given)
            return given
        made = new = f"{kind.prefix}{version or self.version + 1}{_hyphened(ordinal)}"
        again = count(2)
        while new in self.subjects:  # someone gave this very id to something else
            new = f"{made}.{next(again)}"
        return new

    def the(self, kind: type[S], subject_id: str) -> S:
        """Give the subject of that kind, which :meth:`admit` found to be there."""
        subject = self.subjects[subject_id]
        if not isinstance(subject, kind):
            raise errors.UnknownReference(kind=kind.__name__.lower(), id=subject_id)
        return subject


def _is_readable(subject: AnySubject) -> bool:
    # Who a party is stays internal, but that someone unnamed took part may be told.
    return subject.public or subject.kind == "party"


def _hyphened(ordinal: int | None) -> str:
    return "" if ordinal is None else f"-{ordinal}"


def require_past(occurred_on: date, moment: Moment) -> None:
    """Raise :class:`~cocreate.domain.errors.OccurredInFuture` for a day that has not come."""
    if occurred_on > moment.today + FUTURE_TOLERANCE:
        raise errors.OccurredInFuture(
            occurred_on=occurred_on.isoformat(), today=moment.today.isoformat()
        )


def require_within_reach(moment: Moment, **days: date | None) -> None:
    """Raise :class:`~cocreate.domain.errors.DateTooFar` for a day no calendar is made for."""
    last = moment.today + FURTHEST
    for field, on in days.items():
        if on is not None and on > last:
            raise errors.DateTooFar(field=field, on=on.isoformat(), last=last.isoformat())


def require_not_erased(party_id: str, party: AnySubject | None) -> None:
    """Raise :class:`~cocreate.domain.errors.WrongStatus` for more data of one who was erased."""
    if isinstance(party, Party) and party.erased:
        raise errors.WrongStatus(kind=party.kind, id=party_id, status="erased")


def require_status(subject_id: str, subject: AnySubject, status: str, *allowed: str) -> None:
    """Raise :class:`~cocreate.domain.errors.WrongStatus` unless the status is allowed."""
    if status not in allowed:
        raise errors.WrongStatus(kind=subject.kind, id=subject_id, status=status)


def require_distinct(ids: Iterable[str]) -> None:
    """Raise :class:`~cocreate.domain.errors.RepeatedReference` where an id comes twice."""
    seen = set()
    for subject_id in ids:
        if subject_id in seen:
            raise errors.RepeatedReference(id=subject_id)
        seen.add(subject_id)


def require_order(*dated: tuple[str, date | None]) -> None:
    """Raise :class:`~cocreate.domain.errors.DatesOutOfOrder` unless each date follows the last."""
    known = [(name, on) for name, on in dated if on is not None]
    for (earlier, earlier_on), (later, later_on) in pairwise(known):
        if later_on < earlier_on:
            raise errors.DatesOutOfOrder(
                later=later,
                later_on=later_on.isoformat(),
                earlier=earlier,
                earlier_on=earlier_on.isoformat(),
            )


def require_two_values(tension: Tension | None) -> None:
    """Raise :class:`~cocreate.domain.errors.TensionNeedsTwoValues` for a value against itself."""
    if tension is not None and tension.between is tension.and_:
        raise errors.TensionNeedsTwoValues(value=tension.between)
