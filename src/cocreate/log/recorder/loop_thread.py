"""What is asynchronous, for callers that are not: an event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager
from threading import Lock, Thread, current_thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")


class LoopClosed(Exception):  # noqa: N818
    """The loop was closed, or belongs to the process that this one was forked from."""


class LoopThread(Generic[T]):
    """Opens something on a loop of its own, lets any thread work with it, and closes it there.

    It is closed at the latest when nobody holds it any more, or when the process ends.
    """

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        """Start the thread; raises what opening raises."""
        self._running = _Running()
        opened: Future[T] = Future()
        serving = _serve(opening, self._running, opened)
        # A daemon, so that whoever forgets to close it can still end the process.
        self._thread = Thread(target=asyncio.run, args=(serving,), name="cocreate-log", daemon=True)
        self._thread.start()
        self._opened = opened.result()
        self.close = weakref.finalize(self, _stop, self._running, self._thread)
        """Let what is under way end, and close what was opened. Safe to call again."""

    def run(self, work: Callable[[T], Coroutine[None, None, Answer]]) -> Answer:
        """Do a piece of work on the loop and wait for its answer.

        Raises :class:`LoopClosed`, and what the work raises.
        """
        if not self._thread.is_alive():  # a fork takes no threads along: nobody would answer there
            raise LoopClosed
        running = self._running
        with running.lock:
            if running.closed:
                raise LoopClosed
            answer = asyncio.run_coroutine_threadsafe(work(self._opened), running.loop)
            running.under_way.add(answer)
        try:
            return answer.result()
        except CancelledError:
            raise LoopClosed from None
        finally:
            running.under_way.discard(answer)


class _Running:
    """What the thread and its callers share; it does not keep the :class:`LoopThread` alive."""

    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event

    def __init__(self) -> None:
        self.lock = Lock()
        """Held while work is handed over, so that none is once the loop is to stop."""
        self.closed = False
        self.under_way: set[Future[Any]] = set()


async def _serve(
    opening: Callable[[], AbstractAsyncContextManager[T]], running: _Running, opened: Future[T]
) -> None:
    running.loop = asyncio.get_running_loop()
    running.stopping = asyncio.Event()
    try:
        async with opening() as made:
            opened.set_result(made)
            await running.stopping.wait()
            answers = [asyncio.wrap_future(answer) for answer in list(running.under_way)]
            await asyncio.gather(*answers, return_exceptions=True)
    except BaseException as problem:
        if opened.done():
            raise
        opened.set_exception(problem)


def _stop(running: _Running, thread: Thread) -> None:
    if not thread.is_alive():
        return
    with running.lock:
        running.closed = True
        running.loop.call_soon_threadsafe(running.stopping.set)
    if thread is not current_thread():  # the last who held it may have been work on the loop
        thread.join()
