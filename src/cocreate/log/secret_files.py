"""Files that hold secrets: their owner alone reads them, and they are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path


def write_secret(file: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file that its owner alone may read, in the place of what it held before.

    With ``new`` it raises ``FileExistsError`` where there is one already.
    """
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        if new:
            os.link(beside, file)  # whole or not at all, and never over another's
        else:
            beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
