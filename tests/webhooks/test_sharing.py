"""Processes that send: woken by the log, sharing the jobs on the queue, ending in good order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import found_town
from tests.conftest import served
from tests.webhooks.conftest import DAY, Hook, Post
from tests.webhooks.receiver import receiving

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import AnyConnection, open_pool
from cocreate.log.dispatcher import Dispatcher
from cocreate.log.job_worker import JobWorker
from cocreate.log.queue import CHANNEL, forget_old_jobs, install_queue, queue_on
from cocreate.service import Service
from cocreate.settings import Settings
from cocreate.webhooks.delivery import Deliveries
from cocreate.webhooks.progress import TOPIC, Progress

WISHES = {"types": ["WishExpressed"]}


class Process:
    """What a process that sends runs for it."""

    def __init__(self, deliveries: Deliveries, worker: JobWorker) -> None:
        self.deliveries = deliveries
        self.running = asyncio.create_task(worker.run(lambda: True))

    async def end(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


@contextlib.asynccontextmanager
async def process(post: Post, app: Litestar, settings: Settings) -> AsyncIterator[Process]:
    """Run what a process that sends would, with connections of its own."""
    service: Service = app.state["parts"].service
    pool = await open_pool(settings.database_url or "", "cocreate_webhooks", size=4)
    own = post.deliveries
    deliveries = Deliveries(
        Progress(pool),
        service.pool,
        service.live,
        service.webhook_secrets,
        own.sender,
        own.public_url,
        chance=lambda low, _high: low,
    )
    worker = JobWorker(pool, [deliveries])
    service.signals.hear(worker.hear)
    running = Process(deliveries, worker)
    try:
        yield running
    finally:
        await running.end()
        await pool.close()


async def caught_up(*hooks: Hook) -> None:
    """Wait until webhooks are not behind."""
    async with asyncio.timeout(20):
        while any([(await each.read())["behind"] for each in hooks]):
            pass


async def jobs_of(post: Post) -> list[object]:
    """Give what the jobs on the queue say that are about a municipality."""
    rows = await post.admin.fetch("select payload from cocreate_queue.pgqueuer order by id")
    jobs = [msgspec.json.decode(row["payload"]) for row in rows]
    return [job for job in jobs if job["tenant"] == post.town.code]


async def test_an_application_sends_what_is_recorded(
    settings: Settings, client: httpx.AsyncClient
) -> None:
    town = await found_town(client)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    async with receiving() as receiver, served(create_app(settings)):
        address = f"http://127.0.0.1:{receiver.port}/"
        said = {**DAY, "title": "Zaken", "address": address, **WISHES}
        answer = await administrator.post(f"{town.home}/webhooks", said)
        secret = answer.json()["secret"]
        project = await town.start()
        for number in range(3):
            await town.take(project, "wishes", title=f"Wens {number}")
            received = await receiver.next()
            assert received.verified(secret)["type"] == "nl.cocreate.WishExpressed"
            assert received.titles == [f"Wens {number}"]


async def test_what_failed_is_sent_again_by_itself_when_it_is_due(
    post: Post, app: Litestar, settings: Settings
) -> None:
    async with process(post, app, settings):
        hook = await post.subscribe(**WISHES)
        post.receiver.answers = [500]
        await post.wish(await post.town.start(), "Licht")
        first, again = await post.receiver.next(), await post.receiver.next()
        assert (first.id, first.titles) == (again.id, again.titles)
        await caught_up(hook)
    assert post.receiver.new() == []


async def test_a_job_says_which_webhook_is_due_and_nothing_more(
    post: Post, app: Litestar, settings: Settings
) -> None:
    async with process(post, app, settings):
        hook = await post.subscribe()
        post.receiver.answers, post.receiver.answer_headers = [500], [(b"retry-after", b"3600")]
        await post.town.start(title="Lampen in de tunnel")
        await post.receiver.next()
        async with asyncio.timeout(10):
            # Those that have just ended may still be there.
            while (jobs := await jobs_of(post)) != [{"tenant": post.town.code, "name": hook.id}]:
                assert all(job == {"tenant": post.town.code, "name": hook.id} for job in jobs)
        # It is sent to at once when it is resumed, whatever job waits for an hour.
        await post.step("webhook-pauses", webhook=hook.id)
        await post.step("webhook-resumptions", webhook=hook.id)
        await post.receiver.next()
        await caught_up(hook)


async def test_processes_share_the_webhooks_and_send_nothing_twice(
    post: Post, app: Litestar, settings: Settings
) -> None:
    async with process(post, app, settings), process(post, app, settings):
        hooks = [await post.subscribe(**WISHES) for _ in range(3)]
        project = await post.town.start()
        titles = [f"Wens {number}" for number in range(10)]
        for title in titles:
            await post.wish(project, title)
        await caught_up(*hooks)
    requests = post.receiver.new()
    for hook in hooks:
        mine = [each for each in requests if f"_{hook.id}_" in each.id]
        assert [title for each in mine for title in each.titles] == titles


async def test_a_process_that_is_killed_leaves_its_webhook_to_another(
    post: Post, app: Litestar, settings: Settings
) -> None:
    hook = await post.subscribe()
    # As one that picked the job and is no more: it held the webhook until a moment ago.
    await hook.set("sender = gen_random_uuid(), sending_until = now()")
    await post.admin.execute(
        "insert into cocreate_queue.pgqueuer"
        " (priority, status, entrypoint, payload, dedupe_key, heartbeat, queue_manager_id)"
        " select 0, 'picked', 'webhook', $1, $2, now() - interval '1 minute', gen_random_uuid()",
        msgspec.json.encode({"tenant": post.town.code, "name": hook.id}),
        f"{post.town.code} {hook.id} of another",
    )
    await post.town.start()
    async with process(post, app, settings):
        await post.receiver.next()
        await caught_up(hook)
        async with asyncio.timeout(10):
            while await jobs_of(post):
                pass


async def test_a_process_that_ends_notes_what_it_has_begun(
    post: Post, app: Litestar, settings: Settings
) -> None:
    hook = await post.subscribe(**WISHES)
    project = await post.town.start()
    for title in ("Een", "Twee"):
        await post.wish(project, title)
    post.receiver.open.clear()
    async with process(post, app, settings) as running:
        await post.receiver.next()
        ending = asyncio.create_task(running.end())
        while not running.deliveries.stopping:
            await jobs_of(post)
        assert not ending.done()
        post.receiver.open.set()
        await ending
    assert await hook.outcomes() == ["delivered"]  # and the other was not begun
    assert post.receiver.new() == []
    assert await post.admin.fetchval(
        "select sending_until is null from cocreate.webhook where webhook = $1", hook.id
    )
    assert await jobs_of(post) == []
    await hook.send()
    assert [request.titles for request in post.receiver.new()] == [["Twee"]]


async def test_a_webhook_that_hangs_holds_up_no_other(
    post: Post, app: Litestar, settings: Settings, client: httpx.AsyncClient
) -> None:
    other = Post(await found_town(client), post.receiver, post.admin)
    async with receiving() as plain, process(post, app, settings):
        address = f"http://127.0.0.1:{plain.port}/"
        plain.open.clear()
        stuck = [await post.subscribe(address=address, **WISHES) for _ in range(8)]
        await post.wish(await post.town.start(), "Hangt")
        for _ in range(4):
            await plain.next()
        hook = await other.subscribe(**WISHES)
        await other.wish(await other.town.start(), "Gaat door")
        assert (await post.receiver.next()).titles == ["Gaat door"]
        await caught_up(hook)
        assert plain.most_at_once == 4
        assert all([(await each.read())["behind"] for each in stuck])
        plain.open.set()


async def test_no_append_writes_a_job_or_notifies_anyone(
    post: Post, app: Litestar, settings: Settings
) -> None:
    """That is done by another transaction, after a signal."""
    service: Service = app.state["parts"].service
    heard: list[int] = []
    connection = await asyncpg.connect(settings.database_url)
    await connection.add_listener(CHANNEL, lambda _connection, pid, *_: heard.append(pid))
    try:
        hook = await post.subscribe()
        project = await post.town.start()
        await post.wish(project, "Licht")
        assert await jobs_of(post) == []
        assert heard == []
        async with service.pool.acquire() as appending:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await appending.execute("insert into cocreate_queue.pgqueuer (priority) values (0)")
        async with process(post, app, settings):
            await post.receiver.next()
            await caught_up(hook)
        assert heard  # the queue itself does tell those who wait for jobs
        triggers = await connection.fetch(
            "select tgrelid::regclass::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
            " where p.prosrc like '%notify%' and not t.tgisinternal"
        )
        assert [row[0] for row in triggers] == ["cocreate_queue.pgqueuer"]
    finally:
        await connection.close()


async def test_logs_without_webhooks_are_not_looked_at(post: Post, settings: Settings) -> None:
    pool = await open_pool(settings.database_url or "", "cocreate_webhooks", size=2)
    try:
        dispatcher = Dispatcher(pool, queue_on(pool), post.deliveries)
        await dispatcher.catch_up()  # the look around with which it begins
        for number in range(1_000):
            dispatcher.hear("log", f"GM{9000 - number}")
        assert await dispatcher.take_awake() == set()
        dispatcher.hear(TOPIC, "GM9000")
        dispatcher.hear("log", "GM9000")
        assert await dispatcher.take_awake() == {"GM9000"}
    finally:
        await pool.close()


async def test_the_queue_is_made_once_and_forgets_what_ended_long_ago(
    settings: Settings, admin: AnyConnection
) -> None:
    pool = await open_pool(settings.database_url or "", "cocreate_webhooks", size=1)
    try:
        await install_queue(admin)
        for age in ("2 days", "1 hour"):
            await pool.execute(
                "insert into cocreate_queue.pgqueuer_log"
                " (job_id, status, priority, entrypoint, created)"
                " values (987654321, 'successful', 0, 'webhook', now() - $1::text::interval)",
                age,
            )
        await forget_old_jobs(pool)
        kept = "select count(*) from cocreate_queue.pgqueuer_log where job_id = 987654321"
        assert await pool.fetchval(kept) == 1
    finally:
        await pool.close()
