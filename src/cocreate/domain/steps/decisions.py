"""What was advised and decided, where it deviates from what residents wished, what they heard."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from cocreate.domain.steps.base import (
    MAX_ITEMS,
    AdviceId,
    Count,
    DecisionId,
    DeviationId,
    Document,
    Event,
    EventMeta,
    FeedbackId,
    Line,
    NewId,
    OwnWords,
    Part,
    PartyId,
    Step,
    SubjectId,
    Text,
)
from cocreate.domain.steps.wishes import WishesBehind
from cocreate.domain.vocabulary import (
    AdviceConclusion,
    Body,
    DeviationGround,
    FeedbackChannel,
    Outcome,
    PublicValue,
    Settlement,
)

Subjects = Annotated[tuple[SubjectId, ...], Meta(min_length=1, max_length=MAX_ITEMS)]


class Tension(Part, frozen=True, kw_only=True):
    """Two public values that pull apart."""

    between: PublicValue
    and_: PublicValue = msgspec.field(name="and")


class GiveAdvice(Step, frozen=True, kw_only=True):
    """An adviser says what to do; a deviation from statutory advice is stated (Awb 3:50)."""

    noun: ClassVar = "advice"
    commutes: ClassVar = True

    advice: NewId | None = None
    about: Subjects
    adviser: Line
    by: PartyId | None = None
    statutory: bool = False
    conclusion: AdviceConclusion
    text: Text | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class AdviceGiven(GiveAdvice, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Advice was given."""

    advice: AdviceId


class Grounds(Part, frozen=True, kw_only=True):
    """Why a decision does not follow: the ground, the motivation, what else was weighed."""

    ground: DeviationGround
    motivation: Text
    alternatives: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    tension: Tension | None = None


class SubjectOutcome(Part, frozen=True, kw_only=True):
    """What a decision does with one wish or proposal.

    Whatever is not plainly adopted needs ``deviation`` (Awb 3:46), but for a deferral, where the
    motivation alone says until when and why.
    """

    subject: SubjectId
    outcome: Outcome
    motivation: Text | None = None
    deviation: Grounds | None = None
    deviation_id: NewId | None = None


class Votes(Part, frozen=True, kw_only=True):
    """How the body voted."""

    in_favour: Count
    against: Count
    abstained: Count = 0
    by_name: Annotated[tuple[Line, ...], Meta(max_length=200)] = ()


class RecordDecision(Step, frozen=True, kw_only=True):
    """A body with a mandate decided; ``occurred_on`` is the date of the decision.

    The fields of the ZGW Besluiten API have their place: identificatie ``reference``, datum
    ``occurred_on``, ingangsdatum ``effective_on``, vervaldatum ``expires_on``, vervalreden
    ``expiry_reason``, publicatiedatum ``published_on``, verzenddatum ``sent_on``,
    uiterlijkeReactiedatum ``objection_until``, bestuursorgaan ``body_name``, besluittype
    ``decision_type``, zaak ``case``, verantwoordelijkeOrganisatie ``responsible_organisation``,
    toelichting ``motivation``.

    ``source_states_no_motivation`` is for imports only: the source has none, and says so here.
    """

    noun: ClassVar = "decisions"

    decision: NewId | None = None
    body: Body
    body_name: Line | None = None
    title: Line
    reference: Line | None = None
    decision_type: Line | None = None
    case: Line | None = None
    responsible_organisation: Annotated[str, Meta(pattern=r"^[0-9]{9}(?![\s\S])")] | None = None
    outcomes: Annotated[tuple[SubjectOutcome, ...], Meta(min_length=1, max_length=MAX_ITEMS)]
    motivation: Text | None = None
    source_states_no_motivation: bool = False
    legal_basis: Line | None = None
    votes: Votes | None = None
    effective_on: date | None = None
    published_on: date | None = None
    sent_on: date | None = None
    expires_on: date | None = None
    expiry_reason: Line | None = None
    open_to_objection: bool = False
    departs_from_advice: AdviceId | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=100)] = ()


class RecordedOutcome(SubjectOutcome, frozen=True, kw_only=True):
    """An outcome with the wishes it reaches: the subject itself, or those a proposal answers.

    ``settles`` are those of them whose status becomes this outcome.
    """

    deviation_id: DeviationId | None = None
    wishes: WishesBehind = ()
    settles: WishesBehind = ()


class DecisionRecorded(RecordDecision, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A decision was recorded.

    ``objection_until`` is the last day of the objection term (Awb 6:7 and 6:8), set once the
    decision is announced and open to objection.
    """

    decision: DecisionId
    outcomes: Annotated[tuple[RecordedOutcome, ...], Meta(min_length=1, max_length=MAX_ITEMS)]
    objection_until: date | None = None


class AnnounceDecision(Step, frozen=True, kw_only=True):
    """A decision is sent or published after it was recorded: it takes effect no earlier.

    Source: Awb 3:40 to 3:45.
    """

    noun: ClassVar = "decision-announcements"

    decision: DecisionId
    published_on: date | None = None
    sent_on: date | None = None
    effective_on: date | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=100)] = ()


class DecisionAnnounced(AnnounceDecision, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A decision was announced."""

    objection_until: date | None = None


class RecordDeviation(Step, frozen=True, kw_only=True):
    """Something does not follow what was wished, proposed or decided, outside a decision's list."""

    noun: ClassVar = "deviations"

    deviation: NewId | None = None
    decision: DecisionId | None = None
    subjects: Subjects
    ground: DeviationGround
    motivation: Text
    alternatives: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    tension: Tension | None = None
    body: Body | None = None


class DeviationRecorded(RecordDeviation, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A deviation was recorded.

    Without ``motivation`` the source of an import had none: the motivation is still owed.
    """

    deviation: DeviationId
    wishes: WishesBehind = ()
    motivation: Text | None = None  # type: ignore[assignment]


class MotivateDeviation(Step, frozen=True, kw_only=True):
    """The motivation that a deviation lacked is given after all."""

    noun: ClassVar = "deviation-motivations"

    deviation: DeviationId
    ground: DeviationGround
    motivation: Text
    alternatives: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()


class DeviationMotivated(MotivateDeviation, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A deviation was motivated."""

    wishes: WishesBehind = ()


class ContestDeviation(Step, frozen=True, kw_only=True):
    """Residents do not accept a deviation."""

    noun: ClassVar = "deviation-contests"

    deviation: DeviationId
    by: PartyId | None = None
    text: OwnWords


class DeviationContested(ContestDeviation, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A deviation was contested."""

    wishes: WishesBehind = ()


class SettleDeviation(Step, frozen=True, kw_only=True):
    """How the dispute over a deviation ended."""

    noun: ClassVar = "deviation-settlements"

    deviation: DeviationId
    settlement: Settlement
    text: Text


class DeviationSettled(SettleDeviation, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A deviation was settled."""

    wishes: WishesBehind = ()


class GiveFeedback(Step, frozen=True, kw_only=True):
    """Residents are told what became of their wishes; one letter may answer hundreds."""

    noun: ClassVar = "feedback"
    commutes: ClassVar = True

    feedback: NewId | None = None
    about: Subjects
    channel: FeedbackChannel
    text: Text
    reached: Count | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class FeedbackGiven(GiveFeedback, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Feedback was given; ``deviations`` and ``wishes`` are those it accounts for."""

    feedback: FeedbackId
    deviations: tuple[DeviationId, ...] = ()
    wishes: WishesBehind = ()
