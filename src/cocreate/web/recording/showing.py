"""Showing a form, and what the step it says would come to."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_urlsafe

from litestar.response import Template

from cocreate.api.duties import require_duties_divided
from cocreate.api.knowing import today
from cocreate.api.problems import EventSince
from cocreate.domain.steps import EVENTS, STEPS
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import Visibility
from cocreate.log.live import Rehearsal
from cocreate.web.forms.catalogue import prefilled
from cocreate.web.forms.entries import entries_of, today_in
from cocreate.web.forms.form import Form
from cocreate.web.forms.wording import consequences
from cocreate.web.recording.desk import Desk
from cocreate.web.rendering import page


async def ask(desk: Desk) -> Template:
    """Show the form with what is known beforehand: today, what it is about, what a step said."""
    query = desk.request.query_params
    step = query.get("step", "")
    fields = await desk.fields(step)
    typed = today_in(fields, today())
    if desk.file is not None:
        filled = prefilled(fields, query.getall("about", []), desk.file)
        typed.update(entries_of(fields, filled))
    if changes := next((each for each in fields if each.fields and each.now), None):
        typed.update(entries_of(fields, {"step": int(step), changes.key: changes.now}))
    return await show_form(desk, await desk.form(fields, typed))


async def show_form(desk: Desk, form: Form, *, since: Sequence[EventSince] = ()) -> Template:
    """Show a form; what is wrong with it makes it one that cannot be processed."""
    rules = (await desk.parts.service.live.moment(desk.code)).rules
    step = STEPS[desk.noun]
    return page(
        "step",
        desk.reader.language,
        desk.reader,
        status=422 if form.wrong else 200,
        id=desk.project,
        project=None if desk.file is None else desk.file.project,
        form=form,
        usual=rules.visibility.get(step.noun, step.by_default),
        since=_named(since),
    )


async def _rehearsed(desk: Desk, step: Step) -> Rehearsal:
    """Hold a step against all that holds for it, and tell what it would come to."""
    if desk.project is not None:
        await require_duties_divided(desk.parts, desk.principal, desk.code, desk.project, (step,))
    return await desk.parts.service.live.rehearse(desk.code, desk.project, (step,))


async def show_preview(
    desk: Desk, form: Form, step: Step, *, since: Sequence[EventSince] = (), status: int = 200
) -> Template:
    """Show what will be recorded, and who will be able to read it."""
    rehearsal = await _rehearsed(desk, step)
    event = rehearsal.events[0]
    return page(
        "step_preview",
        desk.reader.language,
        desk.reader,
        status=status,
        id=desk.project,
        project=None if desk.file is None else desk.file.project,
        form=form,
        changed=form.body.get("changes", {}),
        public=event.visibility is Visibility.PUBLIC,
        consequences=consequences(step, rehearsal.events, form.t),
        version=rehearsal.version,
        key=token_urlsafe(24),
        since=_named(since),
    )


def _named(since: Sequence[EventSince]) -> Sequence[tuple[EventSince, str]]:
    """Give what was recorded with the noun of each step."""
    return [(each, getattr(EVENTS[each.type], "noun", "")) for each in since]
