"""From a shell fence to a command: script, parameters, risk and annotation."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache

from eventa_cockpit.cleaning import clean
from eventa_cockpit.domain.runbook import Annotation, Command
from eventa_cockpit.runbook.annotations import of_fence
from eventa_cockpit.runbook.fences import Split, is_shell, language_of, looks_like_shell, split_fence
from eventa_cockpit.runbook.markdown import Fence
from eventa_cockpit.runbook.parameters import parameters_of
from eventa_cockpit.runbook.placeholders import find_placeholders, hide
from eventa_cockpit.runbook.risk import assess
from eventa_cockpit.runbook.shell import analyse
from eventa_cockpit.runbook.wrappers import opens_session


def is_shell_fence(fence: Fence) -> bool:
    language = language_of(fence.info)
    return is_shell(language) or (not language and looks_like_shell(fence.content))


@lru_cache(maxsize=1024)
def read_fence(fence: Fence) -> tuple[Command | None, Split]:
    """The fence's command, or None when it holds none; and the fence taken apart.

    Remembered, since a section is read several times until it is known what it is.

    A fence that nothing closes holds none: where its writer meant it to end is not known.
    """
    language = language_of(fence.info)
    split = split_fence(fence.content, language)
    if not fence.is_closed:
        return None, Split("", fence.content.rstrip(), "unclosed")
    if not split.script:
        return None, split
    return make_command(split.script, language, fence.line, fence.info, split.sample), split


def make_command(script: str, language: str = "sh", line: int = 1, info: str = "", sample: str = "") -> Command:
    """A command for any script text, as a fence with it would give."""
    return _command(script, language, line, of_fence(info), clean(sample) or None)


def edited_command(command: Command, script: str) -> Command:
    """The command with another text: its risk and what it needs are read anew, what its fence adds stays."""
    return _command(script, command.language, command.line, command.annotation, command.expected_output)


def _command(script: str, language: str, line: int, annotation: Annotation, sample: str | None) -> Command:
    placeholders = find_placeholders(script)
    source = hide(script, placeholders)
    found = analyse(source)
    rule = assess(found)
    if not annotation.is_interactive and any(opens_session(entry) for entry in found.invocations):
        annotation = replace(annotation, is_interactive=True)
    return Command(
        text=script,
        language=language,
        line=line,
        risk=rule.risk,
        risk_rule=rule.id,
        parameters=parameters_of(source, found, placeholders, annotation.choices),
        expected_output=sample,
        annotation=annotation,
        digest=hashlib.sha256(script.encode(errors="surrogatepass")).hexdigest(),
    )
