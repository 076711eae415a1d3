"""Fences: which are shell, where a prompt ends and a command begins, and which lines somebody only once saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from textwrap import dedent

from eventa_cockpit.runbook.recognition import is_command, is_sentence, may_be_command, other_language
from eventa_cockpit.runbook.risk import is_known_program
from eventa_cockpit.runbook.shell import analyse
from eventa_cockpit.runbook.wrappers import opens_session

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


class _Kind(Enum):
    COMMAND = auto()
    COMMENT = auto()
    OUTPUT = auto()


_STRONG_PROMPT = re.compile(
    r"^\s*(?:\([\w.\-]+\)\s*)?(?:"
    r"[$❯➜](?=\s|$)"
    r"|\[[\w.-]+@[^\]\n]+\]\s?[$#%](?=\s|$)"
    r"|[\w.-]+@[\w.-]+(?::[^\s$#]*)?\s?[$#%](?=\s|$)"
    r"|(?:ba|z|k|a|da)?sh-\d+(?:\.\d+)*[$#%](?=\s|$)"
    r"|(?:~|/)[\w./-]*\s?[$#](?=\s|$)"
    r")\s*"
)
_ROOT_PROMPT = re.compile(r"^\s*#\s+")
_ANGLE_PROMPT = re.compile(r"^\s*>\s+")
_PERCENT_PROMPT = re.compile(r"^%\s+")
_CONTINUED_PROMPT = re.compile(r"^\s*>(?:\s|$)")


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
    if any(_STRONG_PROMPT.match(line) and _command_follows(line) for line in lines):
        return True
    script = analyse(content.encode(errors="replace"))
    if not script.is_understood or not script.invocations:
        return False
    commands = [line for line in lines if not line.lstrip().startswith("#")]
    return all(is_known_program(entry.program) for entry in script.invocations) and is_command(commands[0])


def _command_follows(line: str) -> bool:
    return is_command(_STRONG_PROMPT.sub("", line))


def split_fence(content: str, language: str) -> Split:
    """The script of a shell fence and what only accompanies it."""
    content = dedent(content.expandtabs(4) if "\t" in content[:1] else content).strip("\n")
    lines = content.split("\n")
    prompt = _prompt_of(lines, language)
    if prompt is not None:
        return _split_session(lines, prompt)
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
    if _BLOCK.search(whole):
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


def _prompt_of(lines: Sequence[str], language: str) -> re.Pattern[str] | None:
    """The prompt with which this fence marks its commands, or None when every line is script."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None
    if any(_STRONG_PROMPT.match(line) for line in filled):
        return _STRONG_PROMPT
    if _PERCENT_PROMPT.match(filled[0]) and is_command(_PERCENT_PROMPT.sub("", filled[0])):
        return _PERCENT_PROMPT
    if _ANGLE_PROMPT.match(filled[0]) and is_command(_ANGLE_PROMPT.sub("", filled[0])):
        return _ANGLE_PROMPT
    return _ROOT_PROMPT if _is_root_session(filled, language) else None


def _is_root_session(filled: Sequence[str], language: str) -> bool:
    """`# systemctl status x`: a root prompt, not a comment. In doubt a comment: nothing runs that was commented out."""
    marked = [_ROOT_PROMPT.sub("", line) for line in filled if _ROOT_PROMPT.match(line)]
    if not marked or not _ROOT_PROMPT.match(filled[0]):
        return False
    is_session = language in _SESSION_LANGUAGES
    commands = [line for line in marked if is_command(line) and not is_sentence(line)]
    if is_session:
        return bool(commands) and is_command(marked[0])
    others = [line for line in filled if not line.lstrip().startswith("#")]
    return len(commands) == len(marked) and bool(others) and not any(is_command(line) for line in others)


def _split_session(lines: Sequence[str], prompt: re.Pattern[str]) -> Split:
    script: list[str] = []
    sample: list[str] = []
    depth = 0
    for kind, text in _session_parts(lines, prompt):
        if kind is _Kind.COMMAND and depth == 0:
            command = prompt.sub("", text, count=1)
            if command.strip() and command.strip() not in {"exit", "logout"}:
                script.append(_without_continued_prompts(command))
                depth += _opens_session(command)
        elif kind is _Kind.COMMENT and depth == 0:
            script.append(text.strip())
        else:
            sample.append(text)
            command = _typed(text) if kind is not _Kind.OUTPUT or depth else ""
            if depth and command:
                depth += _opens_session(command) - (command.strip() in {"exit", "logout"})
    while script and script[-1].startswith("#"):
        sample.append(script.pop())
    if not script:
        return Split("", "\n".join(lines))
    return Split("\n".join(script), "\n".join(sample).strip("\n"))


def _typed(line: str) -> str:
    """What was typed on a line inside a session: after any prompt."""
    for prompt in (_STRONG_PROMPT, _ROOT_PROMPT):
        if prompt.match(line):
            return prompt.sub("", line, count=1)
    return ""


def _opens_session(command: str) -> int:
    invocations = analyse(command.encode(errors="replace")).invocations
    return int(bool(invocations) and opens_session(invocations[-1]))


def _session_parts(lines: Sequence[str], prompt: re.Pattern[str]) -> Iterator[tuple[_Kind, str]]:
    at, may_comment = 0, True
    while at < len(lines):
        line = lines[at]
        if prompt.match(line):
            end = _command_end(lines, at, prompt)
            yield _Kind.COMMAND, "\n".join(lines[at:end])
            at, may_comment = end, True
            continue
        is_comment = prompt is not _ROOT_PROMPT and line.lstrip().startswith("#") and may_comment
        if is_comment and _leads_to_prompt(lines, at, prompt):
            yield _Kind.COMMENT, line
        elif line.strip():
            yield _Kind.OUTPUT, line
            may_comment = False
        else:
            may_comment = True
        at += 1


def _leads_to_prompt(lines: Sequence[str], at: int, prompt: re.Pattern[str]) -> bool:
    """A comment belongs to the command under it; under output it would be output."""
    following = next((line for line in lines[at + 1 :] if line.strip() and not line.lstrip().startswith("#")), "")
    return prompt.match(following) is not None


def _command_end(lines: Sequence[str], start: int, prompt: re.Pattern[str]) -> int:
    """The line after the last one of the command: as far as the shell would ask for more."""
    text = prompt.sub("", lines[start], count=1)
    end = start + 1
    while end < len(lines) and is_incomplete(text):
        following = lines[end]
        if prompt.match(following) and not _CONTINUED_PROMPT.match(following) and text.rstrip().endswith("\\"):
            break
        text = f"{text}\n{_CONTINUED_PROMPT.sub('', following)}"
        end += 1
    if is_incomplete(text) and end == len(lines):
        return _explicit_end(lines, start)
    return end


def _explicit_end(lines: Sequence[str], start: int) -> int:
    """Where a command that never becomes complete ends: after its backslashes and continued prompts."""
    end = start + 1
    while end < len(lines) and (lines[end - 1].rstrip().endswith("\\") or _CONTINUED_PROMPT.match(lines[end])):
        end += 1
    return end


def _without_continued_prompts(command: str) -> str:
    """A blank after a closing backslash would end the command, which its writer did not see."""
    first, *rest = command.split("\n")
    stripped = [_CONTINUED_PROMPT.sub("", line) for line in rest] if all(map(_CONTINUED_PROMPT.match, rest)) else rest
    return "\n".join(re.sub(r"\\[ \t]+$", r"\\", line) for line in (first, *stripped)).rstrip()


_BLOCK = re.compile(r"^\s*(?:for|while|until|if|case|select|function|\{)\b|^\s*[\w-]+\s*\(\)|<<", re.MULTILINE)
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
