"""Query parameters are read all at once, and told to OpenAPI as they are read."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from litestar import Request
from msgspec import Meta

from cocreate.api.problems import Problem
from cocreate.api.query import Checks, parameters_of, read_query


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    CHECKS: ClassVar[Checks] = {"some_text": int}

    must_be: Annotated[int, Meta(ge=1, description="A number.")]
    some_text: str | None = None


def request(query: str) -> Request[Any, Any, Any]:
    scope: Any = {"type": "http", "query_string": query.encode(), "headers": [], "state": {}}
    return Request(scope)


def wrong(query: str) -> set[tuple[str, str]]:
    with pytest.raises(Problem) as raised:
        read_query(request(query), Asked)
    return {(error.location, error.code) for error in raised.value.errors or ()}


def test_what_is_right_comes_as_its_type() -> None:
    assert read_query(request("mustBe=3&someText=12"), Asked) == [Asked(must_be=3, some_text="12")]


def test_all_that_is_wrong_is_named_at_once() -> None:
    assert wrong("mustBe=0&someText=x&other=1") == {
        ("mustBe", "invalid"),
        ("someText", "invalid"),
        ("other", "unknown-parameter"),
    }


def test_what_is_required_and_missing_is_named() -> None:
    assert wrong("") == {("mustBe", "required")}


@pytest.mark.parametrize("query", ["mustBe=1&mustBe=2", "mustBe=%00", "mustBe=", "mustBe=1e400"])
def test_a_value_that_is_none_is_refused(query: str) -> None:
    assert wrong(query) == {("mustBe", "invalid")}


def test_parameters_are_described() -> None:
    must_be, some_text = parameters_of(Asked)
    assert must_be == {
        "name": "mustBe",
        "in": "query",
        "required": True,
        "description": "A number.",
        "schema": {"type": "integer", "minimum": 1},
    }
    assert not some_text["required"]
