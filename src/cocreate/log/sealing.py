"""Sealing: what is personal in a command is sealed after it was decided, before it is appended."""

from __future__ import annotations

from collections.abc import Sequence

from cocreate.domain.steps import CATALOGUE
from cocreate.domain.steps.base import Step, personal_fields, personal_in_json, whose
from cocreate.domain.steps.course import JoinParty
from cocreate.domain.steps.record import CorrectStep
from cocreate.log.append import Command
from cocreate.log.codec import AGGREGATE_EVENTS, Codec, Unsealed
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.keys import Keys


class Sealing:
    """Seals the personal data in commands, under the keys of those it is of."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._codec = Codec(AGGREGATE_EVENTS)

    async def __call__(
        self, tenant: str, commands: Sequence[Command], database: Pool | AnyConnection
    ) -> None:
        """Put in place of every event that is in the clear what is to be stored of it."""
        secrets = {
            secret
            for command in commands
            for event in command.events
            if isinstance(event, Unsealed)
            for secret in event.secrets
        }
        sealed = await self._keys.seal(tenant, secrets, database)
        for command in commands:
            command.events = [
                self._codec.encode(event.event, sealed) if isinstance(event, Unsealed) else event
                for event in command.events
            ]


def may_be_personal(step: Step) -> bool:
    """Tell whether a step may hold personal data; of a correction, not all can be known yet."""
    if isinstance(step, CorrectStep):
        return not _PERSONAL.isdisjoint(step.changes)
    personal = personal_fields(type(step))
    if whose(step) is None and not isinstance(step, JoinParty):  # who joins may get its id later
        return False
    return any(getattr(step, field) is not None for field in personal)


_PERSONAL = frozenset[str]().union(
    *(personal_in_json(event) for event in CATALOGUE)  # type: ignore[arg-type] # mypy: a class is hashable
)
