"""What can go wrong in a request, told as RFC 9457 problem details in Dutch or English."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.routes import HTTPRoute

from cocreate.api.preferences import weights
from cocreate.api.problem_texts import INPUT, TEXTS
from cocreate.api.told import request_id, route_of
from cocreate.domain.calendar import seconds_to_midnight
from cocreate.domain.errors import Fact, Language, RuleBroken
from cocreate.log.errors import (
    KeyReused,
    KeysUnusable,
    LogUnavailable,
    NotSubscribed,
    UnknownMunicipality,
    UnknownProject,
    Unstorable,
)
from cocreate.log.trees import TreeBehind
from cocreate.projections.answers import BeingBuilt, NotFresh

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER = "1"
"""How many seconds to wait before asking again, where the database gave no answer."""

BUILD_RETRY_AFTER = "5"
"""The same, while a read model is being built."""

Source = Literal["body", "header", "query", "path"]

_log = logging.getLogger(__name__)


class FieldError(msgspec.Struct, frozen=True):
    """One thing that is wrong with the input; ``facts`` are what its sentence names."""

    location: str
    code: str
    facts: Mapping[str, Fact] = {}
    source: Source = "body"


class InvalidField(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with the input, as it is answered."""

    source: Source
    location: str
    """A JSON pointer into the body, or the name of a header or query parameter."""
    code: str
    detail: str


class EventSince(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event that was recorded after the version that a sender expected."""

    type: str
    version: int
    position: int
    occurred_on: date
    recorded_at: datetime
    actor_role: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A problem, as RFC 9457 has it.

    ``code`` is the last part of ``type``; ``facts`` are the values that ``detail`` names. Input
    that is not valid has ``errors``, all of them at once. A lost race has ``version``, where
    things stand now, and ``since``: what was recorded after the version that was expected, a
    hundred events at most. ``requestId`` is that of the header X-Request-Id, to ask about it by.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None = None
    facts: Mapping[str, Fact] | None = None
    errors: Sequence[InvalidField] | None = None
    version: int | None = None
    since: Sequence[EventSince] | None = None


class Problem(Exception):  # noqa: N818 - named as the standard says it
    """A request that is refused; ``code`` names one of the texts of ``problem_texts``."""

    def __init__(
        self,
        code: str,
        *,
        facts: Mapping[str, Fact] | None = None,
        errors: Sequence[FieldError] | None = None,
        version: int | None = None,
        since: Sequence[EventSince] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.errors = errors
        self.version = version
        self.since = since
        self.headers = headers or {}


def answer_problem(request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Answer whatever was raised while a request was handled."""
    language = preferred_language(request.headers.get("accept-language", ""))
    public_url = request.app.state.public_url
    path = request.scope.get("raw_path", b"").decode("latin-1") or request.scope["path"]
    headers: Mapping[str, str] = {}
    if isinstance(raised, RuleBroken):
        details = ProblemDetails(
            type=f"{public_url}/problems/{raised.code}",
            title=raised.title(language),
            status=400 if raised.about_input else 409,
            detail=raised.detail(language),
            instance=path,
            code=raised.code,
            request_id=request_id(request.scope).decode(),
            facts=raised.facts or None,
        )
    else:
        problem = as_problem(request, raised)
        headers = problem.headers
        text = TEXTS[problem.code]
        detail = text.nl if language == "nl" else text.en
        details = ProblemDetails(
            type=f"{public_url}/problems/{problem.code}",
            title=text.title_nl if language == "nl" else text.title_en,
            status=text.status,
            detail=detail.format(**problem.facts) if problem.facts else detail,
            instance=path,
            code=problem.code,
            request_id=request_id(request.scope).decode(),
            facts=problem.facts,
            errors=None
            if problem.errors is None
            else [_in_words(error, language) for error in problem.errors],
            version=problem.version,
            since=problem.since,
        )
    return Response(
        msgspec.json.encode(details),
        status_code=details.status,
        media_type=PROBLEM_JSON,
        headers={"Content-Language": language, "Vary": "Accept-Language", **headers},
    )


def as_problem(request: Request[Any, Any, Any], raised: Exception) -> Problem:
    """Give what was raised as a problem; what nobody foresaw is logged."""
    if isinstance(raised, Problem):
        return raised
    if isinstance(raised, ValidationException):
        return Problem("invalid-input", errors=_parameter_errors(raised))
    if isinstance(raised, HTTPException):
        return _of_litestar(request, raised)
    for kind, code in _CODES.items():
        if isinstance(raised, kind):
            return Problem(code)
    if (later := _NOT_YET.get(type(raised))) is not None:
        return Problem(later, headers={"Retry-After": RETRY_AFTER})
    if isinstance(raised, NotSubscribed):
        return _not_subscribed(raised)
    if isinstance(raised, BeingBuilt):
        facts = {"projection": raised.projection}
        return Problem("being-built", facts=facts, headers={"Retry-After": BUILD_RETRY_AFTER})
    if isinstance(raised, _NO_ANSWER):
        _log.warning("The database gave no answer: %s", raised)
        return Problem("log-unavailable", headers={"Retry-After": RETRY_AFTER})
    _log.error("%s %s failed", request.method, route_of(request.scope), exc_info=raised)
    return Problem("internal-error")


_CODES: Mapping[type[Exception], str] = {
    UnknownMunicipality: "not-found",
    UnknownProject: "not-found",
    KeyReused: "key-reused",
    Unstorable: "unstorable",
    KeysUnusable: "keys-unusable",
}
"""The problems that say all there is to say of an error."""

_NOT_YET: Mapping[type[Exception], str] = {NotFresh: "not-fresh", TreeBehind: "tree-behind"}
"""What is there in a moment."""

_NO_ANSWER = (
    LogUnavailable,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what the driver makes of a connection lost in mid-operation
    OSError,
    TimeoutError,
)


def _not_subscribed(raised: NotSubscribed) -> Problem:
    """Give what the subscription of a municipality does not allow."""
    match raised.refusal:
        case "suspended" | "leaving":
            return Problem(f"subscription-{raised.refusal}")
        case "events":
            seconds = seconds_to_midnight(datetime.now(UTC))
            return Problem("events-used-up", headers={"Retry-After": str(seconds)})
        case refusal:
            return Problem(f"{refusal}-used-up")


def _of_litestar(request: Request[Any, Any, Any], raised: HTTPException) -> Problem:
    """Give what Litestar itself refused."""
    match raised.status_code:
        case 401:
            return unauthenticated()
        case 404:
            return Problem("not-found")
        case 405:
            return Problem("method-not-allowed", headers={"Allow": _allowed(request)})
        case 413:
            limit = request.app.request_max_body_size
            return Problem("too-large", facts={"limit": limit if isinstance(limit, int) else None})
        case 415:
            return Problem("unsupported-media-type")
        case status if status < 500:
            return Problem("bad-request")
    _log.error("%s %s failed", request.method, route_of(request.scope), exc_info=raised)
    return Problem("internal-error")


def _allowed(request: Request[Any, Any, Any]) -> str:
    """Give the methods that an address has, as the header Allow has them."""
    path = request.scope["path"]
    methods: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, HTTPRoute) and re.fullmatch(
            re.sub(r"\{[^}]+\}", "[^/]+", route.path_format), path
        ):
            methods.update(route.methods)
    return ", ".join(sorted(methods))


def unauthenticated() -> Problem:
    """Ask for a valid key."""
    return Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="cocreate"'})


def _parameter_errors(raised: ValidationException) -> list[FieldError]:
    """Give what Litestar found wrong with query parameters and headers."""
    found = raised.extra if isinstance(raised.extra, list) else [{"message": raised.detail}]
    return [
        FieldError(
            str(error.get("key", "")),
            "invalid",
            {"problem": str(error.get("message", ""))},
            _SOURCES.get(str(error.get("source", "query")), "query"),
        )
        for error in found
    ]


_SOURCES: Mapping[str, Source] = {"body": "body", "header": "header", "path": "path"}


def _in_words(error: FieldError, language: Language) -> InvalidField:
    nl, en = INPUT[error.code]
    return InvalidField(
        source=error.source,
        location=error.location,
        code=error.code,
        detail=(nl if language == "nl" else en).format(**error.facts),
    )


def preferred_language(accepted: str) -> Language:
    """Give English where it is preferred over Dutch (Accept-Language, RFC 9110), else Dutch."""
    wanted = {"nl": 0.0, "en": 0.0}
    for tag, weight in weights(accepted):
        language = tag.partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], weight)
    return "en" if wanted["en"] > wanted["nl"] else "nl"
