"""Whoever checks a log from outside needs neither our database nor our server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cocreate.log.tree

MODULES = sorted(path.stem for path in Path(cocreate.log.tree.__path__[0]).glob("[a-z]*.py"))
HEAVY = ["asyncio", "asyncpg", "eventsourcing", "litestar", "uvicorn"]


def test_the_tree_is_imported_without_database_and_server() -> None:
    imports = "".join(f"import cocreate.log.tree.{module}\n" for module in MODULES)
    program = f"import sys\n{imports}print(*({{*{HEAVY!r}}} & {{*sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert loaded.stdout.decode().split() == []
