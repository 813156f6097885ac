"""How complete the record of a project is: what it lacks is said rather than implied.

Whoever tells of it, of one project or of many, has it from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import groupby, pairwise

import msgspec

from cocreate.domain.vocabulary import CommitmentStatus
from cocreate.projections.accounts import Account, ProjectAccount
from cocreate.projections.accounts.account import (
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    WishAccount,
)
from cocreate.projections.resource import ProjectFile

LONG_SILENCE = 3
"""How many silent months on end are told of in the totals of a municipality."""


class Lack(StrEnum):
    """What the record of a subject may lack."""

    AUTHOR = "author"
    """Who expressed a wish. One that came from other wishes has its author and source in those."""
    SOURCE = "source"
    """The record of another system that a wish was taken from."""
    DECISION_MOTIVATION = "decision-motivation"
    """Why it was decided so, as a whole or for each outcome."""
    DEVIATION_MOTIVATION = "deviation-motivation"
    DATE = "date"
    """By when a promise that is still open is to be kept."""


def lacks(account: Account) -> Iterator[Lack]:
    """Give what the record of a subject lacks."""
    match account:
        case WishAccount() if not account.comes_from:
            if account.by is None:
                yield Lack.AUTHOR
            if account.source is None:
                yield Lack.SOURCE
        case DecisionAccount() if not account.motivated:
            yield Lack.DECISION_MOTIVATION
        case DeviationAccount() if account.motivation is None:
            yield Lack.DEVIATION_MOTIVATION
        case CommitmentAccount() if account.due_on is None:
            if account.status is CommitmentStatus.OPEN:
                yield Lack.DATE
        case _:
            pass


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How complete the record of a project is."""

    months: int
    """How many months there are from its start to its end, or to today."""
    silent: tuple[str, ...]
    """Those in which nothing happened that was recorded, such as ``2026-03``."""
    longest_silence: int
    """The most of those on end."""
    lacking: dict[Lack, tuple[str, ...]]
    """The subjects that lack something, by what that is."""
    without_author_or_source: int
    """How many wishes lack both."""

    def of(self, lack: Lack) -> tuple[str, ...]:
        """Give the subjects that lack something, in the order in which they came to be."""
        return self.lacking.get(lack, ())

    def number(self, lack: Lack) -> int:
        """Tell how many subjects lack something."""
        return len(self.of(lack))


def record_of(file: ProjectFile) -> Record:
    """Give how complete the record of a project is, as of the day that counts as today."""
    lacking: dict[Lack, tuple[str, ...]] = {}
    found: Counter[str] = Counter()
    for account in sorted(file.subjects.values(), key=lambda each: (each.since, each.position)):
        for lack in lacks(account):
            lacking[lack] = (*lacking.get(lack, ()), account.id)
            found[account.id] += lack in (Lack.AUTHOR, Lack.SOURCE)
    silent = tuple(silent_months(file.project, file.today))
    return Record(
        months=len(_months(file.project.since, _end(file.project, file.today))),
        silent=tuple(map(_name, silent)),
        longest_silence=max(map(len, _runs(silent)), default=0),
        lacking=lacking,
        without_author_or_source=sum(number == 2 for number in found.values()),
    )


# -- silence: months are counted from the year 0 --------------------------------------------------


def silent_months(project: ProjectAccount, today: date) -> list[int]:
    """Give the months of a project in which nothing happened that was recorded.

    From that of its start to that of its end or, while it has none, to the last that is over.
    """
    last = _end(project, today)
    return [
        month
        for month in _months(project.since, last)
        if _name(month) not in project.months and month < _month(today)
    ]


def long_silence_from(project: ProjectAccount) -> date | None:
    """Give the first day on which a long silence had lasted.

    While a project runs, that is where it comes to unless there is another step; None where it was
    closed without.
    """
    start = _month(project.since)
    end = None if project.closed_on is None else _month(project.closed_on)
    spoken = [
        month
        for month in sorted({start, *map(_number, project.months)})
        if month >= start and (end is None or month <= end)
    ]
    for month, following in pairwise(spoken):
        if following - month > LONG_SILENCE:
            return _first_day(month + LONG_SILENCE + 1)
    return _first_day(spoken[-1] + LONG_SILENCE + 1) if end is None else None


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _end(project: ProjectAccount, today: date) -> date:
    return today if project.closed_on is None else min(project.closed_on, today)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _number(name: str) -> int:
    return int(name[:4]) * 12 + int(name[5:]) - 1


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _months(first: date, last: date) -> range:
    return range(_month(first), _month(last) + 1)


def _runs(months: Iterable[int]) -> Iterator[list[int]]:
    """Give months in runs of those that follow on one another."""
    for _, run in groupby(enumerate(months), lambda each: each[1] - each[0]):
        yield [month for _, month in run]
