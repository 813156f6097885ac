"""The words of co-creation, as closed lists.

Each member's value is what stands in events and JSON. The Dutch and English labels and the
definitions of every member are in :mod:`cocreate.domain.glossary`.
"""

from enum import StrEnum


class Vocabulary(StrEnum):
    """A closed list of terms; a member's value is its code in events, tables and JSON."""


class Sector(Vocabulary):
    """The field of public life a project belongs to."""

    ENERGY_AND_ENVIRONMENT = "energy-and-environment"
    POVERTY = "poverty"
    EDUCATION = "education"
    SAFETY = "safety"
    CARE = "care"
    PUBLIC_SPACE = "public-space"
    HOUSING = "housing"
    MOBILITY = "mobility"
    OTHER = "other"


class Initiative(Vocabulary):
    """Whose initiative a project is."""

    MUNICIPALITY = "municipality"
    RESIDENTS = "residents"
    RIGHT_TO_CHALLENGE = "right-to-challenge"


class ParticipationLevel(Vocabulary):
    """How far the influence of residents reaches."""

    INFORM = "inform"
    CONSULT = "consult"
    ADVISE = "advise"
    CO_PRODUCE = "co-produce"
    CO_DECIDE = "co-decide"


class ProjectStatus(Vocabulary):
    """Where a project stands in its course."""

    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"


class Phase(Vocabulary):
    """The phase of a project, told by what was recorded of it (Gemeentewet, art. 150)."""

    FRAMING = "framing"
    PREPARATION = "preparation"
    EXECUTION = "execution"
    EVALUATION = "evaluation"


class Visibility(Vocabulary):
    """Who may read a step: everyone, or only those who work for the municipality."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Suitability(Vocabulary):
    """The verdict on whether co-creation fits the matter at hand."""

    GO = "go"
    CONDITIONS = "conditions"
    NO_GO = "no-go"


class Degree(Vocabulary):
    """How strong something is, such as political sensitivity or rule pressure."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Body(Vocabulary):
    """Who decides with a mandate."""

    COUNCIL = "council"
    COLLEGE = "college"
    MAYOR = "mayor"
    OFFICIAL_UNDER_MANDATE = "official-under-mandate"
    RESIDENTS = "residents"
    OTHER_AUTHORITY = "other-authority"


class PartyKind(Vocabulary):
    """What a party in the force field is."""

    RESIDENT = "resident"
    GROUP = "group"
    ORGANISATION = "organisation"
    DEPARTMENT = "department"
    COUNCIL_FACTION = "council-faction"
    OTHER_AUTHORITY = "other-authority"


class Position(Vocabulary):
    """Which side of the municipal organisation a party stands on."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class MandateRole(Vocabulary):
    """What a mandate lays on a party."""

    DIRECTS = "directs"
    GIVES_ACCOUNT = "gives-account"


class WorkForm(Vocabulary):
    """The form of a session."""

    INFORMATION_EVENING = "information-evening"
    CONVERSATION = "conversation"
    WORKSHOP = "workshop"
    DESIGN_SESSION = "design-session"
    SITE_VISIT = "site-visit"
    SURVEY = "survey"
    ONLINE_PLATFORM = "online-platform"
    CITIZENS_ASSEMBLY = "citizens-assembly"
    LIVING_LAB = "living-lab"
    COMMUNITY_OF_PRACTICE = "community-of-practice"
    DOOR_TO_DOOR = "door-to-door"
    WORKING_GROUP = "working-group"
    VOTE = "vote"
    OTHER = "other"


class Outcome(Vocabulary):
    """What a decision does with a wish or proposal."""

    ADOPTED = "adopted"
    ADOPTED_WITH_CHANGES = "adopted-with-changes"
    REJECTED = "rejected"
    DEFERRED = "deferred"


class WishStatus(Vocabulary):
    """What has become of a wish."""

    OPEN = "open"
    ADOPTED = "adopted"
    ADOPTED_WITH_CHANGES = "adopted-with-changes"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    REALISED = "realised"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SPLIT = "split"


class ProposalStatus(Vocabulary):
    """What has become of a proposal."""

    OPEN = "open"
    ADOPTED = "adopted"
    ADOPTED_WITH_CHANGES = "adopted-with-changes"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SPLIT = "split"


class ResidentsWord(Vocabulary):
    """What residents say of a wish that is called realised."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class AdviceConclusion(Vocabulary):
    """Which way an advice points."""

    POSITIVE = "positive"
    POSITIVE_WITH_CONDITIONS = "positive-with-conditions"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


class DeviationGround(Vocabulary):
    """Why a decision does not follow a wish or proposal."""

    LAW = "law"
    SAFETY = "safety"
    BUDGET = "budget"
    CONFLICTING_PUBLIC_VALUE = "conflicting-public-value"
    CONFLICTING_WISH = "conflicting-wish"
    POLICY = "policy"
    TECHNICAL = "technical"
    THIRD_PARTY_RIGHTS = "third-party-rights"
    OUTSIDE_COMPETENCE = "outside-competence"
    OTHER = "other"
    NOT_STATED = "not-stated"


class DeviationStatus(Vocabulary):
    """Where a deviation stands between residents and the body that deviated."""

    RECORDED = "recorded"
    CONTESTED = "contested"
    SETTLED = "settled"


class Settlement(Vocabulary):
    """How a contested deviation was settled."""

    UPHELD = "upheld"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"


class FeedbackChannel(Vocabulary):
    """How feedback reached the residents."""

    LETTER = "letter"
    EMAIL = "email"
    MEETING = "meeting"
    CONVERSATION = "conversation"
    WEBSITE = "website"
    NEWSLETTER = "newsletter"
    PUBLIC_NOTICE = "public-notice"


class ApprovalKind(Vocabulary):
    """The kind of permission someone must give."""

    PERMIT = "permit"
    BUDGET = "budget"
    PROCUREMENT = "procurement"
    LEGAL = "legal"
    TRAFFIC = "traffic"
    SAFETY = "safety"
    HERITAGE = "heritage"
    ENVIRONMENT = "environment"
    PRIVACY = "privacy"
    SUBSIDY = "subsidy"
    OWNER_CONSENT = "owner-consent"
    OTHER = "other"


class ApprovalStatus(Vocabulary):
    """Where an approval stands."""

    PENDING = "pending"
    SUSPENDED = "suspended"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"


class Procedure(Vocabulary):
    """The kind of procedure an approval follows, which decides its statutory term."""

    AWB_REASONABLE = "awb-reasonable"
    OMGEVINGSWET_REGULAR = "omgevingswet-regular"
    OMGEVINGSWET_EXTENSIVE = "omgevingswet-extensive"
    WOO_REQUEST = "woo-request"
    OBJECTION_DECISION = "objection-decision"
    OBJECTION_DECISION_COMMITTEE = "objection-decision-committee"
    PUBLIC_PREPARATION = "public-preparation"
    NONE = "none"


class SuspensionGround(Vocabulary):
    """Why the clock of an approval stands still (Awb 4:15)."""

    INCOMPLETE_APPLICATION = "incomplete-application"
    INFORMATION_FROM_ABROAD = "information-from-abroad"
    CONSENT = "consent"
    APPLICANT_DELAY = "applicant-delay"
    FORCE_MAJEURE = "force-majeure"


class ObstacleCategory(Vocabulary):
    """What kind of thing stands in the way."""

    INTERNAL_COLLABORATION = "internal-collaboration"
    DEMOCRATIC_ACCOUNT = "democratic-account"
    DIRECTION_OVER_DEMOCRACY = "direction-over-democracy"
    POLICY_SAFEGUARDING = "policy-safeguarding"
    PUBLIC_VALUE_CONFLICT = "public-value-conflict"
    POLITICAL_SENSITIVITY = "political-sensitivity"
    RULE_PRESSURE = "rule-pressure"
    CAPACITY = "capacity"
    MONEY = "money"
    KNOWLEDGE_AND_COMPETENCE = "knowledge-and-competence"
    TRUST_AND_CULTURE = "trust-and-culture"
    REPRESENTATION_AND_INCLUSION = "representation-and-inclusion"
    TECHNICAL = "technical"
    EXTERNAL_DEPENDENCY = "external-dependency"


class ObstacleStatus(Vocabulary):
    """Where an obstacle stands; accepted means: it stays, and the project lives with it."""

    OPEN = "open"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"


class InterventionKind(Vocabulary):
    """What was tried against an obstacle."""

    ESCALATION = "escalation"
    MANDATE_CLARIFIED = "mandate-clarified"
    COALITION_BUILT = "coalition-built"
    EXPERIMENT_SPACE = "experiment-space"
    PROCESS_REDESIGNED = "process-redesigned"
    MEDIATION = "mediation"
    EXPERTISE_BROUGHT_IN = "expertise-brought-in"
    CAPACITY_FREED = "capacity-freed"
    PILOT = "pilot"
    COUNCIL_INVOLVED_EARLY = "council-involved-early"
    RESIDENTS_INVOLVED_EARLY = "residents-involved-early"
    BOUNDARY_SPANNER_APPOINTED = "boundary-spanner-appointed"


class InterventionOutcome(Vocabulary):
    """What came of an intervention."""

    RESOLVED = "resolved"
    HELPED = "helped"
    NO_EFFECT = "no-effect"
    MADE_WORSE = "made-worse"


class CommitmentStatus(Vocabulary):
    """Where a promise stands."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    BROKEN = "broken"


class PublicValue(Vocabulary):
    """A public value; two of them may pull apart (a tension)."""

    LEGALITY = "legality"
    EQUALITY = "equality"
    LEGITIMACY = "legitimacy"
    RESPONSIVENESS = "responsiveness"
    REPRESENTATION = "representation"
    TRANSPARENCY = "transparency"
    PARTICIPATION = "participation"
    EFFECTIVENESS = "effectiveness"
    EFFICIENCY = "efficiency"
    INTEGRITY = "integrity"
    CONTINUITY = "continuity"
    SAFETY = "safety"
    SUSTAINABILITY = "sustainability"
    PRIVACY = "privacy"


class Competence(Vocabulary):
    """A competence of the official in co-creation."""

    CONNECTING = "connecting"
    POLITICAL_SENSITIVITY = "political-sensitivity"
    INSIDE_AND_OUTSIDE = "inside-and-outside"
    PERSISTENCE = "persistence"
    CREATIVITY_WITHIN_RULES = "creativity-within-rules"
    LETTING_GO = "letting-go"
    LISTENING = "listening"
    REFLECTION = "reflection"


class Norm(Vocabulary):
    """What a court of audit or the ombudsman would ask of a project."""

    SUITABILITY_ASSESSED = "suitability-assessed"
    FRAMES_BEFORE_SESSIONS = "frames-before-sessions"
    LEVEL_SET = "level-set"
    MANDATE_CLEAR = "mandate-clear"
    RESIDENTS_BEFORE_DECISION = "residents-before-decision"
    CONTRIBUTIONS_ANSWERED = "contributions-answered"
    DEVIATIONS_GROUNDED = "deviations-grounded"
    DEVIATIONS_MOTIVATED = "deviations-motivated"
    DEVIATIONS_FED_BACK = "deviations-fed-back"
    DECISIONS_ANNOUNCED = "decisions-announced"
    STATUTORY_TERMS_KEPT = "statutory-terms-kept"
    COMMITMENTS_KEPT = "commitments-kept"
    FINAL_REPORT_DELIVERED = "final-report-delivered"
    REFLECTION_HELD = "reflection-held"


class Verdict(Vocabulary):
    """What a norm comes to."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_YET = "not-yet"
    NOT_APPLICABLE = "not-applicable"


class PublicationCategory(Vocabulary):
    """The category of active publication a document falls under (Woo, art. 3.3)."""

    COUNCIL_PAPERS = "council-papers"
    DECISIONS = "decisions"
    ADVICE = "advice"
    COVENANTS = "covenants"
    COMPLAINT_FINDINGS = "complaint-findings"
    AGENDAS_AND_LISTS_OF_DECISIONS = "agendas-and-lists-of-decisions"


class ErasureGround(Vocabulary):
    """Why a person has the right to be erased (AVG, art. 17, first paragraph)."""

    NO_LONGER_NECESSARY = "no-longer-necessary"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal-obligation"
    CHILD = "child"


class Role(Vocabulary):
    """What the holder of a key may do in a municipality."""

    OPERATOR = "operator"
    TENANT_ADMINISTRATOR = "tenant-administrator"
    OFFICIAL = "official"
    CLERK = "clerk"
    AUDITOR = "auditor"
    READER = "reader"


class SubscriptionState(Vocabulary):
    """Where a municipality stands with the operator."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEAVING = "leaving"
    CLOSED = "closed"
