"""What can be wrong with something that is to prove the log. Each message says what it is."""


class Unsound(ValueError):  # noqa: N818 - named as the log says it
    """Something that is to prove the log does not."""


class Malformed(Unsound):
    """A text, or a sequence of bytes, does not have the form that its specification asks for."""


class OutOfRange(Unsound):
    """A tree of this size has no such entry, subtree, tile or earlier size."""


class ProofFails(Unsound):
    """A proof does not lead to the root it is to lead to."""


class SignatureFails(Unsound):
    """A known key is said to have signed this, and did not."""


class NotSigned(Unsound):
    """No key that counts signed this."""


class WrongOrigin(Unsound):
    """A checkpoint is of another log."""
