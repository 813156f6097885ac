"""Whatever goes wrong is told as problem details, in the language of who asks."""

from __future__ import annotations

import httpx
import pytest
from litestar import get
from tests.api.conftest import Town
from tests.conftest import served

from cocreate.api.problem_texts import INPUT, TEXTS
from cocreate.api.problems import preferred_language
from cocreate.app import create_app
from cocreate.domain import errors
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nergens", 404, "not-found"),
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/municipalities/", 404, "not-found"),
        ("GET", "/v1/glossary/", 404, "not-found"),
        ("DELETE", "/v1/glossary", 405, "method-not-allowed"),
        ("POST", "/v1/health/live", 405, "method-not-allowed"),
        ("GET", "/v1/glossary?vocabulary=x", 400, "invalid-input"),
        ("POST", "/v1/municipalities", 401, "unauthenticated"),
    ],
)
async def test_every_refusal_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"https://cocreate.test/problems/{code}"
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["instance"] == path.partition("?")[0]
    assert problem["title"]
    assert problem["detail"]


async def test_a_refused_method_tells_which_are_allowed(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/municipalities")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


async def test_a_problem_is_told_in_dutch_unless_english_is_preferred(
    town: Town, project: str
) -> None:
    said = {"occurredOn": "2999-01-01", "title": "x"}
    dutch = await town.official.post(f"{project}/wishes", said)
    english = await town.official.post(f"{project}/wishes", said, Accept_Language="en-GB,nl;q=0.5")
    assert dutch.json()["title"] == errors.OccurredInFuture.title_nl
    assert english.json()["title"] == errors.OccurredInFuture.title_en
    assert dutch.headers["content-language"] == "nl"
    assert english.headers["content-language"] == "en"
    assert "Accept-Language" in dutch.headers["vary"]
    assert dutch.json()["code"] == english.json()["code"] == "occurred-in-future"


async def test_what_is_wrong_with_a_field_is_told_in_both_languages(
    town: Town, project: str
) -> None:
    dutch = await town.official.post(f"{project}/wishes", {})
    english = await town.official.post(f"{project}/wishes", {}, Accept_Language="en")
    assert dutch.json()["errors"][0]["detail"] == "Dit veld is verplicht."
    assert english.json()["errors"][0]["detail"] == "This field is required."


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "nl"),
        ("*", "nl"),
        ("nl", "nl"),
        ("en", "en"),
        ("fr, en;q=0.3", "en"),
        ("en;q=0.3, nl;q=0.8", "nl"),
        ("EN-us;q=0.9, nl-NL;q=0.8", "en"),
        ("nl; q=0.3, en; q=0.8", "en"),
        ("en;q=veel", "nl"),
        ("de", "nl"),
        ("en,nl", "nl"),
    ],
)
def test_the_language_is_the_one_preferred(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


def test_all_texts_are_there_in_both_languages() -> None:
    for code, text in TEXTS.items():
        assert code == code.lower()
        assert all((text.title_nl, text.title_en, text.nl, text.en))
        assert 400 <= text.status < 600
    for nl, en in INPUT.values():
        assert nl != en


async def test_what_nobody_foresaw_gives_500_and_tells_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    @get("/v1/breuk")
    async def breaks() -> None:
        message = "geheim"
        raise RuntimeError(message)

    app = create_app(settings)
    app.register(breaks)
    async with served(app) as client:
        answer = await client.get("/v1/breuk")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal-error"
    assert "geheim" not in answer.text
    assert "geheim" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_facts_of_others_are_in_a_refusal(town: Town, project: str) -> None:
    answer = await town[Role.READER].get(f"{project}/events/7")
    told = {"type", "title", "status", "detail", "instance", "code", "requestId"}
    assert set(answer.json()) == told
