"""Telling a command from a sentence, from output and from other languages, one line at a time."""

from __future__ import annotations

import json
import re

from eventa_cockpit.runbook.risk import is_known_program
from eventa_cockpit.runbook.shell import analyse

_FIRST_WORD = re.compile(r"\s*(?:[A-Za-z_]\w*=\S*\s+)*([\w./+-]+|\[\[?)(?=$|[\s;|&)(])")
_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?[A-Za-z_]\w*\+?=(?![=~])")
_LOG_FIELD = re.compile(r"^\s*(?:level|lvl|ts|time|timestamp|msg|message|caller|severity|logger)=")
_OPENERS = ("$", '"$', "./", "~/", "{ ")
_KEYWORDS = frozenset(
    {
        "for",
        "while",
        "until",
        "if",
        "case",
        "select",
        "function",
        "then",
        "do",
        "else",
        "elif",
        "fi",
        "done",
        "esac",
        "time",
    }
)
_CONTINUED = ("|", "&&", "||", "-", ")", "}", ";", ">", "\\")
_PATH = re.compile(r"(?:\.{0,2}/|~/)[\w.]|[\w.-]+\.(?:sh|py|rb|pl)$")
_UNKNOWN_PROGRAM = re.compile(r"^[a-z][a-z0-9+.-]*[a-z0-9+]$|^[a-z]$")
_COMMAND_LIKE = re.compile(r"\s--?[A-Za-z]|\$[\w{(]|<[^<>]+>")
_PLAIN_OPERAND = re.compile(r"[\w./@%+,=:\"'*-]*[\w/\"'*]")
_ENGLISH = frozenset(
    "date find cat watch sort head tail who test time at more less which type kill last join paste split cut sleep set "
    "host top env export import source read unset trap wait service info history make install mount log".split()
)
"""Programs that also begin English sentences: `# find the pod` is a comment."""
_ARTICLES = frozenset("the a an all if for your to any that this it is are".split())

_SQL_START = re.compile(
    r"\s*(?:SELECT|INSERT INTO|UPDATE \S+ SET|DELETE FROM|ALTER (?:TABLE|USER|SYSTEM)|"
    r"CREATE (?:TABLE|INDEX|USER|DATABASE)|"
    r"DROP (?:TABLE|INDEX|DATABASE)|SHOW (?:PROCESSLIST|FULL|ENGINE|VARIABLES|STATUS|SLAVE|REPLICA)|"
    r"TRUNCATE TABLE|WITH \w+ AS)\b"
)
_YAML_LINE = re.compile(r"^(?:- )?[\w.\-/]+:(?:\s|$)")


def is_command(line: str) -> bool:
    """Certainly the beginning of a command: a known program, a path, an assignment, a keyword, an expansion."""
    if _ASSIGNMENT.match(line):
        return _LOG_FIELD.match(line) is None
    if line.lstrip().startswith("("):
        return is_command(line.lstrip()[1:])
    found = _FIRST_WORD.match(line)
    if not found:
        return line.lstrip().startswith(_OPENERS)
    word = found[1]
    return word in _KEYWORDS or is_known_program(word) or _PATH.match(word) is not None


def may_be_command(line: str) -> bool:
    """Also a program that no rule knows, when the line is built like a command; otherwise it is output or prose."""
    stripped = line.strip()
    if is_command(line) or stripped.startswith(_CONTINUED):
        return True
    words = stripped.split()
    if not words or not _UNKNOWN_PROGRAM.match(words[0]):
        return False
    if len(words) > 1 and words[1][0] in "=({[:":
        return False
    if _COMMAND_LIKE.search(stripped):
        return True
    return len(words) <= 4 and all(_PLAIN_OPERAND.fullmatch(word) for word in words[1:])


def is_sentence(line: str) -> bool:
    """`find the pod` is English, whatever the shell would make of it."""
    words = line.split()
    if not words or words[0].casefold() not in _ENGLISH:
        return False
    return len(words) > 1 and words[1].casefold() in _ARTICLES


def other_language(text: str) -> str:
    """What a text that was marked as shell is in truth: `json`, `yaml`, `sql`, `other`; empty when it may be shell."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if lines and _is_json(text.strip()):
        return "json"
    if not lines or (is_command(lines[0]) and not _YAML_LINE.match(lines[0].strip())):
        return ""
    if _SQL_START.match(lines[0]):
        return "sql"
    if _YAML_LINE.match(lines[0].strip()) and all(re.match(r"\s|- |[\w.\-/\"']+:", line) for line in lines):
        return "yaml"
    if any(is_command(line) and not is_sentence(line) for line in lines if not line.startswith(" ")):
        return ""
    if may_be_command(lines[0]) and not lines[0].lstrip().startswith(_CONTINUED):
        return "" if analyse(text.encode(errors="replace")).is_understood or _COMMAND_LIKE.search(lines[0]) else "other"
    return "other"


def _is_json(text: str) -> bool:
    if text[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return re.match(r"[{\[]\s*(?:\"[^\"]*\"\s*:|[{\]}])", text) is not None
    return True
