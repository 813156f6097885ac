"""The OpenAPI document keeps the technical rules of the NL API Design Rules (STANDARDS.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.api.conftest import api_routes, is_closed

from cocreate.api.documented import read
from cocreate.api.examples import SUBSCRIPTION_EXAMPLES
from cocreate.api.headers import API_VERSION
from cocreate.app import routes
from cocreate.domain.steps import STEPS
from cocreate.domain.vocabulary import Sector

Document = dict[str, Any]

METHODS = {"get", "post", "put", "delete", "patch"}
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|\{[a-z][A-Za-z]*\}")
LOWER_CAMEL = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
UPPER_CAMEL = re.compile(r"([A-Z][a-z0-9]*)+")


@pytest.fixture(scope="module")
async def document(client: httpx.AsyncClient) -> Document:
    answer = await client.get("/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    found: Document = answer.json()
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def resolved(document: Document, part: Document) -> Document:
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def test_the_document_is_valid(document: Document) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_it_says_what_it_is_and_where(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"])
    assert document["info"]["version"] == API_VERSION
    assert set(document["info"]["contact"]) == {"name", "email", "url"}
    assert document["servers"] == [{"url": "https://cocreate.test/v1"}]


def test_every_route_is_in_it_once(document: Document, app: Litestar) -> None:
    documented = {(path, method.upper()) for path, method, _ in operations(document)}
    served = {
        (route.path_format.removeprefix("/v1"), method)
        for route in api_routes(app)
        for method in set(route.methods) - {"OPTIONS"}
    }
    unlisted = {"/openapi.json", "/docs", "/docs/style.css"}
    assert documented == {each for each in served if each[0] not in unlisted}
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert all(LOWER_CAMEL.fullmatch(each) for each in ids)


def test_tags_are_unique_and_known(document: Document) -> None:
    names = [tag["name"] for tag in document["tags"]]
    assert len(names) == len(set(names))
    for _, _, operation in operations(document):
        assert len(operation["tags"]) == 1
        assert set(operation["tags"]) <= set(names)


def test_paths_are_kebab_case_without_a_slash_at_the_end(document: Document) -> None:
    for path, methods in document["paths"].items():
        assert not path.endswith("/")
        assert all(KEBAB.fullmatch(segment) for segment in path.split("/")[1:]), path
        assert set(methods) <= METHODS


def test_path_parameters_are_declared_and_query_keys_are_lower_camel_case(
    document: Document,
) -> None:
    for path, method, operation in operations(document):
        parameters = [resolved(document, each) for each in operation.get("parameters", [])]
        in_path = [each["name"] for each in parameters if each["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path), (method, path)
        for each in parameters:
            assert each["description"], (path, each["name"])
            if each["in"] == "query":
                assert LOWER_CAMEL.fullmatch(each["name"])


def test_names_of_schemas_and_properties_are_camel_case(document: Document) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert UPPER_CAMEL.fullmatch(name), name
        for each in _properties(schema):
            assert LOWER_CAMEL.fullmatch(each), (name, each)


def test_dates_are_dates_and_moments_carry_an_offset(document: Document) -> None:
    for schema in document["components"]["schemas"].values():
        for name, each in schema.get("properties", {}).items():
            text = msgspec.json.encode(each).decode()
            if name.endswith(("On", "Date")) or name == "day":
                assert '"format":"date"' in text, (schema["title"], name)
            assert '"format":"time"' not in text


def test_every_success_sends_the_version_of_the_api(document: Document) -> None:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            told = resolved(document, answer)
            if status.startswith(("2", "3")):
                assert "API-Version" in told["headers"], (method, path)
            if status == "201" and "keys" not in path:
                assert {"Location", "ETag"} <= set(told["headers"]), (method, path)


def test_every_refusal_is_a_problem(document: Document) -> None:
    for path, method, operation in operations(document):
        refusals = {status for status in operation["responses"] if status[0] in "45"}
        assert "500" in refusals
        for status in refusals:
            told = resolved(document, operation["responses"][status])
            assert list(told["content"]) == ["application/problem+json"]
            schema = resolved(document, told["content"]["application/problem+json"]["schema"])
            assert {"status", "title", "detail"} <= set(schema["properties"])
        if method != "get" or operation.get("parameters"):
            assert "400" in refusals, (method, path)
        if method == "post":
            assert {"401", "403", "413", "415"} <= refusals, (method, path)
        if "{code}" in path:
            assert "404" in refusals, (method, path)
            assert "401" in refusals or "/tree/" in path, (method, path)
        if "{project}" in path and method == "post":
            assert {"409", "412", "422", "503"} <= refusals, (method, path)


def test_every_body_has_an_example_that_is_taken(document: Document, app: Litestar) -> None:
    examples = 0
    for route in api_routes(app):
        for handler in route.route_handlers:
            said = read(handler)
            if said.takes is None:
                assert "POST" not in handler.http_methods
                continue
            path = route.path_format.removeprefix("/v1")
            body = document["paths"][path]["post"]["requestBody"]
            content = body["content"]["application/json"]
            assert body["required"]
            msgspec.json.decode(msgspec.json.encode(content["example"]), type=said.takes)
            examples += 1
    assert examples == len(STEPS) + 22 + 1 + len(SUBSCRIPTION_EXAMPLES) + 1


def test_constraints_are_those_of_the_decoder(document: Document) -> None:
    schemas = document["components"]["schemas"]
    decision = schemas["RecordDecision"]
    assert decision["additionalProperties"] is False
    assert {"occurredOn", "body", "title", "outcomes"} == set(decision["required"])
    outcomes = decision["properties"]["outcomes"]
    assert outcomes["type"] == "array"
    assert (outcomes["minItems"], outcomes["maxItems"]) == (1, 1000)
    assert outcomes["items"] == {"$ref": "#/components/schemas/SubjectOutcome"}
    assert decision["properties"]["title"]["maxLength"] == 300
    deviation = schemas["SubjectOutcome"]["properties"]["deviation"]
    assert {"$ref": "#/components/schemas/Grounds"} in deviation["anyOf"]
    assert set(schemas["Tension"]["properties"]) == {"between", "and"}
    assert schemas["Sector"]["enum"] == sorted(Sector)
    assert schemas["SupportWish"]["properties"]["supporters"]["minimum"] == 1


def test_a_command_tells_its_steps_apart(document: Document) -> None:
    schemas = document["components"]["schemas"]
    steps = schemas["Command"]["properties"]["steps"]["items"]
    assert steps["discriminator"]["propertyName"] == "noun"
    assert set(steps["discriminator"]["mapping"]) == set(STEPS) - {"projects", "erasures"}
    wish = schemas["ExpressWishInCommand"]
    assert wish["properties"]["noun"] == {"enum": ["wishes"]}


def test_writes_honour_both_preconditions(document: Document) -> None:
    for path, method, operation in operations(document):
        # Of a key, a search and a ping nothing is recorded.
        if (
            method == "post"
            and "/keys" not in path
            and not path.endswith(("/actor-searches", "/pings"))
        ):
            names = {resolved(document, each)["name"] for each in operation["parameters"]}
            assert {"Idempotency-Key", "If-Match"} <= names, path


def test_descriptions_read_as_text_with_the_names_of_json(document: Document) -> None:
    for text in _texts(document):
        assert "``" not in text
        assert ":class:" not in text
        assert not re.search(r"`[a-z]+_[a-z]+`", text), text
        assert not re.search(r"\n\s+\S", text.replace("\n\n", "")), text


def test_reading_is_open_and_writing_needs_a_key(document: Document) -> None:
    for path, method, operation in operations(document):
        open_to_all = {} in operation["security"]
        # What a witness hands in is signed, and needs no key.
        signed = (method, path.rpartition("/")[2]) == ("put", "cosigned-checkpoint")
        assert open_to_all == ((method == "get" and not is_closed(path)) or signed), (method, path)


def test_whoever_needs_to_be_known_sends_a_key_or_a_token(document: Document) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "key": "http",
        "token": "openIdConnect",
    }
    for _, _, operation in operations(document):
        assert [each for each in operation["security"] if each] == [{"key": []}, {"token": []}]


def test_what_receivers_are_sent_is_in_it(document: Document) -> None:
    assert set(document["webhooks"]) == {"event", "ping"}
    for item in document["webhooks"].values():
        names = [each["name"] for each in item["post"]["parameters"]]
        assert names == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    content = document["webhooks"]["event"]["post"]["requestBody"]["content"]
    event = content["application/cloudevents+json"]["schema"]
    assert content["application/cloudevents-batch+json"]["schema"]["items"] == event
    assert {"id", "source", "type", "data"} <= set(resolved(document, event)["required"])


def test_routes_are_documented_alike() -> None:
    assert len(routes()) > len(STEPS)


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for each in schema.values():
            yield from _properties(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _properties(each)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, each in part.items():
            if name in ("description", "summary") and isinstance(each, str):
                yield each
            else:
                yield from _texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
