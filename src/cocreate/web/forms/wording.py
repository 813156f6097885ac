"""What fields are called, what helps to fill them in, and what recording comes to, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cocreate.domain.steps.base import Event, fields_of
from cocreate.domain.steps.decisions import DecisionRecorded, DeviationRecorded
from cocreate.projections.story import day_in_words
from cocreate.web.forms.fields import Field
from cocreate.web.texts import Texts

_DAYS: Final = ("due_on", "objection_until", "penalty_from")
"""Days that recording works out."""


def said(t: Texts, field: Field) -> str:
    """Give what a field is called: its own text for what has it, or the one that all share."""
    own = f"field-{field.name}-of-{field.owner}"
    return t(own if t.has(own) else f"field-{field.name}")


def helped(t: Texts, field: Field) -> str | None:
    """Give what helps to fill in a field, if there is anything to say."""
    names = (f"help-{field.name}-of-{field.owner}", f"help-{field.name}")
    return next((t(name) for name in names if t.has(name)), None)


def consequences(events: Sequence[Event], t: Texts) -> list[str]:
    """Say what recording adds to what was typed: days, deviations, the wishes that it reaches."""
    return [*_days(events[0], t), *_reached(events[0], t), *_deviations(events, t)]


def _days(event: Event, t: Texts) -> Iterator[str]:
    step = type(event).__bases__[0]
    for name in _DAYS:
        if name in fields_of(type(event)) and name not in fields_of(step):
            on = getattr(event, name)
            if isinstance(on, date):
                key = name.replace("_", "-")
                yield t(f"will-set-{key}", day=day_in_words(on, t.language))


def _reached(event: Event, t: Texts) -> Iterator[str]:
    if isinstance(event, DecisionRecorded):
        settled = {wish for outcome in event.outcomes for wish in outcome.settles}
        yield t("will-settle-wishes", count=len(settled))
    elif "wishes" in fields_of(type(event)) and "wishes" not in fields_of(type(event).__bases__[0]):
        yield t("will-reach-wishes", count=len(getattr(event, "wishes")))  # noqa: B009 - not of all


def _deviations(events: Sequence[Event], t: Texts) -> Iterator[str]:
    further = sum(isinstance(each, DeviationRecorded) for each in events[1:])
    if further:
        yield t("will-record-deviations", count=further)
