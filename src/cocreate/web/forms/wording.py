"""What fields are called, what helps to fill them in, and what recording comes to, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from cocreate.domain.steps.base import Event, Step, fields_of
from cocreate.domain.steps.decisions import DecisionRecorded, DeviationRecorded
from cocreate.projections.story import day_in_words
from cocreate.web.forms.fields import Field
from cocreate.web.texts import Texts

_DAYS: Final = ("due_on", "objection_until", "penalty_from")
"""Days that recording works out."""


def said(t: Texts, field: Field) -> str:
    """Give what a field is called: its own text for what has it, or the one that all share."""
    own = f"form-field-{field.name}-of-{field.owner}"
    return t(own if t.has(own) else f"form-field-{field.name}")


def helped(t: Texts, field: Field) -> str | None:
    """Give what helps to fill in a field, if there is anything to say."""
    names = (f"help-{field.name}-of-{field.owner}", f"help-{field.name}")
    return next((t(name) for name in names if t.has(name)), None)


def consequences(step: Step, events: Sequence[Event], t: Texts) -> list[str]:
    """Say what recording adds to what was typed: days, deviations, the wishes that it reaches."""
    added = {
        name: value
        for name in set(fields_of(type(events[0]))) - set(fields_of(type(step)))
        if (value := getattr(events[0], name))
    }
    return [*_days(added, t), *_reached(events[0], added, t), *_deviations(events, t)]


def _days(added: Mapping[str, object], t: Texts) -> Iterator[str]:
    for name in _DAYS:
        on = added.get(name)
        if isinstance(on, date):
            yield t(f"will-set-{name.replace('_', '-')}", day=day_in_words(on, t.language))


def _reached(event: Event, added: Mapping[str, object], t: Texts) -> Iterator[str]:
    wishes = added.get("wishes")
    if isinstance(event, DecisionRecorded):
        settled = {wish for outcome in event.outcomes for wish in outcome.settles}
        yield t("will-settle-wishes", count=len(settled))
    elif isinstance(wishes, tuple):
        yield t("will-reach-wishes", count=len(wishes))


def _deviations(events: Sequence[Event], t: Texts) -> Iterator[str]:
    further = sum(isinstance(each, DeviationRecorded) for each in events[1:])
    if further:
        yield t("will-record-deviations", count=further)
