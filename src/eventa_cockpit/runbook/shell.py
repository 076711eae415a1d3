"""A shell script as tree-sitter reads it: the programs it starts, the variables it uses, where it writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

HOLE = "\0"
"""Stands in a word for a part that only the shell will know."""


@dataclass(frozen=True, slots=True)
class Word:
    """One argument with its quotes removed."""

    text: str
    start: int
    end: int

    @property
    def is_literal(self) -> bool:
        return HOLE not in self.text


@dataclass(frozen=True, slots=True)
class Invocation:
    """One simple command."""

    program: str
    """Its name without folders; `HOLE` inside when it is computed."""
    arguments: tuple[Word, ...]
    stdin: str | None = None
    """Text of a here-document or here-string, if there is one."""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """One `$X` or `${X…}` whose value comes from outside the script."""

    name: str
    start: int
    end: int
    default: str | None = None
    """From `${X:-default}`; the shell itself applies it."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """One `$(program arguments)` with nothing in it but literal words."""

    words: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Script:
    """What one parse found, in the order of the text. Offsets count UTF-8 bytes."""

    invocations: tuple[Invocation, ...]
    uses: tuple[Use, ...]
    writes: tuple[Word, ...]
    """Files that redirections write to."""
    substitutions: tuple[Substitution, ...]
    functions: frozenset[str]
    is_understood: bool
    """The whole text is shell grammar; otherwise what was found may not be all."""


@cache
def _language() -> Language:
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())


_of_thread = threading.local()
"""A parser is no place for two threads: the library is read in one while a step is planned in another."""


def parse_tree(source: bytes) -> Tree:
    """The whole tree. A node keeps its tree alive, and a tree its language; give neither to another thread."""
    from tree_sitter import Parser

    parser: Parser | None = getattr(_of_thread, "parser", None)
    if parser is None:
        parser = _of_thread.parser = Parser(_language())
    return parser.parse(source)


def analyse(source: bytes) -> Script:
    """Never raises: text that is no shell gives what could be found, and `is_understood` false."""
    root = parse_tree(source).root_node
    walk = _Walk()
    walk.visit(root)
    return Script(
        tuple(walk.invocations),
        tuple(walk.uses),
        tuple(walk.writes),
        tuple(walk.substitutions),
        frozenset(walk.functions),
        not root.has_error and not walk.has_hidden_command,
    )


_SHELL_OWN = frozenset(
    "HOME PATH USER LOGNAME SHELL PWD OLDPWD HOSTNAME HOSTTYPE OSTYPE MACHTYPE RANDOM SRANDOM SECONDS EPOCHSECONDS "
    "EPOCHREALTIME IFS LINENO UID EUID GROUPS PPID FUNCNAME PIPESTATUS OPTARG OPTIND OPTERR REPLY TMPDIR LANG LC_ALL "
    "TERM COLUMNS LINES SHLVL BASH BASHPID BASH_SOURCE BASH_VERSION BASH_REMATCH BASH_LINENO BASH_COMMAND COPROC "
    "MAPFILE DIRSTACK PS1 PS2 PS4 TZ".split()
)
_DECLARING = frozenset({"local", "declare", "typeset", "readonly"})
_OPTIONS_WITH_VALUE = {"read": "dinNptu", "mapfile": "dnOsucC", "readarray": "dnOsucC"}


_LEAVING = ""
_ENTERED = frozenset(
    "simple_expansion expansion redirected_statement command function_definition variable_name command_substitution "
    "file_redirect heredoc_body".split()
)
_LEFT = frozenset(
    {"variable_assignment", "declaration_command", "command", "postfix_expression", "redirected_statement"}
)


@dataclass(slots=True)
class _Walk:
    """One pass in the order of the text, so that a use before its assignment still counts as coming from outside."""

    invocations: list[Invocation] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    writes: list[Word] = field(default_factory=list)
    substitutions: list[Substitution] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    has_hidden_command: bool = False
    _stdin: str | None = None

    def visit(self, root: Node) -> None:
        """Depth first without recursion: the text may be nested deeper than Python's stack."""
        pending: list[tuple[Node, str]] = [(root, root.type)]
        while pending:
            node, kind = pending.pop()
            if kind == _LEAVING:
                self._leave(node)
                continue
            if kind in _ENTERED:
                self._enter(node)
            if kind in _LEFT:
                pending.append((node, _LEAVING))
            if node.child_count:
                pending.extend([(child, child.type) for child in reversed(node.children)])

    def _enter(self, node: Node) -> None:
        match node.type:
            case "simple_expansion" | "expansion":
                self._use(node)
            case "redirected_statement":
                self._stdin = _stdin_of(node)
            case "command":
                self._command(node)
            case "function_definition" if node.named_child_count:
                self.functions.add(_text(node.named_children[0]))
            case "variable_name" if node.parent is not None and node.parent.type in {
                "for_statement",
                "select_statement",
            }:
                self.assigned.add(_text(node))
            case "command_substitution":
                self._substitution(node)
            case "file_redirect":
                self._redirect(node)
            case "heredoc_body" if _has_unread_backtick(node):
                self.has_hidden_command = True

    def _leave(self, node: Node) -> None:
        """An assignment holds after its value was read: `PATH=$PATH:x` uses the old one."""
        match node.type:
            case "variable_assignment":
                if node.parent is None or node.parent.type != "command":
                    self.assigned.add(_base_name(node.children[0]))
            case "declaration_command":
                if _text(node.children[0]) in _DECLARING:
                    self.assigned.update(_text(child) for child in node.children if child.type == "variable_name")
            case "command":
                self.assigned.update(_names_read(node))
            case "postfix_expression":
                self.assigned.update(_text(child) for child in node.children if child.type == "variable_name")
            case "redirected_statement":
                self._stdin = None

    def _use(self, node: Node) -> None:
        name_node = next((child for child in node.children if child.type in {"variable_name", "subscript"}), None)
        if name_node is None:
            return
        name = _base_name(name_node)
        operator = next((_text(child) for child in node.children if child.type in {":-", "-", ":=", "="}), None)
        default = None
        if operator is not None:
            at = [_text(child) for child in node.children].index(operator)
            default = "".join(_text(child) for child in node.children[at + 1 : -1])
        if name not in self.assigned and name not in _SHELL_OWN and not name.isdigit():
            self.uses.append(Use(name, node.start_byte, node.end_byte, _plain_default(default)))
        if operator in {":=", "="}:
            self.assigned.add(name)

    def _command(self, node: Node) -> None:
        words = [_word(child) for child in node.children if _is_argument(child)]
        name = next((child for child in node.children if child.type == "command_name"), None)
        if name is None:
            return
        program = _dequote(name)
        stdin = self._stdin or _stdin_of(node)
        self.invocations.append(Invocation(program.rpartition("/")[2] or program, tuple(words), stdin, node.start_byte))

    def _substitution(self, node: Node) -> None:
        commands = node.named_children
        if len(commands) != 1 or commands[0].type != "command":
            return
        words = [_dequote(child) for child in commands[0].children]
        if all(HOLE not in word for word in words):
            # tree-sitter counts the blank before `$(` as part of it.
            lead = len(node.text or b"") - len((node.text or b"").lstrip())
            self.substitutions.append(Substitution(tuple(words), node.start_byte + lead, node.end_byte))

    def _redirect(self, node: Node) -> None:
        operator = next((child.type for child in node.children if child.type.startswith((">", "&>"))), "")
        target = node.children[-1]
        duplicates = operator == ">&" and (target.type == "number" or _text(target) == "-")
        if operator and operator != ">&-" and not duplicates:
            self.writes.append(_word(target))


def _is_argument(node: Node) -> bool:
    return node.type not in {
        "command_name",
        "variable_assignment",
        "file_redirect",
        "heredoc_redirect",
        "herestring_redirect",
        "comment",
    }


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def _base_name(node: Node) -> str:
    """`A` of `A` and of `A[0]`."""
    return _text(node.children[0]) if node.type == "subscript" and node.children else _text(node)


def _plain_default(default: str | None) -> str | None:
    """The default as a value; None when it needs a shell to be known."""
    if default is None or any(mark in default for mark in "$`"):
        return None
    return default.strip("\"'")


def _word(node: Node) -> Word:
    return Word(_dequote(node), node.start_byte, node.end_byte)


def _dequote(node: Node) -> str:
    text = _text(node)
    match node.type:
        case "raw_string":
            return text[1:-1]
        case "ansi_c_string":
            return text[2:-1]
        case "string":
            return "".join(_string_part(child) for child in node.children)
        case "concatenation" | "command_name":
            return "".join(_dequote(child) for child in node.children) if node.children else text
        case (
            "simple_expansion" | "expansion" | "command_substitution" | "process_substitution" | "arithmetic_expansion"
        ):
            return HOLE
        case "word":
            return text.replace("\\\n", "").replace("\\", "")
    return text


def _string_part(node: Node) -> str:
    if node.type == '"':
        return ""
    if node.type == "string_content":
        return _text(node).replace('\\"', '"').replace("\\$", "$").replace("\\\\", "\\")
    return HOLE


def _stdin_of(node: Node) -> str | None:
    """Text that a here-document or here-string hands to the statement."""
    for child in node.children:
        if child.type == "heredoc_redirect":
            return "".join(_text(part) for part in child.children if part.type == "heredoc_body")
        if child.type == "herestring_redirect":
            return _dequote(child.children[-1])
    return None


def _has_unread_backtick(node: Node) -> bool:
    """tree-sitter-bash 0.25 drops a backtick in a here-document: the command inside it goes unseen."""
    return b"`" in (node.text or b"") and not is_quoted_heredoc(node)


def is_quoted_heredoc(body: Node) -> bool:
    """`<<'EOF'`: the shell expands nothing in it."""
    start = next(
        (child for child in (body.parent.children if body.parent else ()) if child.type == "heredoc_start"), None
    )
    return start is not None and any(mark in _text(start) for mark in "'\"\\")


def _names_read(command: Node) -> Iterator[str]:
    """Variables that `read`, `mapfile`, `getopts` and `printf -v` set."""
    words = [_dequote(child) for child in command.children]
    if not words:
        return
    program, *arguments = words
    if program in _OPTIONS_WITH_VALUE:
        skip = False
        for argument in arguments:
            if skip:
                skip = False
            elif argument.startswith("-"):
                skip = argument[-1] in _OPTIONS_WITH_VALUE[program] and len(argument) == 2
            elif argument.isidentifier():
                yield argument
    elif (program == "printf" and arguments[:1] == ["-v"] and len(arguments) > 1) or (
        program == "getopts" and len(arguments) > 1
    ):
        yield arguments[1]
