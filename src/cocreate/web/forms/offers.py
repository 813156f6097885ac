"""What a form offers to choose from: the subjects of the project, and its steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from cocreate.domain.steps import EVENTS
from cocreate.domain.vocabulary import Vocabulary
from cocreate.log.read import Recorded
from cocreate.projections.accounts.account import Account
from cocreate.web.forms.fields import DECIDABLE, Field

ORDER: Final = (
    "wish",
    "proposal",
    "decision",
    "deviation",
    "advice",
    "approval",
    "obstacle",
    "intervention",
    "commitment",
    "session",
    "party",
    "milestone",
    "feedback",
    "report",
    "reflection",
)
"""In which order the kinds of subjects are offered where a field may name several."""
GONE: Final = frozenset({"merged", "split", "withdrawn"})
"""The statuses of what goes on as something else, or not at all: no step is about that alone."""


class Narrowed(msgspec.Struct, frozen=True):
    """Which subjects are shown of a list that is long."""

    kind: str = ""
    status: str = ""
    text: str = ""

    def holds(self, account: Account) -> bool:
        """Tell whether a subject is among them."""
        return (
            self.kind in ("", account.kind)
            and self.status in ("", account.stands or "")
            and self.text.casefold() in account.title.casefold()
        )


class Status(NamedTuple):
    """A status that some of the subjects have."""

    value: str
    word: Vocabulary


class Offers(msgspec.Struct, frozen=True):
    """The subjects that a form offers."""

    subjects: Mapping[str, Account]
    narrowed: Narrowed = Narrowed()

    def of(self, field: Field) -> Mapping[str, Sequence[Account]]:
        """Give the subjects that a field may name, by kind, the latest first."""
        found: dict[str, list[Account]] = {kind: [] for kind in ORDER}
        over = GONE if field.required and field.refers_to else frozenset[str]()
        if field.refers_to == DECIDABLE:
            over = GONE | {"realised"}
        for account in self.subjects.values():
            if account.stands in over:
                continue
            if not field.refers_to or account.kind in field.refers_to:
                found[account.kind].append(account)
        return {
            kind: sorted(accounts, key=lambda each: (each.since, each.position), reverse=True)
            for kind, accounts in found.items()
            if accounts
        }

    def shown(self, field: Field, chosen: Sequence[str]) -> Mapping[str, Sequence[Account]]:
        """Give those of them that are shown: what was chosen always is."""
        shown = {
            kind: [each for each in accounts if each.id in chosen or self.narrowed.holds(each)]
            for kind, accounts in self.of(field).items()
        }
        return {kind: accounts for kind, accounts in shown.items() if accounts}

    def ids(self, field: Field) -> Sequence[str]:
        """Give the ids of those that the list is narrowed to."""
        return [
            each.id
            for accounts in self.of(field).values()
            for each in accounts
            if self.narrowed.holds(each)
        ]

    def statuses(self, field: Field) -> Sequence[Status]:
        """Give the statuses that they have, in the order of the vocabularies."""
        found = {
            each.stands: Status(each.stands, each.stands)
            for accounts in self.of(field).values()
            for each in accounts
            if isinstance(each.stands, Vocabulary)
        }
        return list(found.values())


class RecordedStep(NamedTuple):
    """A step that was recorded, as it is offered."""

    version: int
    noun: str
    on: date
    title: str | None
    public: bool


class _Titled(msgspec.Struct):
    """What stored data calls what a step is about, where it does."""

    title: str | None = None


def recorded_steps(events: Iterable[Recorded]) -> list[RecordedStep]:
    """Give steps as they are offered, the last first."""
    found = [
        RecordedStep(
            each.version,
            getattr(EVENTS[each.type], "noun", ""),
            each.occurred_on,
            msgspec.json.decode(each.data, type=_Titled).title,
            each.public,
        )
        for each in events
    ]
    return found[::-1]
