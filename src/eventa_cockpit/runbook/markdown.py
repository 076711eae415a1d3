"""Markdown as blocks: headings, paragraphs, lists, fences, tables and comments, each with its line. No meaning yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eventa_cockpit.cleaning import clean_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph as a reader sees it: the bold words that open it, and what follows them."""

    bold: str
    """Empty when the line does not begin in bold."""
    rest: str

    @property
    def text(self) -> str:
        return f"{self.bold}{self.rest}"


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Line, ...]
    line: int
    links: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines joined as a browser would, except that Japanese lines meet without a space."""
        return join_lines([line.text for line in self.lines])


@dataclass(frozen=True, slots=True)
class Fence:
    info: str
    """Everything after the opening backticks."""
    content: str
    line: int
    """1-based line of the opening backticks."""
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    blocks: tuple[Block, ...]
    line: int
    is_task: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Item, ...]
    line: int
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Comment:
    """The inside of an HTML comment."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Indented code: shown, never run."""

    text: str
    line: int


Block = Heading | Paragraph | Fence | Listing | Table | Comment | Verbatim

_TASK = re.compile(r"^\[[ xX]\](?:\s+|$)")
_BULLET_WITHOUT_SPACE = re.compile(r"^[-・•‣●○](?=[^\s\-])")
_WIDE_NUMBER = re.compile(r"^(?:[０-９]+\s*[.．。、)）:：]|[①-⑳]|[(（][0-9０-９]+[)）]|[0-9]+[．。、）：])\s*(?=\S)")
_LIST_MARKS = (_BULLET_WITHOUT_SPACE, _WIDE_NUMBER)
_ADMONITION = re.compile(r'^(?:!!!|\?\?\?\+?|===)\s+["\w]')
_FENCE_OPEN = re.compile(r"^\s*(`{3,}|~{3,})")
_HTML_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def blocks_of(text: str) -> tuple[Block, ...]:
    """Blocks of the whole text, block quotes and admonitions opened up. Never raises, whatever the text is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return tuple(_Reader(_tokens_of_repaired(_open_admonitions(lines)), 0).blocks())


def join_lines(lines: Sequence[str]) -> str:
    """One line of text from several."""
    joined = ""
    for line in (line.strip() for line in lines):
        if joined and line:
            touching = _CJK.match(joined[-1]) and _CJK.match(line[0])
            joined += line if touching else f" {line}"
        else:
            joined += line
    return joined


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


def _tokens(lines: Sequence[str]) -> list[Token]:
    return _parser().parse("\n".join(lines) + "\n")


def _open_admonitions(lines: list[str]) -> list[str]:
    """MkDocs admonitions and tabs hold their text indented, which CommonMark would read as code."""
    if not any(map(_ADMONITION.match, map(str.lstrip, lines))):
        return lines
    opened: list[str] = []
    fence, inside = "", False
    for line in lines:
        if inside and line.strip() and not line.startswith(("    ", "\t")):
            inside = False
        shown = line.removeprefix("\t" if line.startswith("\t") else "    ") if inside else line
        if not fence and _ADMONITION.match(shown):
            inside = True
        fence = _fence_after(shown, fence)
        opened.append(shown)
    return opened


def _fence_after(line: str, fence: str) -> str:
    """The fence marker that is open after `line`, given the one open before it."""
    found = _FENCE_OPEN.match(line)
    if not found:
        return fence
    marker = found[1]
    if not fence:
        return marker
    closes = marker[0] == fence[0] and len(marker) >= len(fence) and not line.strip().strip(marker[0])
    return "" if closes else fence


def _tokens_of_repaired(lines: list[str]) -> list[Token]:
    """A closing fence that slipped out of its list item closes it all the same; otherwise it would open a new one.

    CommonMark ends the item's fence where the indentation ends, and reads the rest of the file as code.
    """
    tokens = _tokens(lines)
    for _ in range(50):
        slipped = _slipped_fence(tokens, lines)
        if slipped is None:
            break
        number, indent = slipped
        lines = [*lines[:number], " " * indent + lines[number].lstrip(), *lines[number + 1 :]]
        tokens = _tokens(lines)
    return tokens


def _slipped_fence(tokens: list[Token], lines: list[str]) -> tuple[int, int] | None:
    for token in tokens:
        if token.type != "fence" or token.level == 0 or token.map is None or _is_closed(token):
            continue
        opening, end = lines[token.map[0]], token.map[1]
        while end < len(lines) and not lines[end].strip():
            end += 1
        if end < len(lines) and lines[end].strip() == token.markup and not lines[end].startswith(" " * 4):
            found = opening.find(token.markup)
            if found > len(lines[end]) - len(lines[end].lstrip()):
                return end, found
    return None


def _is_closed(token: Token) -> bool:
    return token.map is not None and token.map[1] - token.map[0] == token.content.count("\n") + 2


class _Reader:
    """Walks markdown-it's flat token list once."""

    def __init__(self, tokens: list[Token], offset: int) -> None:
        self._tokens = tokens
        self._offset = offset
        self._at = 0

    def blocks(self, until: str = "") -> Iterator[Block]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == until:
                return
            yield from self._block(token)

    def _block(self, token: Token) -> Iterator[Block]:
        line = self._line(token)
        match token.type:
            case "heading_open":
                yield Heading(int(token.tag[1:]), _plain(self._inline("heading_close"))[0], line)
            case "paragraph_open":
                yield from _paragraphs(self._inline("paragraph_close"), line)
            case "bullet_list_open" | "ordered_list_open":
                is_ordered = token.type == "ordered_list_open"
                yield Listing(tuple(self._items(token.type.replace("open", "close"))), line, is_ordered)
            case "fence":
                yield Fence(token.info.strip(), token.content, line, _is_closed(token))
            case "code_block":
                yield Verbatim(token.content.rstrip(), line)
            case "table_open":
                yield self._table(line)
            case "html_block":
                yield from _html(token.content, line - 1)

    def _line(self, token: Token) -> int:
        return self._offset + (token.map[0] + 1 if token.map else 1)

    def _inline(self, until: str) -> list[Token]:
        children: list[Token] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == until:
                break
            children.extend(token.children or ())
        return children

    def _items(self, until: str) -> Iterator[Item]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == until:
                return
            blocks = list(self.blocks("list_item_close"))
            blocks, is_task = _without_task_box(blocks)
            yield Item(tuple(blocks), self._line(token), is_task)

    def _table(self, line: int) -> Table:
        rows: list[list[str]] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(_plain(token.children or [])[0])
        header, *body = rows or [[]]
        return Table(tuple(header), tuple(tuple(row) for row in body), line)


def _without_task_box(blocks: list[Block]) -> tuple[list[Block], bool]:
    match blocks:
        case [Paragraph(lines=(Line(bold="", rest=rest), *others), line=line, links=links), *after] if _TASK.match(
            rest
        ):
            first = Line("", _TASK.sub("", rest))
            return [Paragraph((first, *others), line, links), *after], True
    return blocks, False


def _html(content: str, offset: int) -> Iterator[Block]:
    """Comments of an HTML block, and the Markdown inside it that CommonMark leaves alone up to a blank line."""
    for found in _HTML_COMMENT.finditer(content):
        yield Comment(found[1].strip(), offset + content.count("\n", 0, found.start()) + 1)
    lines = _HTML_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), content).split("\n")
    if any(_FENCE_OPEN.match(line) for line in lines):
        inside = ["" if line.lstrip().startswith("<") else line for line in lines]
        yield from _Reader(_tokens(inside), offset).blocks()


def _plain(children: Sequence[Token]) -> tuple[str, tuple[str, ...]]:
    """Inline tokens as one line of plain text, and the addresses linked from it."""
    lines, links = _inline_lines(children)
    return join_lines([line.text for line in lines]), links


def _inline_lines(children: Sequence[Token]) -> tuple[list[Line], tuple[str, ...]]:
    lines: list[Line] = []
    links: list[str] = []
    bold = rest = ""
    in_bold = False
    for token in children:
        content = clean_line(token.content)
        if token.type in {"softbreak", "hardbreak"}:
            lines.append(_line(bold, rest))
            bold = rest = ""
        elif token.type == "strong_open":
            in_bold = not rest.strip() and not bold
        elif token.type == "strong_close":
            in_bold = False
        elif token.type == "link_open":
            links.append(str(token.attrGet("href") or ""))
        elif token.type != "html_inline":
            if in_bold:
                bold += content
            else:
                rest += content
    lines.append(_line(bold, rest))
    return lines, tuple(links)


def _line(bold: str, rest: str) -> Line:
    """Asterisks that CommonMark left in place (Japanese punctuation inside them) still mean bold to their writer."""
    if not bold and rest.lstrip().startswith("**"):
        inside, closed, after = rest.lstrip()[2:].partition("**")
        if closed and inside.strip():
            return Line(inside, after)
    return Line(bold, rest)


def _paragraphs(children: Sequence[Token], line: int) -> Iterator[Block]:
    """The paragraph, or the list that its writer meant (`-item`, full-width numbers), and its comments."""
    lines, links = _inline_lines(children)
    pattern = next((entry for entry in _LIST_MARKS if entry.match(lines[0].text.strip())), None)
    if pattern is not None:
        yield _as_list(lines, pattern, line, links)
    elif any(entry.text.strip() for entry in lines):
        yield Paragraph(tuple(lines), line, links)
    for token in children:
        if token.type == "html_inline" and (comment := _HTML_COMMENT.match(token.content)):
            yield Comment(comment[1].strip(), line)


def _as_list(lines: Sequence[Line], mark: re.Pattern[str], line: int, links: tuple[str, ...]) -> Listing:
    starts = [number for number, entry in enumerate(lines) if mark.match(entry.text.strip())]
    items = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        first = Line("", mark.sub("", lines[start].text.strip()))
        entries = (first, *lines[start + 1 : end])
        owned = tuple(link for link in links if any(link in entry.text for entry in entries))
        items.append(Item((Paragraph(entries, line + start, owned),), line + start))
    return Listing(tuple(items), line, is_ordered=mark is _WIDE_NUMBER)
