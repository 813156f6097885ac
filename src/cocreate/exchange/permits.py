"""Permit cases as an event log (CSV with the columns of XES): approvals and what happened to them.

A case is one approval and one command: the request, the advice that came in, the end. The lines
of a case may lie anywhere in the file, so the cases are known only at its end: memory grows with
the file. A case of which a line was not understood is left out whole.

The persons in the source (``org:resource``, ``case:responsible``) are never read.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps.approvals import ConcludeApproval, RequestApproval
from cocreate.domain.steps.base import ID_PATTERN, Step
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.decisions import GiveAdvice
from cocreate.domain.vocabulary import AdviceConclusion, ApprovalKind, Initiative, Sector
from cocreate.exchange.source import (
    Line,
    NotUnderstood,
    SourceUnusable,
    Understood,
    Unfit,
    checked,
    in_plain_words,
    lines_of,
    require_command,
)

SOURCE = "CoSeLoG"
INTERNAL_ADVICE, ADVICE_ASKED, EXTERNAL_ADVICE = "T07", "T08", "T09"
HELD = "T16"
"""The task in which reasons to hold a request are reported.

It suspends nothing here: a suspension has a ground of Awb 4:15 and an end, and the source has
neither. The request and the conclusion tell of it in their text.
"""

NAMELESS_GROUP = "EMPTY"
LONGEST_TEXT = 10_000
_CHANNELS = {
    "Internet": "internet",
    "Desk": "de balie",
    "Post": "de post",
    "e-mail": "e-mail",
    "Intern": "de eigen organisatie",
}
_NOT_HOW = "De bron vermeldt dat de aanvraag is afgehandeld, niet of zij is verleend of geweigerd."

CaseId = Annotated[str, Meta(pattern=ID_PATTERN)]
Moment = Annotated[datetime, Meta(tz=True)]


class Facts(msgspec.Struct, frozen=True, rename=lambda name: f"case:{name}"):
    """What every line of a case says of the case."""

    startdate: Moment
    enddate: Moment | None
    deadline: Moment | None
    enddate_planned: Moment | None
    channel: str | None
    department: str | None
    group: str | None

    def __post_init__(self) -> None:
        _require_in_calendar(self.startdate, self.enddate, self.deadline, self.enddate_planned)


class Task(msgspec.Struct, frozen=True):
    """A line of the source: a task that was done in a case."""

    case: CaseId = msgspec.field(name="case:concept:name")
    instance: CaseId = msgspec.field(name="concept:instance")
    name: str = msgspec.field(name="concept:name")
    transition: str = msgspec.field(name="lifecycle:transition")
    group: str | None = msgspec.field(name="org:group")
    at: Moment = msgspec.field(name="time:timestamp")

    def __post_init__(self) -> None:
        _require_in_calendar(self.at)

    @property
    def on(self) -> date:
        """The day it was done, in the Netherlands."""
        return amsterdam_date(self.at)

    @property
    def code(self) -> str:
        """The number of the task, such as ``T07`` of ``T07-1 Draft intern advice aspect 1``."""
        return self.name[:3]


def _require_in_calendar(*moments: datetime | None) -> None:
    for moment in moments:
        try:
            _day(moment)
        except OverflowError:
            message = f"{moment} is beyond the calendar"
            raise ValueError(message) from None


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else amsterdam_date(moment)


COLUMNS = tuple(
    field.encode_name for struct in (Facts, Task) for field in msgspec.structs.fields(struct)
)
"""The columns that are read; a file may have more."""


class Case(msgspec.Struct):
    """A permit case: its lines in the file, and what they say."""

    id: str
    facts: Facts | None = None
    lines: list[int] = []
    tasks: list[Task] = []
    doubt: NotUnderstood | None = None
    """Why it cannot be told what this case holds."""

    @property
    def asked_on(self) -> date:
        """The day of the request, in the Netherlands."""
        return amsterdam_date(self.known.startdate)

    @property
    def due_on(self) -> date | None:
        """The day that the source states: the deadline, or else the planned end."""
        return _day(self.known.deadline or self.known.enddate_planned)

    @property
    def ended_on(self) -> date | None:
        """The day on which it was dealt with."""
        return _day(self.known.enddate)

    @property
    def advice(self) -> list[Task]:
        """The tasks in which advice was given."""
        return self.done(INTERNAL_ADVICE, EXTERNAL_ADVICE)

    @property
    def held_on(self) -> list[date]:
        """The days on which reasons to hold the request were reported."""
        return [task.on for task in self.done(HELD)]

    def done(self, *codes: str) -> list[Task]:
        """Give the tasks with these numbers that were completed."""
        return [t for t in self.tasks if t.code in codes and t.transition == "complete"]

    @property
    def known(self) -> Facts:
        """What its lines say of it; raises :class:`Unfit` where none was understood."""
        if self.facts is None:
            message = f"{self.id} has no line that was understood"
            raise Unfit(message)
        return self.facts


class Survey(msgspec.Struct, kw_only=True, rename="camel"):
    """What a file holds, counted before anything is recorded."""

    lines: int = 0
    not_understood: int = 0
    cases: int = 0
    advice: int = 0
    concluded: int = 0
    concluded_late: int = 0
    """Dealt with after the day that the source states."""
    unfinished: int = 0
    held: int = 0
    """Cases in which reasons to hold the request were reported."""
    first_on: date | None = None
    last_on: date | None = None


def survey(path: Path) -> Survey:
    """Count what a file holds, and find its first and last day.

    Raises :class:`~cocreate.exchange.source.SourceUnusable`.
    """
    found = Survey()
    for item in _outcomes(path):
        if isinstance(item, NotUnderstood):
            found.lines += 1
            found.not_understood += 1
            continue
        case, command = item
        found.lines += command.lines
        found.cases += 1
        found.advice += len(case.advice)
        found.concluded += case.ended_on is not None
        found.unfinished += case.ended_on is None
        late = case.ended_on is not None and case.due_on is not None and case.ended_on > case.due_on
        found.concluded_late += late
        found.held += bool(case.held_on)
        days = [case.asked_on, case.ended_on or case.asked_on, *(task.on for task in case.tasks)]
        found.first_on = min(days if found.first_on is None else [found.first_on, *days])
        found.last_on = max(days if found.last_on is None else [found.last_on, *days])
    return found


def start(
    path: Path,
    *,
    title: str = "Omgevingsvergunningen: de ontvangst van aanvragen",
    sector: Sector = Sector.ENERGY_AND_ENVIRONMENT,
    initiative: Initiative = Initiative.MUNICIPALITY,
    department: str = "Vergunningen",
    place: str | None = None,
) -> StartProject:
    """Give the project that the approvals go into; it starts on the first day in the file.

    Raises :class:`~cocreate.exchange.source.SourceUnusable`, also for a file without any case.
    """
    first_on = survey(path).first_on
    if first_on is None:
        raise SourceUnusable(path, "no permit case in it can be read")
    return checked(
        StartProject(
            title=title,
            sector=sector,
            initiative=initiative,
            department=department,
            place=place,
            occurred_on=first_on,
            source=SOURCE,
        )
    )


def read(path: Path) -> Iterator[Understood | NotUnderstood]:
    """Yield a command for each case, and every line of which nothing is taken, in file order.

    Raises :class:`~cocreate.exchange.source.SourceUnusable`.
    """
    for item in _outcomes(path):
        yield item if isinstance(item, NotUnderstood) else item[1]


def _outcomes(path: Path) -> list[tuple[Case, Understood] | NotUnderstood]:
    cases, outcomes = _cases(path)
    found: list[tuple[int, tuple[Case, Understood] | NotUnderstood]] = [
        (refused.line, refused) for refused in outcomes
    ]
    for case in cases:
        if not case.lines:
            continue
        try:
            found.append((case.lines[0], (case, _command(case))))
        except Unfit as unfit:
            reason = f"{case.id} is left out whole: {unfit}"
            found += ((line, NotUnderstood(line, reason)) for line in case.lines)
    return [outcome for _, outcome in sorted(found, key=lambda entry: entry[0])]


# -- from case to command -------------------------------------------------------------------------


def _command(case: Case) -> Understood:
    """Give the steps of a case; raises :class:`Unfit` where the domain would refuse them."""
    if case.doubt is not None:
        message = f"line {case.doubt.line} was not understood ({case.doubt.reason})"
        raise Unfit(message)
    _require_order("case:deadline or case:enddate_planned", case.due_on, case.asked_on)
    _require_order("case:enddate", case.ended_on, case.asked_on)
    _require_distinct(task.instance for task in case.tasks)
    happened = [*_advice(case), *_conclusion(case)]
    happened.sort(key=lambda step: step.occurred_on)
    # The request comes first whatever its day: the rest is about it.
    steps = (checked(_request(case)), *map(checked, happened))
    require_command(steps)
    return Understood(
        line=case.lines[0], lines=len(case.lines), key=f"permits:{case.id}", steps=steps
    )


def _request(case: Case) -> RequestApproval:
    facts = case.known
    channel = _CHANNELS.get(facts.channel or "", facts.channel)
    where = ", ".join(part for part in (facts.department, facts.group) if part)
    return RequestApproval(
        approval=case.id,
        kind=ApprovalKind.PERMIT,
        title=f"Aanvraag omgevingsvergunning {case.id}" + (f", via {channel}" if channel else ""),
        authority="Vergunningenloket van de gemeente" + (f" ({where})" if where else ""),
        department=facts.department,
        procedure=Procedure.NONE,
        reference=case.id,
        text=_told_in_tasks(case),
        stated_due_on=case.due_on,
        occurred_on=case.asked_on,
        source=f"{SOURCE} {case.id}",
    )


def _told_in_tasks(case: Case) -> str:
    by_day: dict[date, Counter[str]] = {}
    for task in sorted(case.tasks, key=lambda task: task.at):
        by_day.setdefault(task.on, Counter())[task.name] += 1
    told = ["Taken volgens de bron:"]
    for day, tasks in by_day.items():
        names = (name if times == 1 else f"{name} ({times}x)" for name, times in tasks.items())
        told.append(f"{day}: {', '.join(names)}")
    text = "\n".join(told)
    if len(text) <= LONGEST_TEXT:
        return text
    days = sorted(by_day)
    return f"De bron telt {len(case.tasks)} taken, van {days[0]} tot en met {days[-1]}."


def _advice(case: Case) -> Iterator[Step]:
    asked = case.done(ADVICE_ASKED)
    for task in case.advice:
        external = task.code == EXTERNAL_ADVICE
        number = task.name.split(" ", 1)[0].partition("-")[2]
        role = f"Externe partij {number}" if external else f"Intern adviseur, aspect {number}"
        group = None if external or task.group == NAMELESS_GROUP else task.group
        text = f"Taak in de bron: '{task.name}'. De bron geeft de inhoud van het advies niet."
        if external and (before := [a.on for a in asked if a.at <= task.at]):
            text += f" Het advies is gevraagd op {before[-1]}."
        yield GiveAdvice(
            advice=task.instance,
            about=(case.id,),
            adviser=role + (f" ({group})" if group else ""),
            conclusion=AdviceConclusion.NEUTRAL,
            text=text,
            occurred_on=task.on,
            source=f"{SOURCE} {case.id} {task.instance}",
        )


def _conclusion(case: Case) -> Iterator[Step]:
    if case.ended_on is None:
        return
    text = _NOT_HOW
    if held := sorted(set(case.held_on)):
        days = ", ".join(map(str, held))
        text += (
            f" Redenen om de aanvraag aan te houden zijn gemeld op {days}; welke, staat er niet."
        )
    yield ConcludeApproval(
        approval=case.id, text=text, occurred_on=case.ended_on, source=f"{SOURCE} {case.id}"
    )


def _require_order(column: str, on: date | None, asked_on: date) -> None:
    if on is not None and on < asked_on:
        message = f"{column} ({on}) lies before case:startdate ({asked_on})"
        raise Unfit(message)


def _require_distinct(instances: Iterable[str]) -> None:
    seen = set()
    for instance in instances:
        if instance in seen:
            message = f"concept:instance '{instance}' comes more than once"
            raise Unfit(message)
        seen.add(instance)


# -- from lines to cases --------------------------------------------------------------------------


def _cases(path: Path) -> tuple[list[Case], list[NotUnderstood]]:
    """Gather the cases of a file, and the lines that were not understood."""
    lines = lines_of(path)
    header = _header(path, next(lines, None))
    gathered = _Gathered()
    for line in lines:
        if isinstance(line, NotUnderstood):
            gathered.miss(line)
            continue
        named = None
        try:
            row = _row(line.text, header)
            named = row["case:concept:name"]
            gathered.add(line.number, *_task_and_facts(row))
        except Unfit as unfit:
            gathered.miss(NotUnderstood(line.number, str(unfit)), named)
    gathered.settle()
    return list(gathered.cases.values()), gathered.missed


class _Gathered:
    """The cases so far, and what may be missing from them.

    A line that was not understood and does not tell its case may belong to the one before it or
    the one after it; where the lines of cases lie mixed, to any.
    """

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.missed: list[NotUnderstood] = []
        self._mixed = False
        self._last: Case | None = None
        self._homeless: list[tuple[NotUnderstood, list[Case]]] = []
        self._wanting: list[list[Case]] = []

    def add(self, number: int, task: Task, facts: Facts) -> None:
        """Put a line with the others of its case."""
        case = self._next(task.case)
        case.lines.append(number)
        case.tasks.append(task)
        if case.facts is None:
            case.facts = facts
        elif case.facts != facts and case.doubt is None:
            differing = next(
                field.encode_name
                for field in msgspec.structs.fields(Facts)
                if getattr(facts, field.name) != getattr(case.facts, field.name)
            )
            reason = f"its '{differing}' differs from the case's earlier lines"
            case.doubt = NotUnderstood(number, reason)

    def miss(self, line: NotUnderstood, named: str | None = None) -> None:
        """Keep a line that was not understood, with the case it names, if that can be read."""
        self.missed.append(line)
        if named and re.match(ID_PATTERN, named):
            case = self._next(named)
            case.doubt = case.doubt or line
            return
        beside = [] if self._last is None else [self._last]
        self._homeless.append((line, beside))
        self._wanting.append(beside)

    def settle(self) -> None:
        """Once all lines are in: doubt every case that a line without one may belong to."""
        for line, beside in self._homeless:
            for case in self.cases.values() if self._mixed else beside:
                case.doubt = case.doubt or line

    def _next(self, case_id: str) -> Case:
        known = case_id in self.cases
        case = self.cases.setdefault(case_id, Case(case_id))
        self._mixed = self._mixed or (known and case is not self._last)
        self._last = case
        for beside in self._wanting:
            beside.append(case)
        self._wanting.clear()
        return case


def _header(path: Path, first: Line | NotUnderstood | None) -> list[str]:
    try:
        header = next(csv.reader([first.text], strict=True)) if isinstance(first, Line) else []
    except csv.Error:
        header = []
    if lacking := [column for column in COLUMNS if column not in header]:
        raise SourceUnusable(path, f"its first line lacks the columns {', '.join(lacking)}")
    return header


def _row(text: str, header: list[str]) -> dict[str, str | None]:
    try:
        cells = next(csv.reader([text], strict=True))
    except csv.Error as error:
        message = f"the line is not CSV: {error}"
        raise Unfit(message) from error
    if len(cells) != len(header):
        message = f"the line has {len(cells)} columns, the first line of the file {len(header)}"
        raise Unfit(message)
    return {column: cell or None for column, cell in zip(header, cells, strict=True)}


def _task_and_facts(row: dict[str, str | None]) -> tuple[Task, Facts]:
    try:
        return msgspec.convert(row, Task), msgspec.convert(row, Facts)
    except msgspec.ValidationError as error:
        raise Unfit(in_plain_words(error)) from error
