"""The tree in tiles is the tree itself, and every tile has one path."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import naive

from cocreate.log.tree.errors import Malformed, OutOfRange
from cocreate.log.tree.hashing import MAX_SIZE, Frontier, leaf_hash, root_of
from cocreate.log.tree.proofs import consistency_proof, inclusion_proof
from cocreate.log.tree.tiles import (
    ENTRIES,
    MAX_ENTRY,
    MAX_LEVEL,
    WIDTH,
    Tile,
    filled_tiles,
    hashes_at,
    new_bundles,
    new_tiles,
    partial_tiles,
    read_bundle,
    subtrees_in_tiles,
    tile_at,
    write_bundle,
)

LOG = [number.to_bytes(4, "big") for number in range(70_000)]
LEAVES = [leaf_hash(entry) for entry in LOG]

TILES = st.builds(
    Tile,
    st.integers(ENTRIES, MAX_LEVEL),
    st.one_of(st.integers(0, 2_000), st.integers(0, MAX_SIZE >> 8)),
    st.integers(1, WIDTH),
)


def grown(sizes: Sequence[int]) -> dict[Tile, bytes]:
    """Give all tiles of a log that grew to one size after another."""
    store: dict[Tile, bytes] = {}
    before = 0
    for size in sizes:
        store.update(filled_tiles(before, LEAVES[before:size], store.__getitem__))
        before = size
    return store


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(4, 1_234_067), "tile/4/x001/x234/067"),
        (Tile(63, 1_234_067, 1), "tile/63/x001/x234/067.p/1"),
        (Tile(ENTRIES, 67), "tile/entries/067"),
        (Tile(ENTRIES, 67, 255), "tile/entries/067.p/255"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@given(TILES)
def test_a_path_leads_back_to_its_tile(tile: Tile) -> None:
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/x001/x002",
        "tile/0/001/002",
        "tile/0/X001/002",
        "tile/0/-01",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/8/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/" + 3 * "\N{ARABIC-INDIC DIGIT ZERO}",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tiles/0/000",
    ],
)
def test_another_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(Malformed, match="no path of a tile"):
        Tile.parse(path)


@given(TILES, st.data())
def test_a_path_with_a_character_changed_is_another_tile_or_none(
    tile: Tile, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(tile.path) - 1))
    char = data.draw(st.sampled_from("0123456789x/.p "))
    changed = tile.path[:place] + char + tile.path[place + 1 :]
    try:
        other = Tile.parse(changed)
    except Malformed:
        return
    assert other.path == changed


def test_a_tree_has_the_tiles_of_the_example_in_the_specification() -> None:
    tiles = list(new_tiles(0, 70_000))
    assert tiles == [
        *(Tile(0, index) for index in range(273)),
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(new_tiles(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(new_tiles(0, 0)) == []


def test_bundles_are_as_wide_as_the_tiles_of_their_leaves() -> None:
    assert list(new_bundles(250, 600)) == [
        Tile(ENTRIES, 0),
        Tile(ENTRIES, 1),
        Tile(ENTRIES, 2, 88),
    ]
    assert list(new_bundles(600, 600)) == []


@given(st.integers(0, 140_000), st.integers(0, 140_000))
def test_new_tiles_are_those_that_the_earlier_tree_has_not(one: int, other: int) -> None:
    old_size, size = sorted((one, other))
    before = set(new_tiles(0, old_size))
    assert set(new_tiles(old_size, size)) == set(new_tiles(0, size)) - before
    assert all(tile.within(size) for tile in new_tiles(0, size))
    assert not any(tile.within(old_size) for tile in new_tiles(old_size, size))


@pytest.mark.parametrize("sizes", [[1], [255, 256, 257], [1, 2, 3, 600, 601, 65_536, 66_000]])
def test_a_log_that_grows_has_the_tiles_of_the_tree(sizes: list[int]) -> None:
    store = grown(sizes)
    size = sizes[-1]
    for tile in new_tiles(0, size):
        span = 1 << (8 * tile.level)
        assert store[tile] == b"".join(
            root_of(LEAVES[place * span : (place + 1) * span])
            for place in range(tile.start, tile.end)
        )
    assert set(store) >= set(new_tiles(0, size))


def test_each_step_of_a_log_fills_the_tiles_that_are_new() -> None:
    store = grown([70_000 - 300])
    step = dict(filled_tiles(69_700, LEAVES[69_700:], store.__getitem__))
    assert list(step) == list(new_tiles(69_700, 70_000))


def test_the_tree_in_tiles_is_the_tree_itself() -> None:
    size = 66_000
    subtrees = subtrees_in_tiles(size, grown([65_000, size]).__getitem__)
    assert Frontier.of(size, subtrees).root == root_of(LEAVES[:size])
    for level, index in [(0, 0), (0, 65_999), (3, 8_249), (8, 256), (11, 31), (16, 0)]:
        leaves = LEAVES[index << level : (index + 1) << level]
        assert subtrees(level, index) == root_of(leaves)


def test_proofs_are_made_from_tiles() -> None:
    entries = LOG[:700]
    subtrees = subtrees_in_tiles(700, grown([300, 700]).__getitem__)
    assert inclusion_proof(513, 700, subtrees) == naive.path(513, entries)
    assert consistency_proof(300, 700, subtrees) == naive.proof(300, entries)


def test_proofs_of_neighbours_read_each_tile_once() -> None:
    store, read = grown([66_000]), list[str]()

    def reading(tile: Tile) -> bytes:
        read.append(tile.path)
        return store[tile]

    subtrees = subtrees_in_tiles(66_000, reading)
    for index in range(300, 310):
        inclusion_proof(index, 66_000, subtrees)
    edge = ["tile/0/257.p/208", "tile/1/001.p/1"]
    assert sorted(read) == sorted(["tile/0/001", "tile/1/000", *edge])


def test_only_the_right_edge_is_read_when_a_log_grows() -> None:
    store = grown([66_000])
    read: list[str] = []

    def reading(tile: Tile) -> bytes:
        read.append(tile.path)
        return store[tile]

    dict(filled_tiles(66_000, LEAVES[66_000:66_500], reading))
    assert read == ["tile/0/257.p/208", "tile/1/001.p/1"]


@pytest.mark.parametrize(("level", "index"), [(0, 700), (1, 350), (10, 0), (0, -1), (-1, 0)])
def test_a_subtree_that_is_not_complete_is_refused(level: int, index: int) -> None:
    subtrees = subtrees_in_tiles(700, grown([700]).__getitem__)
    with pytest.raises(OutOfRange, match="no complete subtree"):
        subtrees(level, index)


def test_a_tile_of_a_wrong_length_is_refused() -> None:
    subtrees = subtrees_in_tiles(700, lambda _tile: bytes(8_192))
    with pytest.raises(Malformed, match=r"tile/0/002\.p/188 has 8192 bytes, not 6016"):
        subtrees(0, 600)


@pytest.mark.parametrize(("level", "index"), [(0, 3), (1, 1), (2, 0), (0, -1)])
def test_a_tile_that_the_tree_does_not_have_is_refused(level: int, index: int) -> None:
    with pytest.raises(OutOfRange):
        tile_at(level, index, 700)


@given(st.lists(st.binary(max_size=70), min_size=1, max_size=WIDTH))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    tile = Tile(ENTRIES, 0, len(entries))
    assert read_bundle(tile, write_bundle(entries)) == entries


def test_a_bundle_is_entries_after_their_lengths() -> None:
    assert write_bundle([b"", b"ab", b"x" * 258]) == b"\0\0" + b"\0\2ab" + b"\1\2" + b"x" * 258
    longest = b"x" * MAX_ENTRY
    assert read_bundle(Tile(ENTRIES, 0, 1), write_bundle([longest])) == [longest]
    with pytest.raises(OutOfRange, match="65536 bytes"):
        write_bundle([longest + b"x"])


@pytest.mark.parametrize("data", [b"\0", b"\0\2a", b"\0\1a\0"])
def test_a_bundle_that_is_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match="ends within entry"):
        read_bundle(Tile(ENTRIES, 3, 1), data)


@pytest.mark.parametrize("data", [b"", b"\0\1a", b"\0\1a\0\1b\0\1c"])
def test_a_bundle_with_another_number_of_entries_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"tile/entries/003\.p/2 has [013] entries, not 2"):
        read_bundle(Tile(ENTRIES, 3, 2), data)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 2**24 + 3])
def test_the_partial_tiles_are_those_at_the_right_edge(size: int) -> None:
    every = [*new_tiles(max(size - 1, 0), size), *new_bundles(max(size - 1, 0), size)]
    level_wide = {tile.level for tile in every if tile.partial}
    found = partial_tiles(size)
    assert all(tile.partial and tile.end == hashes_at(tile.level, size) for tile in found)
    assert level_wide <= {tile.level for tile in found}
    for level in range(-1, 5):
        ragged = hashes_at(level, size) % 256 != 0
        assert ragged == (level in {tile.level for tile in found})
