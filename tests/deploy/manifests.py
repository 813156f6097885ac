"""What deploy/ holds, as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.conftest import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
KUSTOMIZE = DEPLOY / "kustomize"

Manifest = Mapping[str, Any]


def documents(file: Path) -> list[Any]:
    """Give the documents of a YAML file."""
    return [found for found in yaml.safe_load_all(file.read_text(encoding="utf-8")) if found]


def objects() -> Iterator[tuple[Path, Manifest]]:
    """Yield every object for a cluster, with the file that it is in."""
    for file in sorted(KUSTOMIZE.rglob("*.yaml")):
        if file.name != "kustomization.yaml":
            for found in documents(file):
                yield file, found


def pods() -> Iterator[tuple[str, Manifest]]:
    """Yield the pods that workloads make, by the name of the workload."""
    for _, found in objects():
        template = found.get("spec", {}).get("template")
        if template is not None:
            yield found["metadata"]["name"], template
