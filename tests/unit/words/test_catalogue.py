"""The Japanese catalogue: every sentence of the sources, and nothing else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from eventa_cockpit import locale
from eventa_cockpit.locale import _, use_language

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "src" / "eventa_cockpit", ROOT / "screens")
PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]*)\}(?!\})")
WORD = re.compile("[A-Za-z]{2,}")
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@cache
def wanted() -> frozenset[str]:
    """Every message that the sources mark."""
    return frozenset(
        message
        for folder in SOURCES
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, [("**.py", "python")], keywords={"_": None, "mark": None}
        )
        if isinstance(message, str) and message
    )


@cache
def catalogue() -> Catalog:
    with (locale.FOLDER / "ja" / "LC_MESSAGES" / "cockpit.po").open("rb") as file:
        return read_po(file, locale="ja")


def translated() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue() if message.id}


def test_every_message_is_translated() -> None:
    have = translated()
    assert sorted(message for message in wanted() if not have.get(message)) == []


def test_no_translation_is_unused() -> None:
    assert sorted(set(translated()) - wanted()) == []
    assert list(catalogue().obsolete) == []


def test_nothing_is_fuzzy() -> None:
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


def test_the_placeholders_are_the_same() -> None:
    def names(text: str) -> list[str]:
        return sorted(set(PLACEHOLDER.findall(text)))

    odd = {message: text for message, text in translated().items() if names(message) != names(text)}
    assert odd == {}


def test_sentences_are_japanese() -> None:
    """A message with three words or more that has no Japanese character in it was left as it was."""
    left = [
        text
        for message, text in translated().items()
        if len(WORD.findall(PLACEHOLDER.sub("", message))) > 2 and not JAPANESE.search(text)
    ]
    assert left == []


@pytest.mark.parametrize(("language", "said"), [("en", "Alerts"), ("ja", "アラート")])
def test_the_compiled_catalogue_is_what_is_shown(language: str, said: str) -> None:
    use_language(language)
    assert _("Alerts") == said
