"""Steps about earlier steps: publication, correction, and the erasure of a person."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Any, get_type_hints

import msgspec

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.approvals import (
    corrected,
    date_in,
    due_on,
    require_clock_in_order,
)
from cocreate.domain.project.chapter import (
    Chapter,
    S,
    require_distinct,
    require_not_erased,
    require_order,
    require_past,
    require_two_values,
    require_within_reach,
)
from cocreate.domain.project.subjects import (
    Approval,
    ClockMark,
    Decision,
    Deviation,
    Party,
)
from cocreate.domain.statutory_clock import ClockFacts, Extension
from cocreate.domain.steps import EVENT_OF, EVENTS, approvals, decisions, obstacles, record
from cocreate.domain.steps.base import Event, Step, mentioning, personal_fields, personal_in_json
from cocreate.domain.vocabulary import DeviationGround, Visibility

STEP_OF: Mapping[type[Event], type[Step]] = {event: step for step, event in EVENT_OF.items()}
PERSONAL: frozenset[str] = frozenset(
    name
    for name, event in EVENTS.items()
    if event is not record.StepCorrected and personal_fields(event)  # type: ignore[arg-type] # mypy: a class is hashable
)
"""The types of the events with personal data of their own, which a correction may set right."""


class Record(Chapter):
    """What can still be done about a step that was recorded."""

    def publish_steps(self, step: record.PublishSteps, moment: Moment) -> None:
        """Make internal steps public together; each with all it cannot be read without."""
        self.admit(step, moment)
        require_distinct(str(version) for version in step.steps)
        published = set(step.steps)
        for version in step.steps:
            self._require_step(version)
            if version not in self.internal:
                raise errors.NotInternal(step=version)
        for version in step.steps:
            for mention in self.internal[version].mentions:
                subject = self.subjects[mention]
                if subject.kind == "party" or subject.public or subject.since in published:
                    continue
                raise errors.PublicationIncomplete(step=version, other=subject.since)
        for other, internal in self.internal.items():
            corrected = internal.corrects
            if corrected is None:
                continue
            # A correction never stands alone, nor does what it corrects: readers would get either
            # a hint of something internal or a text that is known to be wrong.
            if corrected in published and other not in published:
                raise errors.PublicationIncomplete(step=corrected, other=other)
            if other in published and corrected in self.internal and corrected not in published:
                raise errors.PublicationIncomplete(step=other, other=corrected)
        self.record(record.StepsPublished, step, moment)

    def correct_step(self, step: record.CorrectStep, moment: Moment) -> None:
        """Say what an earlier step should have said. It follows that step in who may read it."""
        self.admit(step, moment)
        self._require_step(step.step)
        event = EVENTS[self.steps[step.step - 1]]
        correctable = correctable_fields(event)  # type: ignore[arg-type] # mypy: a class is hashable
        for name, value in step.changes.items():
            if name not in correctable:
                raise errors.NotCorrectable(field=name, event=event.__name__)
            try:
                fixed = msgspec.convert(value, correctable[name])
            except msgspec.ValidationError as problem:
                raise errors.CorrectionInvalid(field=name, problem=str(problem)) from None
            _require_sayable(event, name, fixed, moment)
        self._require_no_step_instead(step.step, event, step.changes.keys())
        changes = msgspec.to_builtins(step.changes)
        mark = self.clocks.get(step.step)
        if mark is not None:
            self._require_sound_clock(mark, changes, event)
        internal = step.step in self.internal
        if internal and step.visibility is Visibility.PUBLIC:
            raise errors.CorrectionOfInternalIsPublic(step=step.step)
        visibility = Visibility.INTERNAL if internal else self.visibility_of(step, moment)
        whose = self._whose(step, event)
        self.record(
            record.StepCorrected, step, moment, visibility=visibility, changes=changes, **whose
        )
        if mark is not None and mark.fact in _MOVES_THE_TERM and changes.keys() & _DAYS_OF_A_TERM:
            self._recalculate(mark.approval, step, moment, visibility)

    def erase_person(self, step: record.ErasePerson, moment: Moment) -> str:
        """Record that the personal data of a party can be read no more. It stays internal."""
        self.admit(step, moment)
        require_not_erased(step.party, self.the(Party, step.party))
        self.record(record.PersonErased, step, moment, visibility=Visibility.INTERNAL)
        return step.party

    def _whose(self, step: record.CorrectStep, event: type[Event]) -> Mapping[str, object]:
        """Tell which changes of a correction are personal data, and whose."""
        personal = tuple(step.changes.keys() & personal_in_json(event))  # type: ignore[arg-type]
        party = self.people.get(step.step)
        if not personal or party is None:
            return {}
        require_not_erased(party, self.subjects[party])
        return {"party": party, "personal": tuple(sorted(personal))}

    def _recalculate(
        self, approval_id: str, step: record.CorrectStep, moment: Moment, visibility: Visibility
    ) -> None:
        """Let a corrected date reach the term that rests on it."""
        approval = self.the(Approval, approval_id)
        said = approvals.RecalculateTerm(
            occurred_on=step.occurred_on, approval=approval_id, reason=f"correctie {step.step}"
        )
        self.record(
            approvals.TermRecalculated,
            said,
            moment,
            visibility=visibility,
            due_on=due_on(approval, approval.clock, moment),
        )

    def _require_sound_clock(
        self, mark: ClockMark, changes: Mapping[str, object], event: type[Event]
    ) -> None:
        """Check that the clock of an approval can run by the corrected days."""
        approval = self.the(Approval, mark.approval)
        if "until" in changes and not self._ends_by_itself(approval.clock, mark):
            raise errors.NotCorrectable(field="until", event=event.__name__)
        try:
            clock = corrected(approval.clock, mark, changes)
        except ValueError as problem:
            field = "until" if "until" in changes else "occurredOn"
            raise errors.CorrectionInvalid(field=field, problem=str(problem)) from None
        require_clock_in_order(clock)
        if mark.fact == "requested_on":
            stated = date_in(changes, "statedDueOn", approval.stated_due_on)
            require_order(("requestedOn", clock.requested_on), ("statedDueOn", stated))

    def _ends_by_itself(self, clock: ClockFacts, mark: ClockMark) -> bool:
        """Tell whether the day that a suspension or extension named is the day that counts."""
        if mark.fact == "suspended":
            resumed = ClockMark(mark.approval, "resumed", mark.stretch)
            named = clock.suspensions[mark.stretch].until_on
            return named is not None and resumed not in self.clocks.values()
        extension: Extension = getattr(clock, mark.fact)
        return extension.until is not None

    def _require_no_step_instead(
        self, version: int, event: type[Event], names: AbstractSet[str]
    ) -> None:
        """Check that a correction does not do what takes a step: to motivate, or to announce."""
        if event is decisions.DeviationRecorded and names & {"ground", "motivation"}:
            for deviation_id, deviation in self._brought_by(version, Deviation):
                if not deviation.motivated:
                    raise errors.WrongStatus(
                        kind="deviation", id=deviation_id, status="not-motivated"
                    )
        if event is decisions.DecisionRecorded and names & {"sentOn", "publishedOn"}:
            for decision_id, decision in self._brought_by(version, Decision):
                if not decision.announced:
                    raise errors.WrongStatus(
                        kind="decision", id=decision_id, status="not-announced"
                    )

    def _brought_by(self, version: int, kind: type[S]) -> Iterator[tuple[str, S]]:
        for subject_id, subject in self.subjects.items():
            if subject.since == version and isinstance(subject, kind):
                yield subject_id, subject

    def _require_step(self, version: int) -> None:
        if version > self.version:
            raise errors.UnknownStep(step=version)


def _require_sayable(event: type[Event], name: str, fixed: object, moment: Moment) -> None:
    """Hold a corrected value against the rules that the step itself had to keep."""
    if name == "occurredOn" and isinstance(fixed, date):
        require_past(fixed, moment)
    elif isinstance(fixed, date):
        require_within_reach(moment, **{name: fixed})
    elif isinstance(fixed, decisions.Tension):
        require_two_values(fixed)
    elif fixed is DeviationGround.NOT_STATED:
        raise errors.GroundNotStated
    elif fixed is None and (event, name) in _NEVER_EMPTY:
        raise errors.CorrectionInvalid(field=name, problem="null")


@cache
def correctable_fields(event: type[Event]) -> Mapping[str, Any]:
    """Give the fields of an event that a correction may change: JSON name to type.

    Not among them are what the step refers to, its outcomes, and whatever later steps were
    decided on; another step has to change those. Personal data is: whoever it is of may have it
    set right (AVG, art. 16).
    """
    if event in (record.StepsPublished, record.StepCorrected, record.PersonErased):
        return {}
    step = STEP_OF[event]
    hints = get_type_hints(step, include_extras=True)
    kept = _RULED | mentioning(event)
    return {
        field.encode_name: hints[field.name]
        for field in msgspec.structs.fields(step)
        if field.name not in kept
    }


_RULED = {
    "visibility",
    "source",
    "supporters",
    "word",
    "settlement",
    "procedure",
    "source_states_no_motivation",
    "open_to_objection",
    "by_consent",
    "outcome",
    "verdict",
    "level",
    "role",
}
"""What rules or later steps rest on, or what says where the step came from."""

_NEVER_EMPTY: frozenset[tuple[type[Event], str]] = frozenset(
    {
        (decisions.DecisionRecorded, "motivation"),
        (decisions.DecisionRecorded, "sentOn"),
        (decisions.DecisionRecorded, "publishedOn"),
        (decisions.DecisionAnnounced, "sentOn"),
        (decisions.DecisionAnnounced, "publishedOn"),
        (obstacles.ObstacleReassigned, "department"),
        (approvals.ApprovalSuspended, "until"),
        (approvals.ApprovalExtended, "until"),
    }
)
"""What a step may leave out by a rule that looks further than the field."""

_MOVES_THE_TERM = {"requested_on", "suspended", "resumed", "extension", "further_extension"}
_DAYS_OF_A_TERM = {"occurredOn", "until", "statedDueOn"}
