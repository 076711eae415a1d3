"""Spellings of a secret: the ways in which programs print a value that they were given."""

from __future__ import annotations

import binascii
import json
from collections.abc import Iterator

SHORTEST = 6
"""Characters below which a secret cannot be masked without hiding ordinary text."""
SHORTEST_LINE = 12
"""A line of a secret of several lines (a key file) is masked by itself from this length on."""
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
SHELL_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@%+,")
XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
URL_SAFE = bytes.maketrans(b"+/", b"-_")


def spellings(secret: str) -> set[bytes]:
    """All spellings, in their usual letter case."""
    found: set[bytes] = set()
    texts = {secret, *(line.strip() for line in secret.splitlines() if len(line.strip()) >= SHORTEST_LINE)}
    if not secret.isascii():  # the masker folds the case of ASCII letters only
        texts |= {text.upper() for text in texts} | {text.lower() for text in texts}
    for text in texts:
        found.update(_escaped(text))
        found.update(_encoded(text.encode("utf-8", "surrogateescape")))
    return {form for form in found if len(form) >= SHORTEST}


def _escaped(text: str) -> Iterator[bytes]:
    quoted = json.dumps(text)[1:-1]
    xml = "".join(XML.get(character, character) for character in text)
    percent = _percent(text, b"")
    forms = (
        text,
        quoted,
        quoted.replace("/", "\\/"),
        json.dumps(text, ensure_ascii=False)[1:-1],
        json.dumps(quoted)[1:-1],
        repr(text)[1:-1],
        xml,
        xml.replace("&#x27;", "&apos;"),
        xml.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        xml.replace("&#x27;", "'").replace("&quot;", '"'),
        text.replace("'", "'\\''"),
        text.replace("'", "'\"'\"'"),
        text.replace("'", "''"),
        text.replace('"', '\\"'),
        "".join(
            f"\\{character}" if ord(character) < 128 and ord(character) not in SHELL_SAFE else character
            for character in text
        ),
        percent,
        _percent(text, b"/"),
        percent.replace("%20", "+"),
    )
    yield from (form.encode("utf-8", "surrogateescape") for form in forms)


def _percent(text: str, also_safe: bytes) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in UNRESERVED or byte in also_safe else f"%{byte:02X}" for byte in raw)


def _encoded(raw: bytes) -> Iterator[bytes]:
    yield raw.hex().encode()
    yield raw.hex(":").encode()
    yield "".join(f"\\x{byte:02x}" for byte in raw).encode()
    for offset in range(3):
        standard = _base64_core(raw, offset)
        yield standard
        yield standard.translate(URL_SAFE)


def _base64_core(raw: bytes, offset: int) -> bytes:
    """The digits that only `raw` decides when it stands `offset` bytes (mod 3) into a longer text."""
    digits = binascii.b2a_base64(b"\0" * offset + raw, newline=False).rstrip(b"=")
    first = (0, 2, 3)[offset]
    shared = 0 if (len(raw) + offset) % 3 == 0 else 1
    return digits[first : len(digits) - shared]
