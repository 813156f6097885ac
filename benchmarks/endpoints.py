"""What can be asked of the read models: every resource that they declare, found by declaration."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from benchmarks.client import get
from cocreate.projections.model import read_models
from cocreate.projections.resource import Document

OF_A_PROJECT = ("", "/subjects", "/subjects/w0", "/timeline")
"""The addresses that every project has, below its own."""
SUBJECTS = ("w0", "p0", "b", "d1", "a", "t", "h0", "i0", "c", "f", "s", "r")
"""The ids in the stories, one of each kind: a document about a subject is asked of one it fits."""


class Endpoint(msgspec.Struct, frozen=True):
    """An address to ask."""

    name: str
    path: str
    """With ``{project}`` in it where it is about one."""
    of_project: bool

    def at(self, project: UUID) -> str:
        """Give the address, about a project."""
        return self.path.replace("{project}", str(project))


async def endpoints(port: int, key: str, tenant: str, project: UUID) -> list[Endpoint]:
    """Give every address of the read models that answers about a municipality and a project."""
    home = f"/v1/municipalities/{tenant}"
    below = f"{home}/projects/{{project}}"
    found = [
        Endpoint(f"project{path}".replace("/w0", "/{id}"), f"{below}{path}", True)
        for path in OF_A_PROJECT
    ]
    for model in read_models().values():
        for resource in model.RESOURCES:
            if not isinstance(resource, Document):
                found.append(Endpoint(resource.path, f"{home}/{resource.path}", False))
                continue
            options = _options(f"{below}/{resource.path}")
            for path in options:
                endpoint = Endpoint(f"project/{resource.path}", path, True)
                if (await get(port, endpoint.at(project), key)).status == 200:
                    found.append(endpoint)
                    break
    return found


def _options(path: str) -> Sequence[str]:
    if "{subject:str}" not in path:
        return [path]
    return [path.replace("{subject:str}", subject) for subject in SUBJECTS]
