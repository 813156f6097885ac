"""What a process logs: one line for each thing, as JSON or for the console, on standard error.

All goes through the ``logging`` of Python, so what libraries say comes out in the same form. Errors
are told of without their messages (:mod:`cocreate.telemetry.errors`). What a line tells of the
request that it is about comes from context variables, so nobody hands a logger on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from cocreate.telemetry.errors import frames, named

Form = Literal["json", "console"]
Level = Literal["debug", "info", "warning", "error"]


def configure(form: Form, level: Level) -> None:
    """Have all that this process logs go out in one form, from a level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Of a request they tell the address, which may hold anything.
    for loud in ("httpx", "httpcore", "urllib3"):
        logging.getLogger(loud).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def formatter(form: Form) -> logging.Formatter:
    """Give what makes a line of a record."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_error,
    ]
    write: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return _Discreet(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, write],
    )


def report_to_log(loop: asyncio.AbstractEventLoop) -> None:
    """Have what goes wrong in tasks that nobody waits for logged as all else is.

    The loop's own way shows the task, and with it the message of its error.
    """
    loop.set_exception_handler(_log_of_loop)


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """Names the errors among the arguments of a message."""

    def format(self, record: logging.LogRecord) -> str:
        discreet = logging.makeLogRecord(record.__dict__)
        if isinstance(record.args, tuple):
            discreet.args = tuple(_discreet(each) for each in record.args)
        elif isinstance(record.args, Mapping):
            discreet.args = {name: _discreet(each) for name, each in record.args.items()}
        return super().format(discreet)


def _discreet(argument: object) -> object:
    return named(argument) if isinstance(argument, BaseException) else argument


def _tell_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell of the error that a line is about: its name, and the places it passed."""
    given = event.pop("exc_info", None)
    problem = given[1] if isinstance(given, tuple) else given
    if isinstance(problem, BaseException):
        event["error"] = named(problem)
        event["passed"] = frames(problem)
    return event


def _log_of_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    problem = context.get("exception")
    logging.getLogger("asyncio").error(context["message"], exc_info=problem)
