"""What is known otherwise of a project: account by account, and field by field."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cocreate.projections.accounts import AnyAccount
from cocreate.projections.resource import ProjectFile

LEFT_OUT = frozenset({"chain", "steps", "months", "internalSteps", "sourcedSteps", "lastPosition"})
"""What only counts or repeats the steps themselves."""

Fields = Mapping[str, msgspec.Raw]


class FieldChange(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A field of an account that is otherwise; without a value where it had none."""

    field: str
    before: msgspec.Raw | None = None
    after: msgspec.Raw | None = None


class AccountChange(msgspec.Struct, frozen=True, rename="camel"):
    """What is otherwise of one account."""

    id: str
    """Of the subject; empty for the project itself."""
    kind: str
    fields: list[FieldChange]

    @property
    def came(self) -> bool:
        """Whether there was no such account before."""
        return any(each.field == "kind" and each.before is None for each in self.fields)

    @property
    def went(self) -> bool:
        """Whether there is no such account any more: a correction may take one away."""
        return any(each.field == "kind" and each.after is None for each in self.fields)


def fields_of(account: AnyAccount | None) -> Fields:
    """Give what an account says, each field as JSON; without those that are as from the start."""
    if account is None:
        return {}
    encoded: dict[str, msgspec.Raw] = msgspec.json.decode(
        msgspec.json.encode(account), type=dict[str, msgspec.Raw]
    )
    return {name: value for name, value in encoded.items() if name not in LEFT_OUT}


def change_of(account_id: str, before: Fields, after: Fields) -> AccountChange | None:
    """Give what is otherwise of an account; None where nothing is."""
    fields = [
        FieldChange(name, before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    if not fields:
        return None
    return AccountChange(account_id, str(msgspec.json.decode((after or before)["kind"])), fields)


def difference(before: ProjectFile | None, after: ProjectFile) -> list[AccountChange]:
    """Give what is known otherwise in a later file of a project: the project itself comes first.

    Without an earlier file the audience did not know of the project.
    """
    earlier = {} if before is None else before.subjects
    every = {"": None, **earlier, **after.subjects}
    changes = []
    for account_id in every:
        if account_id:
            was, now = earlier.get(account_id), after.subjects.get(account_id)
            change = change_of(account_id, fields_of(was), fields_of(now))
        else:
            was_project = None if before is None else before.project
            change = change_of("", fields_of(was_project), fields_of(after.project))
        if change is not None:
            changes.append(change)
    return changes
