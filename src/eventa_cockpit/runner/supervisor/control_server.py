"""The supervisor's end of the control socket: one JSON object a line, answered by one; the kernel says who asks."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Callable
from typing import Any

Request = dict[str, Any]
Answer = dict[str, Any]
LONGEST_REQUEST = 1 << 20
CREDENTIALS = struct.Struct("3i")


class Client:
    """One connection. Attached, it is a wire to the terminal: its bytes are typed, and output is announced to it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = b""
        self.is_attached = False
        self.pid, self.uid, _gid = CREDENTIALS.unpack(
            connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        )


class ControlServer:
    """Connections and their framing; what a request means is the supervisor's business."""

    def __init__(self, answer: Callable[[Client, Request], Answer], typed: Callable[[bytes], None]) -> None:
        self._answer = answer
        self._typed = typed
        self._clients: dict[int, Client] = {}
        self._listener: socket.socket | None = None

    def open(self, path: str, mode: int) -> int:
        """Listen; returns the descriptor to poll. `path` is relative, because socket paths end at 108 bytes."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        os.chmod(path, mode)
        listener.listen(8)
        listener.setblocking(False)
        self._listener = listener
        return listener.fileno()

    def accept(self) -> int | None:
        """A new connection's descriptor, to be polled as well."""
        assert self._listener is not None
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return None
        connection.setblocking(False)
        self._clients[connection.fileno()] = Client(connection)
        return connection.fileno()

    def serve(self, fd: int) -> bool:
        """Read what a client sent. False when it has gone."""
        client = self._clients[fd]
        try:
            data = client.connection.recv(1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if data and client.is_attached:
            self._typed(data)
        elif data:
            client.buffer += data
            self._requests(client)
        if data and len(client.buffer) <= LONGEST_REQUEST:
            return True
        self._clients.pop(fd).connection.close()
        return False

    def announce_output(self) -> None:
        """Wake the attached clients: there is more in the output's file. One that is behind knows already."""
        for client in self._clients.values():
            if client.is_attached:
                _send(client, b"o")

    @property
    def has_attached(self) -> bool:
        return any(client.is_attached for client in self._clients.values())

    def close(self) -> None:
        for client in self._clients.values():
            client.connection.close()
        if self._listener is not None:
            self._listener.close()

    def _requests(self, client: Client) -> None:
        while not client.is_attached and b"\n" in client.buffer:
            line, _, client.buffer = client.buffer.partition(b"\n")
            try:
                request = json.loads(line)
            except (ValueError, RecursionError):
                request = None
            answer = self._answer(client, request) if isinstance(request, dict) else {"error": "malformed"}
            _send(client, json.dumps(answer).encode() + b"\n")
        if client.is_attached and client.buffer:
            self._typed(client.buffer)
            client.buffer = b""


def _send(client: Client, data: bytes) -> None:
    try:
        client.connection.send(data)
    except OSError:  # gone, or too slow to be told; either shows at its next read
        return
