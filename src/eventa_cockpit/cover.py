"""The last known screen, painted as plain text before anything heavy is imported, and marked with its age.

The file is kept in the user's own state folder, one for each way of starting. Imports nothing but `os`, `sys`, `time`.
"""

from __future__ import annotations

import os
import sys
import time

from eventa_cockpit.folders import CONFIG_VARIABLE, user_state
from eventa_cockpit.terminal import obstacle, size

TYPE_CHECKING = False  # as in typing, which is dear to import here
if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "screens"
MAGIC = "eventa-cockpit-screen-1"
LONGEST_AGE_S = 24 * 3600
LARGEST_BYTES = 1 << 18

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
"""Alternate screen, no cursor, and no wrapping: the terminal clips what is wider than it is now."""
SETTLE = "\x1b[0m\x1b[?7h"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
MARK = "\x1b[0;1;7m"

GROUP_OPTIONS = ("--config", "--env", "--language")
REMOVED = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
"""Controls, bidirectional controls and zero-width characters: none of them belongs on a saved screen."""

_is_painted = False
_place = ""
"""Where this start's screen is kept, settled before a drill moves the state folder elsewhere."""


def paint() -> bool:
    """Show the last known screen if this is a start of the cockpit and one is known; returns whether it did."""
    global _is_painted, _place
    if not is_plain_start(sys.argv[1:]):
        return False
    _place = place_of(sys.argv[1:])
    if obstacle():
        return False
    saved = _read(_place)
    if saved is None:
        return False
    label, width, lines = saved
    columns, rows = size()
    # A terminal that clips leaves the last character of the line in its last column: no part of the screen.
    edge = f"\x1b[0m\x1b[{columns}G\x1b[K" if width > columns else ""
    body = "".join(f"\x1b[{row};1H\x1b[0m{line}{edge}" for row, line in enumerate(lines[: rows - 1], start=1))
    _write(f"{ENTER}{body}\x1b[{rows};1H{MARK}\x1b[2K {label[: columns - 2]} {SETTLE}")
    _is_painted = True
    return True


def lift() -> None:
    """Give the terminal back as it was, before a sentence is printed; nothing when nothing is painted."""
    global _is_painted
    if _is_painted:
        _is_painted = False
        _write(LEAVE)


def hand_over() -> None:
    """The live screen has the terminal from now on, and gives it back itself."""
    global _is_painted
    _is_painted = False


def save(lines: Sequence[str], label: str) -> None:
    """Keep `lines` (cleaned text with SGR colours at most) for the next start like this one.

    `label` says how old they will be, in the responder's language: "last known 21:05 — loading". Raises OSError.
    """
    path = _place or place_of(sys.argv[1:])
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    text = "\n".join([f"{MAGIC} {int(time.time())} {size()[0]} {label}", *lines])
    draft = f"{path}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def is_plain_start(arguments: Sequence[str]) -> bool:
    """`cockpit` or `cockpit demo …`, with whatever options the group has, but nothing that only prints."""
    rest = list(arguments)
    while rest and rest[0].partition("=")[0] in GROUP_OPTIONS:
        del rest[: 1 if "=" in rest[0] else 2]
    return not rest or (rest[0] == "demo" and not {"--help", "-h", "--world-only"} & set(rest))


def place_of(arguments: Sequence[str]) -> str:
    """One file for each way of starting: prod's screen must never greet whoever starts stg."""
    from binascii import crc32

    start = "\0".join([*arguments, os.environ.get(CONFIG_VARIABLE, "")])
    return f"{user_state()}/{FOLDER}/{crc32(start.encode('utf-8', 'surrogateescape')):08x}"


def clean(line: str) -> str:
    """The line without links and without any control but SGR colours, whatever the file on disk holds."""
    head, *links = line.split("\x1b]")
    first, *pieces = "".join([head, *(link.replace("\a", "\x1b\\").partition("\x1b\\")[2] for link in links)]).split(
        "\x1b["
    )
    parts = [first.translate(REMOVED)]
    for piece in pieces:
        codes, end, text = piece.partition("m")
        if end and not codes.strip("0123456789;"):
            parts.append(f"\x1b[{codes}m")
            piece = text
        parts.append(piece.translate(REMOVED))
    return "".join(parts)


def _read(path: str) -> tuple[str, int, list[str]] | None:
    """Label, columns and lines of a saved screen that is ours, whole and not too old."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        if os.fstat(descriptor).st_uid != os.geteuid():
            return None
        data = file.read(LARGEST_BYTES + 1)
    head, *lines = data.decode("utf-8", "replace").split("\n")
    magic, saved_at, width, label = [*head.split(" ", 3), "", "", ""][:4]
    if len(data) > LARGEST_BYTES or magic != MAGIC or not (saved_at.isdecimal() and width.isdecimal()):
        return None
    if not 0 <= time.time() - int(saved_at) <= LONGEST_AGE_S:
        return None
    return clean(label), int(width), [clean(line) for line in lines]


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:  # the terminal is gone; whoever writes next says so
        return
