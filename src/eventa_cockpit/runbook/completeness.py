"""Whether a shell would ask for another line: open quotes, here-documents, blocks, trailing backslashes and pipes."""

from __future__ import annotations

import re

_BLOCKS = {"for": "done", "while": "done", "until": "done", "select": "done", "if": "fi", "case": "esac", "{": "}"}


_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


def is_incomplete(text: str) -> bool:
    """Whether an interactive shell would ask for another line."""
    if text.rstrip().endswith("\\"):
        return True
    quote, depth, end = _scan(text)
    if quote or depth > 0 or re.search(r"(?:\||&&)\s*$", text):
        return True
    for _, tag in _HEREDOC.findall(re.sub(r"<<<", "", text)):
        if not re.search(rf"\n\s*{re.escape(tag)}\s*$", text):
            return True
    words = re.split(r"[\s;]+", text.strip()[:end])
    if not words or words[0] not in _BLOCKS:
        return False
    opened = sum(words.count(opener) for opener in _BLOCKS if _BLOCKS[opener] == _BLOCKS[words[0]])
    return opened > words.count(_BLOCKS[words[0]])


def _scan(text: str) -> tuple[str, int, int]:
    """The quote that is open at the end, and how deep in `$(…)` and `(…)` it is."""
    quote, depth, at = "", 0, 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and quote != "'":
            at += 2
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter == "#" and (at == 0 or text[at - 1].isspace()):
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
            continue
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        at += 1
    return quote, depth, len(text)
