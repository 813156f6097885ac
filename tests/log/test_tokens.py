"""What is sealed comes back under its own key only, and nothing can be moved or altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.log.tokens import (
    MARK,
    Token,
    Unopenable,
    new_key,
    new_key_id,
    seal,
    tokens_in,
    unseal,
)

KEY, KEY_ID = new_key(), new_key_id()
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=300)


def sealed(text: str = "Sanne de Wit") -> Token:
    return seal(KEY, "GM0503", KEY_ID, "name", text)


@given(texts)
def test_what_was_sealed_comes_back(text: str) -> None:
    token = sealed(text)
    [found] = tokens_in(f'{{"name":"{token}"}}'.encode())
    assert found == token
    assert unseal(KEY, "GM0503", found) == text


@given(texts)
def test_nothing_of_a_text_is_in_its_token(text: str) -> None:
    assert str(sealed(text)) != str(sealed(text))
    assert str(sealed(text)).startswith(MARK)


def test_the_length_of_a_token_does_not_tell_one_name_from_another() -> None:
    assert len({len(str(sealed("x" * length))) for length in range(1, 33)}) == 1


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Unopenable):
        unseal(new_key(), "GM0503", sealed())


def test_it_cannot_be_moved_to_another_municipality() -> None:
    with pytest.raises(Unopenable):
        unseal(KEY, "GM0080", sealed())


def test_it_cannot_be_moved_to_another_field_or_key() -> None:
    token = sealed()
    for moved in (token._replace(field="about"), token._replace(key_id=new_key_id())):
        with pytest.raises(Unopenable):
            unseal(KEY, "GM0503", moved)


@given(st.integers(min_value=0, max_value=59), st.integers(min_value=0, max_value=7))
def test_one_bit_that_was_altered_is_found(byte: int, bit: int) -> None:
    token = sealed()
    assert len(token.sealed) == 60
    altered = bytearray(token.sealed)
    altered[byte] ^= 1 << bit
    with pytest.raises(Unopenable):
        unseal(KEY, "GM0503", token._replace(sealed=bytes(altered)))


def test_what_only_looks_like_a_token_is_none() -> None:
    for text in (MARK, f"{MARK}1,x,name,y⟧", f"{MARK}2,{KEY_ID},name,{'A' * 80}⟧", "⟦sealed⟧"):
        assert not list(tokens_in(text.encode()))


@pytest.mark.parametrize("length", range(30, 60))
def test_only_what_can_be_read_is_taken_for_a_token(length: int) -> None:
    text = f"{MARK}1,{KEY_ID},name,{'A' * length}⟧".encode()
    found = list(tokens_in(text))
    assert len(found) == (length >= 36 and length % 4 != 1)
