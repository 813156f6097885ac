"""Proposals of the Decidim platform of Barcelona (JSON Lines): wishes, and what became of them.

A proposal is a wish with those who support it, and a decision where its status tells one. The
source gives neither a motivation nor the date of a decision: the decision says so itself. The
same day dates the support, which the source gives as a total. Of the author nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.steps.base import ID_PATTERN, Count, Step
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.decisions import RecordDecision, SubjectOutcome
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Body, Initiative, Outcome, Sector
from cocreate.exchange.source import (
    NotUnderstood,
    SourceUnusable,
    Understood,
    Unfit,
    checked,
    in_plain_words,
    lines_of,
)

SOURCE = "decidim.barcelona"
OUTCOMES = {"accepted": Outcome.ADOPTED, "rejected": Outcome.REJECTED}
"""What was decided, by the status of a proposal; any other status tells of no decision."""

LONGEST_TITLE = 200
_SAID = {Outcome.ADOPTED: "Overgenomen", Outcome.REJECTED: "Afgewezen"}
_ASSUMED = "de dag van het laatste voorstel daarin"
_GIVEN = "opgegeven bij de import"


class Proposal(msgspec.Struct, frozen=True):
    """A line of the source: the fields that are taken from it."""

    id: int
    code: str
    title: str
    summary: str | None
    status: str
    created_at: Annotated[str, Meta(pattern=r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$")]
    total_votes: Count
    url: str | None
    category: str | None
    subcategory: str | None
    district: str | None

    @property
    def created_on(self) -> date:
        """The day it was submitted."""
        day, month, year = self.created_at.split("/")
        return date(int(year), int(month), int(day))


class Survey(msgspec.Struct, kw_only=True, rename="camel"):
    """What a file holds, counted before anything is recorded."""

    lines: int = 0
    not_understood: int = 0
    wishes: int = 0
    supported: int = 0
    supporters: int = 0
    adopted: int = 0
    rejected_without_motivation: int = 0
    undecided: int = 0
    shortened_titles: int = 0
    first_on: date | None = None
    last_on: date | None = None


def survey(path: Path) -> Survey:
    """Count what a file holds, and find its first and last day.

    Raises :class:`~cocreate.exchange.source.SourceUnusable`.
    """
    found = Survey()
    for item in _proposals(path):
        found.lines += 1
        if isinstance(item, NotUnderstood):
            found.not_understood += 1
            continue
        proposal, outcome = item[1], OUTCOMES.get(item[1].status)
        found.wishes += 1
        found.supported += proposal.total_votes > 0
        found.supporters += proposal.total_votes
        found.adopted += outcome is Outcome.ADOPTED
        found.rejected_without_motivation += outcome is Outcome.REJECTED
        found.undecided += outcome is None
        found.shortened_titles += len(_in_one_line(proposal.title)) > LONGEST_TITLE
        day = proposal.created_on
        found.first_on = min(found.first_on or day, day)
        found.last_on = max(found.last_on or day, day)
    return found


def start(
    path: Path,
    *,
    title: str = "Gemeentelijk actieplan van Barcelona, voorstellen op Decidim",
    sector: Sector = Sector.OTHER,
    initiative: Initiative = Initiative.MUNICIPALITY,
    department: str = "Ajuntament de Barcelona",
    place: str | None = "Barcelona",
) -> StartProject:
    """Give the project that the wishes go into; it starts on the day of the first of them.

    Raises :class:`~cocreate.exchange.source.SourceUnusable`, also for a file without any wish.
    """
    first_on = survey(path).first_on
    if first_on is None:
        raise SourceUnusable(path, "no line of it is a Decidim proposal")
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


def read(
    path: Path, *, decided_on: date | None = None, body: Body = Body.COLLEGE
) -> Iterator[Understood | NotUnderstood]:
    """Yield a command for each proposal in the file, in order, one line at a time.

    The source gives no date of decision. Without ``decided_on`` it is taken to be the day of the
    last proposal in the file. Raises :class:`~cocreate.exchange.source.SourceUnusable` before the
    first command: the file is gone through once beforehand.
    """
    basis = _GIVEN if decided_on else _ASSUMED
    last_on = survey(path).last_on
    decided_on = decided_on or last_on
    for item in _proposals(path):
        if isinstance(item, NotUnderstood):
            yield item
            continue
        line, proposal = item
        try:
            steps = tuple(_steps(proposal, decided_on or proposal.created_on, basis, body))
        except Unfit as unfit:
            yield NotUnderstood(line, str(unfit))
        else:
            yield Understood(line=line, lines=1, key=f"decidim:{proposal.code}", steps=steps)


def _steps(proposal: Proposal, decided_on: date, basis: str, body: Body) -> Iterator[Step]:
    source = f"{SOURCE} {proposal.id}"
    if decided_on < proposal.created_on:
        message = (
            f"field 'created_at': {proposal.created_on} lies after the day taken for the "
            f"decision, {decided_on}"
        )
        raise Unfit(message)
    title, text = _title_and_text(proposal)
    yield checked(
        ExpressWish(
            wish=proposal.code,
            title=title,
            text=text,
            theme=" / ".join(
                part
                for part in map(_in_one_line, (proposal.category, proposal.subcategory))
                if part
            )
            or None,
            place=_in_one_line(proposal.district) or None,
            url=_url(proposal.url),
            occurred_on=proposal.created_on,
            source=source,
        )
    )
    if proposal.total_votes:
        yield checked(
            SupportWish(
                wish=proposal.code,
                supporters=proposal.total_votes,
                occurred_on=decided_on,
                source=source,
            )
        )
    if outcome := OUTCOMES.get(proposal.status):
        yield checked(
            RecordDecision(
                body=body,
                title=(
                    f"{_SAID[outcome]} (status '{proposal.status}' in de bron). De bron noemt geen "
                    f"besluitdatum en geen motivering; als datum geldt {decided_on}, {basis}."
                ),
                outcomes=(SubjectOutcome(subject=proposal.code, outcome=outcome),),
                source_states_no_motivation=True,
                reference=proposal.code,
                occurred_on=decided_on,
                source=source,
            )
        )


def _proposals(path: Path) -> Iterator[tuple[int, Proposal] | NotUnderstood]:
    decoder = msgspec.json.Decoder(Proposal)
    for line in lines_of(path):
        if isinstance(line, NotUnderstood):
            yield line
            continue
        try:
            proposal = decoder.decode(line.text)
            _require_fit(proposal)
        except msgspec.ValidationError as error:
            yield NotUnderstood(line.number, in_plain_words(error))
        except msgspec.DecodeError as error:
            yield NotUnderstood(line.number, f"the line is not JSON: {in_plain_words(error)}")
        except RecursionError:
            yield NotUnderstood(line.number, "the line is JSON nested too deep to read")
        except Unfit as unfit:
            yield NotUnderstood(line.number, str(unfit))
        else:
            yield line.number, proposal


def _require_fit(proposal: Proposal) -> None:
    """Raise :class:`Unfit` for what the types cannot say."""
    try:
        created_on = proposal.created_on
    except ValueError:
        message = f"field 'created_at': there is no day {proposal.created_at}"
        raise Unfit(message) from None
    if created_on > amsterdam_date(datetime.now(UTC)):
        message = f"field 'created_at': {created_on} lies in the future"
        raise Unfit(message)
    if not re.fullmatch(ID_PATTERN, proposal.code):
        message = f"field 'code': {proposal.code!r} is no id"
        raise Unfit(message)
    if not proposal.title.strip():
        message = "field 'title': it is empty"
        raise Unfit(message)
    for name in proposal.__struct_fields__:
        if "\0" in str(getattr(proposal, name)):
            message = f"field '{name}': it holds a NUL character"
            raise Unfit(message)


def _title_and_text(proposal: Proposal) -> tuple[str, str | None]:
    """Give both; a title that is too long stands in full at the head of the text."""
    title = _in_one_line(proposal.title)
    text = re.sub(r"\r\n?", "\n", proposal.summary or "").strip()
    if not text.strip(".… \n\t"):
        text = ""
    if len(title) > LONGEST_TITLE:
        text = f"{title}\n\n{text}".strip()
        title = _shortened(title)
    return title, text or None


def _shortened(title: str) -> str:
    start = title[: LONGEST_TITLE - 1]
    words, _, _ = start.rpartition(" ")
    return (words if len(words) > LONGEST_TITLE // 2 else start).rstrip(" ,;:.") + "…"


def _in_one_line(said: str | None) -> str:
    return " ".join((said or "").split())


def _url(url: str | None) -> str | None:
    return url if url and re.fullmatch(r"https?://[^\s]{1,2000}", url) else None
