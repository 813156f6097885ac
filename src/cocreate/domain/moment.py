"""The circumstances of a step: when it is taken, under which rules of the municipality."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from cocreate.domain.calendar import Calendar, amsterdam_date
from cocreate.domain.statutory_terms import StatutoryTerm
from cocreate.domain.vocabulary import Visibility


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a municipality has set: who reads which kind of step, its days off by decree, terms."""

    visibility: Mapping[str, Visibility] = {}
    """By the noun of a step, where it differs from the default of that step."""
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    terms: tuple[StatutoryTerm, ...] = ()
    """Terms set by ordinance, beside those of the law."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a step is taken, under which rules. The domain has no clock: it is told the time."""

    now: datetime
    rules: Rules = Rules()
    importing: bool = False
    """Whether the step comes from another system, whose record may lack a motivation."""

    @property
    def today(self) -> date:
        """The day in Europe/Amsterdam."""
        return amsterdam_date(self.now)
