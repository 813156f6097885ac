"""The addresses of pages: the language first, then the municipality, then the words of the API."""

from __future__ import annotations

from uuid import UUID

import msgspec

from cocreate.domain.glossary import Language


class Addresses(msgspec.Struct, frozen=True):
    """The addresses of the pages of a municipality, in a language."""

    language: Language
    code: str

    @property
    def home(self) -> str:
        """Of the page on which its projects are found."""
        return f"/{self.language}/{self.code}"

    def page(self, *places: object) -> str:
        """Of a page below that, such as ``page("obstacles")``."""
        return "/".join((self.home, *map(str, places)))

    def project(self, project: UUID | str, *places: object) -> str:
        """Of a project, or of a page about it, such as ``project(id, "wishes")``."""
        return self.page("projects", project, *places)

    def subject(self, project: UUID | str, subject: str) -> str:
        """Of one wish, proposal, decision, and so on: what a resident can keep."""
        return self.project(project, "subjects", subject)

    def api(self, *places: object) -> str:
        """Of what the API answers about the municipality."""
        return "/".join(("/v1/municipalities", self.code, *map(str, places)))
