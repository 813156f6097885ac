"""The aggregate: one co-creation project."""

from cocreate.domain.project.project import METHOD_OF, Project
from cocreate.domain.project.snapshot import SNAPSHOT_SCHEMA, ProjectSnapshot

__all__ = ["METHOD_OF", "SNAPSHOT_SCHEMA", "Project", "ProjectSnapshot"]
