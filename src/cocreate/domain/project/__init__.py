"""The aggregate: one co-creation project."""

from cocreate.domain.project.project import METHOD_OF, Project

__all__ = ["METHOD_OF", "Project"]
