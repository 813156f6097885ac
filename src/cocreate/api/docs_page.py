"""The OpenAPI document: served as it is, and as a page that asks nothing of another server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Answer, as_given

Document = Mapping[str, Any]

_KEPT = (b"cache-control", b"public, max-age=300")
_POLICY = b"default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'"
_CSP = (b"content-security-policy", _POLICY)

STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.5rem; border: 1px solid; border-radius: 0.25rem; }
summary { cursor: pointer; padding: 0.25rem 0; overflow-wrap: anywhere; }
details { border-bottom: 1px solid GrayText; }
.method { display: inline-block; min-width: 4.5rem; font-weight: bold; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.1rem 1rem 0.1rem 0; }
"""


def published(described: Document) -> Sequence[HTTPRouteHandler]:
    """Give the routes that serve the document, and the page that shows it."""
    as_json, as_page = msgspec.json.encode(described), page(described).encode()

    @get("/v1/openapi.json", include_in_schema=False)
    async def openapi_json() -> ASGIResponse:
        return as_given(as_json, 200, _KEPT, (b"access-control-allow-origin", b"*"))

    @get("/v1/docs", include_in_schema=False)
    async def docs() -> ASGIResponse:
        return _as_text(as_page, b"text/html; charset=utf-8")

    @get("/v1/docs/style.css", include_in_schema=False)
    async def style() -> ASGIResponse:
        return _as_text(STYLE.encode(), b"text/css; charset=utf-8")

    return [openapi_json, docs, style]


def _as_text(body: bytes, kind: bytes) -> Answer:
    length = (b"content-length", b"%d" % len(body))
    return Answer(200, body, [(b"content-type", kind), length, _KEPT, _CSP])


def page(described: Document) -> str:
    """Give the page of a document."""
    info = described["info"]
    by_tag: dict[str, list[str]] = {tag["name"]: [] for tag in described["tags"]}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            by_tag[operation["tags"][0]].append(_operation(described, method, path, operation))
    contents = "".join(
        f'<li><a href="#{escape(tag["name"])}">{escape(tag["name"])}</a>: '
        f"{escape(tag['description'])}</li>"
        for tag in described["tags"]
    )
    sections = "".join(
        f'<section><h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(operations)}</section>'
        for tag, operations in by_tag.items()
    )
    schemas = "".join(
        _schema(name, schema) for name, schema in described["components"]["schemas"].items()
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API {escape(info['version'])}</title>"
        '<link rel="stylesheet" href="/v1/docs/style.css"></head><body><main>'
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        '<p>As a document: <a href="/v1/openapi.json">OpenAPI 3.1</a>. '
        '<a href="#schemas">Schemas</a></p>'
        f"<ul>{contents}</ul>{sections}"
        f'<section><h2 id="schemas">Schemas</h2>{schemas}</section></main></body></html>'
    )


def _operation(described: Document, method: str, path: str, operation: Document) -> str:
    parameters = "".join(
        _parameter(_resolved(described, each)) for each in operation.get("parameters", ())
    )
    table = (
        "<table><thead><tr><th>Name</th><th>In</th><th>Meaning</th></tr></thead>"
        f"<tbody>{parameters}</tbody></table>"
        if parameters
        else ""
    )
    body = ""
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        body = f"<h3>Body: {_link(content['schema'])}</h3><pre>{_json(content['example'])}</pre>"
    answers = "".join(
        _answer(described, status, each) for status, each in operation["responses"].items()
    )
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f'<span class="method">{method.upper()}</span> <code>/v1{escape(path)}</code> '
        f"{escape(operation['summary'])}</summary>"
        f"<p>{escape(operation.get('description', ''))}</p>{table}{body}"
        f"<h3>Answers</h3><ul>{answers}</ul></details>"
    )


def _parameter(parameter: Document) -> str:
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
        f"<td>{escape(parameter.get('description', ''))}</td></tr>"
    )


def _answer(described: Document, status: str, answer: Document) -> str:
    told = _resolved(described, answer)
    links = ", ".join(_link(content["schema"]) for content in told.get("content", {}).values())
    return f"<li><strong>{status}</strong> {escape(told['description'])} {links}</li>"


def _schema(name: str, schema: Document) -> str:
    shown = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{escape(schema.get('description', ''))}</p><pre>{_json(shown)}</pre></details>"
    )


def _link(schema: Document) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    return f'<a href="#schema-{escape(name)}"><code>{escape(name)}</code></a>' if name else ""


def _resolved(described: Document, part: Document) -> Document:
    """Give what a reference within the document refers to."""
    reference = part.get("$ref")
    if reference is None:
        return part
    found: Any = described
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found  # type: ignore[no-any-return]


def _json(value: object) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False))
