"""Problems as pages, in the language of the address, for those who do not read JSON."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar import Request, Response

from cocreate.api.problems import ProblemDetails, answer_problem
from cocreate.web.rendering import HTML, POLICY, language_of, written

_OF_PAGES: Final = re.compile(r"/(nl|en)(/|$)")


def answer_problem_for(request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Answer whatever was raised: as a page below the address of pages, else as the API does."""
    if not _OF_PAGES.match(request.scope["path"]):
        return answer_problem(request, raised)
    language = language_of(request)
    headers = [each for each in request.scope["headers"] if each[0] != b"accept-language"]
    asked = {**request.scope, "headers": [*headers, (b"accept-language", language.encode())]}
    answer = answer_problem(Request(asked), raised)  # type: ignore[arg-type]
    problem = msgspec.json.decode(answer.content, type=ProblemDetails)
    sent = {**answer.headers, "Content-Security-Policy": POLICY.decode(), "Vary": "Cookie"}
    code = request.scope.get("path_params", {}).get("code")
    sign_in = f"/{language}/{code}/sign-in" if answer.status_code == 401 and code else None
    return Response(
        written("problem", language, problem=problem, sign_in=sign_in).encode(),
        status_code=answer.status_code,
        media_type=HTML.decode(),
        headers=sent,
    )
