"""The terms the law sets, as dated data: how long, how far extended, on what ground, since when.

Nothing here reckons; :mod:`cocreate.domain.statutory_clock` does. When the law changes, a row is
added with the date from which it holds; the old row stays, for what ran under it.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from cocreate.domain.vocabulary import Procedure


class TermUnit(StrEnum):
    """What a term is counted in; terms in hours or years have no place on this clock (Atw 4)."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class AtwApplies(StrEnum):
    """Whether the Algemene termijnenwet applies, and by what: the law, a declaration, or not."""

    BY_LAW = "by-law"
    DECLARED = "declared"
    NO = "no"


class Length(msgspec.Struct, frozen=True, rename="camel"):
    """How long something lasts: an amount of days, weeks or months."""

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.amount < 1:
            message = f"A term lasts at least one of its units, not {self.amount}"
            raise ValueError(message)


class Term(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A term: its length, its extension, whether the Atw applies, its ground and since when.

    - ``extension``: the most it may once be extended by law; None when the law gives no length.
    - ``open_extension``: the law lets the authority name a reasonable term instead (Awb 4:14,
      third paragraph; Awb 3:18, second paragraph).
    - ``extension_within``: an extension is to be announced within this length of the start,
      where the law asks for more than "before the term is over".
    - ``penalty``: whether Awb 4:17 attaches to it (it does not to Woo requests, nor to promises).

    Raises ValueError when the amount is below one.
    """

    amount: int
    unit: TermUnit
    extension: Length | None = None
    open_extension: bool = False
    extension_within: Length | None = None
    atw: AtwApplies = AtwApplies.BY_LAW
    penalty: bool = True
    ground: str
    valid_from: date

    def __post_init__(self) -> None:
        if self.amount < 1:
            message = f"A term lasts at least one of its units, not {self.amount}"
            raise ValueError(message)


class StatutoryTerm(msgspec.Struct, frozen=True, rename="camel"):
    """A row in the table of terms: the procedure, and its term since ``term.valid_from``."""

    procedure: Procedure
    term: Term


class PenaltyTier(msgspec.Struct, frozen=True, rename="camel"):
    """A stretch of days with one penalty a day, in euro cents."""

    days: int
    cents_per_day: int


class PenaltyTariff(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What deciding late costs (Awb 4:17): days of grace after the notice, then the tiers.

    The date on which the notice of default is received decides which tariff holds.
    """

    valid_from: date
    grace_days: int
    tiers: tuple[PenaltyTier, ...]
    ground: str

    @property
    def longest(self) -> int:
        """The number of days after which the penalty stops."""
        return sum(tier.days for tier in self.tiers)

    def cents(self, days: int) -> int:
        """Give the penalty for a number of days, in euro cents; ValueError below zero."""
        if days < 0:
            message = f"A penalty runs for no fewer than zero days, not {days}"
            raise ValueError(message)
        total = 0
        for tier in self.tiers:
            counted = min(days, tier.days)
            total += counted * tier.cents_per_day
            days -= counted
        return total


def _weeks(amount: int) -> Length:
    return Length(amount, TermUnit.WEEKS)


STATUTORY_TERMS: tuple[StatutoryTerm, ...] = (
    StatutoryTerm(
        Procedure.AWB_REASONABLE,
        Term(
            amount=8,
            unit=TermUnit.WEEKS,
            open_extension=True,
            ground="Awb 4:13",
            valid_from=date(1994, 1, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.OMGEVINGSWET_REGULAR,
        Term(
            amount=8,
            unit=TermUnit.WEEKS,
            extension=_weeks(6),
            ground="Omgevingswet 16.64",
            valid_from=date(2024, 1, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.OMGEVINGSWET_EXTENSIVE,
        Term(
            amount=6,
            unit=TermUnit.MONTHS,
            extension=_weeks(6),
            ground="Omgevingswet 16.66",
            valid_from=date(2024, 1, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.WOO_REQUEST,
        Term(
            amount=4,
            unit=TermUnit.WEEKS,
            extension=_weeks(2),
            penalty=False,
            ground="Woo 4.4",
            valid_from=date(2022, 5, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.OBJECTION_DECISION,
        Term(
            amount=6,
            unit=TermUnit.WEEKS,
            extension=_weeks(6),
            ground="Awb 7:10",
            valid_from=date(2009, 10, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.OBJECTION_DECISION_COMMITTEE,
        Term(
            amount=12,
            unit=TermUnit.WEEKS,
            extension=_weeks(6),
            ground="Awb 7:10",
            valid_from=date(2009, 10, 1),
        ),
    ),
    StatutoryTerm(
        Procedure.PUBLIC_PREPARATION,
        Term(
            amount=6,
            unit=TermUnit.MONTHS,
            open_extension=True,
            extension_within=_weeks(8),
            ground="Awb 3:18",
            valid_from=date(2005, 7, 1),
        ),
    ),
)

OBJECTION_TERM = Term(
    amount=6, unit=TermUnit.WEEKS, penalty=False, ground="Awb 6:7", valid_from=date(1994, 1, 1)
)
VIEWS_TERM = Term(
    amount=6, unit=TermUnit.WEEKS, penalty=False, ground="Awb 3:16", valid_from=date(2005, 7, 1)
)

PENALTY_TARIFFS: tuple[PenaltyTariff, ...] = (
    PenaltyTariff(
        valid_from=date(2009, 10, 1),
        grace_days=14,
        tiers=(PenaltyTier(14, 20_00), PenaltyTier(14, 30_00), PenaltyTier(14, 40_00)),
        ground="Awb 4:17",
    ),
    PenaltyTariff(
        valid_from=date(2019, 1, 1),
        grace_days=14,
        tiers=(PenaltyTier(14, 23_00), PenaltyTier(14, 35_00), PenaltyTier(14, 45_00)),
        ground="Awb 4:17, Regeling indexering van bedragen in de Awb",
    ),
)

ATW_LONGEST = {TermUnit.DAYS: 90, TermUnit.WEEKS: 12, TermUnit.MONTHS: 3}
"""The longest terms the Atw still covers (Atw 4): exactly this many is covered, more is not."""


def statutory_term(
    procedure: Procedure, on: date, overrides: Iterable[StatutoryTerm] = ()
) -> Term | None:
    """Give the term the law sets for a procedure on a date (the date the term starts from).

    ``overrides`` are further dated rows; of rows for one procedure the last to become valid holds,
    and on the same date an override goes before the table. None when no term is set: for
    ``Procedure.NONE``, or before the first row is valid.
    """
    found: Term | None = None
    for row in (*STATUTORY_TERMS, *overrides):
        if row.procedure is procedure and row.term.valid_from <= on:
            found = _later_valid(found, row.term)
    return found


def penalty_tariff(
    received_on: date, tariffs: Iterable[PenaltyTariff] = PENALTY_TARIFFS
) -> PenaltyTariff | None:
    """Give the tariff of Awb 4:17 for a notice of default received on a date, None before 2009.

    The date of receipt decides, by the transitional rule of the indexation of 2019.
    """
    valid = [tariff for tariff in tariffs if tariff.valid_from <= received_on]
    return max(valid, key=lambda tariff: tariff.valid_from, default=None)


def _later_valid(found: Term | None, term: Term) -> Term:
    return term if found is None or term.valid_from >= found.valid_from else found
