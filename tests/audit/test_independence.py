"""Whoever verifies an export needs neither our database nor our server."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ["asyncio", "asyncpg", "cocreate.domain", "eventsourcing", "litestar", "uvicorn"]


def test_verifying_imports_no_database_and_no_server() -> None:
    program = (
        "import sys\nimport cocreate.audit.verify, cocreate.audit.summary\n"
        f"print(*({{*{HEAVY!r}}} & {{*sys.modules}}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert loaded.stdout.decode().split() == []
