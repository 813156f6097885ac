"""What a write is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from uuid import UUID

import msgspec
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from cocreate.domain.steps import EVENT_OF
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.decisions import RecordDecision
from cocreate.domain.steps.record import CorrectStep
from cocreate.log.live import Receipt
from cocreate.log.read import Reader


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brought or was about, and where the step itself can be read."""

    id: str | None
    href: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A command that stands in the log: the project's new version, the position of its last event.

    ``resources`` has one item per step, in order.
    """

    project: UUID
    version: int
    position: int
    resources: Sequence[Resource]


class MunicipalityWritten(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a municipality itself: its new version, the position of the event."""

    municipality: str
    version: int
    position: int
    resources: Sequence[Resource]


class SecretWritten(MunicipalityWritten, frozen=True, kw_only=True):
    """A change that brought a secret, which is shown this once: a repeat of it shows none."""

    secret: str | None


class Answer(ASGIResponse):
    """An answer whose bytes are ready: it is sent as it is."""

    __slots__ = ("_content", "_start")

    def __init__(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self._start = {"type": "http.response.start", "status": status, "headers": headers}
        self._content = {"type": "http.response.body", "body": body, "more_body": False}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the answer."""
        await send(self._start)  # type: ignore[arg-type]
        await send(self._content)  # type: ignore[arg-type]


_JSON = (b"content-type", b"application/json")
_ENCODER = msgspec.json.Encoder()


def as_json(content: object, status: int = 200, *headers: tuple[bytes, bytes]) -> Answer:
    """Answer a struct as JSON."""
    return as_given(_ENCODER.encode(content), status, *headers)


def as_given(body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> Answer:
    """Answer JSON that is ready."""
    return Answer(status, body, [_JSON, (b"content-length", b"%d" % len(body)), *headers])


async def recorded(
    reader: Reader, code: str, steps: Sequence[Step], receipt: Receipt, *, proven: bool
) -> Answer:
    """Answer a command on a project.

    ``proven`` is whether there are receipts for what this log takes, here as below.
    """
    events = f"/v1/municipalities/{code}/projects/{receipt.project}/events"
    if len(steps) == 1 and type(steps[0]) not in _MAY_HOLD_MORE:
        versions: Sequence[int] = (receipt.version,)
    else:
        versions = await _versions(reader, code, steps, receipt)
    resources = [
        Resource(id=brought, href=f"{events}/{version}")
        for brought, version in zip(receipt.ids, versions, strict=True)
    ]
    written = Written(
        project=receipt.project,
        version=receipt.version,
        position=receipt.position,
        resources=resources,
    )
    href = resources[-1].href
    return _as_recorded(written, receipt, href, f"{href}/receipt" if proven else None)


def started(code: str, receipt: Receipt, *, proven: bool) -> Answer:
    """Answer the start of a project."""
    project = f"/v1/municipalities/{code}/projects/{receipt.project}"
    written = Written(
        project=receipt.project,
        version=receipt.version,
        position=receipt.position,
        resources=[Resource(id=str(receipt.project), href=project)],
    )
    proof = f"{project}/events/1/receipt" if proven else None
    return _as_recorded(written, receipt, project, proof)


def registered(code: str, receipt: Receipt, *, proven: bool) -> Answer:
    """Answer the registration of a municipality."""
    resource = Resource(id=code, href=f"/v1/municipalities/{code}")
    return changed(code, receipt, proven=proven, resource=resource)


def changed(
    code: str, receipt: Receipt, *, proven: bool, resource: Resource | None = None
) -> Answer:
    """Answer a change of a municipality itself, or of a resource that it has."""
    href = f"/v1/municipalities/{code}/events/{receipt.version}"
    resource = resource or Resource(id=code, href=href)
    written = MunicipalityWritten(
        municipality=code,
        version=receipt.version,
        position=receipt.position,
        resources=[resource],
    )
    return _as_changed(code, written, receipt, resource.href, proven=proven)


def keyed(
    code: str, receipt: Receipt, resource: Resource, secret: str | None, *, proven: bool
) -> Answer:
    """Answer a change that brought a secret; it is shown this once."""
    written = SecretWritten(
        municipality=code,
        version=receipt.version,
        position=receipt.position,
        resources=[resource],
        secret=secret,
    )
    return _as_changed(code, written, receipt, resource.href, proven=proven)


def _as_changed(
    code: str, written: MunicipalityWritten, receipt: Receipt, href: str, *, proven: bool
) -> Answer:
    event = f"/v1/municipalities/{code}/events/{receipt.version}"
    return _as_recorded(written, receipt, href, f"{event}/receipt" if proven else None)


def _as_recorded(
    written: Written | MunicipalityWritten, receipt: Receipt, href: str, proof: str | None = None
) -> Answer:
    headers = [(b"location", href.encode()), (b"etag", b'"%d"' % receipt.version)]
    if proof is not None:  # where the sender gets what proves that the command was logged
        headers.append((b"link", f'<{proof}>; rel="receipt"'.encode()))
    if receipt.repeated:
        headers.append((b"idempotency-replayed", b"true"))
    return as_json(written, 201, *headers)


_MAY_HOLD_MORE = (RecordDecision, CorrectStep)
"""The steps that may be recorded in more than one event: their own, and what follows from it."""


async def _versions(
    reader: Reader, code: str, steps: Sequence[Step], receipt: Receipt
) -> Sequence[int]:
    """Give the version of the event of each step, be the command taken now or before."""
    held = [_most_events(step) for step in steps]
    first = receipt.version - sum(held) + 1
    if not any(isinstance(step, CorrectStep) for step in steps):
        return [first + before for before in accumulate(held[:-1], initial=0)]
    # A correction may recalculate a term, or not: only the log can tell.
    first = max(first, 1)
    page = await reader.stream(code, receipt.project, after=first - 1, limit=sum(held))
    types = {event.version: event.type for event in page}
    return list(_from_last(steps, types, receipt.version))[::-1]


def _from_last(steps: Sequence[Step], types: dict[int, str], last: int) -> Iterator[int]:
    for step in reversed(steps):
        own = EVENT_OF[type(step)].__name__
        while types[last] != own:
            last -= 1
        yield last
        last -= 1


def _most_events(step: Step) -> int:
    if isinstance(step, RecordDecision):
        return 1 + sum(outcome.deviation is not None for outcome in step.outcomes)
    return 2 if isinstance(step, CorrectStep) else 1
