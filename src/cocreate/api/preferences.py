"""What a reader wants, and how much: the lists of Accept, Accept-Encoding and Accept-Language."""

from __future__ import annotations

from collections.abc import Iterator


def weights(accepted: str) -> Iterator[tuple[str, float]]:
    """Yield what a header lists, in lower case, with its weight (RFC 9110, 12.4.2).

    A weight that is no number is as good as none at all: 0.
    """
    for part in accepted.lower().split(","):
        name, *details = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for detail in details:
            key, _, value = detail.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        yield name, weight
