"""Fences that show a terminal session: where a prompt ends, what was typed, and what was only printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from eventa_cockpit.runbook.completeness import is_incomplete
from eventa_cockpit.runbook.recognition import is_command, is_sentence
from eventa_cockpit.runbook.shell import analyse
from eventa_cockpit.runbook.wrappers import opens_session


class _Kind(Enum):
    COMMAND = auto()
    COMMENT = auto()
    OUTPUT = auto()


STRONG_PROMPT = re.compile(
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


def prompt_of(lines: Sequence[str], *, is_console: bool) -> re.Pattern[str] | None:
    """The prompt with which this fence marks its commands, or None when every line is script."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None
    if any(STRONG_PROMPT.match(line) for line in filled):
        return STRONG_PROMPT
    if _PERCENT_PROMPT.match(filled[0]) and is_command(_PERCENT_PROMPT.sub("", filled[0])):
        return _PERCENT_PROMPT
    if _ANGLE_PROMPT.match(filled[0]) and is_command(_ANGLE_PROMPT.sub("", filled[0])):
        return _ANGLE_PROMPT
    return _ROOT_PROMPT if _is_root_session(filled, is_console=is_console) else None


def _is_root_session(filled: Sequence[str], *, is_console: bool) -> bool:
    """`# systemctl status x`: a root prompt, not a comment. In doubt a comment: nothing runs that was commented out."""
    marked = [_ROOT_PROMPT.sub("", line) for line in filled if _ROOT_PROMPT.match(line)]
    if not marked or not _ROOT_PROMPT.match(filled[0]):
        return False
    commands = [line for line in marked if is_command(line) and not is_sentence(line)]
    if is_console:
        return bool(commands) and is_command(marked[0])
    others = [line for line in filled if not line.lstrip().startswith("#")]
    return len(commands) == len(marked) and bool(others) and not any(is_command(line) for line in others)


def split_session(lines: Sequence[str], prompt: re.Pattern[str]) -> tuple[str, str]:
    """The script that was typed at the prompts, and everything else that the fence shows."""
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
        return ("", "\n".join(lines))
    return ("\n".join(script), "\n".join(sample).strip("\n"))


def _typed(line: str) -> str:
    """What was typed on a line inside a session: after any prompt."""
    for prompt in (STRONG_PROMPT, _ROOT_PROMPT):
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
