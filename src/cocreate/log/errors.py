"""What can go wrong between a decision and its place in the log."""


class UnknownMunicipality(LookupError):  # noqa: N818 - named as the log says it
    """There is no log for this municipality."""


class UnknownProject(LookupError):  # noqa: N818
    """The log of this municipality holds no such project."""


class VersionConflict(Exception):  # noqa: N818
    """The project has moved on since ``expected``; it stands at ``version``."""

    def __init__(self, expected: int, version: int) -> None:
        super().__init__(f"Expected version {expected}, but the project stands at {version}")
        self.expected = expected
        self.version = version


class KeyReused(Exception):  # noqa: N818
    """An idempotency key was used before, for a command that said something else."""


class Unstorable(ValueError):  # noqa: N818
    """The database cannot hold this command, whenever it is sent; nothing of it was recorded."""


class LogUnavailable(Exception):  # noqa: N818
    """The database gave no answer, so it is not known whether the command was taken.

    Asking again under the same idempotency key is safe.
    """
