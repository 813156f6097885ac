"""Steps about earlier steps: publication and correction."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

import msgspec

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.approvals import due_on
from cocreate.domain.project.chapter import Chapter, require_distinct, require_past
from cocreate.domain.project.subjects import Approval
from cocreate.domain.steps import EVENT_OF, EVENTS, approvals, record
from cocreate.domain.steps.base import Event, Step, fields_of
from cocreate.domain.vocabulary import Outcome, Visibility

STEP_OF: Mapping[type[Event], type[Step]] = {event: step for step, event in EVENT_OF.items()}


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
            if name == "occurredOn":
                require_past(fixed, moment)
        internal = step.step in self.internal
        if internal and step.visibility is Visibility.PUBLIC:
            raise errors.CorrectionOfInternalIsPublic(step=step.step)
        visibility = Visibility.INTERNAL if internal else self.visibility_of(step, moment)
        self.record(record.StepCorrected, step, moment, visibility=visibility)
        if step.step in self.clocks:
            self._recalculate(self.clocks[step.step].approval, step, moment, visibility)

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

    def _require_step(self, version: int) -> None:
        if version > self.version:
            raise errors.UnknownStep(step=version)


@cache
def correctable_fields(event: type[Event]) -> Mapping[str, Any]:
    """Give the fields of an event that a correction may change: JSON name to type.

    Not among them are what the step refers to, its outcomes, and whatever later steps were
    decided on; another step has to change those.
    """
    if event in (record.StepsPublished, record.StepCorrected):
        return {}
    step = STEP_OF[event]
    hints = get_type_hints(step, include_extras=True)
    optional_given = {"visibility", "source"}
    return {
        msgspec.structs.fields(step)[fields_of(step).index(name)].encode_name: hints[name]
        for name in fields_of(step)
        if name not in optional_given and not _decides(name, hints[name])
    }


def _decides(name: str, hint: object) -> bool:
    """Tell whether rules or other steps rest on a field."""
    text = str(hint)
    return (
        "reference" in text
        or "SubjectOutcome" in text
        or "Part" in text
        or hint is Outcome
        or name in _RULED
        or "A-Za-z0-9" in text
    )


_RULED = {
    "supporters",
    "word",
    "settlement",
    "procedure",
    "source_states_no_motivation",
    "open_to_objection",
    "by_consent",
    "outcome",
    "verdict",
    "role",
}
