"""All that is wrong with a request is told at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.conftest import Town

from cocreate.api.commands import Command
from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.keys import MakeKey
from cocreate.api.validation import errors_in
from cocreate.domain.steps import STEPS


def told(body: object, wanted: type[msgspec.Struct]) -> set[tuple[str, str]]:
    return {(error.location, error.code) for error in errors_in(msgspec.json.encode(body), wanted)}


async def test_all_errors_of_a_request_come_back_together(town: Town, project: str) -> None:
    answer = await town.official.post(
        f"{project}/decisions",
        {
            "body": "keizer",
            "title": "",
            "naam": "x",
            "occurredOn": "31-01-2025",
            "outcomes": [
                {"subject": "plan", "outcome": "rejected", "deviation": {"ground": "budget"}},
                {
                    "subject": "geen/kenmerk",
                    "outcome": "ja",
                    "deviation": {
                        "ground": "law",
                        "motivation": 5,
                        "alternatives": ["goed", "", 7],
                        "tension": {"between": "liefde", "en": "x"},
                    },
                },
            ],
            "votes": {"inFavour": -1, "against": "3", "byName": "iedereen"},
            "openToObjection": "ja",
        },
        If_Match="3",
        Idempotency_Key="met spatie",
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid-input"
    found = {(error["source"], error["location"], error["code"]) for error in problem["errors"]}
    assert found == {
        ("header", "If-Match", "wrong-if-match"),
        ("header", "Idempotency-Key", "wrong-idempotency-key"),
        ("body", "/body", "not-in-list"),
        ("body", "/title", "too-short"),
        ("body", "/naam", "unknown-field"),
        ("body", "/occurredOn", "not-a-date"),
        ("body", "/outcomes/0/deviation/motivation", "required"),
        ("body", "/outcomes/1/subject", "wrong-pattern"),
        ("body", "/outcomes/1/outcome", "not-in-list"),
        ("body", "/outcomes/1/deviation/motivation", "wrong-type"),
        ("body", "/outcomes/1/deviation/alternatives/1", "too-short"),
        ("body", "/outcomes/1/deviation/alternatives/2", "wrong-type"),
        ("body", "/outcomes/1/deviation/tension/between", "not-in-list"),
        ("body", "/outcomes/1/deviation/tension/and", "required"),
        ("body", "/outcomes/1/deviation/tension/en", "unknown-field"),
        ("body", "/votes/inFavour", "too-small"),
        ("body", "/votes/against", "wrong-type"),
        ("body", "/votes/byName", "wrong-type"),
        ("body", "/openToObjection", "wrong-type"),
    }
    assert all(error["detail"] for error in problem["errors"])


def test_errors_in_the_steps_of_a_command_are_all_found() -> None:
    body = {
        "steps": [
            {"noun": "wishes", "occurredOn": "2025-01-01"},
            {"noun": "dromen", "occurredOn": "2025-01-01"},
            {"occurredOn": "2025-01-01"},
            {"noun": "corrections", "step": 0, "occurredOn": "x", "changes": {}, "reason": "r"},
            {"noun": 3},
            "wens",
        ]
    }
    assert told(body, Command) == {
        ("/steps/0/title", "required"),
        ("/steps/1/noun", "not-in-list"),
        ("/steps/2/noun", "required"),
        ("/steps/3/step", "too-small"),
        ("/steps/3/occurredOn", "not-a-date"),
        ("/steps/3/changes", "too-short"),
        ("/steps/4/noun", "not-in-list"),
        ("/steps/5", "wrong-type"),
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], {("", "wrong-type")}),
        ("wens", {("", "wrong-type")}),
        (None, {("", "wrong-type")}),
        ({"occurredOn": None, "title": "x"}, {("/occurredOn", "not-a-date")}),
        ({"occurredOn": "2025-02-30", "title": "x"}, {("/occurredOn", "not-a-date")}),
        ({"occurredOn": "2025-01-01", "title": "x\0"}, {("/title", "wrong-pattern")}),
        ({"occurredOn": "2025-01-01", "title": "x" * 201}, {("/title", "too-long")}),
        ({"occurredOn": "2025-01-01", "title": "x", "a/b~": 1}, {("/a~1b~0", "unknown-field")}),
        ({"occurredOn": "2025-01-01", "title": "x", "visibility": "geheim"}, None),
    ],
)
def test_each_kind_of_error_is_found(body: object, expected: set[tuple[str, str]] | None) -> None:
    assert told(body, STEPS["wishes"]) == (expected or {("/visibility", "not-in-list")})


def test_moments_carry_an_offset_and_roles_come_from_the_list() -> None:
    body = {"role": "operator", "label": "x", "expiresAt": "2031-01-01T00:00:00"}
    assert told(body, MakeKey) == {("/role", "not-in-list"), ("/expiresAt", "not-a-moment")}


def test_no_more_than_a_hundred_errors_are_told() -> None:
    body = {"steps": [{"noun": "wishes"}] * 500}
    assert len(errors_in(msgspec.json.encode(body), Command)) == 100


def test_an_error_that_only_the_decoder_knows_is_told_in_its_words() -> None:
    class Odd(msgspec.Struct):
        at: dict[str, list[float]]

    [error] = errors_in(b'{"at": {"x": [1.5, "a"]}}', Odd)
    assert error.code == "invalid"
    assert error.location.startswith("/at")


@given(
    st.sampled_from(sorted(STEPS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["title", "wish", "outcomes", "x"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    ),
    st.data(),
)
def test_the_walk_finds_errors_exactly_where_the_decoder_does(
    noun: str, junk: object, data: st.DataObject
) -> None:
    body: Any = dict(STEP_EXAMPLES[noun])
    field = data.draw(st.sampled_from([*body, "iets"]))
    body[field] = junk
    encoded = msgspec.json.encode(body)
    try:
        msgspec.json.decode(encoded, type=STEPS[noun])
    except msgspec.ValidationError:
        found = errors_in(encoded, STEPS[noun])
        assert found
        assert all(error.code != "invalid" for error in found)
    else:
        assert errors_in(encoded, STEPS[noun]) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid-json"),
        (b"{", "invalid-json"),
        (b'{"title": "\xff"}', "invalid-json"),
        (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too-deep"),
    ],
)
async def test_what_is_no_json_is_refused(
    town: Town, project: str, client: httpx.AsyncClient, body: bytes, code: str
) -> None:
    answer = await _post(client, town, f"{project}/wishes", body)
    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == [code]


async def test_depth_hidden_in_a_free_field_is_refused(
    town: Town, project: str, client: httpx.AsyncClient
) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    body = b'{"occurredOn":"2025-01-01","step":1,"reason":"x","changes":{"title":%b}}' % deep
    answer = await _post(client, town, f"{project}/corrections", body)
    assert answer.status_code == 400
    nearly = b"[" * 900 + b"]" * 900
    body = b'{"occurredOn":"2025-01-01","step":1,"reason":"x","changes":{"title":%b}}' % nearly
    answer = await _post(client, town, f"{project}/corrections", body, {"Idempotency-Key": "x"})
    assert answer.status_code == 400


async def test_a_body_that_is_too_large_is_refused(
    town: Town, project: str, client: httpx.AsyncClient
) -> None:
    answer = await _post(client, town, f"{project}/wishes", b" " * 2_000_001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large"
    assert answer.json()["facts"] == {"limit": 2_000_000}


async def test_a_body_in_chunks_is_read_whole(
    town: Town, project: str, client: httpx.AsyncClient
) -> None:
    async def chunks() -> Any:
        for part in (b'{"occurredOn":"2024-09-17",', b'"title":', b'"Licht"}'):
            yield part

    headers = {"Authorization": f"Bearer {town.official.key}", "Content-Type": "application/json"}
    answer = await client.post(f"{project}/wishes", content=chunks(), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json"])
async def test_what_does_not_say_it_is_json_is_refused(
    town: Town, project: str, client: httpx.AsyncClient, kind: str
) -> None:
    answer = await _post(client, town, f"{project}/wishes", b"{}", {"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported-media-type"


async def test_json_may_name_its_charset(
    town: Town, project: str, client: httpx.AsyncClient
) -> None:
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = b'{"occurredOn":"2024-09-17","title":"Licht"}'
    answer = await _post(client, town, f"{project}/wishes", body, kind)
    assert answer.status_code == 201


async def test_query_parameters_are_checked_together(town: Town, project: str) -> None:
    answer = await town.official.get(f"{project}/events?after=-1&limit=veel")
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {(error["source"], error["location"]) for error in errors} == {
        ("query", "after"),
        ("query", "limit"),
    }


async def _post(
    client: httpx.AsyncClient,
    town: Town,
    path: str,
    body: bytes,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    sent = {
        "Authorization": f"Bearer {town.official.key}",
        "Content-Type": "application/json",
        **(headers or {}),
    }
    return await client.post(path, content=body, headers=sent)


def test_a_moment_is_read() -> None:
    body = {"role": "reader", "label": "x", "expiresAt": "2031-01-01T00:00:00+01:00"}
    made = msgspec.json.decode(msgspec.json.encode(body), type=MakeKey)
    assert isinstance(made.expires_at, datetime)
