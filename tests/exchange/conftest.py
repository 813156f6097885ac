import os
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def real_file() -> Callable[[str], Path]:
    """Finds one of the real files, in COCREATE_DATA or beside the checkout."""

    def find(name: str) -> Path:
        given = os.environ.get("COCREATE_DATA")
        folder = Path(given) if given else CHECKOUT.parent / "shared" / "data"
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder}; set COCREATE_DATA to the folder that has it")
        return folder / name

    return find
