"""The JSON Schema of the data of every event, in each version that a log may hold.

They stand in ``event_schemas.json``, so that an export can be checked without the classes of the
events; a test holds them to the classes. After a change of an event, write them anew with
``python -m cocreate.audit.schema_writing``: those of earlier versions stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

_FILE = files("cocreate.audit") / "event_schemas.json"


@cache
def event_schemas() -> Mapping[str, bytes]:
    """Give the schemas by type and version, such as ``WishExpressed.1``, as an export has them."""
    stored: dict[str, Any] = msgspec.json.decode(_FILE.read_bytes())
    return {name: written(schema) for name, schema in stored.items()}


def written(schema: object) -> bytes:
    """Give a schema as it stands in an export."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
