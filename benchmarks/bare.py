"""The peer of the API: a bare Litestar that decodes the same body, and gives the same bytes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Response, get, post

from cocreate.domain.steps.wishes import ExpressWish

ANSWER = (
    b'{"project":"0b0f3a52-5f0e-4a55-9d3c-2f6f6a1f8f11","version":17,"position":2931,"resources":'
    b'[{"id":"W17","href":"/v1/municipalities/GM0503/projects/0b0f3a52-5f0e-4a55-9d3c-2f6f6a1f8f11'
    b'/events/17"}]}'
)


class Answer(msgspec.Struct):
    """A small answer, encoded by the framework as it does."""

    project: str
    version: int
    position: int
    resources: list[dict[str, str]]


@post("/wishes")
async def write(data: ExpressWish) -> Answer:  # noqa: ARG001 - decoding it is the work
    """Decode a body, and give a small answer."""
    return msgspec.json.decode(ANSWER, type=Answer)


def app(folder: Path) -> Litestar:
    """Give the application; the files of the folder are what it reads out, each kept once read."""
    pages: dict[str, bytes] = {}

    @get("/pages/{name:str}")
    async def read(name: str) -> Response[bytes]:
        if name not in pages:
            pages[name] = (folder / name).read_bytes()
        return Response(pages[name], media_type="application/json")

    return Litestar([write, read], openapi_config=None, logging_config=None)


def main() -> None:
    """Serve on the port, and read out the folder, of the environment."""
    config = uvicorn.Config(
        app(Path(os.environ["BENCH_FOLDER"])),
        port=int(os.environ["BENCH_PORT"]),
        loop="none",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
