"""The accounts: what each subject of a project is, how it stands, and what became of it.

One struct per kind of subject. They are what is stored of a project, what the API tells of a
subject, and what the rows of every read model are made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec import field

from cocreate.domain.municipality import NormThreshold
from cocreate.domain.statutory_clock import Procedure, Term
from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import (
    AdviceConclusion,
    ApprovalKind,
    ApprovalStatus,
    Body,
    CommitmentStatus,
    Competence,
    Degree,
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
    Phase,
    Position,
    ProjectStatus,
    ProposalStatus,
    ResidentsWord,
    Sector,
    Settlement,
    Suitability,
    SuspensionGround,
    WishStatus,
    WorkForm,
)


class _Part(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """A part of an account."""


class _Fact(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A part of an account that stays as it is."""


class Link(_Fact, frozen=True, kw_only=True):
    """One step in what became of a subject."""

    type: str
    """The type of the event."""
    id: str | None = None
    """The subject that the step brought, such as a decision."""
    on: date
    position: int
    title: str | None = None
    outcome: str | None = None
    status: str | None = None
    body: str | None = None
    ground: str | None = None
    motivation: str | None = None
    due_on: date | None = None
    via: str | None = None
    """The proposal through which a decision reached a wish."""


class Place(_Fact, frozen=True, kw_only=True):
    """When something happened, and where in the log it stands."""

    on: date
    position: int


def on_of(place: Place | None) -> date | None:
    """Give the day of a place."""
    return None if place is None else place.on


class Span(_Part, kw_only=True):
    """A time that began with one step and ended with another, if it did."""

    since: date
    position: int
    until: date | None = None
    ended_at: int | None = None
    """The position of the step that ended it."""


class Account(_Part, kw_only=True, tag_field="kind"):
    """What a project keeps account of: a wish, a proposal, a decision, an approval, and so on."""

    id: str
    title: str
    since: date
    """The day it came to be."""
    position: int
    """Where in the log it came to be."""
    closed_on: date | None = None
    source: str | None = None
    duties: tuple[str, ...] = ()
    """What is owed on it; with ``due_on``, not before that day is over."""
    due_on: date | None = None
    chain: list[Link] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What kind of subject it is."""
        return str(type(self).__struct_config__.tag)

    @property
    def stands(self) -> str | None:
        """How it stands, for those that have a status."""
        return getattr(self, "status", None)

    @property
    def related(self) -> tuple[str, ...]:
        """The ids of other subjects that a step on this one may change as well."""
        return ()

    def is_owed(self, today: date) -> bool:
        """Tell whether anything is owed on it on a day: what has a day of its own, only after."""
        return bool(self.duties) and (self.due_on is None or self.due_on < today)

    def tell(self, link: Link) -> None:
        """Add a step to the chain."""
        self.chain.append(link)


class WishAccount(Account, kw_only=True, tag="wish"):
    """What a resident wants, and what became of it."""

    text: str | None = None
    status: WishStatus
    by: str | None = None
    session: str | None = None
    place: str | None = None
    theme: str | None = None
    url: str | None = None
    supporters: int = 0
    outcome: Outcome | None = None
    merged_into: str | None = None
    comes_from: tuple[str, ...] = ()
    """The wishes it was merged from, or the one it was split from."""
    proposals: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    answered: Place | None = None
    """The first of what answers it: a decision on it other than to put it off, feedback to
    residents about it, or its realisation."""
    fed_back: Place | None = None
    """The first feedback."""
    realised: Place | None = None
    word: ResidentsWord | None = None
    """What residents say of a wish that was called realised."""

    @property
    def related(self) -> tuple[str, ...]:
        """The proposals that answer it."""
        return self.proposals

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer: it had none, and goes on by itself."""
        return self.answered is None and self.status in (WishStatus.OPEN, WishStatus.DEFERRED)

    def owe(self) -> None:
        """Work out what is owed on it: an answer, or to realise what residents miss."""
        if self.waits:
            self.duties = ("answer",)
        elif self.status is WishStatus.REALISED and self.word is ResidentsWord.DISPUTED:
            self.duties = ("realisation",)
        else:
            self.duties = ()


class ProposalAccount(Account, kw_only=True, tag="proposal"):
    """A concrete plan that answers wishes."""

    text: str | None = None
    status: ProposalStatus
    by: str | None = None
    answers: tuple[str, ...] = ()
    outcome: Outcome | None = None
    merged_into: str | None = None
    comes_from: tuple[str, ...] = ()
    revisions: int = 0
    decisions: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    decided: Place | None = None

    @property
    def related(self) -> tuple[str, ...]:
        """The wishes that it answers."""
        return self.answers


class AdviceAccount(Account, kw_only=True, tag="advice"):
    """What an adviser said."""

    text: str | None = None
    by: str | None = None
    statutory: bool = False
    conclusion: AdviceConclusion
    about: tuple[str, ...] = ()


class DecisionAccount(Account, kw_only=True, tag="decision"):
    """What a body with a mandate decided."""

    body: Body
    body_name: str | None = None
    decision_type: str | None = None
    reference: str | None = None
    legal_basis: str | None = None
    motivation: str | None = None
    motivated: bool = False
    """Whether it says why, as a whole or for each outcome."""
    about: tuple[str, ...] = ()
    outcomes: dict[str, int] = field(default_factory=dict)
    """How many subjects had which outcome."""
    effective_on: date | None = None
    published_on: date | None = None
    sent_on: date | None = None
    announced: Place | None = None
    """The day it was sent, or else published, and the step that tells it (Awb 3:40)."""
    open_to_objection: bool = False
    objection_until: date | None = None
    expires_on: date | None = None
    departs_from_advice: str | None = None
    deviations: tuple[str, ...] = ()
    documents: int = 0


class DeviationAccount(Account, kw_only=True, tag="deviation"):
    """Where something does not follow what residents wished or proposed."""

    status: DeviationStatus
    ground: DeviationGround
    motivation: str | None = None
    alternatives: tuple[str, ...] = ()
    tension: Tension | None = None
    body: Body | None = None
    decision: str | None = None
    subjects: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    """The subjects, and the wishes behind them."""
    motivated: Place | None = None
    fed_back: Place | None = None
    contested: Place | None = None
    """The first time it was contested."""
    contests: int = 0
    settled: Place | None = None
    """The last time it was settled; None once it is contested again."""
    settlement: Settlement | None = None

    @property
    def related(self) -> tuple[str, ...]:
        """The subjects and wishes it is about."""
        return self.about


class FeedbackAccount(Account, kw_only=True, tag="feedback"):
    """What was told back to residents."""

    text: str
    channel: FeedbackChannel
    reached: int | None = None
    about: tuple[str, ...] = ()


class Suspension(_Part, kw_only=True):
    """A time in which the clock of an approval stands still."""

    since: date
    position: int
    until: date | None = None
    resumed: bool = False
    """Whether a step made the clock run again, on the day of ``until``."""
    ground: SuspensionGround


class ApprovalAccount(Account, kw_only=True, tag="approval"):
    """Permission that someone must give."""

    text: str | None = None
    status: ApprovalStatus
    category: ApprovalKind
    authority: str
    department: str | None = None
    procedure: Procedure
    reference: str | None = None
    term: Term | None = None
    first_due_on: date | None = None
    """The last day as it was set at the request."""
    suspensions: list[Suspension] = field(default_factory=list)
    extensions: int = 0
    conditions: tuple[str, ...] = ()
    notice_on: date | None = None
    """The day of the notice of default."""
    penalty_from: date | None = None
    ended: Place | None = None
    """Where it was answered, or withdrawn."""
    about: tuple[str, ...] = ()
    """What it is needed for."""

    @property
    def related(self) -> tuple[str, ...]:
        """What it is needed for."""
        return self.about

    @property
    def decided_on(self) -> date | None:
        """The day of the answer; what was withdrawn got none."""
        return None if self.status is ApprovalStatus.WITHDRAWN else on_of(self.ended)

    @property
    def withdrawn_on(self) -> date | None:
        """The day on which it was withdrawn."""
        return on_of(self.ended) if self.status is ApprovalStatus.WITHDRAWN else None

    @property
    def suspended_until(self) -> date | None:
        """The last day of a suspension that ends by itself; None where it does not, or is none."""
        if self.ended is not None or not self.suspensions or self.suspensions[-1].resumed:
            return None
        return self.suspensions[-1].until


class ObstacleAccount(Account, kw_only=True, tag="obstacle"):
    """What stands in the way."""

    text: str | None = None
    status: ObstacleStatus
    category: ObstacleCategory
    department: str | None = None
    owner: str | None = None
    tension: Tension | None = None
    phase: Phase
    """The phase of the project on the day it was raised."""
    escalations: int = 0
    escalated_to: str | None = None
    reassignments: int = 0
    interventions: tuple[str, ...] = ()
    """What was tried against it."""
    resolved_by: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    """What it blocks."""

    @property
    def related(self) -> tuple[str, ...]:
        """What it blocks, what was tried against it, and who carries it."""
        owner = () if self.owner is None else (self.owner,)
        return (*self.about, *self.interventions, *owner)


class Against(_Part, kw_only=True):
    """An obstacle that something was tried against."""

    obstacle: str
    category: ObstacleCategory
    phase: Phase
    tension: Tension | None = None
    resolved_on: date | None = None
    named: bool = False
    """Whether the resolution names the intervention."""


class InterventionAccount(Account, kw_only=True, tag="intervention"):
    """What was tried against obstacles."""

    text: str | None = None
    category: InterventionKind
    by: str | None = None
    against: list[Against] = field(default_factory=list)
    outcome: InterventionOutcome | None = None
    judged: Place | None = None

    @property
    def related(self) -> tuple[str, ...]:
        """The obstacles."""
        return tuple(each.obstacle for each in self.against)

    def resolved_on(self, against: Against) -> date | None:
        """Give the day on which it resolved an obstacle, None where it did not.

        It did where the resolution names it, or where it was judged to have, and the obstacle was
        resolved.
        """
        judged = self.outcome is InterventionOutcome.RESOLVED
        return against.resolved_on if against.named or judged else None


class CommitmentAccount(Account, kw_only=True, tag="commitment"):
    """A promise."""

    text: str | None = None
    status: CommitmentStatus
    by: str
    to: str
    first_due_on: date | None = None
    changes: int = 0
    ended: Place | None = None
    """When it was kept or broken."""
    about: tuple[str, ...] = ()

    @property
    def related(self) -> tuple[str, ...]:
        """What the promise is about."""
        return self.about


WEIGHTS: Mapping[str, int] = {
    "obstacles": 1,
    "mandates": 1,
    "interventions": 1,
    "reflections": 1,
    "advice": 1,
}
"""What counts as carrying, beside taking part as one who carries."""


class Carrier(_Part, kw_only=True):
    """What a project keeps of a party that takes part now."""

    side: Position
    department: str | None
    load: int


class PartyAccount(Account, kw_only=True, tag="party"):
    """A party in the force field, and what it carries."""

    category: PartyKind
    side: Position
    role: str | None = None
    department: str | None = None
    carries: bool = False
    spans: list[Span] = field(default_factory=list)
    """When it took part."""
    carried: dict[str, int] = field(default_factory=dict)
    """How many of each it carries now (obstacles, mandates), or did or brought in all."""
    last_active_on: date | None = None
    erased_on: date | None = None
    """The day its personal data was erased: nobody can read it any more."""

    @property
    def present(self) -> bool:
        """Whether it takes part now."""
        return bool(self.spans) and self.spans[-1].until is None

    @property
    def load(self) -> int:
        """How much it carries."""
        return self.carries + sum(
            self.carried.get(what, 0) * weight for what, weight in WEIGHTS.items()
        )


class SessionAccount(Account, kw_only=True, tag="session"):
    """A meeting or another work form."""

    text: str | None = None
    category: WorkForm
    invited: int | None = None
    attended: int | None = None
    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


class MilestoneAccount(Account, kw_only=True, tag="milestone"):
    """Something that residents can point at."""

    text: str | None = None


class ReflectionAccount(Account, kw_only=True, tag="reflection"):
    """A lesson."""

    text: str
    by: str | None = None
    tension: Tension | None = None
    competences: tuple[Competence, ...] = ()


class ReportAccount(Account, kw_only=True, tag="report"):
    """The final report, and to whom it went."""

    text: str | None = None
    to: tuple[str, ...] = ()
    body: Body | None = None
    differs_from_plan: str | None = None
    satisfaction: str | None = None
    documents: int = 0


class Frames(_Fact, frozen=True, kw_only=True):
    """What is fixed and what is open to influence, as it was set."""

    level: ParticipationLevel
    fixed: tuple[str, ...]
    open: tuple[str, ...]
    body: Body
    before: str
    set_on: date
    position: int


class MandateSpan(_Part, kw_only=True):
    """A time in which a party directed, or gave account."""

    role: MandateRole
    party: str
    body: Body
    scope: str | None = None
    since: date
    position: int
    until: date | None = None
    ended_at: int | None = None


class Pause(_Part, kw_only=True):
    """A time in which the project stood still."""

    since: date
    position: int
    reason: str
    until: date | None = None


class Assessment(_Fact, frozen=True, kw_only=True):
    """A judgement on whether co-creation fits."""

    verdict: Suitability
    political_sensitivity: Degree
    rule_pressure: Degree
    body: Body
    motivation: str
    on: date
    position: int


class ProjectAccount(_Part, kw_only=True, tag_field="kind", tag="project"):
    """The account of a project itself."""

    id: str
    title: str
    summary: str | None = None
    sector: Sector
    initiative: Initiative
    department: str
    place: str | None = None
    status: ProjectStatus
    since: date
    position: int
    closed: Place | None = None
    last_step_on: date
    last_position: int
    level: ParticipationLevel | None = None
    suitability: Suitability | None = None
    framework: Frames | None = None
    """The frames in force: those of the latest day."""
    directs: str | None = None
    gives_account: str | None = None
    reason: str | None = None
    """Why it paused or stopped, or what it brought."""
    frames: list[Frames] = field(default_factory=list)
    """By day, then position, as are mandates and assessments: steps may be recorded late."""
    mandates: list[MandateSpan] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    first_session: Place | None = None
    first_wish: Place | None = None
    first_proposal: Place | None = None
    first_decision: Place | None = None
    first_report: Place | None = None
    first_reflection: Place | None = None
    steps: int = 0
    internal_steps: int = 0
    """How many of the steps are internal."""
    sourced_steps: int = 0
    """How many of the steps name a record of another system as their source."""
    months: dict[str, int] = field(default_factory=dict)
    """How many steps happened in which month, such as ``2026-03``."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many of each kind of subject there are; ``supporters`` are counted too."""
    present: dict[str, Carrier] = field(default_factory=dict)
    """The parties that take part now."""

    @property
    def kind(self) -> str:
        """That it is the account of the project itself."""
        return "project"

    @property
    def stands(self) -> ProjectStatus:
        """How it stands."""
        return self.status

    @property
    def duties(self) -> tuple[str, ...]:
        """A project owes nothing by itself."""
        return ()

    @property
    def due_on(self) -> None:
        """A project owes nothing by itself."""
        return

    @property
    def closed_on(self) -> date | None:
        """The day on which it was completed or stopped."""
        return None if self.closed is None else self.closed.on

    @property
    def related(self) -> tuple[str, ...]:
        """The parties that direct and give account now."""
        return tuple({*filter(None, (self.directs, self.gives_account))})

    @property
    def phase(self) -> Phase:
        """The phase it is in, told by what was recorded of it."""
        return self.phase_on(date.max)

    def phase_on(self, day: date) -> Phase:
        """Give the phase it was in on a day, as far as is known by now."""
        if self.closed is not None and self.closed.on <= day:
            return Phase.EVALUATION
        if self.first_decision is not None and self.first_decision.on <= day:
            return Phase.EXECUTION
        if any(frames.set_on <= day for frames in self.frames):
            return Phase.PREPARATION
        return Phase.FRAMING


class NormPack(_Fact, frozen=True, kw_only=True):
    """Thresholds that a municipality adopted."""

    version: str
    title: str
    valid_from: date
    thresholds: tuple[NormThreshold, ...]
    basis: str | None = None
    position: int


class MunicipalityAccount(_Part, kw_only=True, tag_field="kind", tag="municipality"):
    """The account of a municipality itself: the rules it set."""

    id: str
    title: str
    since: date
    position: int
    takes_part: bool = False
    """Whether it takes part in comparisons, and lets others learn from its figures."""
    norm_packs: list[NormPack] = field(default_factory=list)
    internal_steps: int = 0

    @property
    def kind(self) -> str:
        """That it is the account of a municipality."""
        return "municipality"

    @property
    def stands(self) -> None:
        """A municipality has no status."""
        return

    @property
    def duties(self) -> tuple[str, ...]:
        """A municipality owes nothing by itself."""
        return ()

    @property
    def due_on(self) -> None:
        """A municipality owes nothing by itself."""
        return

    @property
    def related(self) -> tuple[str, ...]:
        """Nothing else."""
        return ()


AnyAccount = Account | ProjectAccount | MunicipalityAccount

_Every = (
    WishAccount
    | ProposalAccount
    | AdviceAccount
    | DecisionAccount
    | DeviationAccount
    | FeedbackAccount
    | ApprovalAccount
    | ObstacleAccount
    | InterventionAccount
    | CommitmentAccount
    | PartyAccount
    | SessionAccount
    | MilestoneAccount
    | ReflectionAccount
    | ReportAccount
    | ProjectAccount
    | MunicipalityAccount
)

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyAccount] = msgspec.json.Decoder(_Every)

encode = _ENCODER.encode


def decode(body: bytes) -> AnyAccount:
    """Give the account that was encoded."""
    return _DECODER.decode(body)
