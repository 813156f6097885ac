"""The keys that sign for the trees: whole in a file of their own, and rotated one after another."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cocreate.log.signing import SigningKeys, SigningKeysWrong
from cocreate.log.tree.errors import NotSigned
from cocreate.log.tree.notes import Note

ORIGIN = "log.test/gm0503"


def test_keys_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "keys"
    keys = SigningKeys.generate().rotated()
    keys.write(file)
    assert SigningKeys.read(file).verifiers(ORIGIN) == keys.verifiers(ORIGIN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["keys"]


def test_a_first_key_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    first = SigningKeys.read_or_make(file)
    assert SigningKeys.read_or_make(file).verifiers(ORIGIN) == first.verifiers(ORIGIN)


def test_who_trusts_an_earlier_key_follows_on_to_the_next() -> None:
    first = SigningKeys.generate()
    second = first.rotated()
    third = second.rotated()
    text = f"{ORIGIN}\n0\nxxx\n"
    for older, newer in ((first, second), (second, third)):
        [*_, trusted] = older.verifiers(ORIGIN)
        assert Note.signed(text, *newer.of(ORIGIN)).verify([trusted])
    with pytest.raises(NotSigned):
        Note.signed(text, *third.of(ORIGIN)).verify(first.verifiers(ORIGIN))


def test_each_log_has_a_key_of_its_own_name() -> None:
    keys = SigningKeys.generate()
    [one], [other] = keys.verifiers(ORIGIN), keys.verifiers("log.test/gm0080")
    assert one.public == other.public
    assert one.key_id != other.key_id


@pytest.mark.parametrize("content", ["", "geheim", "AAAA", "\xe9", "A" * 44])
def test_a_file_without_keys_is_refused_and_not_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SigningKeysWrong) as refused:
        SigningKeys.read(file)
    assert str(file) in str(refused.value)
    assert not content or content not in str(refused.value)
    with pytest.raises(SigningKeysWrong):
        SigningKeys.read(tmp_path / "none")
