"""What the participation report tells, as data.

Every part names the positions of the log it rests on, so that whoever doubts it can look there.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import (
    ApprovalKind,
    ApprovalStatus,
    Body,
    CommitmentStatus,
    DeviationGround,
    DeviationStatus,
    FeedbackChannel,
    Initiative,
    InterventionKind,
    InterventionOutcome,
    MandateRole,
    ObstacleCategory,
    ObstacleStatus,
    Outcome,
    ParticipationLevel,
    PartyKind,
    ProjectStatus,
    ProposalStatus,
    ResidentsWord,
    Sector,
    Settlement,
    Visibility,
    WishStatus,
    WorkForm,
)
from cocreate.projections.accounts.account import Assessment, Frames, Pause

Positions = tuple[int, ...]


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A part of the report."""


class Mention(_Part, frozen=True, kw_only=True):
    """A subject that is named; without a title where the reader knows no more of it."""

    id: str
    kind: str | None = None
    title: str | None = None


class ProjectFacts(_Part, frozen=True, kw_only=True):
    """What the project is, and how it stands."""

    id: str
    title: str
    summary: str | None = None
    sector: Sector
    initiative: Initiative
    department: str
    place: str | None = None
    status: ProjectStatus
    started_on: date
    closed_on: date | None = None
    reason: str | None = None
    """Why it paused or stopped, or what it brought."""
    positions: Positions


class Difference(StrEnum):
    """Where the procedure differed from what is to be expected of it."""

    NO_FRAMES = "no-frames"
    FRAMES_AFTER_FIRST_SESSION = "frames-after-first-session"
    FRAMES_CHANGED = "frames-changed"
    NO_SESSION = "no-session"
    DECISION_BEFORE_FIRST_SESSION = "decision-before-first-session"
    NOT_SUITABLE = "went-on-though-not-suitable"
    NOBODY_GAVE_ACCOUNT = "nobody-gave-account"


class DifferenceFound(_Part, frozen=True, kw_only=True):
    """A difference that the log itself shows."""

    difference: Difference
    on: date | None = None
    positions: Positions = ()


class DifferenceTold(_Part, frozen=True, kw_only=True):
    """How the procedure differed from the plan, in the words of a final report."""

    text: str
    report: Mention
    on: date
    positions: Positions


class MandateTold(_Part, frozen=True, kw_only=True):
    """Who directed or gave account, and when."""

    role: MandateRole
    party: Mention
    body: Body
    scope: str | None = None
    since: date
    until: date | None = None
    positions: Positions


class SessionTold(_Part, frozen=True, kw_only=True):
    """A session: its form, who was invited and who came."""

    id: str
    title: str
    summary: str | None = None
    work_form: WorkForm
    on: date
    invited: int | None = None
    attended: int | None = None
    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    positions: Positions


class MilestoneTold(_Part, frozen=True, kw_only=True):
    """Something that residents can point at."""

    id: str
    title: str
    text: str | None = None
    on: date
    positions: Positions


class Course(_Part, frozen=True, kw_only=True):
    """The procedure that was followed."""

    level: ParticipationLevel | None = None
    assessments: tuple[Assessment, ...]
    frames: tuple[Frames, ...]
    """In the order in which they were set."""
    mandates: tuple[MandateTold, ...]
    pauses: tuple[Pause, ...]
    sessions: tuple[SessionTold, ...]
    milestones: tuple[MilestoneTold, ...]
    differs_from_plan: tuple[DifferenceTold, ...]
    differences: tuple[DifferenceFound, ...]
    positions: Positions


class PartiesOfKind(_Part, frozen=True, kw_only=True):
    """How many parties of a kind took part, and how many still do."""

    kind: PartyKind
    number: int
    taking_part: int


class Reach(_Part, frozen=True, kw_only=True):
    """Who was reached, and who was missed."""

    reached: tuple[str, ...]
    missed: tuple[str, ...]
    """Named as missed in a session, and as reached in none."""
    invited: int | None = None
    """How many in all sessions that say so; null where none does, as is ``attended``."""
    attended: int | None = None
    sessions_without_numbers: int
    """How many sessions do not say how many came."""
    parties: tuple[PartiesOfKind, ...]
    positions: Positions


class Treatment(_Part, frozen=True, kw_only=True):
    """What one decision did with a wish or a proposal."""

    decision: Mention
    body: Body | None = None
    on: date
    outcome: Outcome | None = None
    motivation: str | None = None
    via: Mention | None = None
    """The proposal through which the decision reached the wish."""
    position: int


class Ground(_Part, frozen=True, kw_only=True):
    """Why it was not followed, by a deviation."""

    deviation: str
    ground: DeviationGround
    motivation: str | None = None
    on: date


class Told(_Part, frozen=True, kw_only=True):
    """What residents were told, and when."""

    feedback: str
    on: date
    channel: FeedbackChannel
    text: str
    reached: int | None = None
    position: int


class Answered(StrEnum):
    """Whether a contribution was answered."""

    DECIDED = "decided"
    TOLD = "told"
    DEFERRED = "deferred"
    GOES_ON = "goes-on"
    WITHDRAWN = "withdrawn"
    REALISED = "realised"
    NOT_ANSWERED = "not-answered"


class Contribution(_Part, frozen=True, kw_only=True):
    """A wish, and all that was done with it."""

    number: int
    """Its place in the order in which wishes came."""
    id: str
    title: str
    text: str | None = None
    by: str | None = None
    """The party that brought it in, where the reader may know it."""
    expressed_on: date
    session: Mention | None = None
    place: str | None = None
    theme: str | None = None
    source: str | None = None
    supporters: int
    status: WishStatus
    comes_from: tuple[Mention, ...] = ()
    goes_on_in: tuple[Mention, ...] = ()
    """The wish it was merged into, or those it was split into."""
    proposals: tuple[Mention, ...] = ()
    answer: Answered
    answered_on: date | None = None
    days_without_answer: int | None = None
    """How long it has waited; null for one that was answered or needs no answer of its own. What
    residents were told about is answered, also while a decision on it is still to come."""
    outcome: Outcome | None = None
    decisions: tuple[Treatment, ...] = ()
    grounds: tuple[Ground, ...] = ()
    told: tuple[Told, ...] = ()
    realised_on: date | None = None
    residents_word: ResidentsWord | None = None
    positions: Positions


class ProposalTold(_Part, frozen=True, kw_only=True):
    """A proposal in brief."""

    id: str
    title: str
    by: str | None = None
    submitted_on: date
    status: ProposalStatus
    answers: tuple[Mention, ...] = ()
    comes_from: tuple[Mention, ...] = ()
    goes_on_in: tuple[Mention, ...] = ()
    revisions: int
    outcome: Outcome | None = None
    decisions: tuple[Treatment, ...] = ()
    grounds: tuple[Ground, ...] = ()
    positions: Positions


class DecisionTold(_Part, frozen=True, kw_only=True):
    """A decision, with its motivation, its announcement and until when objection was open."""

    id: str
    title: str
    body: Body
    body_name: str | None = None
    decision_type: str | None = None
    reference: str | None = None
    legal_basis: str | None = None
    decided_on: date
    motivated: bool
    motivation: str | None = None
    departs_from_advice: str | None = None
    announced_on: date | None = None
    published_on: date | None = None
    sent_on: date | None = None
    effective_on: date | None = None
    open_to_objection: bool
    objection_until: date | None = None
    expires_on: date | None = None
    outcomes: dict[str, int]
    """How many subjects had which outcome."""
    positions: Positions


class DeviationTold(_Part, frozen=True, kw_only=True):
    """Where wishes or proposals were not followed, and how that was accounted for."""

    id: str
    title: str
    on: date
    subjects: tuple[Mention, ...]
    decision: Mention | None = None
    body: Body | None = None
    ground: DeviationGround
    motivated: bool
    motivation: str | None = None
    motivated_on: date | None = None
    alternatives: tuple[str, ...] = ()
    tension: Tension | None = None
    status: DeviationStatus
    contests: int
    contested_on: date | None = None
    settlement: Settlement | None = None
    settled_on: date | None = None
    fed_back_on: date | None = None
    positions: Positions


class ApprovalTold(_Part, frozen=True, kw_only=True):
    """Permission that was needed, and how long it took."""

    id: str
    title: str
    kind: ApprovalKind
    authority: str
    department: str | None = None
    status: ApprovalStatus
    requested_on: date
    first_due_on: date | None = None
    due_on: date | None = None
    decided_on: date | None = None
    withdrawn_on: date | None = None
    days_waited: int
    """Days from the request to the answer or the withdrawal, or to today."""
    days_late: int
    """Days past the last day of the term; none for what was withdrawn."""
    suspensions: int
    extensions: int
    conditions: tuple[str, ...] = ()
    needed_for: tuple[Mention, ...] = ()
    positions: Positions


class Tried(_Part, frozen=True, kw_only=True):
    """What was tried against an obstacle, and what came of it."""

    id: str
    title: str
    kind: InterventionKind
    on: date
    outcome: InterventionOutcome | None = None
    resolved_it: bool
    """Whether the resolution of the obstacle names it."""


class ObstacleTold(_Part, frozen=True, kw_only=True):
    """What stood in the way, for how long, and what helped."""

    id: str
    title: str
    text: str | None = None
    category: ObstacleCategory
    department: str | None = None
    status: ObstacleStatus
    raised_on: date
    closed_on: date | None = None
    days: int
    blocks: tuple[Mention, ...] = ()
    escalated_to: str | None = None
    tried: tuple[Tried, ...] = ()
    positions: Positions


class CommitmentTold(_Part, frozen=True, kw_only=True):
    """A promise, and how it stands."""

    id: str
    title: str
    by: str
    to: str
    made_on: date
    first_due_on: date | None = None
    due_on: date | None = None
    changes: int
    status: CommitmentStatus
    ended_on: date | None = None
    days_late: int
    about: tuple[Mention, ...] = ()
    positions: Positions


class ReportTold(_Part, frozen=True, kw_only=True):
    """A final report that was delivered, and to whom."""

    id: str
    title: str
    text: str | None = None
    on: date
    to: tuple[str, ...]
    body: Body | None = None
    satisfaction: str | None = None
    documents: int
    positions: Positions


class Lesson(_Part, frozen=True, kw_only=True):
    """A lesson that was drawn."""

    id: str
    title: str
    text: str
    on: date
    positions: Positions


class Evaluation(_Part, frozen=True, kw_only=True):
    """How participants rate it, and what was learned."""

    reports: tuple[ReportTold, ...]
    lessons: tuple[Lesson, ...]


class OwedThing(_Part, frozen=True, kw_only=True):
    """One thing on which something is owed."""

    subject: Mention
    since: date
    """The day on which it came to be owed."""
    due_on: date | None = None
    days_late: int
    """Days since the day it was due; where there is no such day, since it came to be owed."""
    positions: Positions


class OwedKind(_Part, frozen=True, kw_only=True):
    """What is owed, of one kind: an answer, a motivation, feedback, and so on."""

    duty: str
    number: int
    longest: int
    """The most days late of these."""
    items: tuple[OwedThing, ...]


class Completeness(_Part, frozen=True, kw_only=True):
    """How complete the record is, said rather than implied."""

    steps: int
    steps_with_source: int
    internal_steps: int
    """How many of these steps are internal; the public knows of none."""
    months: int
    """How many months there are from the first step to the end, or to today."""
    silent_months: tuple[str, ...]
    """Those without a step, such as ``2026-03``; the month of today not among them."""
    wishes: int
    wishes_without_author: int
    wishes_without_source: int
    wishes_without_author_or_source: int
    decisions: int
    decisions_without_motivation: tuple[Mention, ...]
    undated_commitments: tuple[Mention, ...]
    last_step_on: date
    last_position: int


class ParticipationReport(_Part, frozen=True, kw_only=True):
    """The participation report of a project (Gemeentewet, art. 150), as known at a position."""

    municipality: str
    audience: Visibility
    """For whom it is: it tells of nothing that they may not see."""
    position: int
    """The position of the log as known at."""
    recorded_at: datetime
    """The moment at which the log came to that position."""
    day: date
    """The day that counted as today."""
    project: ProjectFacts
    course: Course
    reach: Reach
    contributions: tuple[Contribution, ...]
    unanswered: int
    """How many contributions wait for an answer."""
    proposals: tuple[ProposalTold, ...]
    decisions: tuple[DecisionTold, ...]
    deviations: tuple[DeviationTold, ...]
    approvals: tuple[ApprovalTold, ...]
    obstacles: tuple[ObstacleTold, ...]
    commitments: tuple[CommitmentTold, ...]
    evaluation: Evaluation
    owed: tuple[OwedKind, ...]
    completeness: Completeness
