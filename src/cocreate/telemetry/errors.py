"""Telling of an error without its message, which may quote what somebody sent.

A database quotes the value that it refuses, a decoder the text that it stumbled over. What is left
is enough to find the mistake by: the kind of error and those behind it, the code and the place of
the database, and the lines of our own that it passed.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator

MOST_BEHIND = 10
"""How many errors are told of that stand behind one."""
MOST_FRAMES = 30


def named(problem: BaseException) -> str:
    """Name an error and those behind it, with what of them quotes nothing."""
    return " < ".join(_named(each) for each in _chain(problem))


def frames(problem: BaseException) -> list[str]:
    """Give the places in the code that an error passed, the outermost first."""
    passed = traceback.extract_tb(problem.__traceback__)[-MOST_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in passed]


def _chain(problem: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = problem
    for _ in range(MOST_BEHIND):
        if current is None:
            return
        yield current
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )


def _named(problem: BaseException) -> str:
    kind = type(problem).__name__
    if getattr(problem, "quotes_nothing", False):
        return f"{kind}: {problem}"
    if isinstance(problem, OSError) and problem.errno is not None:
        return f"{kind} ({os.strerror(problem.errno)})"
    facts = [
        str(fact)
        for name in ("sqlstate", "schema_name", "table_name", "constraint_name")
        if (fact := getattr(problem, name, None))
    ]
    return f"{kind} ({' '.join(facts)})" if facts else kind
