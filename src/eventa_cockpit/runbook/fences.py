"""Fences: which are shell, where a prompt ends and a command begins, and which lines somebody only once saw."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import dedent

from eventa_cockpit.runbook.completeness import is_incomplete
from eventa_cockpit.runbook.recognition import is_command, may_be_command, other_language
from eventa_cockpit.runbook.risk import is_known_program
from eventa_cockpit.runbook.sessions import STRONG_PROMPT, prompt_of, split_session
from eventa_cockpit.runbook.shell import analyse

_SCRIPT_LANGUAGES = frozenset({"sh", "bash", "shell", "zsh", "ksh", "dash", "shellscript", "shell-script"})
_SESSION_LANGUAGES = frozenset(
    "console terminal term shell-session sh-session bash-session shellsession shelloutput command "
    "commandline cli prompt".split()
)
_MISSPELLABLE = ("bash", "shell", "console", "terminal", "shell-session", "shellsession", "command")
_OUTPUT_LANGUAGES = frozenset(
    "text txt plain plaintext output out log logs json none nohighlight result stdout".split()
)


@dataclass(frozen=True, slots=True)
class Split:
    """A shell fence taken apart."""

    script: str
    """What a shell is to run; empty when the fence holds no command."""
    sample: str = ""
    """What is shown beside it: sample output, and lines typed into a session that the script opens."""
    refused: str = ""
    """Why a fence that says shell is none: `json`, `yaml`, `sql`, `other`; empty otherwise."""


def language_of(info: str) -> str:
    """The language as written, lower case: the first word, also of `{.bash}`."""
    first = info.strip().partition(" ")[0].partition("{")[0] or info.strip().strip("{}").partition(" ")[0]
    return first.strip("{}.,:").casefold() if not first.startswith('"') else ""


def is_shell(language: str) -> bool:
    """Also for a misspelt `shel` or `bashh`."""
    if language in _SCRIPT_LANGUAGES or language in _SESSION_LANGUAGES:
        return True
    if language in _OUTPUT_LANGUAGES or len(language) < 4 or not language.isascii():
        return False
    return bool(get_close_matches(language, _MISSPELLABLE, n=1, cutoff=0.85))


def is_output(language: str) -> bool:
    """A fence of this language right after a command shows what to expect of it."""
    return language in _OUTPUT_LANGUAGES


def looks_like_shell(content: str) -> bool:
    """For a fence without a language: prompted, or nothing but commands of known programs."""
    lines = _filled(content)
    if any(STRONG_PROMPT.match(line) and _command_follows(line) for line in lines):
        return True
    script = analyse(content.encode(errors="replace"))
    if not script.is_understood or not script.invocations:
        return False
    commands = [line for line in lines if not line.lstrip().startswith("#")]
    return all(is_known_program(entry.program) for entry in script.invocations) and is_command(commands[0])


def _command_follows(line: str) -> bool:
    return is_command(STRONG_PROMPT.sub("", line))


def split_fence(content: str, language: str) -> Split:
    """The script of a shell fence and what only accompanies it."""
    content = dedent(content.expandtabs(4) if "\t" in content[:1] else content).strip("\n")
    lines = content.split("\n")
    prompt = prompt_of(lines, is_console=language in _SESSION_LANGUAGES)
    if prompt is not None:
        script, sample = split_session(lines, prompt)
        return Split(script, sample)
    refused = other_language(content)
    if refused:
        return Split("", content, refused)
    if all(line.lstrip().startswith("#") for line in _filled(content)):
        return Split("", content)
    return _without_output(lines)


def _without_output(lines: Sequence[str]) -> Split:
    """A script, less the output that was pasted under a command although nothing marks it.

    Only what cannot be a command is taken for output: a table's head, a log line. A script with blocks, functions or
    here-documents is left whole.
    """
    whole = "\n".join(lines).rstrip()
    if _BLOCK.search(whole) or all(not line.strip() or may_be_command(line) for line in lines):
        return Split(whole)
    script: list[str] = []
    sample: list[str] = []
    at, in_output = 0, False
    while at < len(lines):
        end = _statement_end(lines, at)
        first = lines[at]
        if first.strip() and not first.lstrip().startswith("#"):
            in_output = not (is_command(first) or (may_be_command(first) and not in_output))
        (sample if in_output else script).extend(lines[at:end])
        at = end
    if not "".join(sample).strip():
        return Split(whole)
    return Split("\n".join(script).strip("\n"), "\n".join(sample).strip("\n"))


def _statement_end(lines: Sequence[str], start: int) -> int:
    end = start + 1
    while end < len(lines) and is_incomplete("\n".join(lines[start:end])):
        end += 1
    is_open = is_incomplete("\n".join(lines[start:end]))
    return start + 1 if is_open else end


def _filled(content: str) -> list[str]:
    return [line for line in content.split("\n") if line.strip()]


_BLOCK = re.compile(r"^\s*(?:for|while|until|if|case|select|function|\{)\b|^\s*[\w-]+\s*\(\)|<<", re.MULTILINE)
