"""The account of one subject: what it is, how it stands, and the chain of what became of it."""

from __future__ import annotations

from datetime import date

import msgspec

from cocreate.domain.statutory_clock import Term


class Link(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One step in what became of a subject."""

    type: str
    """The type of the event."""
    id: str | None = None
    """The subject that the step brought, such as a decision."""
    on: date
    position: int
    title: str | None = None
    outcome: str | None = None
    status: str | None = None
    body: str | None = None
    ground: str | None = None
    motivation: str | None = None
    due_on: date | None = None
    via: str | None = None
    """The proposal through which a decision reached a wish."""


class Account(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """What a project keeps account of: a wish, a proposal, a decision, an approval, and so on."""

    id: str
    kind: str
    title: str
    text: str | None = None
    status: str | None = None
    since: date
    """The day it came to be."""
    closed_on: date | None = None
    position: int
    """Where in the log it came to be."""
    by: str | None = None
    body: str | None = None
    authority: str | None = None
    department: str | None = None
    category: str | None = None
    place: str | None = None
    theme: str | None = None
    ground: str | None = None
    motivation: str | None = None
    alternatives: tuple[str, ...] = ()
    outcome: str | None = None
    word: str | None = None
    """What residents say of a wish that was called realised."""
    supporters: int = 0
    due_on: date | None = None
    objection_until: date | None = None
    penalty_from: date | None = None
    term: Term | None = None
    conditions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    merged_into: str | None = None
    comes_from: tuple[str, ...] = ()
    open_to_objection: bool = False
    fed_back: bool = False
    source: str | None = None
    duties: tuple[str, ...] = ()
    """What is owed on it; with ``due_on``, not before that day is over."""
    chain: list[Link] = []

    def tell(self, link: Link) -> None:
        """Add a step to the chain."""
        self.chain.append(link)


class Frames(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is fixed and what is open to influence, as it was set last."""

    level: str
    fixed: tuple[str, ...]
    open: tuple[str, ...]
    body: str
    before: str
    set_on: date


class ProjectAccount(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The account of a project itself."""

    id: str
    title: str
    summary: str | None = None
    sector: str
    initiative: str
    department: str
    place: str | None = None
    status: str
    since: date
    closed_on: date | None = None
    last_step_on: date
    level: str | None = None
    suitability: str | None = None
    framework: Frames | None = None
    directs: str | None = None
    gives_account: str | None = None
    reason: str | None = None
    """Why it paused or stopped, or what it brought."""
    steps: int = 0
    counts: dict[str, int] = {}
    """How many of each kind of subject there are; ``supporters`` are counted too."""
