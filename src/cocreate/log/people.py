"""What a person may ask of the log: all that is held on them, and to be erased (AVG, 15, 17, 20).

A person is a party in a project of a municipality. Erasing destroys the key under which the data
was sealed, then records a certificate. Whatever it is broken off at, asking again finishes it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.steps.base import Event, references
from cocreate.domain.steps.record import ErasedField, ErasePerson, PersonErased, StepCorrected
from cocreate.domain.vocabulary import Visibility
from cocreate.log.codec import secrets_of
from cocreate.log.errors import UnknownProject, VersionConflict
from cocreate.log.keys import Keys, digest, vacuum
from cocreate.log.live import LiveProjects, Receipt, Sender
from cocreate.log.read import Reader, Recorded
from cocreate.log.tokens import MARK, TOKEN, Token, tokens_in

ATTEMPTS = 8
"""How often an erasure is certified anew when other steps are recorded meanwhile."""

OF_ANOTHER = "[van een ander / of someone else]"
"""What is read in place of the words of another, in what is held on a person."""

_log = logging.getLogger(__name__)


class HeldEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event that is about a person; ``personal`` names the fields that are theirs alone."""

    position: int
    version: int
    type: str
    schema_version: int
    occurred_on: date
    recorded_at: datetime
    visibility: Visibility
    actor_role: str
    personal: Sequence[str]
    data: msgspec.Raw


class HeldData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that is held on a person: every event that names the party or holds its data.

    ``keys`` are the SHA-256 of the ids of the keys the data is sealed under, as a certificate has
    them; ``certificate`` is the position of the one that says the person was erased.
    """

    municipality: str
    project: UUID
    party: str
    position: int
    """The position of the log up to which it is complete."""
    keys: Sequence[str]
    certificate: int | None
    events: Sequence[HeldEvent]


class _Held(msgspec.Struct):
    """What the history of a project holds on a person."""

    events: list[tuple[Recorded, Event]]
    version: int
    """How far the history has come."""

    @property
    def certificate(self) -> Recorded | None:
        return next((each for each, event in self.events if isinstance(event, PersonErased)), None)

    def tokens(self, party: str) -> list[tuple[Recorded, Token]]:
        """Give what is sealed of the person, and where."""
        return [
            (recorded, token)
            for recorded, event in self.events
            for secret in secrets_of(event)
            if secret.party == party and secret.text.startswith(MARK)
            for token in tokens_in(secret.text.encode())
        ]


class People:
    """Answers what people ask of the log of a municipality."""

    def __init__(self, live: LiveProjects, reader: Reader, keys: Keys, dsn: str) -> None:
        self._live = live
        self._reader = reader
        self._keys = keys
        self._dsn = dsn

    async def held(self, tenant: str, project: UUID, party: str) -> HeldData | None:
        """Give all that is held on a person, still sealed; None where there is no such party.

        Raises :class:`~cocreate.log.errors.UnknownProject`.
        """
        position = await self._reader.head(tenant) or 0
        found = await self._find(tenant, project, party, up_to=position)
        if not found.events:
            return None
        certificate = found.certificate
        keys = {token.key_id for _, token in found.tokens(party)}
        return HeldData(
            municipality=tenant,
            project=project,
            party=party,
            position=position,
            keys=sorted(map(digest, keys)),
            certificate=None if certificate is None else certificate.position,
            events=[_as_held(recorded, event, party, keys) for recorded, event in found.events],
        )

    async def in_the_clear(self, tenant: str, project: UUID, party: str) -> list[int]:
        """Give the positions that hold data of a person from before it was sealed."""
        found = await self._find(tenant, project, party)
        return [
            recorded.position
            for recorded, event in found.events
            if any(
                secret.party == party and not secret.text.startswith(MARK)
                for secret in secrets_of(event)
            )
        ]

    async def erase(self, tenant: str, project: UUID, step: ErasePerson, sender: Sender) -> Receipt:
        """Destroy the key of a person, and record what can be read no more.

        One who was erased before stays so, and gets the certificate of that time. Raises what
        :meth:`LiveProjects.take` raises; where a rule refuses the step, nothing is destroyed.
        """
        expected, party = sender.expected, step.party
        refused: Exception = UnknownProject(str(project))
        for _ in range(ATTEMPTS):
            found = await self._find(tenant, project, party)
            if (certificate := found.certificate) is not None:
                await self._destroy(tenant, project, party, found)
                return _first_answer(project, certificate, party)
            if expected not in (None, found.version):
                raise VersionConflict(expected or 0, found.version)
            await self._live.rehearse(tenant, project, step)
            destroyed = await self._destroy(tenant, project, party, found)
            certified = msgspec.structs.replace(
                step,
                erased=tuple(
                    ErasedField(step=at.version, position=at.position, field=token.field)
                    for at, token in found.tokens(party)
                ),
                keys=tuple(sorted(map(digest, destroyed))),
            )
            # What is recorded after the history was read may hold more of the person.
            seen = msgspec.structs.replace(sender, expected=found.version)
            try:
                receipt = await self._live.take(tenant, project, [certified], seen)
            except VersionConflict as conflict:
                refused = conflict
                continue
            await self._destroy(tenant, project, party, found)  # one that was made meanwhile
            return receipt
        raise refused

    async def _destroy(self, tenant: str, project: UUID, party: str, found: _Held) -> set[str]:
        """Destroy every key of a person, and give the ids of those that ever were, as far as known.

        Those are found in the log as well, so a certificate names keys that an earlier attempt
        destroyed.
        """
        ids = {token.key_id for _, token in found.tokens(party)}
        ids.update(await self._keys.of_person(tenant, project, party))
        if await self._keys.destroy(tenant, ids):
            try:
                await vacuum(self._dsn)
            except (asyncpg.PostgresError, OSError) as problem:
                _log.warning(
                    "A deleted key waits for the next vacuum to be overwritten: %s", problem
                )
        return ids

    async def _find(
        self, tenant: str, project: UUID, party: str, *, up_to: int | None = None
    ) -> _Held:
        events: list[tuple[Recorded, Event]] = []
        about: set[int] = set()
        version = 0
        async for page in self._reader.history(tenant, project, up_to=up_to):
            for recorded in page:
                event = self._reader.event(recorded)
                version = recorded.version
                names = any(reference.id == party for reference in references(event))
                corrects = isinstance(event, StepCorrected) and event.step in about
                if names or corrects:
                    about.add(version)
                    events.append((recorded, event))
        if not version:
            raise UnknownProject(str(project))
        return _Held(events, version)


def _as_held(recorded: Recorded, event: Event, party: str, keys: Container[str]) -> HeldEvent:
    """Give a step as it is held; what others said in it is theirs, and stays closed."""

    def own(match: re.Match[bytes]) -> bytes:
        return match[0] if Token.found(match).key_id in keys else OF_ANOTHER.encode()

    return HeldEvent(
        position=recorded.position,
        version=recorded.version,
        type=recorded.type,
        schema_version=recorded.schema_version,
        occurred_on=recorded.occurred_on,
        recorded_at=recorded.recorded_at,
        visibility=Visibility.PUBLIC if recorded.public else Visibility.INTERNAL,
        actor_role=recorded.actor_role,
        personal=[secret.field for secret in secrets_of(event) if secret.party == party],
        data=msgspec.Raw(TOKEN.sub(own, recorded.data)),
    )


def _first_answer(project: UUID, certificate: Recorded, party: str) -> Receipt:
    return Receipt(
        project=project,
        version=certificate.version,
        position=certificate.position,
        ids=[party],
        events=0,
        repeated=True,
    )
