"""The glossary tells every word in both languages."""

from __future__ import annotations

import httpx

from cocreate.domain.glossary import glossary, vocabularies


async def test_the_glossary_has_every_term(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/glossary")
    assert answer.status_code == 200
    terms = answer.json()["terms"]
    assert len(terms) == len(glossary())
    assert set(terms[0]) == {"vocabulary", "code", "nl", "en", "definitionNl", "definitionEn"}


async def test_one_vocabulary_can_be_asked(client: httpx.AsyncClient) -> None:
    for name, enum in vocabularies().items():
        answer = await client.get("/v1/glossary", params={"vocabulary": name})
        assert [term["code"] for term in answer.json()["terms"]] == [m.value for m in enum]
    concepts = await client.get("/v1/glossary?vocabulary=concept")
    assert "wish" in {term["code"] for term in concepts.json()["terms"]}


async def test_a_vocabulary_that_is_not_there_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/glossary?vocabulary=kleuren")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["source"], error["location"]) == ("query", "vocabulary")
    assert "sector" in error["detail"]
