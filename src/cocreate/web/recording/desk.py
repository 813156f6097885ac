"""Who fills in which form, about what, and what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request

from cocreate.api.knowing import Knowing
from cocreate.api.parts import Parts, parts_of
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.api.recording import require_project
from cocreate.api.roles import takes
from cocreate.domain.steps import STEPS
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.web.forms.catalogue import form_fields
from cocreate.web.forms.corrections import correction_fields
from cocreate.web.forms.entries import Entries
from cocreate.web.forms.fields import Field
from cocreate.web.forms.form import Form
from cocreate.web.forms.offers import Offers, RecordedStep, recorded_steps
from cocreate.web.rendering import Reader, page_known, reader_of
from cocreate.web.texts import texts

STEPS_SHOWN: Final = 100
"""How many recorded steps one can choose from at once."""


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


async def desk_for(
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
        reader, file = await up_to_date(request, code, project)
    return Desk(request, parts, principal, reader, code, project, noun, file)


async def up_to_date(
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
