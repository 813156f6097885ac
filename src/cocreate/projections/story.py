"""The story of a wish or a proposal: in chapters by time, from the wish to the answer.

Components that are each well kept still leave a resident asking what became of the wish; the story
follows it through mergers, proposals, decisions, permits and promises (decidim issue 13067).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import (
    AdviceConclusion,
    Body,
    DeviationGround,
    InterventionOutcome,
    ObstacleStatus,
    Outcome,
    ResidentsWord,
    Settlement,
    SuspensionGround,
    Vocabulary,
)
from cocreate.projections.accounts.account import (
    Account,
    AdviceAccount,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    Link,
    ObstacleAccount,
    ProposalAccount,
    SessionAccount,
    WishAccount,
)
from cocreate.projections.resource import Document, NoFilter, ProjectFile
from cocreate.projections.story_texts import CHAPTERS, OTHERWISE, WAITING, Sentence

Contribution = WishAccount | ProposalAccount


class StoryTold(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A sentence in both languages."""

    nl: str
    en: str


class StorySubject(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Whom or what a chapter is about."""

    id: str
    kind: str
    title: str


class Chapter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One thing that happened."""

    on: date
    position: int
    """Where in the log it stands."""
    type: str
    """The type of the event."""
    about: StorySubject
    id: str | None = None
    """The subject that the step brought, such as a decision."""
    title: str
    told: StoryTold
    why: str | None = None
    """The motivation, or the reason given, in the words of the record."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is owed now, by whom, and since when."""

    duty: str
    about: StorySubject
    told: StoryTold
    by: str | None = None
    """Who owes it, as it is named in the record."""
    body: Body | None = None
    """The body that owes it."""
    since: date
    due_on: date | None = None
    days: int
    """How many days it has been waited for."""
    days_late: int | None = None
    """Days past the day it was due; null where it is not late, or has no such day."""


class Story(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a wish or a proposal, from the first word to the last."""

    subject: StorySubject
    position: int
    """The position of the log as known at."""
    day: date
    """The day that counted as today."""
    status: str
    chapters: tuple[Chapter, ...]
    waiting_for: tuple[Waiting, ...]


def tell_story(file: ProjectFile, subject_id: str) -> Story:
    """Give the story of a wish or a proposal. Raises LookupError for what is neither."""
    subject = file.subjects.get(subject_id)
    if not isinstance(subject, WishAccount | ProposalAccount):
        raise LookupError(subject_id)
    cast = _Cast(file, subject)
    return Story(
        subject=_subject(subject),
        position=file.position,
        day=file.today,
        status=subject.status,
        chapters=tuple(_chapters(file, cast)),
        waiting_for=tuple(_waiting(file, cast)),
    )


class Told(NamedTuple):
    """What a subject has behind it, and what it waits for."""

    chapters: Sequence[Chapter]
    waiting_for: Sequence[Waiting]


def told_of(file: ProjectFile, account: Account) -> Told:
    """Give the story of any subject: of what is no wish or proposal, its own steps only."""
    if isinstance(account, WishAccount | ProposalAccount):
        story = tell_story(file, account.id)
        return Told(story.chapters, story.waiting_for)
    links = [_opening(account), *account.chain] if _opens_anew(account) else account.chain
    return Told(
        [_chapter(file, account, link) for link in links], list(_waiting_for(file, account))
    )


def latest(file: ProjectFile, most: int, among: Container[int] | None = None) -> Sequence[Chapter]:
    """Give the last that happened in a project, by what was recorded last, each step once.

    With ``among``, it is of the steps at those positions alone.
    """
    told: dict[int, tuple[Account, Link]] = {}
    for account in file.subjects.values():
        opening = [_opening(account)] if _opens_anew(account) else []
        for link in (*opening, *account.chain):
            if among is None or link.position in among:
                told.setdefault(link.position, (account, link))
    return [_chapter(file, *told[position]) for position in sorted(told, reverse=True)[:most]]


class _Cast:
    """All that play a part in a story: the wish with its lineage first, then what came of it."""

    def __init__(self, file: ProjectFile, subject: Contribution) -> None:
        every = file.subjects.values()
        self.contributions = _family(file, subject)
        ids = {each.id for each in self.contributions}
        decisions = {name for each in self.contributions for name in each.decisions}
        deviations = {name for each in self.contributions for name in each.deviations}
        feedback = {
            name
            for each in self.contributions
            if isinstance(each, WishAccount)
            for name in each.feedback
        }
        others: list[Account] = [
            each
            for each in every
            if (isinstance(each, DecisionAccount) and each.id in decisions)
            or (isinstance(each, DeviationAccount) and each.id in deviations)
            or (isinstance(each, AdviceAccount) and not ids.isdisjoint(each.about))
            or (
                isinstance(each, FeedbackAccount)
                and (each.id in feedback or not ids.isdisjoint(each.about))
            )
        ]
        about = ids | decisions | deviations
        approvals = _about(every, ApprovalAccount, about)
        about |= {each.id for each in approvals}
        others += approvals
        others += _about(every, ObstacleAccount, about)
        others += _about(every, CommitmentAccount, about)
        self.others = sorted(others, key=lambda each: each.position)
        self.deviations = deviations

    def plays(self, link: Link) -> bool:
        """Tell whether a step is of this story: a decision may deviate from others as well."""
        return link.type != "DeviationRecorded" or link.id in self.deviations


def _about(
    every: Iterable[Account],
    kind: type[ApprovalAccount | ObstacleAccount | CommitmentAccount],
    subjects: set[str],
) -> list[ApprovalAccount | ObstacleAccount | CommitmentAccount]:
    return [
        each for each in every if isinstance(each, kind) and not subjects.isdisjoint(each.about)
    ]


def _family(file: ProjectFile, subject: Contribution) -> list[Contribution]:
    """Give the subject, what it came from and goes on in, and the wishes and proposals of those.

    What was merged with it beside it has a story of its own.
    """
    contributions = {
        each.id: each
        for each in file.subjects.values()
        if isinstance(each, WishAccount | ProposalAccount)
    }
    heirs: dict[str, list[str]] = {}
    for each in contributions.values():
        for parent in each.comes_from:
            heirs.setdefault(parent, []).append(each.id)

    def lineage(starts: Iterable[str]) -> list[str]:
        up = _reached(starts, lambda name: contributions[name].comes_from, contributions)
        down = _reached(starts, lambda name: heirs.get(name, ()), contributions)
        return list(dict.fromkeys((*up, *down)))

    own = lineage([subject.id])
    if isinstance(subject, WishAccount):
        other = [
            name
            for each in map(contributions.__getitem__, own)
            if isinstance(each, WishAccount)
            for name in each.proposals
        ]
    else:
        other = [
            name
            for each in map(contributions.__getitem__, own)
            if isinstance(each, ProposalAccount)
            for name in each.answers
        ]
    known = [name for name in dict.fromkeys(other) if name in contributions]
    return [contributions[name] for name in dict.fromkeys((*own, *lineage(known)))]


def _reached(
    starts: Iterable[str],
    onward: Callable[[str], Iterable[str]],
    known: Mapping[str, Contribution],
) -> list[str]:
    """Give all that can be reached from some, the start first; only what is known."""
    found: dict[str, None] = {}
    waiting = list(starts)
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in found:
            found[name] = None
            waiting += onward(name)
    return list(found)


# -- chapters -------------------------------------------------------------------------------------

_OPENINGS: Mapping[type[Account], str] = {
    WishAccount: "WishExpressed",
    ProposalAccount: "ProposalSubmitted",
    AdviceAccount: "AdviceGiven",
    DecisionAccount: "DecisionRecorded",
    DeviationAccount: "DeviationRecorded",
    FeedbackAccount: "FeedbackGiven",
    ApprovalAccount: "ApprovalRequested",
    ObstacleAccount: "ObstacleRaised",
    CommitmentAccount: "CommitmentMade",
    SessionAccount: "SessionHeld",
}


_Thing = tuple[int, str, str | None]


def _thing(account: Account, link: Link) -> _Thing:
    """Give what is the same where two accounts tell of one thing that a step did.

    A decision does one thing for each subject of its own, whatever wishes it reaches through it.
    """
    decided = (link.via or account.id) if link.type == "DecisionRecorded" else None
    return link.position, link.id or account.id, decided


def _chapters(file: ProjectFile, cast: _Cast) -> Iterator[Chapter]:
    """Give what happened, in the order in which it did; each step once for each thing it did."""
    told: dict[_Thing, tuple[Account, Link]] = {}
    for account in (*cast.contributions, *cast.others):
        for link in filter(cast.plays, account.chain):
            thing = _thing(account, link)
            # A step on a proposal says why; that the proposal answers a wish by it does not.
            if thing not in told or (told[thing][1].motivation is None and link.motivation):
                told[thing] = (account, link)
    positions = {position for position, _, _ in told}
    for account in (*cast.contributions, *cast.others):
        if account.position not in positions:
            told[account.position, account.id, None] = (account, _opening(account))
    for session in _sessions(file, cast):
        told[session.position, session.id, None] = (session, _opening(session))
    ordered = sorted(told.values(), key=lambda each: (each[1].on, each[1].position))
    for account, link in ordered:
        yield _chapter(file, account, link)


def _sessions(file: ProjectFile, cast: _Cast) -> Iterator[Account]:
    """Give the sessions in which the wishes were brought in."""
    for wish in cast.contributions:
        if isinstance(wish, WishAccount) and wish.session is not None:
            session = file.subjects.get(wish.session)
            if session is not None:
                yield session


def _opens_anew(account: Account) -> bool:
    """Tell whether the chain of an account does not say itself how it came to be."""
    return type(account) in _OPENINGS and all(
        link.position != account.position for link in account.chain
    )


def _opening(account: Account) -> Link:
    """Give the step that an account came to be by, as its own story tells it."""
    return Link(
        type=_OPENINGS[type(account)],
        id=account.id,
        on=account.since,
        position=account.position,
        title=account.title,
        outcome=getattr(account, "conclusion", None),
        body=account.body if isinstance(account, DecisionAccount) else None,
        ground=getattr(account, "ground", None),
        motivation=getattr(account, "motivation", None),
        due_on=getattr(account, "first_due_on", None),
    )


def _chapter(file: ProjectFile, account: Account, link: Link) -> Chapter:
    brought = file.subjects.get(link.id or "")
    title = link.title or (brought or account).title
    return Chapter(
        on=link.on,
        position=link.position,
        type=link.type,
        about=_subject(account),
        id=link.id,
        title=title,
        told=StoryTold(
            nl=_sentence(file, account, link, title, "nl"),
            en=_sentence(file, account, link, title, "en"),
        ),
        why=link.motivation,
    )


_WORDS: Mapping[str, type[Vocabulary]] = {
    "AdviceGiven": AdviceConclusion,
    "DecisionRecorded": Outcome,
    "DeviationSettled": Settlement,
    "InterventionJudged": InterventionOutcome,
}
"""Of what vocabulary the outcome of a step is a word."""


def _sentence(
    file: ProjectFile, account: Account, link: Link, title: str, language: Language
) -> str:
    variant = link.type
    if link.via is not None:
        variant += ".via"
    elif link.due_on is not None and f"{variant}.due" in CHAPTERS:
        variant += ".due"
    elif link.id == account.id and f"{variant}.own" in CHAPTERS:
        variant += ".own"
    elif link.type == "DeviationRecorded" and link.motivation is None:
        variant += ".unmotivated"
    elif link.type == "ProposalSubmitted" and isinstance(account, WishAccount):
        variant += ".answer"
    sentence = CHAPTERS.get(variant, OTHERWISE)
    via = file.subjects.get(link.via or "")
    ground = SuspensionGround if link.type == "ApprovalSuspended" else DeviationGround
    return _fill(
        sentence,
        language,
        what=_what(file, account, link),
        title=title,
        via=via.title if via is not None else link.via or "",
        outcome=_word(_WORDS.get(link.type), link.outcome, language),
        status=_word(ResidentsWord, link.status, language),
        ground=_word(ground, link.ground, language),
        body=_word(Body, link.body, language),
        due="" if link.due_on is None else day_in_words(link.due_on, language),
    )


def _what(file: ProjectFile, account: Account, link: Link) -> str:
    """Name what a step is about: of a wish behind a proposal that was not followed, that one."""
    deviation = file.subjects.get(link.id or "")
    if isinstance(deviation, DeviationAccount) and account.id not in deviation.subjects:
        return deviation.title
    return account.title


def _fill(sentence: Sentence, language: Language, **facts: str) -> str:
    return (sentence.nl if language == "nl" else sentence.en).format(**facts)


def _word(vocabulary: type[Vocabulary] | None, code: str | None, language: Language) -> str:
    """Give the word for a code, or the code where it is of another vocabulary."""
    if code is None:
        return ""
    if vocabulary is None or code not in {member.value for member in vocabulary}:
        return code
    return label(vocabulary(code), language)


_MONTHS: Mapping[Language, str] = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def day_in_words(day: date, language: Language) -> str:
    """Give a day as people write it, such as ``3 maart 2026``."""
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


# -- what is owed ---------------------------------------------------------------------------------


def _waiting(file: ProjectFile, cast: _Cast) -> Iterator[Waiting]:
    for account in (*cast.contributions, *cast.others):
        yield from _waiting_for(file, account)


def _waiting_for(file: ProjectFile, account: Account) -> Iterator[Waiting]:
    duties = account.duties
    if isinstance(account, ObstacleAccount) and account.status is ObstacleStatus.OPEN:
        duties = ("obstacle",)
    for duty in duties:
        sentence = WAITING[duty]
        by, body = debtor(file, account)
        since = owed_since(account, duty)
        late = None if account.due_on is None else (file.today - account.due_on).days
        yield Waiting(
            duty=duty,
            about=_subject(account),
            told=StoryTold(
                nl=_fill(sentence, "nl", what=account.title),
                en=_fill(sentence, "en", what=account.title),
            ),
            by=by,
            body=body,
            since=since,
            due_on=account.due_on,
            days=(file.today - since).days,
            days_late=late if late is not None and late > 0 else None,
        )


def owed_since(account: Account, duty: str) -> date:
    """Give the day since which something is owed: of a realisation, that of the dispute."""
    if duty == "realisation":
        return max(link.on for link in account.chain if link.type == "RealisationJudged")
    return account.since


def debtor(file: ProjectFile, account: Account) -> tuple[str | None, Body | None]:
    """Give who owes what is owed on a subject, as far as the record says so."""
    match account:
        case ApprovalAccount():
            return account.authority, None
        case CommitmentAccount():
            return account.by, None
        case DecisionAccount():
            return account.body_name, account.body
        case DeviationAccount():
            decision = file.subjects.get(account.decision or "")
            if isinstance(decision, DecisionAccount):
                return decision.body_name, account.body or decision.body
            return None, account.body
        case ObstacleAccount():
            owner = file.subjects.get(account.owner or "")
            return account.department if owner is None else owner.title, None
        case _:
            party = file.subjects.get(file.project.gives_account or "")
            return file.project.department if party is None else party.title, None


def _subject(account: Account) -> StorySubject:
    return StorySubject(id=account.id, kind=account.kind, title=account.title)


def _give(file: ProjectFile, narrow: NoFilter, place: Mapping[str, str]) -> Story:
    del narrow
    return tell_story(file, place["subject"])


STORY = Document(
    path="subjects/{subject:str}/story",
    operation="readStory",
    summary="Read the story of a wish or a proposal, from the wish to the answer",
    description="In chapters by time, following mergers and splits both ways, with what is still "
    "waited for, from whom, and since when.",
    answers=Story,
    give=_give,
)
