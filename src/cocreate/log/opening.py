"""Opening what was sealed, in bytes on their way to someone who may see it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from cocreate.log.keys import Keys
from cocreate.log.tokens import ERASED, TOKEN, Token, Unopenable, unseal

UNREADABLE = "[onleesbaar / unreadable]"
"""What is read in place of a value that was tampered with."""

Write = Callable[[str, bytes], bytes]
"""Writes a text as it stands in its format, given the bytes that come before it."""

_SEALED = b"sealed"
"""What stands in every token, in each form."""
_log = logging.getLogger(__name__)


class Opened(NamedTuple):
    """Bytes with nothing sealed in them, and whose keys were asked for it."""

    data: bytes
    erased: frozenset[str]
    """The ids of keys that are no more."""
    any: bool
    """Whether anything in it was sealed."""


async def opened(
    keys: Keys,
    tenant: str,
    data: bytes,
    write: Write,
    before: bytes = b"",
    form: re.Pattern[bytes] = TOKEN,
) -> Opened:
    """Open all that is sealed in some bytes, with one query for the keys.

    ``before`` is what came before them, and ``form`` how tokens stand in them. Raises
    :class:`~cocreate.log.errors.KeysUnusable`.
    """
    ids = {match[1].decode("ascii") for match in form.finditer(data)} if _SEALED in data else set()
    if not ids:
        return Opened(data, frozenset(), any=False)
    found = await keys.find(tenant, ids)

    def replaced(match: re.Match[bytes]) -> bytes:
        come_before = data[max(match.start() - 2, 0) : match.start()]
        if match.start() < 2:
            come_before = (before + come_before)[-2:]
        return write(_text(found, tenant, Token.found(match)), come_before)

    return Opened(form.sub(replaced, data), frozenset(ids - found.keys()), any=True)


def in_json(text: str, _before: bytes) -> bytes:
    """Write a text within a string of JSON."""
    return msgspec.json.encode(text)[1:-1]


def _text(found: Mapping[str, bytes], tenant: str, token: Token) -> str:
    key = found.get(token.key_id)
    if key is None:
        return ERASED
    try:
        return unseal(key, tenant, token)
    except Unopenable:
        _log.error("A sealed value of %s cannot be opened by key %s", tenant, token.key_id)
        return UNREADABLE
