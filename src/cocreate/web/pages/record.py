"""Recording a step: choose it, fill it in, see what everyone will see, and record it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.response.redirect import ASGIRedirectResponse

from cocreate.api.duties import require_duties_divided
from cocreate.api.knowing import Knowing, today
from cocreate.api.parts import Parts, parts_of
from cocreate.api.preconditions import Preconditions
from cocreate.api.principal import Principal
from cocreate.api.privacy import Erasure, erasing
from cocreate.api.problems import EventSince, Problem
from cocreate.api.recording import require_project, take_command
from cocreate.api.roles import STEPS_OF, takes
from cocreate.api.subscription_gate import IN_ANY_STATE
from cocreate.domain.errors import ReservedText, RuleBroken
from cocreate.domain.steps import EVENTS, STEPS
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.record import CorrectStep, ErasePerson, PublishSteps
from cocreate.domain.vocabulary import Visibility
from cocreate.log.live import Receipt, Rehearsal
from cocreate.log.tokens import MARK
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.web.forms.arranging import ARRANGE, arranged
from cocreate.web.forms.catalogue import chapters, form_fields, prefilled
from cocreate.web.forms.corrections import correction_fields
from cocreate.web.forms.entries import (
    Entries,
    entries_of,
    kept,
    today_in,
)
from cocreate.web.forms.errors import Wrong, wrong_by_rule
from cocreate.web.forms.fields import Field
from cocreate.web.forms.form import Form
from cocreate.web.forms.offers import Narrowed, Offers, RecordedStep, recorded_steps
from cocreate.web.forms.sent import fields_of
from cocreate.web.forms.wording import consequences
from cocreate.web.pages.project import PROJECT
from cocreate.web.rendering import Reader, as_page, page_known, reader_of, written
from cocreate.web.texts import texts

RECORD: Final = f"{PROJECT}/record"
ERASE: Final = f"{RECORD}/{ErasePerson.noun}"
START: Final = f"/{{code:str}}/record/{StartProject.noun}"
STEPS_SHOWN: Final = 100
"""How many recorded steps one can choose from at once."""

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,60}")
_NOT_KEPT: Final = (b"cache-control", b"no-store")


class Desk(msgspec.Struct, frozen=True):
    """Who fills in which form, about what."""

    request: Request[Any, Any, Any]
    parts: Parts
    principal: Principal
    reader: Reader
    code: str
    project: UUID | None
    """None where a project is to be started."""
    noun: str
    file: ProjectFile | None

    @property
    def offers(self) -> Offers:
        """What the form offers to choose from."""
        return Offers({} if self.file is None else self.file.subjects)

    async def fields(self, step: str) -> Sequence[Field]:
        """Give the fields of the form; ``step`` is the one that a correction is about."""
        if self.noun != CorrectStep.noun or self.project is None or not step.isdecimal():
            return form_fields(self.noun)
        return await correction_fields(
            self.parts, self.principal, self.code, self.project, int(step[:15])
        )

    async def steps(self) -> Sequence[RecordedStep]:
        """Give the recorded steps that the form offers: those to publish, or to set right."""
        if self.project is None or self.noun not in (CorrectStep.noun, PublishSteps.noun):
            return ()
        reader = self.parts.service.reader
        every = [each async for page in reader.history(self.code, self.project) for each in page]
        if self.noun == CorrectStep.noun:
            return recorded_steps(every[-STEPS_SHOWN:])
        public = set[int]()
        while page := await reader.public_stream(
            self.code, self.project, after=max(public, default=0)
        ):
            public.update(each.version for each in page)
        return recorded_steps(each for each in every if each.version not in public)

    async def form(self, fields: Sequence[Field], typed: Entries, **more: Any) -> Form:  # noqa: ANN401
        """Give the form with what stands in it."""
        t = texts(self.reader.language)
        given = {"offers": self.offers, **more}
        return Form(self.noun, fields, typed, t=t, steps=await self.steps(), **given)


async def _desk(
    request: Request[Any, Any, Any], code: str, project: UUID | None, noun: str
) -> Desk:
    """Let whoever may take a step to the form of it. Raises :class:`Problem`."""
    starts = noun == StartProject.noun
    if noun not in STEPS or starts is not (project is None):
        raise Problem("not-found")
    parts = parts_of(request)
    principal = await parts.access.allowed(request, takes(noun))
    file = None
    if project is None:
        reader = await reader_of(request, code)
    else:
        reader, file = await _up_to_date(request, code, project)
    return Desk(request, parts, principal, reader, code, project, noun, file)


async def _up_to_date(
    request: Request[Any, Any, Any], code: str, project: UUID
) -> tuple[Reader, ProjectFile]:
    """Tell who reads, and give the file of a project with all that the log has by now.

    Whoever just recorded a wish finds it in the next form. Raises :class:`Problem`.
    """
    head = await parts_of(request).service.reader.head(code)
    reader, known = await page_known(request, code, STATE, Knowing(min_position=head))
    file = await known.file(require_project(code, project))
    if file is None:
        raise Problem("not-found")
    return reader, file


# -- choose, and ask ------------------------------------------------------------------------------


@get(RECORD, include_in_schema=False)
async def choose_step(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show which steps one may take in a project now."""
    about = request.query_params.getall("about", [])
    principal = await parts_of(request).access.allowed(request, frozenset(STEPS_OF))
    reader, file = await _up_to_date(request, code, project)
    page = written(
        "record",
        reader.language,
        reader,
        id=project,
        project=file.project,
        about=[file.subjects[each] for each in about if each in file.subjects],
        chapters=chapters(principal.roles, file),
    )
    return as_page(page, _NOT_KEPT)


@get(f"{RECORD}/{{noun:str}}", include_in_schema=False)
async def ask_for_step(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    noun: FromPath[str],
) -> ASGIResponse:
    """Show the form of a step."""
    return await _ask(await _desk(request, code, project, noun))


@get(ERASE, include_in_schema=False)
async def ask_for_erasure(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show the form by which a person is erased."""
    return await _ask(await _desk(request, code, project, ErasePerson.noun))


@get(START, include_in_schema=False)
async def ask_for_start(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the form by which a project is started."""
    return await _ask(await _desk(request, code, None, StartProject.noun))


async def _ask(desk: Desk) -> ASGIResponse:
    query = desk.request.query_params
    step = query.get("step", "")
    fields = await desk.fields(step)
    typed = today_in(fields, today())
    if desk.file is not None:
        filled = prefilled(fields, query.getall("about", []), desk.file)
        typed.update(entries_of(fields, filled))
    if changes := next((each for each in fields if each.fields and each.now), None):
        typed.update(entries_of(fields, {"step": int(step), changes.key: changes.now}))
    return await _show(desk, await desk.form(fields, typed))


async def _show(desk: Desk, form: Form, *, since: Sequence[EventSince] = ()) -> ASGIResponse:
    """Show a form; what is wrong with it makes it one that cannot be processed."""
    rules = (await desk.parts.service.live.moment(desk.code)).rules
    step = STEPS[desk.noun]
    page = written(
        "step",
        desk.reader.language,
        desk.reader,
        id=desk.project,
        project=None if desk.file is None else desk.file.project,
        form=form,
        usual=rules.visibility.get(step.noun, step.by_default),
        since=_named(since),
    )
    return as_page(page, _NOT_KEPT, status=422 if form.wrong else 200)


# -- take what was filled in ----------------------------------------------------------------------


@post(f"{RECORD}/{{noun:str}}", include_in_schema=False)
async def send_step(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    noun: FromPath[str],
) -> ASGIResponse:
    """Take what was filled in: check and show it, record it, or make room for more."""
    return await _sent(await _desk(request, code, project, noun))


@post(ERASE, include_in_schema=False, opt=IN_ANY_STATE)
async def send_erasure(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Take what was filled in to erase a person, which the law asks for in any state."""
    return await _sent(await _desk(request, code, project, ErasePerson.noun))


@post(START, include_in_schema=False)
async def send_start(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Take what was filled in to start a project."""
    return await _sent(await _desk(request, code, None, StartProject.noun))


async def _sent(desk: Desk) -> ASGIResponse:
    sent = Entries(await fields_of(desk.request))
    shown_before = sent.one("form")
    entries = Entries.parse(shown_before) if shown_before else sent
    if any(MARK in text for pair in entries.pairs() for text in pair):
        raise ReservedText(mark=MARK)  # a page that repeats it would be opened on its way out
    fields = await desk.fields(entries.one("step"))
    typed = kept(fields, entries)
    narrowed = Narrowed(sent.one("only-kind"), sent.one("only-status"), sent.one("only-text"))
    offers = msgspec.structs.replace(desk.offers, narrowed=narrowed)
    do, _, at = sent.one("do").partition(":")
    if do in ARRANGE:
        typed, focus = arranged(do, at, fields, typed, offers)
        return await _show(desk, await desk.form(fields, typed, offers=offers, focus=focus))
    form = await desk.form(fields, typed, offers=offers)
    said, wrong = form.read()
    if wrong:
        return await _show(desk, msgspec.structs.replace(form, wrong=wrong))
    step = said.step if isinstance(said, Erasure) else said
    try:
        if do == "record" and _KEY.fullmatch(sent.one("key")):
            return await _record(desk, step, said, sent.one("key"), sent.one("version"))
        return await _preview(desk, form, step)
    except RuleBroken as broken:
        return await _show(desk, msgspec.structs.replace(form, wrong=[_broken(form, broken)]))
    except Problem as lost:
        if lost.since is None:
            raise
        return await _lost(desk, form, step, lost)


def _broken(form: Form, broken: RuleBroken) -> Wrong:
    subjects = form.offers.subjects
    return wrong_by_rule(broken, form.fields, form.typed, form.t, form.said, subjects)


async def _rehearsed(desk: Desk, step: Step) -> Rehearsal:
    """Hold a step against all that holds for it, and tell what it would come to."""
    if desk.project is not None:
        await require_duties_divided(desk.parts, desk.principal, desk.code, desk.project, (step,))
    return await desk.parts.service.live.rehearse(desk.code, desk.project, (step,))


async def _preview(
    desk: Desk, form: Form, step: Step, *, since: Sequence[EventSince] = (), status: int = 200
) -> ASGIResponse:
    """Show what will be recorded, and who will be able to read it."""
    rehearsal = await _rehearsed(desk, step)
    event = rehearsal.events[0]
    page = written(
        "step_preview",
        desk.reader.language,
        desk.reader,
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
    return as_page(page, _NOT_KEPT, status=status)


async def _record(desk: Desk, step: Step, said: object, key: str, version: str) -> ASGIResponse:
    """Record a step once, however often it is sent, and lead to what it is about."""
    expected = int(version) if version.isdecimal() and not _holds_whenever(step) else None
    conditions = Preconditions(key, expected, expected is not None)
    parts, request, principal, at = desk.parts, desk.request, desk.principal, desk.reader.at
    if isinstance(step, StartProject):
        sender = Preconditions(key).sender(principal, request.scope, said)
        receipt = await parts.service.live.start(desk.code, step, sender)
        return _led(at.project(receipt.project), receipt)
    take = erasing(parts) if isinstance(step, ErasePerson) else None
    receipt = await take_command(parts, request, principal, (step,), said, conditions, take)
    about = receipt.ids[0]
    place = at.subject(receipt.project, about) if about else at.project(receipt.project)
    return _led(place, receipt)


def _holds_whenever(step: Step) -> bool:
    """Tell whether a step says the same whatever else was recorded since it was shown."""
    return step.commutes or isinstance(step, ErasePerson)


def _led(place: str, receipt: Receipt) -> ASGIResponse:
    """Lead to a page that knows of the step; what follows from it stands behind it in the log."""
    first = receipt.position - max(receipt.events, 1) + 1
    return ASGIRedirectResponse(
        path=f"{place}?recorded={first}&minPosition={receipt.position}",
        status_code=303,
        headers={"cache-control": "no-store"},
    )


async def _lost(desk: Desk, form: Form, step: Step, lost: Problem) -> ASGIResponse:
    """Tell what others recorded meanwhile, with the step as it would come to now."""
    since = lost.since or ()
    try:
        return await _preview(desk, form, step, since=since, status=409)
    except RuleBroken as broken:
        wrong = msgspec.structs.replace(form, wrong=[_broken(form, broken)])
        return await _show(desk, wrong, since=since)


def _named(since: Sequence[EventSince]) -> Sequence[tuple[EventSince, str]]:
    """Give what was recorded with the noun of each step."""
    return [(each, getattr(EVENTS[each.type], "noun", "")) for each in since]


HANDLERS = (
    choose_step,
    ask_for_step,
    ask_for_erasure,
    ask_for_start,
    send_step,
    send_erasure,
    send_start,
)
"""The pages by which steps are recorded."""
