"""JSON in which every name stands once and every number is finite: what two readers read alike.

A token that says a claim twice means one thing to a reader that takes the first and another to one
that takes the last (RFC 8725, 2.4 and RFC 7519, 4). msgspec takes the last; here it is refused.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import NoReturn

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]


class NotStrict(ValueError):  # noqa: N818
    """What was read is no JSON object, or is not as plain as it must be."""


def parse_object(data: bytes) -> JsonObject:
    """Give an object; raises :class:`NotStrict`."""
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refused,
            parse_float=_finite,
        )
    except NotStrict:
        raise
    except (ValueError, RecursionError) as problem:
        raise NotStrict(type(problem).__name__) from None
    if not isinstance(found, dict):
        message = "no object"
        raise NotStrict(message)
    return found


def _once(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a name stands twice"
        raise NotStrict(message)
    return found


def _refused(constant: str) -> NoReturn:
    raise NotStrict(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        message = "a number is too large"
        raise NotStrict(message)
    return number
