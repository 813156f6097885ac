"""The places at which pages begin, as readers hand them back in ``after``."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import Meta

from cocreate.api.problems import FieldError, Problem

T = TypeVar("T")

After = Annotated[
    str, Meta(min_length=1, max_length=2_000, description="The `next` of the page before.")
]
"""A place as a parameter. The longest has a title of 200 characters, each of which JSON may write
as six and base64 as eight."""


def place_of(text: str, parse: Callable[[str], T]) -> T:
    """Give the place that a reader names.

    ``parse`` raises :class:`ValueError` or :class:`OverflowError` for one that was never given;
    this then raises :class:`Problem`.
    """
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise no_place() from None


def no_place() -> Problem:
    """Give the problem of a place that was never given."""
    wrong = FieldError("after", "invalid", {"problem": "after"}, source="query")
    return Problem("invalid-input", errors=[wrong])


def token_of(place: bytes) -> str:
    """Give a place as a token that can stand in an address."""
    return urlsafe_b64encode(place).rstrip(b"=").decode()


def in_token(token: str) -> bytes:
    """Give the place in a token. Raises :class:`ValueError` if it is none."""
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))
