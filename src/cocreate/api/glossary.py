"""The glossary: what every word means, in Dutch and in English."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_given
from cocreate.api.documented import documented
from cocreate.api.problems import FieldError, Problem
from cocreate.domain.glossary import CONCEPT, Term, glossary, vocabularies

_CACHED = (b"cache-control", b"public, max-age=3600")


class Glossary(msgspec.Struct, frozen=True, kw_only=True):
    """Terms with their labels and definitions."""

    terms: Sequence[Term]


@get(
    "/v1/glossary",
    operation_id="readGlossary",
    summary="Read what every word means, in Dutch and in English",
    tags=["glossary"],
    opt=documented(answers=Glossary, problems=(400,), open=True),
)
async def read_glossary(
    vocabulary: Annotated[
        str | None, QueryParameter(description="Only the terms of this vocabulary, or `concept`.")
    ] = None,
) -> ASGIResponse:
    """Give all terms, or those of one vocabulary, such as ``deviation-ground``."""
    names = [CONCEPT, *vocabularies()]
    if vocabulary is not None and vocabulary not in names:
        choices = ", ".join(names)
        wrong = FieldError("vocabulary", "not-in-list", {"choices": choices}, "query")
        raise Problem("invalid-input", errors=[wrong])
    return as_given(_told(vocabulary), 200, _CACHED)


@cache
def _told(vocabulary: str | None) -> bytes:
    terms = [term for term in glossary() if vocabulary in (None, term.vocabulary)]
    return msgspec.json.encode(Glossary(terms=terms))
