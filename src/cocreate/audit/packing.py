"""Writing a bag into a zip file: each file once, hashed while it is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import IO, BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from cocreate.audit.layout import (
    BAG_INFO,
    BAGIT,
    BAGIT_TEXT,
    MANIFEST,
    TAG_MANIFEST,
    Description,
    bag_info,
)

LEVEL = 6
_PLAIN_FILE = 0o100644 << 16
_CHUNK = 1 << 18


class Packer:
    """A bag that is being written. The same content at the same moment makes the same bytes."""

    def __init__(self, out: BinaryIO, name: str, at: datetime) -> None:
        self._zip = ZipFile(out, "w")
        self._name = name
        self._at = at.timetuple()[:6]
        self._sums: dict[str, str] = {}
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes, *, compress: bool = True) -> None:
        """Add a file of the payload."""
        self.add_chunks(name, [content], compress=compress)

    def add_chunks(self, name: str, chunks: Iterable[bytes], *, compress: bool = True) -> None:
        """Add a file of the payload, piece by piece."""
        with Packed(self, name, compress=compress) as file:
            for chunk in chunks:
                file.write(chunk)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add a file of the payload that stands elsewhere, from its start."""
        file.seek(0)
        self.add_chunks(name, iter(lambda: file.read(_CHUNK), b""))

    def open(self, name: str, *, compress: bool) -> IO[bytes]:
        """Open a file for writing; one at a time."""
        info = ZipInfo(f"{self._name}/{name}", (max(self._at[0], 1980), *self._at[1:]))
        info.compress_type = ZIP_DEFLATED if compress else ZIP_STORED
        info.external_attr = _PLAIN_FILE
        info.create_system = 3
        return self._zip.open(info, "w", force_zip64=True)

    def listed(self, name: str, digest: str, size: int) -> None:
        """Take a file of the payload into the manifest."""
        self._sums[name] = digest
        self._size += size

    def finish(self, description: Description) -> None:
        """Write the manifests and the metadata of the bag."""
        tags = {
            BAG_INFO: bag_info(description, self._size, len(self._sums)),
            BAGIT: BAGIT_TEXT,
            MANIFEST: _manifest(self._sums),
        }
        sums = {name: sha256(content).hexdigest() for name, content in tags.items()}
        for name, content in [*tags.items(), (TAG_MANIFEST, _manifest(sums))]:
            with self.open(name, compress=True) as file:
                file.write(content)


class Packed:
    """A file of the payload that is being written."""

    def __init__(self, packer: Packer, name: str, *, compress: bool = True) -> None:
        self.name = name
        self.size = 0
        self._packer = packer
        self._digest = sha256()
        self._file = packer.open(name, compress=compress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._file.close()
        self._packer.listed(self.name, self.sha256, self.size)

    def write(self, content: bytes) -> None:
        """Write on."""
        self._file.write(content)
        self._digest.update(content)
        self.size += len(content)

    @property
    def sha256(self) -> str:
        """The hash of what was written."""
        return self._digest.hexdigest()


def _manifest(sums: dict[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
