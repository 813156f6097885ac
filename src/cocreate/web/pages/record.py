"""Recording a step: choose it, fill it in, see what everyone will see, and record it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from cocreate.api.parts import parts_of
from cocreate.api.roles import STEPS_OF
from cocreate.api.subscription_gate import IN_ANY_STATE
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.record import ErasePerson
from cocreate.web.forms.catalogue import chapters
from cocreate.web.pages.project import PROJECT
from cocreate.web.recording.desk import desk_for, up_to_date
from cocreate.web.recording.showing import ask
from cocreate.web.recording.taking import take
from cocreate.web.rendering import page

RECORD: Final = f"{PROJECT}/record"
ERASE: Final = f"{RECORD}/{ErasePerson.noun}"
START: Final = f"/{{code:str}}/record/{StartProject.noun}"


@get(RECORD, include_in_schema=False)
async def choose_step(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> Template:
    """Show which steps one may take in a project now."""
    about = request.query_params.getall("about", [])
    principal = await parts_of(request).access.allowed(request, frozenset(STEPS_OF))
    reader, file = await up_to_date(request, code, project)
    return page(
        "record",
        reader.language,
        reader,
        id=project,
        project=file.project,
        about=[file.subjects[each] for each in about if each in file.subjects],
        chapters=chapters(principal.roles, file),
    )


@get(f"{RECORD}/{{noun:str}}", include_in_schema=False)
async def ask_for_step(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    noun: FromPath[str],
) -> Response[Any]:
    """Show the form of a step."""
    return await ask(await desk_for(request, code, project, noun))


@get(ERASE, include_in_schema=False)
async def ask_for_erasure(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> Response[Any]:
    """Show the form by which a person is erased."""
    return await ask(await desk_for(request, code, project, ErasePerson.noun))


@get(START, include_in_schema=False)
async def ask_for_start(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """Show the form by which a project is started."""
    return await ask(await desk_for(request, code, None, StartProject.noun))


@post(f"{RECORD}/{{noun:str}}", include_in_schema=False)
async def send_step(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    noun: FromPath[str],
) -> Response[Any]:
    """Take what was filled in: check and show it, record it, or make room for more."""
    return await take(await desk_for(request, code, project, noun))


@post(ERASE, include_in_schema=False, opt=IN_ANY_STATE)
async def send_erasure(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> Response[Any]:
    """Take what was filled in to erase a person, which the law asks for in any state."""
    return await take(await desk_for(request, code, project, ErasePerson.noun))


@post(START, include_in_schema=False)
async def send_start(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """Take what was filled in to start a project."""
    return await take(await desk_for(request, code, None, StartProject.noun))


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
