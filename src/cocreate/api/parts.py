"""What handlers work with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from litestar import Request

from cocreate.api.authentication import Access
from cocreate.audit.replay_pages import ReplayPages
from cocreate.log.tree.keys import VerifierKey
from cocreate.service import Service, Signing
from cocreate.settings import Settings


class Parts(msgspec.Struct, frozen=True):
    """The parts of a running application."""

    service: Service
    access: Access
    settings: Settings
    replays: ReplayPages
    signing: Signing | None = None
    """With what this installation signs for the trees of its logs."""
    witnesses: Sequence[VerifierKey] = ()
    """Whose cosignatures are taken."""


def parts_of(request: Request[Any, Any, Any]) -> Parts:
    """Give the parts of the application that a request came to."""
    return cast("Parts", request.app.state["parts"])
