"""What a municipality sets for itself: languages, the public portal, retention, looks, terms.

A term can be set where the law leaves it to an ordinance: a decision on an application is due
within the term set by statutory regulation, which an ordinance is, and lacking that within a
reasonable one (Awb 4:13). The other terms stand in an act, and no ordinance departs from an act.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from cocreate.domain import errors
from cocreate.domain.statutory_terms import AtwApplies, Length, StatutoryTerm, Term, TermUnit
from cocreate.domain.steps.base import Event, EventMeta, Line, Part, Step
from cocreate.domain.vocabulary import Procedure

Language = Literal["nl", "en"]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}(?![\s\S])")]
SecureUrl = Annotated[str, Meta(pattern=r"^https://[^\s\u0000-\u001f\"'<>\\\\]{1,2000}(?![\s\S])")]
"""An address that can stand in a page as it is."""
Weeks = Annotated[int, Meta(ge=1, le=104)]

SET_BY_ORDINANCE: frozenset[Procedure] = frozenset({Procedure.AWB_REASONABLE})
"""The procedures whose term an ordinance may set."""


class Theme(Part, frozen=True, kw_only=True):
    """How pages about the municipality look; what is not said looks as it does for everyone."""

    primary_colour: Colour | None = None
    """Of what stands out, as ``#rrggbb``."""
    accent_colour: Colour | None = None
    logo: SecureUrl | None = None


class OrdinanceTerm(Part, frozen=True, kw_only=True):
    """The term that an ordinance sets for a procedure, from a day on."""

    procedure: Procedure
    weeks: Weeks
    extension_weeks: Weeks | None = None
    """By how much it may be extended once; without, a reasonable term can be named (Awb 4:14)."""
    ordinance: Line
    """Which ordinance sets it, and where it says so."""
    valid_from: date
    atw: bool = False
    """Whether the ordinance declares the Algemene termijnenwet applicable."""


class ChangeSettings(Step, frozen=True, kw_only=True):
    """The municipality sets all of its settings anew; what is not said is as it is for everyone.

    A term holds for what is requested from its first day on; terms that run stay as they are.
    """

    noun: ClassVar = "settings"

    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=2)] = ("nl", "en")
    """In which languages it speaks to residents, its own first."""
    public_portal: bool = True
    """Whether whoever sends no key can read what is public."""
    retention_years: Annotated[int, Meta(ge=1, le=100)] | None = None
    """For how many years its records are kept; without, that is decided for each."""
    theme: Theme = Theme()
    terms: Annotated[tuple[OrdinanceTerm, ...], Meta(max_length=20)] = ()


class SettingsChanged(ChangeSettings, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Settings were changed."""


class OwnSettings(Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings of a municipality as they are now."""

    languages: tuple[Language, ...] = ("nl", "en")
    public_portal: bool = True
    retention_years: int | None = None
    theme: Theme = Theme()
    terms: tuple[OrdinanceTerm, ...] = ()

    def statutory_terms(self) -> tuple[StatutoryTerm, ...]:
        """Give the terms by ordinance, as rows beside those of the law."""
        return tuple(StatutoryTerm(each.procedure, _as_term(each)) for each in self.terms)


def require_settable(terms: tuple[OrdinanceTerm, ...]) -> None:
    """Check that each term is one that an ordinance may set.

    Raises :class:`~cocreate.domain.errors.TermSetByLaw`.
    """
    for each in terms:
        if each.procedure not in SET_BY_ORDINANCE:
            raise errors.TermSetByLaw(procedure=each.procedure)


def _as_term(each: OrdinanceTerm) -> Term:
    extension = each.extension_weeks
    return Term(
        amount=each.weeks,
        unit=TermUnit.WEEKS,
        extension=None if extension is None else Length(extension, TermUnit.WEEKS),
        open_extension=extension is None,
        atw=AtwApplies.DECLARED if each.atw else AtwApplies.NO,
        ground=each.ordinance,
        valid_from=each.valid_from,
    )
