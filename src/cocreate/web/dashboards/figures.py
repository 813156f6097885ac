"""What a dashboard shows: numbers with what they are called, and where to see what is behind them.

How they are drawn is for templates to say; what stands here is also what the CSV gives.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from cocreate.api.formats import safe_cell


class Number(msgspec.Struct, frozen=True):
    """A number, and the address of what is counted in it."""

    value: float | None
    href: str | None = None


class Row(msgspec.Struct, frozen=True):
    """Numbers about one thing."""

    label: str
    numbers: Sequence[Number]
    """One for each part, then one for each measure."""


class Cell(NamedTuple):
    """A number as a line of CSV tells it."""

    row: str
    column: str
    value: float | None


class Bars(msgspec.Struct, frozen=True, tag=True):
    """A table whose parts are drawn as one bar a row, all to one scale."""

    title: str
    of: str
    """What the rows are."""
    parts: Sequence[str]
    """What the bar is put together of."""
    measures: Sequence[str]
    """What else is told of each row, and not drawn."""
    rows: Sequence[Row]

    @property
    def most(self) -> float:
        """The longest bar."""
        totals = (
            sum(each.value or 0 for each in row.numbers[: len(self.parts)]) for row in self.rows
        )
        return max(totals, default=0)

    def cells(self) -> Iterable[Cell]:
        """Yield the numbers."""
        columns = (*self.parts, *self.measures)
        for row in self.rows:
            for column, number in zip(columns, row.numbers, strict=True):
                yield Cell(row.label, column, number.value)


class Distribution(msgspec.Struct, frozen=True):
    """How often something took how long."""

    label: str
    counts: Sequence[int]
    """One for each of the classes."""
    median: float | None
    p90: float | None
    href: str | None = None

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts)


class Distributions(msgspec.Struct, frozen=True, tag=True):
    """Distributions side by side, each to the scale of its own, over the same classes."""

    title: str
    classes: Sequence[str]
    shown: Sequence[Distribution]

    def cells(self) -> Iterable[Cell]:
        """Yield the numbers."""
        for shown in self.shown:
            for name, count in zip(self.classes, shown.counts, strict=True):
                yield Cell(shown.label, name, count)


class Course(msgspec.Struct, frozen=True):
    """How a number went over time."""

    label: str
    values: Sequence[float | None]
    href: str | None = None

    @property
    def most(self) -> float:
        """The highest value."""
        return max((each for each in self.values if each is not None), default=0)

    @property
    def last(self) -> float | None:
        """The value it has now."""
        return self.values[-1] if self.values else None


class Courses(msgspec.Struct, frozen=True, tag=True):
    """Numbers over the same periods, side by side, each to a scale of its own."""

    title: str
    periods: Sequence[str]
    shown: Sequence[Course]

    def cells(self) -> Iterable[Cell]:
        """Yield the numbers."""
        for course in self.shown:
            for period, value in zip(self.periods, course.values, strict=True):
                yield Cell(course.label, period, value)


class Totals(msgspec.Struct, frozen=True, tag=True):
    """Numbers that stand by themselves."""

    title: str
    shown: Sequence[Row]

    def cells(self) -> Iterable[Cell]:
        """Yield the numbers."""
        for row in self.shown:
            yield Cell("", row.label, row.numbers[0].value)


Figure = Bars | Distributions | Courses | Totals

HEAD: Final = ("figure", "row", "column", "value")


def as_csv(figures: Iterable[Figure]) -> bytes:
    """Give all numbers as CSV (RFC 4180), a line each."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(HEAD)
    for figure in figures:
        for row, column, value in figure.cells():
            told = "" if value is None else value
            lines.writerow((*map(safe_cell, (figure.title, row, column)), told))
    return text.getvalue().encode()
