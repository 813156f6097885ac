"""Hashes and numbers as the C2SP texts write them: one spelling for each, no other is read."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

from cocreate.log.tree.errors import Malformed
from cocreate.log.tree.hashing import HASH_SIZE, MAX_SIZE, Hash


def base64_of(data: bytes) -> str:
    """Give bytes in standard base64 (RFC 4648, section 4)."""
    return b64encode(data).decode("ascii")


def read_base64(text: str, what: str) -> bytes:
    """Give the bytes that a text stands for; raises :class:`Malformed`."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = None
    # The last character may have bits to spare: then several texts would stand for the same bytes.
    if data is None or base64_of(data) != text:
        message = f"{what} is not base64: {text!r}"
        raise Malformed(message)
    return data


def read_hash(text: str, what: str) -> Hash:
    """Give the hash that a text stands for; raises :class:`Malformed`."""
    data = read_base64(text, what)
    if len(data) != HASH_SIZE:
        message = f"{what} has {len(data)} bytes, not {HASH_SIZE}"
        raise Malformed(message)
    return data


def read_number(text: str, what: str) -> int:
    """Give the number that digits without leading zeros stand for; raises :class:`Malformed`."""
    digits = text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0")
    if not digits or len(text) > len(str(MAX_SIZE)) or int(text) > MAX_SIZE:
        message = f"{what} is not a decimal number up to {MAX_SIZE}: {text!r}"
        raise Malformed(message)
    return int(text)
