"""The accounts of one project in memory, and the register of what each kind of step changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from cocreate.domain.steps.base import Event, references
from cocreate.projections.accounts.account import (
    Account,
    AnyAccount,
    Carrier,
    Link,
    MunicipalityAccount,
    PartyAccount,
    Place,
    ProjectAccount,
)
from cocreate.projections.known import Known

A = TypeVar("A", bound=Account)


def added(ids: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """Give ids with those of the new ones that were not among them."""
    return tuple(dict.fromkeys((*ids, *more)))


class Accounts:
    """The accounts of one project, or of a municipality itself, as one audience knows them.

    A step leaves alone what is not there: the audience may not know it. Whoever folds brings into
    memory beforehand what a step may change, told by :func:`touched` and :func:`related`.
    """

    __slots__ = ("changed", "counted", "event", "project", "project_id", "recorded", "subjects")

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.project: ProjectAccount | MunicipalityAccount | None = None
        """The account of the project itself, with the id ``""``."""
        self.subjects: dict[str, Account] = {}
        self.changed: dict[str, AnyAccount] = {}
        """What steps changed, until whoever folds has taken note.

        Every step counts on the account of the project; that alone is no change.
        """
        self.counted = False
        """Whether a step changed how many subjects or supporters there are, or the last day."""

    def hold(self, account: AnyAccount) -> None:
        """Have an account in memory that was there before."""
        if isinstance(account, ProjectAccount | MunicipalityAccount):
            self.project = account
        else:
            self.subjects[account.id] = account

    def take(self, known: Known) -> None:
        """Let a step change the accounts."""
        self.recorded = known.recorded
        self.event = known.event
        self.counted = False
        change = CHANGES.get(type(known.event))
        if change is not None:
            change(self, known.event)
        project = self.project
        if type(project) is ProjectAccount:
            self._keep_carriers(project)
            self._count(project, known)
        elif project is not None:
            if not known.public:
                project.internal_steps += 1
            self.changed[""] = project

    def _keep_carriers(self, project: ProjectAccount) -> None:
        """Let the account of the project know who takes part now, and who carries how much."""
        for account in tuple(self.changed.values()):
            if type(account) is not PartyAccount:
                continue
            before = project.present.pop(account.id, None)
            after = None
            if account.present:
                after = Carrier(side=account.side, department=account.department, load=account.load)
                project.present[account.id] = after
            if before != after:
                self.changed[""] = project

    def _count(self, project: ProjectAccount, known: Known) -> None:
        project.steps += 1
        event = known.event
        occurred_on = event.occurred_on
        if occurred_on > project.last_step_on:
            project.last_step_on = occurred_on
            self.counted = True
        project.last_position = known.recorded.position
        if not known.public:
            project.internal_steps += 1
        if getattr(event, "source", None) is not None:
            project.sourced_steps += 1
        month = f"{occurred_on.year:04d}-{occurred_on.month:02d}"
        steps = project.months.get(month)
        if steps is None:
            self.changed[""] = project
        project.months[month] = (steps or 0) + 1

    # -- for the chapters -----------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """When the step happened and where it stands."""
        return Place(on=self.event.occurred_on, position=self.recorded.position)

    def first(self, place: Place | None) -> Place:
        """Give the earlier of a place and that of the step: steps may be recorded late."""
        here = self.place
        return here if place is None or here.on < place.on else place

    def __getitem__(self, subject_id: str | None) -> Any:  # noqa: ANN401
        """Give an account to change; what kind it is, the rules of the domain have made sure."""
        if not subject_id:
            return None
        account = self.subjects.get(subject_id)
        if account is not None:
            self.changed[subject_id] = account
        return account

    def those(self, subject_ids: Iterable[str], kind: type[A]) -> Iterator[A]:
        """Give the accounts of a kind among some subjects, to change."""
        for subject_id in subject_ids:
            account = self.subjects.get(subject_id)
            if isinstance(account, kind):
                self.changed[subject_id] = account
                yield account

    def begin(self, project: ProjectAccount | MunicipalityAccount) -> None:
        """Open the account of the project."""
        self.project = project
        self.changed[""] = project

    def own(self) -> ProjectAccount | None:
        """Give the account of the project, to change."""
        if type(self.project) is not ProjectAccount:
            return None
        self.changed[""] = self.project
        return self.project

    def count(self, what: str, number: int = 1) -> None:
        """Count subjects or supporters on the account of the project."""
        project = self.project
        if type(project) is ProjectAccount:
            project.counts[what] = project.counts.get(what, 0) + number
            self.counted = True

    def add(self, kind: type[A], subject_id: str, title: str, **facts: Any) -> A:  # noqa: ANN401
        """Open an account."""
        account = kind(
            id=subject_id,
            title=title,
            since=self.event.occurred_on,
            position=self.recorded.position,
            source=getattr(self.event, "source", None),
            **facts,
        )
        self.subjects[subject_id] = account
        self.changed[subject_id] = account
        self.count(account.kind)
        return account

    def link(self, subject_id: str | None = None, **facts: Any) -> Link:  # noqa: ANN401
        """Give the link that this step is in the chain of a subject."""
        return Link(
            type=self.recorded.type,
            id=subject_id,
            on=self.event.occurred_on,
            position=self.recorded.position,
            **facts,
        )

    def tell_all(self, subject_ids: Iterable[str], link: Link) -> None:
        """Add a step to the chains of subjects."""
        for account in self.those(dict.fromkeys(subject_ids), Account):
            account.chain.append(link)


Change = Callable[[Accounts, Any], None]
CHANGES: dict[type[Event], Change] = {}
"""What each type of event changes. One that is not here changes no account but the project's."""


def on(*event_classes: type[Event]) -> Callable[[Change], Change]:
    """Register what events change."""

    def register(change: Change) -> Change:
        for event_class in event_classes:
            CHANGES[event_class] = change
        return change

    return register


def touched(event: Event) -> Iterator[str]:
    """Yield the ids of the subjects that a step may change, that of the project first."""
    yield ""
    for reference in references(event):
        yield reference.id


def related(account: AnyAccount) -> tuple[str, ...]:
    """Give the ids of further subjects that a step on this one may change."""
    return account.related


def key_of(account: AnyAccount) -> str:
    """Give the id under which an account is kept: ``""`` for that of the project itself."""
    return account.id if isinstance(account, Account) else ""
