"""Reading a bag in a zip file that nobody vouches for: names, sizes and checksums come first."""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from cocreate.audit.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    MANIFEST,
    TAG_FILES,
    TAG_MANIFEST,
)
from cocreate.audit.wrong import Wrong

MAX_FILES = 5_000_000
MAX_SMALL = 1_000_000
"""How many bytes a file has at most that is read at once."""
MAX_LINE = 16_000_000
"""How many bytes a line has at most; a request has fewer."""
MAX_MANIFEST = 1_000_000_000
CHUNK = 1 << 20
MAX_RATIO = 1_100
"""How many times as large deflated data become at most; anything beyond is no deflated file."""

_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", re.ASCII)
_LISTED = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")
_FLAGS = 0x800 | 0x6
"""What may be said of a file: that its name is UTF-8, and how hard it was compressed."""
_BROKEN = (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Bag:
    """A bag that is being checked; whatever is read from it fits its manifest."""

    def __init__(self, file: BinaryIO) -> None:
        """Open a bag. Raises :class:`Wrong`."""
        try:
            self._zip = ZipFile(file)
        except (*_BROKEN, ValueError, OSError) as problem:
            raise Wrong("no-zip", problem=problem) from None
        self._files = self._find()
        if self._small(BAGIT) != BAGIT_TEXT:
            raise Wrong("bagit", BAGIT)
        tags = self._manifest(TAG_MANIFEST)
        _require_same(set(tags), set(TAG_FILES), TAG_MANIFEST)
        for name in TAG_FILES:
            if self._digest(name) != tags[name]:
                raise Wrong("checksum", name, manifest=TAG_MANIFEST)
        self._sums = self._manifest(MANIFEST)
        payload = {name for name in self._files if name.startswith("data/")}
        _require_same(set(self._sums), payload, MANIFEST)
        for name in self._files.keys() - payload - {*TAG_FILES, TAG_MANIFEST}:
            raise Wrong("unexpected", name)

    @property
    def names(self) -> frozenset[str]:
        """The files of the payload."""
        return frozenset(self._sums)

    @property
    def payload_size(self) -> int:
        """How many bytes the payload has."""
        return sum(self._files[name].file_size for name in self._sums)

    @property
    def info(self) -> bytes:
        """What the bag says of itself."""
        return self._small(BAG_INFO)

    def size(self, name: str) -> int:
        """Give how many bytes a file has."""
        return self._files[name].file_size

    def sha256(self, name: str) -> str:
        """Give the SHA-256 of a file as its manifest has it."""
        self._require(name)
        return self._sums[name]

    def read(self, name: str, limit: int = MAX_SMALL) -> bytes:
        """Give what a file holds; raises :class:`Wrong`."""
        self._require(name)
        content = self._small(name, limit)
        if sha256(content).hexdigest() != self._sums[name]:
            raise Wrong("checksum", name, manifest=MANIFEST)
        return content

    def check(self, name: str) -> None:
        """Make sure that a file fits its manifest, however large it is; raises :class:`Wrong`."""
        if self._digest(name) != self.sha256(name):
            raise Wrong("checksum", name, manifest=MANIFEST)

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file, without their ends; raises :class:`Wrong`."""
        for batch in self.batches(name):
            yield from batch[:-1].split(b"\n")

    def batches(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file with their ends, many at a time; raises :class:`Wrong`."""
        expected, digest, rest, size = self.sha256(name), sha256(), b"", 0
        for chunk in self._chunks(name):
            digest.update(chunk)
            size += len(chunk)
            end = chunk.rfind(b"\n") + 1
            batch, rest = (rest + chunk[:end], chunk[end:]) if end else (b"", rest + chunk)
            if len(rest) > MAX_LINE:
                line = self._line_at(name, size - len(rest))
                raise Wrong("too-large", name, line=line, size=len(rest), limit=MAX_LINE)
            if batch:
                yield batch
        if rest:
            line = self._line_at(name, size - len(rest))
            raise Wrong("line", name, line=line, problem="it does not end")
        if digest.hexdigest() != expected:
            raise Wrong("checksum", name, manifest=MANIFEST)

    def _line_at(self, name: str, place: int) -> int:
        """Give the number of the line that begins at a place in a file."""
        # It is asked of a file that is wrong only: to count as it is read costs all others.
        line = 1
        for chunk in self._chunks(name):
            line += chunk[: max(place, 0)].count(b"\n")
            place -= len(chunk)
        return line

    # -- the zip file ---------------------------------------------------------------------------

    def _find(self) -> Mapping[str, ZipInfo]:
        """Give the files by their name within the bag, none of which is of a kind it cannot be."""
        found: dict[str, ZipInfo] = {}
        every = self._zip.infolist()
        if len(every) > MAX_FILES:
            raise Wrong("no-zip", problem=f"{len(every)} files")
        bags = set()
        for info in every:
            # A name that goes on after a NUL is not what it seems to be.
            if info.filename != info.orig_filename or not _NAME.fullmatch(info.filename):
                raise Wrong("zip-name", name=repr(info.orig_filename))
            bag, _, name = info.filename.partition("/")
            bags.add(bag)
            if not name or {".", ".."} & set(info.filename.split("/")) or len(bags) > 1:
                raise Wrong("zip-name", name=repr(info.filename))
            if name in found:
                raise Wrong("zip-twice", name)
            found[name] = info
            _require_plain(name, info)
        end = 0
        for info in sorted(every, key=lambda each: each.header_offset):
            if info.header_offset < end:
                raise Wrong("zip-overlap", info.filename.partition("/")[2])
            end = info.header_offset + 30 + len(info.filename) + info.compress_size
        if end > self._zip.start_dir:
            raise Wrong("no-zip", problem="files beyond the end")
        return found

    def _require(self, name: str) -> None:
        if name not in self._sums:
            raise Wrong("missing", name)

    def _chunks(self, name: str) -> Iterator[bytes]:
        if name not in self._files:
            raise Wrong("missing", name)
        left = self._files[name].file_size
        try:
            with self._zip.open(self._files[name]) as content:
                while chunk := content.read(CHUNK):
                    left -= len(chunk)
                    yield chunk
        except (*_BROKEN, OSError) as problem:
            raise Wrong("damaged", name, problem=problem) from None
        if left:
            raise Wrong("damaged", name, problem="it is not as long as it says")

    def _small(self, name: str, limit: int = MAX_SMALL) -> bytes:
        if name in self._files and self.size(name) > limit:
            raise Wrong("too-large", name, size=self.size(name), limit=limit)
        return b"".join(self._chunks(name))

    def _digest(self, name: str) -> str:
        digest = sha256()
        for chunk in self._chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    def _manifest(self, name: str) -> dict[str, str]:
        content = self._small(name, MAX_MANIFEST)
        if not content.endswith(b"\n"):
            raise Wrong("manifest", name)
        sums: dict[str, str] = {}
        before = ""
        for number, line in enumerate(content[:-1].split(b"\n"), 1):
            match = _LISTED.fullmatch(line)
            listed = match[2].decode() if match else ""
            if match is None or listed <= before:
                raise Wrong("manifest", name, line=number)
            sums[listed] = match[1].decode()
            before = listed
        return sums


def _require_plain(name: str, info: ZipInfo) -> None:
    kind = info.external_attr >> 16
    if (
        info.flag_bits & ~_FLAGS
        or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED)
        or (stat.S_IFMT(kind) and not stat.S_ISREG(kind))
    ):
        raise Wrong("zip-method", name)
    limit = (info.compress_size + 1) * (MAX_RATIO if info.compress_type == ZIP_DEFLATED else 1)
    if info.file_size > limit:
        raise Wrong("too-large", name, size=info.file_size, limit=limit)


def _require_same(listed: set[str], present: set[str], manifest: str) -> None:
    for name in sorted(listed - present):
        raise Wrong("missing", name)
    for name in sorted(present - listed):
        raise Wrong("not-listed", name, manifest=manifest)
