"""Taking what was sent from a form: to check it and show it, to record it, or to make room."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.response import Redirect

from cocreate.api.preconditions import Preconditions
from cocreate.api.privacy import Erasure, erasing
from cocreate.api.problems import Problem
from cocreate.api.recording import take_command
from cocreate.domain.errors import ReservedText, RuleBroken
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.record import ErasePerson
from cocreate.log.live import Receipt
from cocreate.log.tokens import MARK
from cocreate.web.forms.arranging import ARRANGE, arranged
from cocreate.web.forms.entries import Entries, kept
from cocreate.web.forms.errors import Wrong, wrong_by_rule
from cocreate.web.forms.form import Form
from cocreate.web.forms.offers import Narrowed
from cocreate.web.forms.sent import fields_of
from cocreate.web.recording.desk import Desk
from cocreate.web.recording.showing import show_form, show_preview

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,60}")


async def take(desk: Desk) -> Response[Any]:
    """Do what was asked for with what was filled in, and answer the page that comes of it."""
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
        return await show_form(desk, await desk.form(fields, typed, offers=offers, focus=focus))
    form = await desk.form(fields, typed, offers=offers)
    said, wrong = form.read()
    if wrong:
        return await show_form(desk, msgspec.structs.replace(form, wrong=wrong))
    step = said.step if isinstance(said, Erasure) else said
    try:
        if do == "record" and _KEY.fullmatch(sent.one("key")):
            return await _record(desk, step, said, sent.one("key"), sent.one("version"))
        return await show_preview(desk, form, step)
    except RuleBroken as broken:
        return await show_form(desk, msgspec.structs.replace(form, wrong=[_broken(form, broken)]))
    except Problem as lost:
        if lost.since is None:
            raise
        return await _lost(desk, form, step, lost)


def _broken(form: Form, broken: RuleBroken) -> Wrong:
    subjects = form.offers.subjects
    return wrong_by_rule(broken, form.fields, form.typed, form.t, form.said, subjects)


async def _record(desk: Desk, step: Step, said: object, key: str, version: str) -> Response[Any]:
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


def _led(place: str, receipt: Receipt) -> Response[Any]:
    """Lead to a page that knows of the step; what follows from it stands behind it in the log."""
    first = receipt.position - max(receipt.events, 1) + 1
    return Redirect(
        f"{place}?recorded={first}&minPosition={receipt.position}",
        status_code=303,
        headers={"Cache-Control": "no-store"},
    )


async def _lost(desk: Desk, form: Form, step: Step, lost: Problem) -> Response[Any]:
    """Tell what others recorded meanwhile, with the step as it would come to now."""
    since = lost.since or ()
    try:
        return await show_preview(desk, form, step, since=since, status=409)
    except RuleBroken as broken:
        wrong = msgspec.structs.replace(form, wrong=[_broken(form, broken)])
        return await show_form(desk, wrong, since=since)
