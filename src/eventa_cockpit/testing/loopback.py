"""An HTTP server on loopback that answers as a test says, down to the byte, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    """Lower-case names."""
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


Behaviour = Callable[[Request, socket.socket], None]
"""Writes whatever it likes to the connection, which is closed afterwards."""


class Loopback:
    """One upstream. `behaviour` may be changed while it runs."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.behaviour: Behaviour = answer(b"", status=404)
        self.ended = threading.Event()
        """Set when the test is over: what hangs on purpose waits for this."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if context is not None:
            # The handshake belongs to the connection's own thread, not to the one that accepts.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._scheme = "https" if context else "http"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.close_connection = True
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    return
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, self.rfile.read(length))
                upstream.requests.append(request)
                with suppress(OSError):
                    upstream.behaviour(request, self.connection)

            def handle(self) -> None:
                with suppress(OSError, ssl.SSLError):
                    super().handle()

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
                pass

        return Handler


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    upstream = Loopback(context)
    try:
        yield upstream
    finally:
        upstream.close()


def head(status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def answer(
    body: bytes, *, status: int = 200, kind: str = "application/json", headers: dict[str, str] | None = None
) -> Behaviour:
    """A whole, well-formed answer."""
    every = {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}

    def write(_request: Request, connection: socket.socket) -> None:
        connection.sendall(head(status, every) + body)

    return write


def answer_json(content: Any, **options: Any) -> Behaviour:
    return answer(json.dumps(content).encode(), **options)


def by_path(**routes: Behaviour) -> Behaviour:
    """Behaviours by the last part of the path, `-` written as `_`; anything else is not found."""

    def write(request: Request, connection: socket.socket) -> None:
        name = request.path.rstrip("/").rpartition("/")[2].replace("-", "_").replace(".", "_")
        routes.get(name, answer(b"{}", status=404))(request, connection)

    return write
