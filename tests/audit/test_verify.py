"""An export is verified as it is, without a server and without a database."""

from __future__ import annotations

import io

from tests.audit.conftest import Kept, KEYS, ORIGIN

from cocreate.audit.verify import verify


async def test_an_export_of_a_project_holds(kept: Kept) -> None:
    export = await kept.export(kept.project)
    import pathlib; pathlib.Path("/tmp/y/exp.zip").write_bytes(export)
    found = verify(io.BytesIO(export), keys=KEYS.verifiers(ORIGIN))
    print(found)
    for p, s in ((kept.project,"public"),(None,"internal"),(None,"public")):
        export = await kept.export(p, s)
        found = verify(io.BytesIO(export), keys=KEYS.verifiers(ORIGIN))
        print(len(export), found)
