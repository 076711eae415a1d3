"""What reached a terminal, told apart: what the driver says by itself, and what must never be there."""

from __future__ import annotations

import re

DRIVER = re.compile(
    r"\x1b\[\d+;\d+H|\r\n"  # a row begins here
    r"|\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes, at the beginning and the end
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>\d+u|\x1b\[<u"  # questions about the terminal, its keyboard
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse's pointer
)
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u0300-\u036f]{5}"  # a storm that covers the rows around it
)
NEVER = ("\x1b[99;99H", "\x1b[2J", "\x1b]22;pwned")
"""Of the payloads: what looks like the driver's own."""
ROOM = 60


def harm(written: bytes) -> list[str]:
    """Whatever steers a terminal, or hides on it, and is not the driver's own; with what stands around it."""
    text = written.decode("utf-8", "surrogateescape")
    found = [f"{sequence!r} was written" for sequence in NEVER if sequence in text]
    left = DRIVER.sub("", text)
    return found + [
        f"{match[0]!r} in {left[max(match.start() - ROOM, 0) : match.end() + ROOM]!r}"
        for match in FORBIDDEN.finditer(left)
    ]
