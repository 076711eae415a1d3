"""Hostile text: what each tries, and how it is made out on the screen afterwards."""

from __future__ import annotations

PAYLOADS: dict[str, str] = {
    "cursor moves": "\x1b[99;99H\x1b[7A\x1b[2J\x1b[3J\x1bc",
    "title": "\x1b]0;pwned-title\x07\x1b]22;pwned\x07",
    "clipboard": "\x1b]52;c;cHduZWQtY2xpcA==\x07",
    "link": "\x1b]8;;https://pwned.example/\x1b\\click\x1b]8;;\x1b\\",
    "device control": "\x1bP+q544e\x1b\\\x1bP$qm\x1b\\",
    "application command": "\x1b_Gf=24,a=T;UFdORUQ=\x1b\\",
    "8-bit sequences": "\x9b31m\x9d52;c;cHduZWQ=\x9c\x90q\x9c\x85",
    "override": "\u202egnp.exe\u202c \u2066x\u2069\u200f",
    "zero width": "pay\u200bpal\u200d\ufeff\u2060\u00ad\u034f",
    "tags": "ok\U000e0072\U000e006d\U000e007f\U000e0100",
    "half characters": "\ud800\udfff\ud83d",
    "markup": "[bold]b[/] [/] [@click=app.exit]x[/] [link=https://pwned.example]l[/link] $error :bomb:",
    "overwriting": "safe\b\b\b\bevil\rls -l\x1b[K\x7f\x00\v\f",
    "terminal modes": "\x1b[?1049l\x1b[?1003l\x1b[?9001h\x1b[6n\x1b[c\x1b(0\x0e\x1b#8",
    "very long": "L" * 3_000,
    "combining storm": "Z" + "\u0335\u0321\u0336" * 30,
}
"""Name → text. Half characters travel as such in JSON, and as bytes that are no UTF-8 in files and output."""

MARKUP = "[bold]b[/] [/]"
"""Of the markup payload: text like any other, so it must be readable as it is."""


def marked(source: str, number: int, payload: str) -> str:
    """The payload between two words by which its place on the screen is found."""
    return f"{source}{number:02}{payload}end"


def all_marked(source: str) -> list[str]:
    return [marked(source, number, payload) for number, payload in enumerate(PAYLOADS.values())]


def as_utf8(text: str) -> bytes:
    """For a file that is read only as UTF-8: half characters become question marks."""
    return text.encode("utf-8", "replace")


def as_bytes(text: str) -> bytes:
    """For a file or a command's output. The 8-bit sequences are in it as UTF-8 and as single bytes."""
    return text.encode("utf-8", "surrogatepass") + (text.encode("latin-1") if "\x9b" in text else b"")
