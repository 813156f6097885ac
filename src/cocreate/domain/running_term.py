"""A term while it is being reckoned: what happens to it goes in, in order of time.

The machinery behind :mod:`cocreate.domain.statutory_clock`, where the readings of the law stand.
"""

import calendar as months
from datetime import date, timedelta

from cocreate.domain.calendar import Calendar, DayOff
from cocreate.domain.statutory_reckoning import (
    SUSPENSION_GROUNDS,
    Extension,
    ExtensionGround,
    Reckoning,
    Step,
    StepReason,
    Suspension,
)
from cocreate.domain.statutory_terms import ATW_LONGEST, AtwApplies, Length, Term, TermUnit

_DAY = timedelta(days=1)
_ATW_TWO_FROM = 3  # Atw 2 speaks of terms of at least three days ...
_ATW_TWO_DAYS = 2  # ... which hold at least two ordinary days


class RunningTerm:
    """One term on its way: suspend and extend it in order of time, then ask for the reckoning."""

    __slots__ = (
        "atw",
        "calendar",
        "counted_until",
        "length",
        "nominal",
        "open_since",
        "paused",
        "start",
        "steps",
        "suspended",
        "term",
    )

    def __init__(self, start: date, term: Term, calendar: Calendar) -> None:
        self.start = start
        self.term = term
        self.calendar = calendar
        self.nominal = _after(start, term.amount, term.unit)
        self.length = (self.nominal - start).days  # the suspended days not included
        self.atw = _atw_bar(term)
        self.suspended = 0
        self.paused: list[tuple[date, date]] = []
        self.counted_until = start  # no day is suspended twice, and none before the term starts
        self.open_since: date | None = None
        self.steps = [
            Step(
                reason=StepReason.TERM,
                first=start + _DAY,
                last=self.nominal,
                days=self.length,
                ground=term.ground,
            )
        ]

    def suspend(self, suspension: Suspension) -> None:
        """Stop the clock from the day after the request to the day before it runs again."""
        first = max(suspension.from_on, self.counted_until) + _DAY
        last = None if suspension.until_on is None else suspension.until_on - _DAY
        if self.open_since is not None or (last is not None and last < first):
            return
        if first > self.nominal:
            end, moves = self.closing()
            if first > end:
                self._note_suspension(StepReason.SUSPENSION_TOO_LATE, suspension, first, last)
                return
            self.nominal = end  # it began in a day the Atw added
            self.steps += moves
        if last is None:
            self.open_since = first
            self._note_suspension(StepReason.SUSPENSION, suspension, first, last)
            return
        days = (last - first).days + 1
        self.paused.append((first, last))
        self.counted_until = last
        self.suspended += days
        self.nominal += timedelta(days=days)
        self._note_suspension(StepReason.SUSPENSION, suspension, first, last, days)

    def extend(self, extension: Extension, *, further: bool) -> None:
        """Extend the term: once by law, as far as the law lets it, or by consent."""
        most = self.term.extension
        by_law = extension.ground is ExtensionGround.LAW
        if not self.in_time(extension.announced_on):
            self._note_extension(StepReason.EXTENSION_TOO_LATE, extension)
            return
        if by_law and (further or (most is None and not self.term.open_extension)):
            self._note_extension(StepReason.EXTENSION_NOT_ALLOWED, extension)
            return
        length = extension.length or (most if by_law and extension.until is None else None)
        end = self._extended(extension, length)
        reason = StepReason.EXTENSION
        if by_law and most is not None and end > (limit := self._extended(extension, most)):
            end, length, reason = limit, most, StepReason.EXTENSION_SHORTENED
        days = max(0, (end - self.nominal).days)
        self._note_extension(reason, extension, days)
        if days:
            self.nominal = end
            self.length += days
            self.atw = _atw_bar(self.term, length if by_law else None, extended=True)

    def in_time(self, announced_on: date) -> bool:
        """Say whether on a date the term is not over yet, nor the time for announcing."""
        within = self.term.extension_within
        if within is not None:
            announcing = Term(
                amount=within.amount,
                unit=within.unit,
                ground=self.term.ground,
                valid_from=self.term.valid_from,
            )
            if announced_on > RunningTerm(self.start, announcing, self.calendar).closing()[0]:
                return False
        return self.open_since is not None or announced_on <= self.closing()[0]

    def closing(self) -> tuple[date, list[Step]]:
        """Give the last day of the term as it stands, with the steps by which the Atw moves it."""
        end = self.nominal
        steps: list[Step] = []
        day_off = self.calendar.day_off(end)
        if self.atw is not None:
            if day_off is not None:
                ground = "Atw 4" if self.atw is StepReason.ATW_TOO_LONG else "Atw 1"
                steps.append(_moved(self.atw, end, ground, days=0, day_off=day_off))
            return end, steps
        while day_off is not None:
            steps.append(_moved(StepReason.ATW_DAY_OFF, end, "Atw 1", days=1, day_off=day_off))
            end += _DAY
            day_off = self.calendar.day_off(end)
        if self.length >= _ATW_TWO_FROM:
            second = self._second_ordinary_day()
            if end < second:
                days = (second - end).days
                steps.append(_moved(StepReason.ATW_TWO_DAYS, end, "Atw 2", days=days))
                end = second
        return end, steps

    def reckoning(self) -> Reckoning:
        """Give the end, moved by the Atw, with every step towards it."""
        nominal = end = None
        if self.open_since is None:
            nominal = self.nominal
            end, moves = self.closing()
            self.steps += moves
        return Reckoning(
            starts_on=self.start + _DAY,
            nominal_end=nominal,
            end=end,
            suspended_days=self.suspended,
            suspended_since=self.open_since,
            steps=tuple(self.steps),
        )

    def _extended(self, extension: Extension, length: Length | None) -> date:
        if length is not None:
            return _after(self.nominal, length.amount, length.unit)
        if extension.until is not None:
            return extension.until
        message = f"The extension announced on {extension.announced_on} has no length and no date"
        raise ValueError(message)

    def _second_ordinary_day(self) -> date:
        day, found = self.start, 0
        while found < _ATW_TWO_DAYS:
            day += _DAY
            if self.calendar.day_off(day) is None and not self._is_paused(day):
                found += 1
        return day

    def _is_paused(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.paused)

    def _note_suspension(
        self,
        reason: StepReason,
        suspension: Suspension,
        first: date,
        last: date | None,
        days: int = 0,
    ) -> None:
        self.steps.append(
            Step(
                reason=reason,
                first=first,
                last=last,
                days=days,
                ground=SUSPENSION_GROUNDS[suspension.ground],
                suspension=suspension.ground,
            )
        )

    def _note_extension(self, reason: StepReason, extension: Extension, days: int = 0) -> None:
        first = self.nominal + _DAY if days else extension.announced_on
        self.steps.append(
            Step(
                reason=reason,
                first=first,
                last=self.nominal + timedelta(days=days) if days else first,
                days=days,
                ground=self.term.ground,
                extension=extension.ground,
            )
        )


def _moved(
    reason: StepReason, day: date, ground: str, *, days: int, day_off: DayOff | None = None
) -> Step:
    return Step(reason=reason, first=day, last=day, days=days, ground=ground, day_off=day_off)


def _atw_bar(
    term: Term, length: Length | None = None, *, extended: bool = False
) -> StepReason | None:
    """Say what keeps the Atw from moving the end of a term, if anything does (Atw 4)."""
    if term.atw is AtwApplies.NO or (extended and length is None):
        return StepReason.ATW_NOT_SET_BY_LAW
    if term.amount > ATW_LONGEST[term.unit]:
        return StepReason.ATW_TOO_LONG
    if length is not None and length.amount > ATW_LONGEST[length.unit]:
        return StepReason.ATW_TOO_LONG
    return None


def _after(day: date, amount: int, unit: TermUnit) -> date:
    if unit is TermUnit.WEEKS:
        return day + timedelta(weeks=amount)
    if unit is TermUnit.DAYS:
        return day + timedelta(days=amount)
    years, month = divmod(day.month - 1 + amount, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))
