"""The form of a correction: the fields of the step that is set right, with what they say now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from cocreate.api.events import visible_event
from cocreate.api.parts import Parts
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.domain.project.record import STEP_OF, correctable_fields
from cocreate.domain.steps import EVENTS, record
from cocreate.log.opening import in_json, opened
from cocreate.web.forms.catalogue import form_fields
from cocreate.web.forms.fields import Field
from cocreate.web.forms.form import changes_field


async def correction_fields(
    parts: Parts, principal: Principal, code: str, project: UUID, version: int
) -> Sequence[Field]:
    """Give the fields of a correction of a step; without any of that step where there is none."""
    fields = form_fields(record.CorrectStep.noun)
    try:
        step = await visible_event(parts, principal, code, project, version)
    except Problem:
        return fields
    service = parts.service
    now = {**_data(step.data), "occurredOn": step.occurred_on.isoformat()}
    async for page in service.reader.history(code, project, after=version):
        for each in page:
            if each.type == record.StepCorrected.__name__:
                correction = msgspec.json.decode(each.data, type=_Correction)
                if correction.step == version:
                    now.update(correction.changes)
    # What is sealed is opened, or whoever leaves it as it is would be taken to change it.
    told = await opened(service.keys, code, msgspec.json.encode(now), in_json, b"")
    event = EVENTS[step.type]
    may_change = correctable_fields(event)  # type: ignore[arg-type] # mypy: a class is hashable
    of = [each for each in form_fields(STEP_OF[event].noun) if each.key in may_change]
    return changes_field(fields, of, msgspec.json.decode(told.data))


class _Correction(msgspec.Struct):
    """What stored data of a correction tells."""

    step: int
    changes: dict[str, object]


def _data(stored: bytes) -> dict[str, object]:
    return msgspec.json.decode(stored, type=dict[str, object])
