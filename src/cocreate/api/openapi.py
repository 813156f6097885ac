"""The OpenAPI document: what Litestar sees of the routes, with the types that msgspec reads.

Bodies are decoded by hand, in one pass, so what Litestar cannot see in a handler its route says of
itself (:mod:`cocreate.api.documented`). The schemas are those of the decoders themselves. The
document keeps the technical rules of the NL API Design Rules; a test holds it to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Contact, License, Server
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from cocreate.api.documented import Documented, read
from cocreate.api.headers import API_VERSION
from cocreate.api.problems import PROBLEM_JSON, ProblemDetails
from cocreate.api.query import parameters_of
from cocreate.api.sent import sent
from cocreate.exchange.cloudevents import CloudEvent, PingEvent
from cocreate.identity.providers import DISCOVERY
from cocreate.settings import Settings

Document = dict[str, Any]

SOME_ISSUER = "https://issuer.example"
"""Stands for the issuers of municipalities, where the operator has none to show."""
_REF = "#/components/schemas/{name}"

TAGS: Mapping[str, str] = {
    "municipalities": "Municipalities and the rules they set.",
    "keys": "API keys.",
    "subscriptions": "What municipalities are subscribed to, and the plans there are.",
    "identity": "Whom a municipality lets in by tokens, roles that are granted, and duties.",
    "course": "The course of a project: its start and end, its frames, who takes part.",
    "wishes-and-proposals": "What residents want, and the plans that answer it.",
    "decisions": "What was advised and decided, where it deviates, what residents heard.",
    "approvals": "Permission that someone must give, and the statutory clock.",
    "obstacles": "What stands in the way, and what was tried against it.",
    "commitments-and-reflections": "Promises with a date, and what was learned.",
    "record": "The log itself: many steps at once, publication, correction, events as recorded.",
    "reading": "What the log comes to: projects, their timelines, and documents about them.",
    "registers": "Every wish, deviation, decision, commitment, approval, ... of a municipality.",
    "dashboards": "What the registers come to.",
    "tree": "The tree of hashes of each log: checkpoints, tiles, proofs, receipts.",
    "webhooks": "Where the events of a municipality are sent, and what came of it.",
    "audit": "A project event by event, and taken away with its proofs.",
    "glossary": "The words, in Dutch and in English.",
    "health": "Whether the service runs.",
}


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What the document says of an installation."""

    public_url: str
    contact_name: str
    contact_email: str
    contact_url: str
    operator_issuer: str | None


def head_of(settings: Settings) -> Head:
    """Give what the document says of an installation with these settings."""
    return msgspec.convert(settings, Head, from_attributes=True)


def _config(head: Head) -> OpenAPIConfig:
    """Give what Litestar puts at the head of the document."""
    return OpenAPIConfig(
        title="cocreate",
        version=API_VERSION,
        summary="What became of our wish, and why?",
        description=(
            "The accountable log of co-creation between residents and municipalities. Identifiers "
            "are English; `GET /v1/glossary` gives every term in Dutch and English. Dates are days "
            "in Europe/Amsterdam; moments are in UTC."
        ),
        contact=Contact(name=head.contact_name, email=head.contact_email, url=head.contact_url),
        license=License(name="EUPL-1.2", identifier="EUPL-1.2"),
        servers=[Server(url=f"{head.public_url}/v1")],
        render_plugins=[JsonRenderPlugin()],
    )


def document(routes: Sequence[ControllerRouterHandler], head: Head) -> Document:
    """Give the whole document of an application with these routes.

    They are drawn by an application that serves nothing: Litestar has no other way to draw them
    that does not serve its own pages as well.
    """
    app = Litestar(routes, openapi_config=_config(head), logging_config=None)
    drawn = app.openapi_schema.to_schema()
    handlers = list(_handlers(app))
    types = [
        ProblemDetails,
        CloudEvent,
        PingEvent,
        *(kind for _, _, said in handlers for kind in _types(said)),
    ]
    schemas, components = msgspec.json.schema_components(
        types, schema_hook=_anything, ref_template=_REF
    )
    refs = dict(zip(map(repr, types), schemas, strict=True))
    paths: Document = {}
    for path, handler, said in handlers:
        method = next(iter(handler.http_methods)).lower()
        operation = drawn["paths"][path][method]
        paths.setdefault(path.removeprefix("/v1"), {})[method] = _finish(
            operation, handler, said, refs
        )
    used = {tag for item in paths.values() for each in item.values() for tag in each["tags"]}
    drawn["paths"] = paths
    drawn["webhooks"] = sent(refs)
    drawn["tags"] = [
        {"name": tag, "description": text} for tag, text in TAGS.items() if tag in used
    ]
    drawn["components"] = {
        "schemas": {
            _schema_name(name): _tidy(schema) for name, schema in sorted(components.items())
        },
        "headers": _HEADERS,
        "parameters": _PARAMETERS,
        "responses": {
            "Problem": {
                "description": "A problem (RFC 9457), in Dutch or English by Accept-Language.",
                "headers": {"API-Version": {"$ref": "#/components/headers/API-Version"}},
                "content": {PROBLEM_JSON: {"schema": refs[repr(ProblemDetails)]}},
            }
        },
        "securitySchemes": {
            "key": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, such as `cck_GM0503_` and 43 more characters.",
            },
            "token": {
                "type": "openIdConnect",
                "openIdConnectUrl": f"{head.operator_issuer or SOME_ISSUER}{DISCOVERY}",
                "description": "A JSON Web Token of an issuer that the municipality trusts, in "
                "the same header as a key. Each municipality has issuers of its own, so this "
                "address stands for theirs.",
            },
        },
    }
    text = msgspec.json.encode(drawn).decode()
    for name in components:
        text = text.replace(
            f'"{_REF.format(name=name)}"', f'"{_REF.format(name=_schema_name(name))}"'
        )
    return cast("Document", msgspec.json.decode(text))


def _schema_name(name: str) -> str:
    """Give the name of a schema: that of its class, after its module where two share the name."""
    module, _, own = name.rpartition(".")
    return module.rpartition(".")[2].title().replace("_", "") + own


def _anything(kind: type) -> Document:
    """Give the schema of what may be any JSON."""
    if kind is object:
        return {"description": "Any JSON."}
    raise NotImplementedError


def _handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler, Documented]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.resolve_include_in_schema():
                    yield route.path_format, handler, _said(route.path_format, handler)


def _said(path: str, handler: HTTPRouteHandler) -> Documented:
    said = read(handler)
    if "{code}" not in path:
        return said
    return msgspec.structs.replace(said, problems=(*said.problems, *_OF_SUBSCRIPTION))


def _types(said: Documented) -> Iterator[Any]:
    if said.takes is not None:
        yield said.takes
    if said.answers is not None:
        yield said.answers


def _finish(
    operation: Document, handler: HTTPRouteHandler, said: Documented, refs: Mapping[str, Document]
) -> Document:
    """Complete what Litestar drew of an operation with what its route says of itself."""
    drawn = [_tidy_parameter(each) for each in operation.get("parameters", [])]
    parameters = sorted(drawn, key=lambda each: _PLACES.get(each["name"], len(_PLACES)))
    parameters += [_tidy(each) for struct in said.query for each in parameters_of(struct)]
    if said.preconditions:
        parameters += [
            {"$ref": f"#/components/parameters/{name}"} for name in ("Idempotency-Key", "If-Match")
        ]
    if said.tagged:
        parameters.append({"$ref": "#/components/parameters/If-None-Match"})
    finished: Document = {
        "operationId": operation["operationId"],
        "tags": operation["tags"],
        "summary": _plain(operation["summary"]),
    }
    if operation.get("description"):
        finished["description"] = _plain(operation["description"])
    if parameters:
        finished["parameters"] = parameters
    if said.takes is not None:
        content = {"schema": refs[repr(said.takes)], "example": said.example}
        finished["requestBody"] = {"required": True, "content": {"application/json": content}}
    finished["responses"] = _responses(handler, said, refs)
    finished["security"] = [{"key": []}, {"token": []}, *([{}] if said.open else [])]
    return finished


def _responses(
    handler: HTTPRouteHandler, said: Documented, refs: Mapping[str, Document]
) -> Document:
    names = ["API-Version", "X-Request-Id"]
    if said.preconditions:
        names += ["Location", "ETag", "Link", "Idempotency-Replayed"]
    if said.tagged:
        names.append("ETag")
    success: Document = {
        "description": _SUCCESS[handler.status_code],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }
    if said.answers is not None:
        success["content"] = {
            said.media: {"schema": refs[repr(said.answers)]},
            **{media.partition(";")[0]: {"schema": {"type": "string"}} for media in said.also},
        }
    problem = {"$ref": "#/components/responses/Problem"}
    told: Document = {str(status): problem for status in sorted({*said.problems, 500})}
    if said.tagged:
        told["304"] = {
            "description": "The reader has it already.",
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        }
    return {str(handler.status_code): success, **told}


_OF_SUBSCRIPTION = (410, 429)
"""What the subscription of a municipality may be the reason of, at every address of it."""

_SUCCESS = {200: "What was asked.", 201: "It was recorded.", 204: "It was done."}


def _tidy_parameter(parameter: Document) -> Document:
    """Keep of a parameter what says something, and tell what those in the path are."""
    schema = _tidy(parameter["schema"])
    schema.pop("description", None)
    kept = {"name": parameter["name"], "in": parameter["in"], "required": False, "schema": schema}
    if parameter.get("description"):
        kept["description"] = _plain(parameter["description"])
    if parameter["in"] == "path":
        kept.update(required=True, **_IN_PATH.get(parameter["name"], {}))
    return kept


def _tidy(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write a schema as its readers expect it: whole numbers, and descriptions without RST."""
    if isinstance(schema, list | tuple):
        return [_tidy(each) for each in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if not isinstance(schema, dict):
        return schema
    tidied = {name: _tidy(each) for name, each in schema.items()}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = _plain(tidied["description"])
    return tidied


def _plain(text: str) -> str:
    """Give a docstring as Markdown, with the names of fields as JSON has them."""
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", cleandoc(text))
    text = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"`[a-z]+(?:_[a-z]+)+`", lambda found: _camel(found[0]), text)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


_IN_PATH: Mapping[str, Document] = {
    "code": {
        "description": "The CBS code of the municipality.",
        "schema": {"type": "string", "pattern": "^GM[0-9]{4}$"},
        "example": "GM0503",
    },
    "project": {
        "description": "The id of the project.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "version": {
        "description": "The version of the project that the event made.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "id": {"description": "The id of the key.", "schema": {"type": "string"}},
    "webhook": {"description": "The id of the webhook.", "schema": {"type": "string"}},
    "tile": {
        "description": "The path of the tile, such as `0/x001/067` or `entries/000.p/7`.",
        "schema": {"type": "string"},
    },
    "subscriber": {
        "description": "The CBS code of the municipality that is subscribed.",
        "schema": {"type": "string", "pattern": "^GM[0-9]{4}$"},
        "example": "GM0503",
    },
    "party": {"description": "The id of the party.", "schema": {"type": "string"}},
    "subject": {
        "description": "The id of what the project keeps account of.",
        "schema": {"type": "string"},
    },
}

_PLACES = {name: place for place, name in enumerate(_IN_PATH)}
"""In which order parameters are told."""

_HEADERS: Document = {
    "API-Version": {
        "description": "The full version of the API.",
        "schema": {"type": "string"},
        "example": API_VERSION,
    },
    "X-Request-Id": {
        "description": "The id of the request: the one that was sent along, or a new one.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'With `rel="receipt"`: where the receipt is of what was recorded last, '
        "a small file that proves it was logged. Where nobody signs for the log there is none.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where what was recorded can be read.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "ETag": {
        "description": "What the answer is known by: the new version after a write, to send as "
        "If-Match; of what was read, to send as If-None-Match.",
        "schema": {"type": "string"},
        "example": '"12"',
    },
    "Idempotency-Replayed": {
        "description": "Sent when this is the first answer once more.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}

_PARAMETERS: Document = {
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the answer one has: 304 if there is no other.",
        "required": False,
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "Makes a repeat harmless: it gets the first answer. The same key with another body is "
            "refused with 422."
        ),
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The version that was seen, as its ETag: refused with 412 if it is not so.",
        "required": False,
        "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'},
        "example": '"12"',
    },
}
