"""The settings of an application of the library on a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from eventsourcing.persistence import InfrastructureFactoryError
from eventsourcing.utils import Environment
from msgspec import Meta

from cocreate.domain.municipality import MunicipalityCode
from cocreate.domain.vocabulary import Role

PREFIX = "COCREATE_"


class RecorderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set; :mod:`cocreate.log.recorder` says what each is for."""

    database_url: str
    municipality: MunicipalityCode
    recorder_actor: Annotated[str, Meta(min_length=1)]
    recorder_role: Role = Role.OPERATOR
    recorder_takes: Literal["steps", "anything"] = "steps"
    pool_size: Annotated[int, Meta(ge=1, le=1_000)] = 10
    master_key: str | None = None
    master_key_file: Path | None = None

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings.

        Raises the library's ``InfrastructureFactoryError`` with the name of what is wrong.
        """
        given = {"recorder_actor": environment.name or "library"}
        for name in cls.__struct_fields__:
            if value := environment.get(PREFIX + name.upper()):
                given[name] = value
        for name in ("database_url", "municipality"):
            if name not in given:
                message = f"{PREFIX}{name.upper()} is not set"
                raise InfrastructureFactoryError(message)
        try:
            return msgspec.convert(given, cls, strict=False, dec_hook=_as_path)
        except msgspec.ValidationError as problem:
            reason, _, place = str(problem).partition(" - at `$.")
            message = f"{PREFIX}{place.rstrip('`').upper()} cannot be used: {reason}"
            raise InfrastructureFactoryError(message) from None

    def __repr__(self) -> str:
        """Show the settings without what is secret in them."""
        return f"RecorderSettings(municipality={self.municipality!r})"

    @property
    def takes_steps(self) -> bool:
        """Whether the log takes steps alone."""
        return self.recorder_takes == "steps"


def _as_path(_type: type, value: str) -> Path:
    return Path(value)
