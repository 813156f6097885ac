"""Starting a project."""

from __future__ import annotations

from typing import Any

from litestar import Request, post
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Written, started
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.api.roles import takes
from cocreate.api.steps import TAGS, WRITE_PROBLEMS, in_words
from cocreate.domain.steps import course

_BODY = Body(course.StartProject)
_ROLES = takes(course.StartProject.noun)


@post(
    "/v1/municipalities/{code:str}/projects",
    operation_id="startProject",
    summary=in_words(course.StartProject)[0],
    description="Answers the id of the project; its steps are posted under it.",
    tags=[TAGS[course.__name__]],
    opt=documented(
        takes=course.StartProject,
        example=STEP_EXAMPLES[course.StartProject.noun],
        answers=Written,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def start_project(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Start a project."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, _ROLES)
    step, conditions = await _BODY.read(request)
    if conditions.matching:  # what is not there yet matches nothing
        raise Problem("version-mismatch", version=0, since=[])
    code = request.scope["path_params"]["code"]
    receipt = await parts.service.live.start(
        code, step, conditions.sender(principal, request.scope, step)
    )
    return started(code, receipt, proven=await parts.proves(code))
