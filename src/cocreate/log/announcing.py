"""Announcing the keys that sign for a tree, in the log that the tree is of."""

from __future__ import annotations

from datetime import UTC, datetime

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.signing_keys import SigningKeyAnnounced, signing_keys_id
from cocreate.domain.vocabulary import Visibility
from cocreate.log.append import Appender, Command
from cocreate.log.codec import ALL_EVENTS, Codec
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
    command = Command(
        stream_id=signing_keys_id(tenant),
        expected=0,
        events=[Codec(ALL_EVENTS).encode(event)],
        actor=sender.actor,
        actor_role=sender.actor_role,
    )
    return (await appender.append_last(tenant, command, attempts=ATTEMPTS)).position
