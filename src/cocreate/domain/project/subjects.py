"""What a project keeps account of: the state that its rules look at, and no more.

Texts, names and dates that no rule needs stay in the log; read models get them from there.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import msgspec

from cocreate.domain.statutory_clock import ClockFacts
from cocreate.domain.vocabulary import (
    ApprovalStatus,
    CommitmentStatus,
    DeviationStatus,
    ObstacleStatus,
    ProposalStatus,
    ResidentsWord,
    WishStatus,
)


class Subject(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Anything with an id in the history of a project."""

    prefix: ClassVar[str] = ""
    """The letter that an id made up by the aggregate starts with; the step's version follows."""

    since: int
    """The version of the project that brought it."""
    public: bool = True

    @property
    def kind(self) -> str:
        """The kind of subject, as references name it."""
        return type(self).__name__.lower()


class Wish(Subject, kw_only=True, tag="wish"):
    """What a resident wants."""

    prefix: ClassVar = "W"
    status: WishStatus = WishStatus.OPEN
    word: ResidentsWord | None = None
    proposals: list[str] = []
    deviations: list[str] = []


class Proposal(Subject, kw_only=True, tag="proposal"):
    """A plan that answers wishes."""

    prefix: ClassVar = "P"
    status: ProposalStatus = ProposalStatus.OPEN
    answers: tuple[str, ...] = ()
    deviations: list[str] = []


class Decision(Subject, kw_only=True, tag="decision"):
    """What a body decided."""

    prefix: ClassVar = "B"
    subjects: tuple[str, ...] = ()
    deviations: list[str] = []
    open_to_objection: bool = False
    announced: bool = False


class Deviation(Subject, kw_only=True, tag="deviation"):
    """Where a decision does not follow."""

    prefix: ClassVar = "D"
    status: DeviationStatus = DeviationStatus.RECORDED
    motivated: bool = True
    wishes: tuple[str, ...] = ()


class Approval(Subject, kw_only=True, tag="approval"):
    """Permission that someone must give."""

    prefix: ClassVar = "A"
    status: ApprovalStatus = ApprovalStatus.PENDING
    clock: ClockFacts
    stated_due_on: date | None = None
    may_resume: bool = False
    """Whether the last suspension was not ended by a step."""


class ClockMark(msgspec.Struct, frozen=True):
    """Which fact of an approval's clock a step laid down, so that a correction can reach it."""

    approval: str
    fact: Literal[
        "requested_on",
        "suspended",
        "resumed",
        "extension",
        "further_extension",
        "notice_of_default_on",
        "decided_on",
    ]
    stretch: int = 0


class Obstacle(Subject, kw_only=True, tag="obstacle"):
    """What stands in the way."""

    prefix: ClassVar = "H"
    status: ObstacleStatus = ObstacleStatus.OPEN


class Intervention(Subject, kw_only=True, tag="intervention"):
    """What was tried against an obstacle."""

    prefix: ClassVar = "I"


class Commitment(Subject, kw_only=True, tag="commitment"):
    """A promise."""

    prefix: ClassVar = "T"
    status: CommitmentStatus = CommitmentStatus.OPEN


class Party(Subject, kw_only=True, tag="party"):
    """A party in the force field."""

    prefix: ClassVar = "Q"
    present: bool = True
    erased: bool = False
    """Whether its personal data was erased: no more of it is taken."""


class Session(Subject, kw_only=True, tag="session"):
    """A meeting that was held."""

    prefix: ClassVar = "S"


class Milestone(Subject, kw_only=True, tag="milestone"):
    """What was reached."""

    prefix: ClassVar = "M"


class Report(Subject, kw_only=True, tag="report"):
    """The final report."""

    prefix: ClassVar = "E"


class Advice(Subject, kw_only=True, tag="advice"):
    """What was advised."""

    prefix: ClassVar = "V"


class Feedback(Subject, kw_only=True, tag="feedback"):
    """What residents were told."""

    prefix: ClassVar = "F"


class Reflection(Subject, kw_only=True, tag="reflection"):
    """A lesson."""

    prefix: ClassVar = "R"


AnySubject = (
    Wish
    | Proposal
    | Decision
    | Deviation
    | Approval
    | Obstacle
    | Intervention
    | Commitment
    | Party
    | Session
    | Milestone
    | Report
    | Advice
    | Feedback
    | Reflection
)
