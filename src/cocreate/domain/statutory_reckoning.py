"""What goes into the statutory clock and what comes out: facts, reckoning, penalty, reasons.

Every step of a reckoning carries a reason as a code; :data:`REASONS` has the words for each, in
Dutch and English.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import msgspec

from cocreate.domain.calendar import DayOff
from cocreate.domain.statutory_terms import Length, Term
from cocreate.domain.vocabulary import SuspensionGround


class ExtensionGround(StrEnum):
    """By what a term is extended: the law lets the authority, or the applicant agrees."""

    LAW = "law"
    CONSENT = "consent"


class Suspension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stretch in which the clock stands still (Awb 4:15).

    ``from_on`` is the day of the request, consent or hindrance: the first suspended day is the day
    after. ``until_on`` is the day from which the clock runs again, such as the day the completion
    arrives; None while it stands still. Raises ValueError when it ends before it starts.
    """

    ground: SuspensionGround
    from_on: date
    until_on: date | None = None
    notice_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on < self.from_on:
            message = f"A suspension from {self.from_on} cannot end on {self.until_on}"
            raise ValueError(message)


class Extension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An extension as it was announced: with a length, up to a date, or as long as the law lets it.

    Raises ValueError when it names both a length and a date.
    """

    announced_on: date
    length: Length | None = None
    until: date | None = None
    ground: ExtensionGround = ExtensionGround.LAW

    def __post_init__(self) -> None:
        if self.length is not None and self.until is not None:
            message = "An extension has a length or a last day, not both"
            raise ValueError(message)


class ClockFacts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All the clock of one approval goes by.

    ``requested_on`` is the event the term starts from: receipt of the request, or for a decision on
    an objection the last day of the objection term (Awb 7:10). ``notice_of_default_on`` is the day
    that notice was received. ``further_extension`` is by consent only.
    """

    requested_on: date
    term: Term | None = None
    suspensions: tuple[Suspension, ...] = ()
    extension: Extension | None = None
    further_extension: Extension | None = None
    notice_of_default_on: date | None = None
    decided_on: date | None = None


class StepReason(StrEnum):
    """Why an end lies where it lies: one reason for each step of a reckoning."""

    TERM = "term"
    EXTENSION = "extension"
    EXTENSION_SHORTENED = "extension-shortened"
    EXTENSION_TOO_LATE = "extension-too-late"
    EXTENSION_NOT_ALLOWED = "extension-not-allowed"
    SUSPENSION = "suspension"
    SUSPENSION_TOO_LATE = "suspension-too-late"
    ATW_DAY_OFF = "atw-day-off"
    ATW_TWO_DAYS = "atw-two-days"
    ATW_TOO_LONG = "atw-too-long"
    ATW_NOT_SET_BY_LAW = "atw-not-set-by-law"


class Step(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One step of a reckoning.

    ``first`` to ``last`` are the days it speaks of, both included (``last`` is None while a
    suspension is open); ``days`` is by how many days it puts off the end, zero when it changes
    nothing. ``day_off`` names the Saturday, Sunday or holiday an end could not fall on.
    """

    reason: StepReason
    first: date
    last: date | None
    days: int
    ground: str
    suspension: SuspensionGround | None = None
    extension: ExtensionGround | None = None
    day_off: DayOff | None = None


class Reckoning(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """When a term starts and ends, and by which steps.

    ``nominal_end`` is the end before the Atw moves it, ``end`` the last day of the term. Both are
    None when there is no term and while the clock stands still; then ``suspended_since`` is the
    first day of standing still. ``suspended_days`` counts the days of suspensions that are over.
    """

    starts_on: date
    nominal_end: date | None = None
    end: date | None = None
    suspended_days: int = 0
    suspended_since: date | None = None
    steps: tuple[Step, ...] = ()


class PenaltyState(StrEnum):
    """How a notice of default stands."""

    PREMATURE = "premature"
    WAITING = "waiting"
    AVERTED = "averted"
    RUNNING = "running"
    STOPPED = "stopped"
    FULL = "full"


class Penalty(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The penalty for deciding late (Awb 4:17), as it stands on a day.

    ``from_on`` is the first day it is owed for and ``last_on`` the last it can be, both None after
    a premature notice. ``until_on`` is the last day counted, None when none is. ``cents`` is the
    amount for ``days`` days, in euro cents.
    """

    state: PenaltyState
    from_on: date | None = None
    until_on: date | None = None
    last_on: date | None = None
    days: int = 0
    cents: int = 0
    ground: str


class Words(msgspec.Struct, frozen=True):
    """What people read for a code, in Dutch and in English."""

    nl: str
    en: str


REASONS: Mapping[StepReason, Words] = MappingProxyType(
    {
        StepReason.TERM: Words("de termijn zelf", "the term itself"),
        StepReason.EXTENSION: Words("verlenging", "extension"),
        StepReason.EXTENSION_SHORTENED: Words(
            "verlenging, beperkt tot wat de wet toelaat",
            "extension, cut to what the law allows",
        ),
        StepReason.EXTENSION_TOO_LATE: Words(
            "verlenging na afloop van de termijn meegedeeld: telt niet",
            "extension announced too late: does not count",
        ),
        StepReason.EXTENSION_NOT_ALLOWED: Words(
            "de wet kent deze verlenging niet: telt niet",
            "extension the law does not give: does not count",
        ),
        StepReason.SUSPENSION: Words("opschorting", "suspension"),
        StepReason.SUSPENSION_TOO_LATE: Words(
            "opschorting na afloop van de termijn: telt niet",
            "suspension after the term was over: does not count",
        ),
        StepReason.ATW_DAY_OFF: Words(
            "een termijn eindigt niet op deze dag",
            "a term does not end on this day",
        ),
        StepReason.ATW_TWO_DAYS: Words(
            "een termijn bevat ten minste twee gewone dagen",
            "a term holds at least two ordinary days",
        ),
        StepReason.ATW_TOO_LONG: Words(
            "niet verschoven: te lang voor de Algemene termijnenwet",
            "not moved: too long for the General Extension of Time Limits Act",
        ),
        StepReason.ATW_NOT_SET_BY_LAW: Words(
            "niet verschoven: deze dag is niet bij wet bepaald",
            "not moved: this day is not set by law",
        ),
    }
)

PENALTY_STATES: Mapping[PenaltyState, Words] = MappingProxyType(
    {
        PenaltyState.PREMATURE: Words(
            "ingebrekestelling te vroeg: de termijn was nog niet voorbij",
            "notice of default premature: the term was not over yet",
        ),
        PenaltyState.WAITING: Words(
            "de twee weken na de ingebrekestelling lopen",
            "the two weeks after the notice of default are running",
        ),
        PenaltyState.AVERTED: Words(
            "besloten binnen twee weken na de ingebrekestelling",
            "decided within two weeks after the notice of default",
        ),
        PenaltyState.RUNNING: Words("de dwangsom loopt", "the penalty is running"),
        PenaltyState.STOPPED: Words(
            "de dwangsom is gestopt door het besluit",
            "the penalty stopped with the decision",
        ),
        PenaltyState.FULL: Words(
            "de dwangsom heeft het hoogste bedrag bereikt",
            "the penalty has reached its highest amount",
        ),
    }
)

SUSPENSION_GROUNDS: Mapping[SuspensionGround, str] = MappingProxyType(
    {
        SuspensionGround.INCOMPLETE_APPLICATION: "Awb 4:15 lid 1 onder a",
        SuspensionGround.INFORMATION_FROM_ABROAD: "Awb 4:15 lid 1 onder b",
        SuspensionGround.CONSENT: "Awb 4:15 lid 2 onder a",
        SuspensionGround.APPLICANT_DELAY: "Awb 4:15 lid 2 onder b",
        SuspensionGround.FORCE_MAJEURE: "Awb 4:15 lid 2 onder c",
    }
)
