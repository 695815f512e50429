"""A PostgreSQL of one's own: made for a run of tests, on a free port, and thrown away after it.

``python -m tests.postgresql make test`` runs the command with DATABASE_URL set to it.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOW_TO_GET_IT = "apt install postgresql"
# Speed before safety: nothing here outlives the run.
OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1"
)


class PostgresqlError(Exception):
    """PostgreSQL is not on this machine, or does not start; the message says why."""


def _programs() -> Path:
    """The folder of the newest PostgreSQL's programs; Debian keeps them out of PATH."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: int(path.parts[4]))
    if newest:
        return newest[-1].parent
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    raise PostgresqlError("PostgreSQL has no initdb here.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _call(user: str | None, *command: str | Path) -> str:
    """Run the program, as ``user`` where one is given: it refuses to run as root."""
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **as_user,
    )
    if done.returncode:
        raise PostgresqlError(f"{Path(command[0]).name} failed: {done.stdout.strip()}")
    return done.stdout


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a running PostgreSQL, which is stopped and removed at the end."""
    programs = _programs()
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="registry-postgresql-"))
    data, port = folder / "data", _free_port()
    start = [programs / "pg_ctl", "--pgdata", data]
    try:
        if user:
            shutil.chown(folder, user, user)
        version = int(re.search(r"(\d+)", _call(user, programs / "initdb", "--version"))[1])
        # Names sorted as in French, so that no test rests on the order of bytes.
        locale = ["--locale-provider=icu", "--icu-locale=fr"] if version >= 15 else []
        _call(
            user,
            programs / "initdb",
            *("--pgdata", data, "--username=registry", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "--no-sync", *locale),
        )
        _call(
            user,
            *start,
            *("start", "--wait", "--log", folder / "log"),
            *("--options", f"{OPTIONS} -p {port} -k {folder}"),
        )
        yield f"postgres://registry@127.0.0.1:{port}/registry"
    finally:
        if (data / "postmaster.pid").exists():
            _call(user, *start, "stop", "--mode=immediate")
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_received: sys.exit(143))
    try:
        with cluster() as url:
            return subprocess.call(command, env=os.environ | {"DATABASE_URL": url})
    except PostgresqlError as error:
        return f"{error} To get it: {HOW_TO_GET_IT}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
