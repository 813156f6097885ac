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


class NotSubscribed(Exception):  # noqa: N818
    """The subscription of the municipality does not let its log take this now.

    ``refusal`` says why: ``suspended``, ``leaving`` once the last day is over, or the quota that is
    used up, ``projects`` or ``events``.
    """

    def __init__(self, refusal: str) -> None:
        super().__init__(f"The subscription does not allow it: {refusal}")
        self.refusal = refusal


class Unstorable(ValueError):  # noqa: N818
    """The database cannot hold this command, whenever it is sent; nothing of it was recorded."""


class LogUnavailable(Exception):  # noqa: N818
    """The database gave no answer, so it is not known whether the command was taken.

    Asking again under the same idempotency key is safe.
    """


class KeysUnusable(OSError):  # noqa: N818 - OSError, since it is the environment that is wrong
    """Personal data can be neither sealed nor opened with the keys that are at hand."""


class NoMasterKey(KeysUnusable):
    """Personal data is to be sealed or opened, and there is no master key."""

    def __init__(self) -> None:
        super().__init__(
            "Personal data is sealed under a master key, and there is none: set"
            " COCREATE_MASTER_KEY (32 bytes in base64) or COCREATE_MASTER_KEY_FILE"
        )


class MasterKeyWrong(KeysUnusable):
    """The master key is none, or not the one under which the keys here were wrapped."""
