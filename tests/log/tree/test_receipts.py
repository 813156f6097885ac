"""A receipt proves one entry in one log, by itself, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import naive, vectors

from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.errors import (
    Malformed,
    NotSigned,
    OutOfRange,
    ProofFails,
    Unsound,
    WrongOrigin,
)
from cocreate.log.tree.keys import SignatureType, SigningKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.receipts import Receipt

ORIGIN = "log.example.nl/gm0503"
LOG = SigningKey.generate(ORIGIN)
ENTRIES = vectors.ENTRIES


def subtrees(level: int, index: int) -> bytes:
    return naive.subtree(ENTRIES, level, index)


def checkpoint(size: int = 8) -> Note:
    return Note.signed(Checkpoint(ORIGIN, size, naive.root(ENTRIES[:size])).text, LOG)


def receipt(index: int = 5, size: int = 8, extra: bytes = b"") -> Receipt:
    return Receipt.issued(index, checkpoint(size), subtrees, extra)


def test_a_receipt_has_the_text_of_the_specification() -> None:
    text = bytes(receipt(extra=b"salt")).decode()
    assert text == (
        "c2sp.org/tlog-proof@v1\n"
        "extra c2FsdA==\n"
        "index 5\n"
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"
        "\n" + bytes(checkpoint()).decode()
    )


def test_a_receipt_in_a_tree_of_one_entry_has_no_hashes() -> None:
    assert bytes(receipt(0, 1)).startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example.nl")


@given(st.integers(1, 8), st.data(), st.binary(max_size=50))
def test_a_receipt_is_read_as_it_was_written_and_proves_its_entry(
    size: int, data: st.DataObject, extra: bytes
) -> None:
    index = data.draw(st.integers(0, size - 1))
    issued = receipt(index, size, extra)
    read = Receipt.parse(bytes(issued))
    assert read == issued
    signed = read.verify(ENTRIES[index], ORIGIN, [LOG.verifier])
    assert (signed.checkpoint.size, signed.checkpoint.root) == (size, naive.root(ENTRIES[:size]))


def test_a_receipt_tells_which_witnesses_saw_the_checkpoint() -> None:
    witness = SigningKey.generate("witness.example", SignatureType.COSIGNATURE)
    note = checkpoint()
    witnessed = note.also_signed(witness.cosign(note.text, 1_700_000_000))
    issued = Receipt.issued(3, witnessed, subtrees)
    signed = issued.verify(ENTRIES[3], ORIGIN, [LOG.verifier, witness.verifier])
    assert [(each.key.name, each.at) for each in signed.signatures] == [
        (ORIGIN, None),
        ("witness.example", 1_700_000_000),
    ]


def test_a_receipt_with_any_bit_changed_is_refused_or_differs_in_its_extra_data_alone() -> None:
    issued = receipt(2, 7, extra=b"any")
    data = bytes(issued)
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            try:
                read = Receipt.parse(changed)
                read.verify(ENTRIES[2], ORIGIN, [LOG.verifier])
            except Unsound:
                continue
            assert read.extra != issued.extra
            assert bytes(read) == changed


@pytest.mark.parametrize("index", range(8))
def test_a_receipt_proves_no_other_entry(index: int) -> None:
    if index != 5:
        with pytest.raises(ProofFails, match="The inclusion proof of entry 5 leads to"):
            receipt(5).verify(ENTRIES[index], ORIGIN, [LOG.verifier])


def test_a_receipt_is_refused_by_who_trusts_another_log_or_key() -> None:
    with pytest.raises(WrongOrigin):
        receipt().verify(ENTRIES[5], "log.example.nl/gm0772", [LOG.verifier])
    with pytest.raises(NotSigned):
        receipt().verify(ENTRIES[5], ORIGIN, [SigningKey.generate(ORIGIN).verifier])


def test_an_entry_that_the_tree_does_not_have_gets_no_receipt() -> None:
    with pytest.raises(OutOfRange, match="has no entry 8"):
        receipt(8)


def test_a_receipt_for_an_index_beyond_its_checkpoint_is_refused() -> None:
    issued = receipt()
    moved = Receipt(8, issued.proof, issued.note)
    with pytest.raises(OutOfRange, match="has no entry 8"):
        moved.verify(ENTRIES[5], ORIGIN, [LOG.verifier])


HASH = "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("", "does not begin with"),
        ("c2sp.org/tlog-proof@v2\nindex 5", "does not begin with"),
        ("c2sp.org/tlog-proof@v1", "has no line with the index"),
        ("c2sp.org/tlog-proof@v1 \nindex 5", "does not begin with"),
        ("c2sp.org/tlog-proof@v1\r\nindex 5", "does not begin with"),
        ("c2sp.org/tlog-proof@v1\nextra \nindex 5", "nothing in it"),
        ("c2sp.org/tlog-proof@v1\nextra\nindex 5", "the line 'extra' where 'index'"),
        ("c2sp.org/tlog-proof@v1\nextra c2FsdA\nindex 5", "extra data of the receipt is not base"),
        ("c2sp.org/tlog-proof@v1\nextra c2FsdA==", "has no line with the index"),
        ("c2sp.org/tlog-proof@v1\nindex 5\nextra c2FsdA==", "inclusion proof is not base64"),
        ("c2sp.org/tlog-proof@v1\nindex 05", "The index in the receipt"),
        ("c2sp.org/tlog-proof@v1\nindex -5", "The index in the receipt"),
        ("c2sp.org/tlog-proof@v1\nindex  5", "The index in the receipt"),
        ("c2sp.org/tlog-proof@v1\nindex 5 ", "The index in the receipt"),
        ("c2sp.org/tlog-proof@v1\nindex", "the line 'index' where 'index'"),
        ("c2sp.org/tlog-proof@v1\nindexes 5", "the line 'indexes 5' where 'index'"),
        (f"c2sp.org/tlog-proof@v1\nindex 5\n{HASH} ", "inclusion proof is not base64"),
        (f"c2sp.org/tlog-proof@v1\nindex 5\n{HASH[4:]}", "inclusion proof has 29 bytes"),
        ("c2sp.org/tlog-proof@v1\nindex 5\n\N{SUPERSCRIPT TWO}", "is not ASCII"),
    ],
)
def test_another_spelling_of_a_receipt_is_refused_with_the_reason(head: str, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        Receipt.parse(head.encode() + b"\n\n" + bytes(checkpoint()))


@pytest.mark.parametrize("cut", [1, 2, 100, 250, 330])
def test_a_receipt_that_is_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(Malformed):
        Receipt.parse(bytes(receipt())[:-cut])
