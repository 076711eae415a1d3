"""Commands that name another environment than the one on the screen: `eventa-prod` while stg is open.

Two kinds of words count. What the configuration knows of another environment (an instance, a context, a profile, a
host, a value of a parameter) counts wherever it stands; another environment's own name counts as a part of a bare word
(`eventa-prod`, `api.stg.example`), unless the runbook says that the command is for the open one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.runbook import Command, Step
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.shell import parse_tree

ALIASES = (
    frozenset({"prod", "production", "prd", "live"}),
    frozenset({"stg", "staging", "stage"}),
    frozenset({"dev", "develop", "development"}),
    frozenset({"qa", "test", "testing"}),
)
"""Names that mean the same environment."""
SHORTEST = 5
"""Letters of a value that is told apart from an ordinary word."""
_WORDS = frozenset({"word", "string_content", "raw_string", "heredoc_body", "heredoc_content", "ansi_c_string"})
_PART = re.compile(r"[A-Za-z0-9]+")


class Crossing(NamedTuple):
    """A word, and whose it is."""

    word: str
    environment: str


def crossing(config: Config, step: Step, command: Command, values: Mapping[str, str]) -> Crossing | None:
    """The first word of the command, or of a value that it gets, that belongs to another environment only."""
    others = {name: other for name, other in config.environments.items() if name != config.environment}
    if not others:
        return None
    is_said = config.environment in (*command.annotation.environments, *step.annotation.environments)
    texts = (*words_in(command.text), *values.values())
    own = _known(config.chosen)
    for name, other in others.items():
        for known in sorted(_known(other) - own, key=lambda word: (-len(word), word)):
            if any(_stands_in(known, text) for text in texts):
                return Crossing(known, name)
    if is_said:
        return None
    return next(_named(texts, config.environment, tuple(others), own), None)


def sentence(found: Crossing, environment: str) -> str:
    """Why the command is not run."""
    text = _("It names {word}, which belongs to {other}; this is {environment}. Open it with: cockpit --env {other}")
    return text.format(word=clean_line(found.word)[:80], other=found.environment, environment=environment)


@lru_cache(maxsize=512)
def words_in(script: str) -> tuple[str, ...]:
    """The words and texts of a script without its comments, as the shell's grammar sees them."""
    found: list[str] = []
    pending = [parse_tree(script.encode()).root_node]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            continue
        if node.type in _WORDS and node.text is not None:
            found.append(node.text.decode("utf-8", "replace"))
        pending.extend(reversed(node.children))
    return tuple(found)


def _named(texts: tuple[str, ...], chosen: str, others: tuple[str, ...], own: frozenset[str]) -> Iterator[Crossing]:
    """Bare words that hold another environment's name, and not that of the open one."""
    ours = _aliases(chosen)
    for text in texts:
        parts = {part.casefold() for part in _PART.findall(text)}
        if any(letter.isspace() for letter in text) or parts & ours or any(_stands_in(word, text) for word in own):
            continue
        for name in others:
            if parts & (_aliases(name) - ours) and len(parts) > 1:
                yield Crossing(text.strip("'\""), name)


def _aliases(name: str) -> frozenset[str]:
    folded = name.casefold()
    return next((group for group in ALIASES if folded in group), frozenset({folded}))


@lru_cache(maxsize=64)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", re.IGNORECASE)


def _stands_in(word: str, text: str) -> bool:
    """As a whole: `eventa-prod` is not in `eventa-prod-2`, but in `arn:…:db:eventa-prod`."""
    return _pattern(word).search(text) is not None


def _known(environment: EnvironmentConfig) -> frozenset[str]:
    """What is long enough to be a name and only ever means this environment."""
    return frozenset(word for word in _identifiers(environment) if len(word) >= SHORTEST)


def _identifiers(environment: EnvironmentConfig) -> Iterator[str]:
    if environment.database is not None:
        yield environment.database.instance
        yield environment.database.profile or ""
    if environment.kubernetes is not None:
        yield environment.kubernetes.context or ""
        yield _host(environment.kubernetes.cluster or "") or environment.kubernetes.cluster or ""
    if environment.aws_account.isdecimal():
        yield environment.aws_account
    for value in (*environment.parameters.values(), environment.variables.get("AWS_PROFILE", "")):
        yield _host(value) or value if not any(letter.isspace() for letter in value) else ""


def _host(text: str) -> str:
    try:
        return urlsplit(text).hostname or "" if "://" in text else ""
    except ValueError:
        return ""
