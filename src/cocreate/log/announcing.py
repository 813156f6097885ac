"""Announcing the keys that sign for a tree, in the log that the tree is of."""

from __future__ import annotations

from datetime import UTC, datetime

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.signing_keys import SigningKeyAnnounced, signing_keys_id
from cocreate.domain.vocabulary import Visibility
from cocreate.log.append import Appender, Command, Conflict, Taken
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.errors import LogUnavailable
from cocreate.log.live import Sender
from cocreate.log.tree.keys import VerifierKey

ATTEMPTS = 10
"""How often an announcement is tried again that another process was ahead of."""


async def announce(appender: Appender, tenant: str, key: VerifierKey, sender: Sender) -> int:
    """Announce a key in a log, for everyone to read, and give the position.

    Raises :class:`~cocreate.log.errors.UnknownMunicipality` and
    :class:`~cocreate.log.errors.LogUnavailable`.
    """
    event = SigningKeyAnnounced(
        occurred_on=amsterdam_date(datetime.now(UTC)),
        visibility=Visibility.PUBLIC,
        verifier_key=str(key),
    )
    expected = 0
    for _ in range(ATTEMPTS):
        command = Command(
            stream_id=signing_keys_id(tenant),
            expected=expected,
            events=[Codec(ALL_EVENTS).encode(event)],
            actor=sender.actor,
            actor_role=sender.actor_role,
        )
        match await appender.append(tenant, command):
            case Taken(position=position):
                return position
            case Conflict(version=version):
                expected = version
    message = f"The key could not be announced in the log of {tenant}"
    raise LogUnavailable(message)
