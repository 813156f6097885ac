"""What an audience knows of a history: the steps it may see, as corrected by then.

This is the one place where visibility and corrections are worked out. The public sees exactly
what it would see if the internal steps did not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import IntEnum
from typing import Any

import msgspec

from cocreate.domain.calendar import Calendar
from cocreate.domain.statutory_clock import objection_term
from cocreate.domain.steps.base import Event
from cocreate.domain.steps.decisions import DecisionAnnounced, DecisionRecorded
from cocreate.domain.steps.record import StepCorrected, StepsPublished
from cocreate.log.codec import ALL_EVENTS, Codec, set_envelope
from cocreate.log.read import Recorded, decode


class Audience(IntEnum):
    """Who reads: everyone, or those who work for the municipality and those who audit it."""

    PUBLIC = 0
    INTERNAL = 1


class Known(msgspec.Struct):
    """A step as an audience knows it: the event with its corrections, and where it stands."""

    recorded: Recorded
    event: Event
    data: bytes
    """The event's own fields as JSON, with the corrections in them."""
    public: bool
    """Whether everyone may see the step by now."""
    corrections: tuple[int, ...] = ()
    """The positions of the steps that corrected it."""


_REACHES_BACK: frozenset[type[Event]] = frozenset({StepsPublished, StepCorrected})


def reaches_back(event: Event) -> bool:
    """Tell whether a step changes how earlier steps of its project are known."""
    return type(event) in _REACHES_BACK


def know(codec: Codec, recorded: Recorded) -> Known:
    """Give a step as those know it who see it, before any correction."""
    return Known(recorded, decode(codec, recorded), recorded.data, recorded.public)


def as_known(history: Sequence[Known], audience: Audience) -> list[Known]:
    """Give a whole history as an audience knows it at its last step, in the order of the log."""
    published = {
        version
        for known in history
        if isinstance(known.event, StepsPublished) and known.recorded.public
        for version in known.event.steps
    }
    seen = []
    for known in history:
        known.public = known.recorded.public or known.recorded.version in published
        if known.public or audience is Audience.INTERNAL:
            seen.append(known)
    corrections: dict[int, list[Known]] = {}
    for known in seen:
        if isinstance(known.event, StepCorrected):
            corrections.setdefault(known.event.step, []).append(known)
    if not corrections:
        return seen
    return [
        corrected(known, corrections[known.recorded.version])
        if known.recorded.version in corrections
        else known
        for known in seen
    ]


def corrected(known: Known, corrections: Sequence[Known]) -> Known:
    """Give a step with the fields as its corrections say they should have been."""
    fields = msgspec.json.decode(known.data)
    occurred_on = known.event.occurred_on.isoformat()
    for correction in corrections:
        if isinstance(correction.event, StepCorrected):
            fields.update(correction.event.changes)
    occurred_on = fields.pop("occurredOn", occurred_on)
    _reckon_objection(known.event, fields)
    data = msgspec.json.encode(fields)
    recorded = known.recorded
    event = _CODEC.decode(recorded.type, ALL_EVENTS[recorded.type].schema_version, data)
    set_envelope(
        event,
        recorded.project,
        recorded.version,
        recorded.recorded_at,
        date.fromisoformat(occurred_on),
        recorded.public,
    )
    positions = tuple(correction.recorded.position for correction in corrections)
    return Known(recorded, event, data, known.public, positions)


def _reckon_objection(event: Event, fields: dict[str, Any]) -> None:
    """Let a corrected announcement reach the objection term that starts with it (Awb 6:8)."""
    if not isinstance(event, DecisionRecorded | DecisionAnnounced):
        return
    announced_on = fields.get("sentOn") or fields.get("publishedOn")
    if event.objection_until is not None and announced_on is not None:
        end = objection_term(date.fromisoformat(announced_on), Calendar()).end
        fields["objectionUntil"] = None if end is None else end.isoformat()


_CODEC = Codec(ALL_EVENTS)
