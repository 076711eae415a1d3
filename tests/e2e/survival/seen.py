"""Terminals whose screen is read cell by cell while something else than the cockpit is done to them."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyte
from tests.e2e.terminal import DEADLINE_S, DeadlineError, PtyTerminal
from wcwidth import wcwidth


class Cells:
    """What a terminal of this size shows after everything that was written to it."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, written: bytes) -> None:
        # pyte takes the private forms of SGR and the keyboard protocol for ordinary ones
        self._stream.feed(written.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)

    @property
    def text(self) -> str:
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        return "\n".join("".join(_shown(self._screen.buffer[row], columns)) for row in rows)


def _shown(row: Mapping[int, Any], columns: range) -> Iterator[str]:
    """The row's characters. Half of a wide one that was written over is blank, as on a real terminal."""
    is_second_half = False
    for column in columns:
        character = row[column].data
        if character or not is_second_half:
            yield character or " "
        is_second_half = bool(character) and wcwidth(character[0]) == 2


class SeenPty(PtyTerminal):
    """A command in a pseudo-terminal, its screen, and the end of both."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        variables: Mapping[str, str] | None = None,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        super().__init__(arguments, variables=variables, columns=columns, rows=rows)
        self._cells = Cells(columns, rows)
        self._fed = 0

    @property
    def text(self) -> str:
        self._cells.feed(self.written[self._fed :])
        self._fed = len(self.written)
        return self._cells.text

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def keys(self) -> int:
        """Descriptor of the terminal's own end."""
        return self._fd

    def settle(self, reaction_s: float, quiet_s: float, deadline_s: float = DEADLINE_S) -> None:
        """Returns once something was written and then nothing for a while, or nothing at all."""
        end = time.monotonic() + deadline_s
        if not self._read(reaction_s):
            return
        while self._read(quiet_s) and time.monotonic() < end:
            pass

    def hang_up(self) -> None:
        """Close the terminal's own end, as a window that is closed does; what is left can only be waited for."""
        os.close(self._fd)
        self._fd = os.open(os.devnull, os.O_RDONLY)


class SeenChannel:
    """A command behind asyncssh, on a loop of its own."""

    def __init__(self, port: int, key: str, command: str, *, columns: int = 120, rows: int = 40) -> None:
        self._cells = Cells(columns, rows)
        self._written = bytearray()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._connection, self._process = self._do(self._open(port, key, command, columns, rows))

    async def _open(self, port: int, key: str, command: str, columns: int, rows: int) -> tuple[Any, Any]:
        import asyncssh

        connection = await asyncssh.connect(
            "127.0.0.1", port, username="root", client_keys=[key], known_hosts=None, config=None
        )
        process = await connection.create_process(
            command, term_type="xterm-256color", term_size=(columns, rows), encoding=None
        )
        self._reading = asyncio.ensure_future(self._collect(process))
        return connection, process

    async def _collect(self, process: Any) -> None:
        while data := await process.stdout.read(1 << 16):
            self._written += data

    @property
    def text(self) -> str:
        written = bytes(self._written)
        del self._written[: len(written)]
        self._cells.feed(written)
        return self._cells.text

    def send(self, keys: str) -> None:
        self._loop.call_soon_threadsafe(self._process.stdin.write, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        self._cells.resize(columns, rows)
        self._loop.call_soon_threadsafe(self._process.change_terminal_size, columns, rows)

    def abort(self) -> None:
        """Destroy the connection without a word to the other side."""
        self._loop.call_soon_threadsafe(self._connection.abort)

    def wait_for(self, text: str, deadline_s: float = DEADLINE_S) -> None:
        until(lambda: text in self.text, lambda: f"{text!r} on the screen:\n{self._cells.text}", deadline_s)

    def wait_until(self, condition: Callable[[str], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
        until(lambda: condition(self.text), lambda: f"{what}:\n{self._cells.text}", deadline_s)

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._connection.abort()
        await self._connection.wait_closed()
        await asyncio.gather(self._reading, return_exceptions=True)

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE_S)


def until(condition: Callable[[], Any], what: Callable[[], str] | str, deadline_s: float = DEADLINE_S) -> Any:
    """The condition's first true value; fails with `what` after the deadline."""
    end = time.monotonic() + deadline_s
    while not (found := condition()):
        if time.monotonic() > end:
            raise DeadlineError(f"waited {deadline_s:g} s in vain for {what() if callable(what) else what}")
        time.sleep(0.02)
    return found
