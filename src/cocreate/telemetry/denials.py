"""Requests that were turned away: each counted and logged, with nothing of what was asked."""

from __future__ import annotations

import logging

from cocreate.telemetry.metrics import DENIALS

_log = logging.getLogger(__name__)


def denied(reason: str, tenant: str | None, role: str | None) -> None:
    """Count and log a denial; ``reason`` is one of a few words, such as the code of a problem.

    ``tenant`` is the municipality of whoever was turned away, where that is known: it goes into the
    log only, since a label may not have a value for each.
    """
    DENIALS.labels(reason, role or "none").inc()
    _log.info("denied", extra={"reason": reason, "tenant": tenant, "role": role})
