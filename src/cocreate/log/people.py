"""What a person may ask of the log: all that is held on them, and to be erased (AVG, 15, 17, 20).

A person is a party in a project of a municipality. Erasing destroys the key under which the data
was sealed and records a certificate, while nobody else appends to the log: both, or neither.
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
from cocreate.log.append import Appender
from cocreate.log.codec import secrets_of
from cocreate.log.errors import UnknownProject
from cocreate.log.keys import Keys, digest, overwrite_destroyed
from cocreate.log.live import LiveProjects, Receipt, Sender
from cocreate.log.read import Reader, Recorded
from cocreate.log.tokens import MARK, TOKEN, Token, tokens_in

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

    events: list[tuple[Recorded, Event]] = []
    about: set[int] = set()
    """The versions of those events."""
    version: int = 0
    """How far the history was read."""

    @property
    def certificate(self) -> Recorded | None:
        return next((each for each, event in self.events if isinstance(event, PersonErased)), None)

    def key_ids(self, party: str) -> set[str]:
        """Give the ids of the keys under which the person's data was ever sealed."""
        return {token.key_id for _, token in self.tokens(party)}

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

    def __init__(
        self, live: LiveProjects, appender: Appender, reader: Reader, keys: Keys, dsn: str
    ) -> None:
        self._live = live
        self._appender = appender
        self._reader = reader
        self._keys = keys
        self._dsn = dsn

    async def held(self, tenant: str, project: UUID, party: str) -> HeldData | None:
        """Give all that is held on a person, still sealed; None where there is no such party.

        Raises :class:`~cocreate.log.errors.UnknownProject`.
        """
        position = await self._reader.head(tenant) or 0
        found = await self._find(self._reader, tenant, project, party, up_to=position)
        if not found.events:
            return None
        certificate = found.certificate
        keys = found.key_ids(party)
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
        found = await self._find(self._reader, tenant, project, party)
        return [
            recorded.position
            for recorded, event in found.events
            if any(
                secret.party == party and not secret.text.startswith(MARK)
                for secret in secrets_of(event)
            )
        ]

    async def erase(self, tenant: str, project: UUID, step: ErasePerson, sender: Sender) -> Receipt:
        """Destroy the key of a person, and record what can be read no more: both, or neither.

        One who was erased before stays so, and gets the certificate of that time. Raises what
        :meth:`LiveProjects.take_held` raises, and :class:`~cocreate.log.errors.LogUnavailable`.
        """
        party = step.party
        moment = await self._live.moment(tenant)
        # A long history is read before the log is held, and only what came since while it is.
        found = await self._find(self._reader, tenant, project, party)
        async with self._appender.hold(tenant) as held:
            reader = Reader(held.connection)
            found = await self._find(reader, tenant, project, party, since=found)
            keys = found.key_ids(party)
            keys.update(await self._keys.of_person(tenant, project, party, held.connection))
            await self._keys.destroy(tenant, keys, held.connection)
            if (certificate := found.certificate) is not None:
                receipt = _first_answer(project, certificate, party)
            else:
                certified = msgspec.structs.replace(
                    step,
                    erased=tuple(
                        ErasedField(step=at.version, position=at.position, field=token.field)
                        for at, token in found.tokens(party)
                    ),
                    keys=tuple(sorted(map(digest, keys))),
                )
                receipt = await self._live.take_held(held, project, certified, moment, sender)
        # Who was about to say more made a key again meanwhile; the log has nothing under it.
        await self._keys.destroy(tenant, await self._keys.of_person(tenant, project, party))
        try:
            await overwrite_destroyed(self._dsn, tenant)
        except (asyncpg.PostgresError, OSError) as problem:
            _log.warning(
                "The bytes of a destroyed key wait to be overwritten until this erasure is asked"
                " again, or another: %s",
                problem,
            )
        return receipt

    async def _find(
        self,
        reader: Reader,
        tenant: str,
        project: UUID,
        party: str,
        *,
        up_to: int | None = None,
        since: _Held | None = None,
    ) -> _Held:
        found = since or _Held()
        async for page in reader.history(tenant, project, after=found.version, up_to=up_to):
            for recorded in page:
                event = reader.event(recorded)
                found.version = recorded.version
                names = any(reference.id == party for reference in references(event))
                corrects = isinstance(event, StepCorrected) and event.step in found.about
                if names or corrects:
                    found.about.add(recorded.version)
                    found.events.append((recorded, event))
        if not found.version:
            raise UnknownProject(str(project))
        return found


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
