"""The fold of one project: its accounts for both audiences, and the rows that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import msgspec

from cocreate.projections.accounts import (
    Accounts,
    AnyAccount,
    ProjectAccount,
    decode,
    encode,
    key_of,
)
from cocreate.projections.changes import RowChanges, RowKey, VersionChanges
from cocreate.projections.known import Audience, Known, as_known, reaches_back
from cocreate.projections.tables import (
    NOTHING,
    About,
    CurrentTable,
    StepTable,
    Table,
    Values,
    VersionedTable,
)

PUBLIC, INTERNAL = int(Audience.PUBLIC), int(Audience.INTERNAL)

Rows = list[tuple[str, Values]]


class Poison(Exception):  # noqa: N818
    """A step that cannot be folded."""

    def __init__(self, project: UUID, position: int, problem: Exception) -> None:
        super().__init__(project, position)
        self.project = project
        self.position = position
        self.reason = f"{type(problem).__name__}: {problem}"


class Slot(msgspec.Struct, frozen=True):
    """A table of a build, and its place among all."""

    number: int
    schema: str
    table: Table

    @property
    def stored_in(self) -> tuple[str, ...]:
        """The names of the tables in the database."""
        name = self.table.name
        return (name, f"{name}_past") if isinstance(self.table, VersionedTable) else (name,)


class Layout:
    """The tables that are folded into together, by what their rows are made of."""

    def __init__(self, tables: Iterable[tuple[str, Table]]) -> None:
        self.slots = [Slot(number, *each) for number, each in enumerate(tables)]
        self.current = [
            (slot.number, slot.table) for slot in self.slots if isinstance(slot.table, CurrentTable)
        ]
        self.steps = [
            (slot.number, slot.table) for slot in self.slots if isinstance(slot.table, StepTable)
        ]
        self._versioned: dict[type, list[tuple[int, VersionedTable[AnyAccount]]]] = {}
        for slot in self.slots:
            if isinstance(slot.table, VersionedTable):
                for kind in slot.table.of:
                    self._versioned.setdefault(kind, []).append((slot.number, slot.table))

        self.counting = [each for each in self.versioned(ProjectAccount) if each[1].counting]

    def versioned(self, kind: type) -> Sequence[tuple[int, VersionedTable[AnyAccount]]]:
        """Give the tables that have rows of a kind of account."""
        return self._versioned.get(kind, ())


class Changes:
    """What folding changes in all tables of a layout, until it is written."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.of: list[VersionChanges | RowChanges] = [
            VersionChanges() if isinstance(slot.table, VersionedTable) else RowChanges()
            for slot in layout.slots
        ]

    def __len__(self) -> int:
        return sum(map(len, self.of))

    def rows(self, slot: int) -> RowChanges:
        """Give the changes of a table with one row per key."""
        found = self.of[slot]
        assert isinstance(found, RowChanges)  # noqa: S101
        return found

    def versions(self, slot: int) -> VersionChanges:
        """Give the changes of a table with all versions."""
        found = self.of[slot]
        assert isinstance(found, VersionChanges)  # noqa: S101
        return found


class ProjectFold:
    """The accounts of one project, or of a municipality itself, and the rows made of them.

    While a project has no internal step, what the public knows and what those inside know is the
    same, and is folded once.
    """

    def __init__(self, project: UUID, changes: Changes, *, new: bool) -> None:
        self.project = project
        self.whole = new
        """Whether all accounts of the project are in memory."""
        self._changes = changes
        self._layout = changes.layout
        self._internal = Accounts(project)
        self._public = self._internal
        self._about = dict.fromkeys((PUBLIC, INTERNAL), NOTHING)
        """What is fixed of the project, as each audience knows it."""
        self._rows: dict[tuple[int, int, str], Rows] = {}
        """The rows of accounts in memory, by audience, table and account."""
        self._unsaved: dict[tuple[int, str], None] = {}
        """The accounts that changed since they were last stored."""

    def accounts(self, audience: Audience) -> Accounts:
        """Give the accounts as an audience knows them."""
        return self._public if audience is Audience.PUBLIC else self._internal

    @property
    def size(self) -> int:
        """How many accounts are in memory."""
        shared = self._public is self._internal
        return len(self._internal.subjects) + (0 if shared else len(self._public.subjects)) + 1

    # -- steps ----------------------------------------------------------------------------------

    def take(self, step: Known) -> None:
        """Take a step that leaves earlier ones as they were known. Raises :class:`Poison`."""
        try:
            if self._public is not self._internal:
                self._take(self._internal, (INTERNAL,), step)
                if step.public:
                    self._take(self._public, (PUBLIC,), step)
            elif step.public:
                self._take(self._internal, (INTERNAL, PUBLIC), step)
            else:
                self._part()
                self._take(self._internal, (INTERNAL,), step)
            for slot, table in self._layout.steps:
                self._changes.rows(slot).put(self._entry_key(step), table.record(step))
        except Exception as problem:
            raise Poison(self.project, step.recorded.position, problem) from problem

    def take_all(self, history: Sequence[Known]) -> None:
        """Take a whole history from its start. Raises :class:`Poison`."""
        for number, step in enumerate(history, 1):
            if reaches_back(step.event):
                self.set_right(history[:number])
            else:
                self.take(step)

    def set_right(self, history: Sequence[Known]) -> None:
        """Take the last step of a history, which changed how earlier ones are known.

        ``history`` are the steps from the first on, as they were recorded. Raises :class:`Poison`.
        """
        try:
            self._set_right(history)
        except Exception as problem:
            raise Poison(self.project, history[-1].recorded.position, problem) from problem

    def _set_right(self, history: Sequence[Known]) -> None:
        if not self.whole:
            self._fill(history[:-1])
        before = self._entries(history[:-1])
        after = ProjectFold(self.project, Changes(self._layout), new=True)
        after._fill(history)
        self._adopt(after, history[-1].recorded.position)
        now = self._entries(history)
        for slot, key in before.keys() - now.keys():
            self._changes.rows(slot).put(key, None)
        for (slot, key), values in now.items():
            if before.get((slot, key)) != values:
                self._changes.rows(slot).put(key, values)

    def _take(self, accounts: Accounts, audiences: tuple[int, ...], step: Known) -> None:
        accounts.take(step)
        if accounts.project is not None:
            for audience in audiences:
                self._unsaved[audience, ""] = None
        changed = accounts.changed
        position = step.recorded.position
        if changed:
            if "" in changed and self._about[audiences[0]] is NOTHING:
                self._about |= dict.fromkeys(audiences, about(accounts))
            for account_id, account in changed.items():
                for slot, table in self._layout.versioned(type(account)):
                    rows = self._rows_of(table, account, audiences[0])
                    self._put(audiences, slot, account_id, rows, position)
                for audience in audiences:
                    self._unsaved[audience, account_id] = None
        if accounts.counted and "" not in changed and accounts.project is not None:
            for slot, table in self._layout.counting:
                rows = self._rows_of(table, accounts.project, audiences[0])
                self._put(audiences, slot, "", rows, position)
        changed.clear()

    def _rows_of(
        self, table: VersionedTable[AnyAccount], account: AnyAccount, audience: int
    ) -> Rows:
        """Give the rows of an account; none to an audience that knows of no such project.

        Whoever may see a step of it would else read in which project it was taken.
        """
        if self.accounts(Audience(audience)).project is None:
            return []
        return table.rows(account, self._about[audience])

    def _put(
        self, audiences: tuple[int, ...], slot: int, account: str, rows: Rows, position: int
    ) -> None:
        """Let the rows of an account in a table be these from a position on."""
        held = self._rows.get((audiences[0], slot, account))
        if held == rows:
            return
        versions = self._changes.versions(slot)
        earlier = dict(held) if held else {}
        for row_id, values in rows:
            was = earlier.pop(row_id, None)
            if was != values:
                for audience in audiences:
                    key = (self.project, row_id, audience)
                    versions.put(key, position, values, stored=was is not None)
        for row_id in earlier:
            for audience in audiences:
                versions.put((self.project, row_id, audience), position, None, stored=True)
        for audience in audiences:
            self._rows[audience, slot, account] = rows

    def _part(self) -> None:
        """Let the public know apart from those inside, from here on."""
        self._public = Accounts(self.project)
        for account in _all(self._internal):
            self._public.hold(decode(encode(account)))
        self._about[PUBLIC] = self._about[INTERNAL]

    # -- what is stored -------------------------------------------------------------------------

    def load(self, bodies: Sequence[tuple[int, bytes]]) -> list[AnyAccount]:
        """Bring stored accounts into memory and give them.

        Each comes with its audience; the project's own first, and as those inside know it.
        """
        held = self._internal.project
        parted = self._public is not self._internal
        loaded: list[tuple[int, AnyAccount]] = []
        for audience, body in bodies:
            if audience == PUBLIC and held is not None and not parted:
                continue
            account = decode(body)
            if audience == INTERNAL:
                self._internal.hold(account)
                if held is None and self._internal.project is not None:
                    held = self._internal.project
                    parted = held.internal_steps > 0
                    if parted:
                        self._public = Accounts(self.project)
            elif parted:
                self._public.hold(account)
            loaded.append((audience, account))
        for audience in (INTERNAL, PUBLIC):
            if self._about[audience] is NOTHING:
                self._about[audience] = about(self.accounts(Audience(audience)))
        for audience, account in loaded:
            self._note((audience,) if parted else (INTERNAL, PUBLIC), account)
        return [account for _, account in loaded]

    def _note(self, audiences: tuple[int, ...], account: AnyAccount) -> None:
        """Note which rows of an account are stored."""
        for slot, table in self._layout.versioned(type(account)):
            rows = self._rows_of(table, account, audiences[0])
            for audience in audiences:
                self._rows[audience, slot, key_of(account)] = rows

    def save(self) -> None:
        """Add the accounts that changed to the changes."""
        bodies: dict[str, Values] = {}
        shared = self._public is self._internal
        for slot, table in self._layout.current:
            bodies.clear()
            for audience, account_id in self._unsaved:
                accounts = self._public if audience == PUBLIC else self._internal
                account = accounts.project if not account_id else accounts.subjects[account_id]
                assert account is not None  # noqa: S101
                values = bodies.get(account_id) if shared else None
                if values is None:
                    values = bodies[account_id] = table.record(account)
                self._changes.rows(slot).put((self.project, account_id, audience), values)
        self._unsaved.clear()

    # -- histories that are known differently from a step on ---------------------------------------

    def _fill(self, history: Sequence[Known]) -> None:
        """Hold all that a history comes to, without a word of it among the changes."""
        whole = ProjectFold(self.project, Changes(self._layout), new=True)
        for audience in (Audience.INTERNAL, Audience.PUBLIC):
            whole._follow(as_known(history, audience), audience)
        self._internal, self._public = whole._internal, whole._public
        self._about, self._rows = whole._about, whole._rows
        self._unsaved = whole._unsaved
        self.whole = True

    def _follow(self, steps: Sequence[Known], audience: Audience) -> None:
        """Take the steps that an audience knows, as they are known after the last."""
        if audience is Audience.PUBLIC:
            self._public = Accounts(self.project)
        accounts = self.accounts(audience)
        for step in steps:
            self._take(accounts, (int(audience),), step)

    def _adopt(self, after: ProjectFold, position: int) -> None:
        """Become another fold of the same project, from a position on."""
        self._about = after._about
        known = {**after._rows}
        for audience, slot, account in list(self._rows):
            rows = known.pop((audience, slot, account), [])
            self._put((audience,), slot, account, rows, position)
        for (audience, slot, account), rows in known.items():
            self._put((audience,), slot, account, rows, position)
        self._internal, self._public = after._internal, after._public
        if (project := self._internal.project) is not None and not project.internal_steps:
            self._public = self._internal
        self._unsaved = after._unsaved

    def _entries(self, history: Sequence[Known]) -> dict[tuple[int, RowKey], Values]:
        """Give the rows of the steps of a history, as those inside know them after the last."""
        return {
            (slot, self._entry_key(step)): table.record(step)
            for step in as_known(history, Audience.INTERNAL)
            for slot, table in self._layout.steps
        }

    def _entry_key(self, step: Known) -> RowKey:
        return self.project, str(step.recorded.position), PUBLIC if step.public else INTERNAL


def _all(accounts: Accounts) -> Iterator[AnyAccount]:
    if accounts.project is not None:
        yield accounts.project
    yield from accounts.subjects.values()


def about(accounts: Accounts) -> About:
    """Give what is fixed of a project."""
    project = accounts.project
    if not isinstance(project, ProjectAccount):
        return NOTHING
    return About(
        title=project.title,
        sector=project.sector,
        initiative=project.initiative,
        department=project.department,
        place=project.place,
    )
