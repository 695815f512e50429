"""Servers to be measured, and clients that do as little themselves as can be."""

import contextlib
import multiprocessing
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 5


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def gunicorn(port: int, workers: int, threads: int) -> list[str]:
    """The command that serves the registry as a deployment would."""
    command = [sys.executable, "-m", "gunicorn", "cooperation_site.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)]
    return [*command, "--no-control-socket", "--timeout", "300", "--keep-alive", "60"]


@contextlib.contextmanager
def running(command: list[str], port: int, path: str, environment=None) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60)
                break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


class Client:
    """One connection that stays open; as little work as can be."""

    def __init__(self, port: int):
        self.port, self.connection, self.rest = port, None, b""

    def get(self, path: str, headers: str = "") -> tuple[int, int]:
        """The status and the length of the answer."""
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.connection.sendall(asked)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, body = data.split(b"\r\n\r\n", 1)
        head = head.lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._receive()
        elif status != 304:
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            while len(body) < length:
                body += self._receive()
        if b"connection: close" in head:
            self.connection.close()
            self.connection = None
        return status, len(body)

    def _receive(self) -> bytes:
        if not (received := self.connection.recv(262_144)):
            raise ConnectionError
        return received


def times(port: int, paths: list[str]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    client, taken = Client(port), []
    for path in paths:
        start = time.perf_counter()
        status, _length = client.get(path)
        taken.append(1000 * (time.perf_counter() - start))
        if status != 200:
            raise RuntimeError(f"{status} {path}")
    return taken


def _hammer(port, paths, headers, count):
    client, stop, number = Client(port), time.perf_counter() + SECONDS, 0
    while time.perf_counter() < stop:
        client.get(paths[number % len(paths)], headers)
        number += 1
    count.value = number


def rate(port: int, paths: list[list[str]], headers: str = "") -> float:
    """Requests a second of some clients at once, each with paths of its own."""
    counts = [multiprocessing.Value("i") for _client in paths]
    clients = [
        multiprocessing.Process(target=_hammer, args=(port, own, headers, count))
        for own, count in zip(paths, counts, strict=True)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(count.value for count in counts) / SECONDS
