"""What handlers work with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import asyncpg
import msgspec
from litestar import Request

from cocreate.api.authentication import Access
from cocreate.api.subscription_gate import SubscriptionGate
from cocreate.audit.replay_pages import ReplayPages
from cocreate.log.tree.keys import VerifierKey
from cocreate.mail import Mailer
from cocreate.service import Service, Signing
from cocreate.settings import Settings
from cocreate.webhooks.sending import Sender


class Parts(msgspec.Struct, frozen=True):
    """The parts of a running application."""

    service: Service
    access: Access
    settings: Settings
    gate: SubscriptionGate
    replays: ReplayPages
    sender: Sender
    """What sends to webhooks."""
    mailer: Mailer | None = None
    """What hands letters to a relay; without it nobody can follow by e-mail."""
    signing: Signing | None = None
    """With what this installation signs for the trees of its logs."""
    witnesses: Sequence[VerifierKey] = ()
    """Whose cosignatures are taken."""

    async def proves(self, code: str) -> bool:
        """Tell whether there is a receipt for what the log of a municipality takes.

        Another process may be the one that signs. What was recorded is not answered otherwise
        because that could not be looked up.
        """
        if self.signing is not None:
            return True
        try:
            return await self.service.trees.begun(code)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False


def parts_of(request: Request[Any, Any, Any]) -> Parts:
    """Give the parts of the application that a request came to."""
    return cast("Parts", request.app.state["parts"])
