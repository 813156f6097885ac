"""A checkpoint has one spelling, and speaks for the log that signed it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import vectors

from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.errors import Malformed, NotSigned, OutOfRange, SignatureFails, WrongOrigin
from cocreate.log.tree.hashing import EMPTY_ROOT, MAX_SIZE
from cocreate.log.tree.keys import Signature, SignatureType, SigningKey
from cocreate.log.tree.notes import Note

ORIGIN = "log.example.nl/gm0503"
LOG = SigningKey.generate(ORIGIN)
WITNESS = SigningKey.generate("witness.example", SignatureType.COSIGNATURE)
CHECKPOINT = Checkpoint(ORIGIN, 8, bytes.fromhex(vectors.ROOTS[8]))
ROOT_LINE = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="


def test_a_checkpoint_has_three_lines() -> None:
    assert CHECKPOINT.text == f"{ORIGIN}\n8\n{ROOT_LINE}\n"


def test_a_public_checkpoint_is_read() -> None:
    note = Note.parse(vectors.CHECKSUMS_NOTE.encode())
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("go.sum database tree", 20_852_163)
    assert checkpoint.text == note.text


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)


@given(LINES, st.integers(1, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(LINES))
def test_a_checkpoint_is_read_as_it_was_written(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "does not end with a newline"),
        (f"{ORIGIN}\n8\n{ROOT_LINE}", "does not end with a newline"),
        (f"{ORIGIN}\n8\n", "three lines or more"),
        (f"\n8\n{ROOT_LINE}\n", "none is empty"),
        (f"{ORIGIN}\n8\n{ROOT_LINE}\n\n", "none is empty"),
        (f"{ORIGIN}\n8\n{ROOT_LINE}\n\nmore\n", "none is empty"),
        (f"{ORIGIN}\n08\n{ROOT_LINE}\n", "The size in the checkpoint is not a decimal number"),
        (f"{ORIGIN}\n+8\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n-8\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n 8\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n1_0\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n\N{SUPERSCRIPT TWO}\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n\N{ARABIC-INDIC DIGIT TWO}\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n{MAX_SIZE + 1}\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n{'9' * 5000}\n{ROOT_LINE}\n", "The size in the checkpoint"),
        (f"{ORIGIN}\n8\n{ROOT_LINE[:-1]}\n", "The root in the checkpoint is not base64"),
        (f"{ORIGIN}\n8\n{ROOT_LINE} \n", "The root in the checkpoint is not base64"),
        (f"{ORIGIN}\n8\n{ROOT_LINE[:-2]}h=\n", "The root in the checkpoint is not base64"),
        (f"{ORIGIN}\n8\n{ROOT_LINE[4:]}\n", "has 29 bytes, not 32"),
        (f"{ORIGIN}\n0\n{ROOT_LINE}\n", "not that of an empty tree"),
        (f"{ORIGIN}\t\n8\n{ROOT_LINE}\n", "a character that no note can have"),
    ],
)
def test_another_spelling_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        Checkpoint.parse(text)


def test_an_empty_tree_has_a_checkpoint() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, EMPTY_ROOT, ()),
        ("a\nb", 1, EMPTY_ROOT, ()),
        ("a", -1, EMPTY_ROOT, ()),
        ("a", MAX_SIZE + 1, EMPTY_ROOT, ()),
        ("a", 1, EMPTY_ROOT[1:], ()),
        ("a", 0, bytes(32), ()),
        ("a", 1, EMPTY_ROOT, ("",)),
        ("a", 1, EMPTY_ROOT, ("b", "c\n")),
    ],
)
def test_what_cannot_be_read_back_is_not_written(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises((Malformed, OutOfRange)):
        Checkpoint(origin, size, root, extensions)


def test_a_signed_checkpoint_is_opened_with_who_signed_it() -> None:
    note = Note.signed(CHECKPOINT.text, LOG).also_signed(WITNESS.cosign(CHECKPOINT.text, 1_000))
    opened = open_checkpoint(note, ORIGIN, [LOG.verifier, WITNESS.verifier])
    assert opened.checkpoint == CHECKPOINT
    assert [each.at for each in opened.signatures] == [None, 1_000]


def test_a_log_goes_on_under_a_new_key() -> None:
    successor = SigningKey.generate(ORIGIN)
    for key in (LOG, successor):
        note = Note.signed(CHECKPOINT.text, key)
        opened = open_checkpoint(note, ORIGIN, [LOG.verifier, successor.verifier])
        assert [each.key for each in opened.signatures] == [key.verifier]


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint("log.example.nl/gm0772", 8, CHECKPOINT.root)
    with pytest.raises(WrongOrigin, match=r"is of 'log\.example\.nl/gm0772', not of"):
        open_checkpoint(Note.signed(other.text, LOG), ORIGIN, [LOG.verifier])


def test_a_witness_does_not_speak_for_the_log() -> None:
    note = Note.signed(CHECKPOINT.text, SigningKey.generate(ORIGIN))
    witnessed = note.also_signed(WITNESS.cosign(CHECKPOINT.text, 1_000))
    with pytest.raises(NotSigned, match="has no signature of the log"):
        open_checkpoint(witnessed, ORIGIN, [LOG.verifier, WITNESS.verifier])


def test_a_cosignature_under_the_name_of_the_log_is_not_its_signature() -> None:
    cosigner = SigningKey.generate(ORIGIN, SignatureType.COSIGNATURE)
    note = Note(CHECKPOINT.text, (cosigner.cosign(CHECKPOINT.text, 1_000),))
    with pytest.raises(NotSigned, match="has no signature of the log"):
        open_checkpoint(note, ORIGIN, [LOG.verifier, cosigner.verifier])


def test_a_forged_cosignature_spoils_a_checkpoint() -> None:
    forged = Signature("witness.example", WITNESS.verifier.key_id, bytes(72))
    note = Note.signed(CHECKPOINT.text, LOG).also_signed(forged)
    with pytest.raises(SignatureFails):
        open_checkpoint(note, ORIGIN, [LOG.verifier, WITNESS.verifier])


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(Malformed, match="three lines or more"):
        open_checkpoint(Note.signed("hello\n", LOG), ORIGIN, [LOG.verifier])
