"""Puts a value where a placeholder stood, so that the shell sees exactly that value and never runs it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from eventa_cockpit.runbook.shell import analyse, is_quoted_heredoc, parse_tree
from eventa_cockpit.runbook.wrappers import inner_script

if TYPE_CHECKING:
    from tree_sitter import Node


class Quoting(StrEnum):
    """How the shell reads the place."""

    BARE = "bare"
    DOUBLE = "double"
    SINGLE = "single"
    ANSI = "ansi"
    HEREDOC = "heredoc"
    VERBATIM = "verbatim"
    """A here-document with a quoted tag: nothing is expanded, nothing can be escaped."""
    COMMENT = "comment"
    BACKTICK = "backtick"
    BACKTICK_IN_DOUBLE = "backtick in double"


@dataclass(frozen=True, slots=True)
class Place:
    """The layers around an offset, outermost first: an inner layer's text is read again by the one before it."""

    layers: tuple[Quoting, ...]
    is_certain: bool
    """The text around it was understood, so that the layers are what the shell will see."""

    @property
    def innermost(self) -> Quoting:
        return self.layers[-1]


_MAX_DEPTH = 4
_PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


def place_of(source: bytes, offset: int, depth: int = 0) -> Place:
    """The layers of quoting around `offset`, through `bash -c '…'` and `ssh host '…'` into the script inside."""
    root = parse_tree(source).root_node
    layers = [Quoting.BARE]
    node: Node | None = root
    while node is not None:
        layers = _entered(node, offset, layers)
        node = next((child for child in node.children if child.start_byte <= offset < child.end_byte), None)
    is_certain = not root.has_error and not _is_escaped_twice(root, offset)
    inner = _inner_place(source, offset, depth) if depth < _MAX_DEPTH else None
    if inner is not None:
        return Place((*layers, *inner.layers), is_certain and inner.is_certain)
    return Place(tuple(layers), is_certain)


def _is_escaped_twice(root: Node, offset: int) -> bool:
    """Inside backticks a backslash counts before the quotes do, which tree-sitter does not follow."""
    node: Node | None = root
    while node is not None:
        text = (node.text or b"").lstrip()
        if node.type == "command_substitution" and text.startswith(b"`") and b"\\" in text:
            return True
        node = next((child for child in node.children if child.start_byte <= offset < child.end_byte), None)
    return False


def _entered(node: Node, offset: int, layers: list[Quoting]) -> list[Quoting]:
    match node.type:
        case "string":
            return [*layers[:-1], Quoting.DOUBLE]
        case "raw_string":
            return [*layers[:-1], Quoting.SINGLE]
        case "ansi_c_string":
            return [*layers[:-1], Quoting.ANSI]
        case "comment":
            return [*layers[:-1], Quoting.COMMENT]
        case "heredoc_body":
            return [*layers[:-1], *_in_heredoc(node, offset)]
        case "process_substitution":
            return [*layers[:-1], Quoting.BARE]
        case "command_substitution" if (node.text or b"").lstrip().startswith(b"`"):
            is_double = layers[-1] is Quoting.DOUBLE
            return [*layers[:-1], Quoting.BACKTICK_IN_DOUBLE if is_double else Quoting.BACKTICK, Quoting.BARE]
        case "command_substitution":
            return [*layers[:-1], Quoting.BARE]
    return layers


def _in_heredoc(body: Node, offset: int) -> tuple[Quoting, ...]:
    if is_quoted_heredoc(body):
        return (Quoting.VERBATIM,)
    before = (body.text or b"")[: offset - body.start_byte]
    if len(re.findall(rb"(?<!\\)`", before)) % 2:
        return (Quoting.BACKTICK, Quoting.BARE)
    return (Quoting.HEREDOC,)


def _inner_place(source: bytes, offset: int, depth: int) -> Place | None:
    """The place inside the script that another shell will read, when the offset is in one."""
    for invocation in analyse(source).invocations:
        for word in inner_script(invocation):
            if word.start <= offset < word.end:
                inner, at = _unquoted(source[word.start : word.end], offset - word.start)
                return None if at is None else place_of(inner, at, depth + 1)
    return None


def _unquoted(word: bytes, offset: int) -> tuple[bytes, int | None]:
    """The bytes of a quoted word as the next shell gets them, and where `offset` ended up."""
    opener = word[:1]
    if opener == b"'":
        return word[1:-1], offset - 1
    if opener != b'"':
        return word, offset
    inner = bytearray()
    at: int | None = None
    position = 1
    while position < len(word) - 1:
        if word[position : position + 1] == b"\\" and word[position + 1 : position + 2] in {b'"', b"$", b"`", b"\\"}:
            position += 1
        if position >= offset and at is None:
            at = len(inner)
        inner += word[position : position + 1]
        position += 1
    return bytes(inner), at


def quote(value: str, place: Place) -> str | None:
    """The text to put there, or None where no text is safe for this value."""
    if _PLAIN.fullmatch(value) and value:
        return value
    if "\0" in value or not place.is_certain or place.innermost in {Quoting.VERBATIM, Quoting.COMMENT}:
        return None
    text = value
    for layer in reversed(place.layers):
        text = _for_layer(text, layer)
    return text


def _for_layer(text: str, layer: Quoting) -> str:
    match layer:
        case Quoting.BARE:
            return shlex.quote(text)
        case Quoting.DOUBLE:
            return re.sub(r'([\\"$`])', r"\\\1", text)
        case Quoting.SINGLE:
            return text.replace("'", "'\\''")
        case Quoting.ANSI:
            return text.replace("\\", "\\\\").replace("'", "\\'")
        case Quoting.HEREDOC | Quoting.BACKTICK:
            return re.sub(r"([\\$`])", r"\\\1", text)
        case Quoting.BACKTICK_IN_DOUBLE:
            return re.sub(r'([\\$`"])', r"\\\1", text)
    return text
