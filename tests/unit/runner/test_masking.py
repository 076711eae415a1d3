"""A masked stream shows no spelling of a secret, and nothing else of it is changed."""

from __future__ import annotations

import base64
import json
import urllib.parse
from html import escape
from shlex import quote

import pytest

from eventa_cockpit.runner.supervisor.masking import LONGEST_GAP, Masker

TOKEN = "ghp_A1b2C3d4E5f6G7h8"
ODD = "p@ss w0rd'\"&<x>/ü"


def masked(secret: str, *pieces: bytes) -> bytes:
    masker = Masker((secret,))
    return b"".join(map(masker.feed, pieces)) + masker.flush()


@pytest.mark.parametrize("secret", [TOKEN, ODD, "日本語のパスワード"])
@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        str.lower,
        lambda secret: json.dumps(secret)[1:-1],
        lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
        lambda secret: json.dumps(json.dumps(secret))[3:-3],
        escape,
        lambda secret: urllib.parse.quote(secret, safe=""),
        urllib.parse.quote,
        urllib.parse.quote_plus,
        lambda secret: urllib.parse.quote(secret, safe="").lower(),
        lambda secret: secret.encode().hex(),
        lambda secret: secret.encode().hex(" ").upper(),
        lambda secret: secret.encode().hex(":"),
        lambda secret: quote(secret).removeprefix("'").removesuffix("'"),
        lambda secret: repr(secret)[1:-1],
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    ],
    ids=[
        "plain", "upper", "lower", "json", "json-utf8", "json-twice", "xml", "url", "url-path", "form", "url-lower",
        "hex", "hex-spaced", "hex-colons", "shell", "repr", "base64", "base64-url",
    ],
)  # fmt: skip
def test_every_spelling_is_masked_and_its_surroundings_stay(secret, spell):
    out = masked(secret, b"before ", spell(secret).encode(), b" after\n")

    assert out.startswith(b"before ***")
    assert out.endswith(b" after\n")
    assert len(out) < len(b"before *** after\n") + 8, "at most the ends of a base64 text stay"


@pytest.mark.parametrize("prefix", [b"", b"u:", b"me:", b"user:", b"\0\1\2\3"])
def test_base64_of_a_longer_text_shows_none_of_the_secret(prefix):
    text = base64.b64encode(prefix + TOKEN.encode() + b" and more")

    out = masked(TOKEN, text)

    hidden = len(text) - len(out) + len(b"***")
    assert out.count(b"***") == 1
    assert hidden >= len(TOKEN) * 4 // 3 - 2, "only digits that the neighbours share may stay"


@pytest.mark.parametrize(
    "inside", [b"\n", b"\r\n", b"\r\n    ", b"\x1b[31m", b"\x1b[0;1;38;5;200m", b" \r", b"\x1b[K\r\n\x1b[m", b"\0"]
)
def test_what_a_terminal_puts_inside_a_secret_does_not_hide_it(inside):
    for cut in range(1, len(TOKEN)):
        assert masked(TOKEN, b"x " + TOKEN[:cut].encode() + inside + TOKEN[cut:].encode() + b" y") == b"x *** y"


def test_each_byte_alone_gives_the_same_as_all_at_once():
    text = f"a {TOKEN} b {TOKEN[:9]} c \x1b[31m{TOKEN[:5]}\x1b[0m{TOKEN[5:]} d".encode()

    assert (
        masked(TOKEN, *(bytes([byte]) for byte in text))
        == masked(TOKEN, text)
        == (f"a *** b {TOKEN[:9]} c \x1b[31m*** d".encode())
    )


def test_a_prompt_is_not_held_back():
    assert Masker((TOKEN,)).feed(b"Continue? [y/N] ") == b"Continue? [y/N] "


def test_only_what_may_become_a_secret_is_held_back():
    masker = Masker((TOKEN,))

    assert masker.feed(b"token=" + TOKEN[:7].encode()) == b"token="
    assert masker.is_holding
    assert masker.feed(b"!") == TOKEN[:7].encode() + b"!"


def test_after_a_pause_a_line_has_its_last_letter_and_no_more_than_two_of_a_secret():
    masker = Masker((TOKEN,))

    assert masker.feed(b"done\ng") == b"done\n"
    assert masker.release() == b"g"
    assert masker.feed(b"hp_") == b""
    assert masker.release() == b"", "four characters are too many to show"
    assert masker.feed(TOKEN[4:].encode() + b" end") + masker.flush() == b"*** end"
    assert masker.count == 1


def test_what_was_shown_after_a_pause_is_not_shown_again():
    masker = Masker((TOKEN,))

    shown = masker.feed(b"log") + masker.release() + masker.feed(b"\n") + masker.release() + masker.feed(b"next\n")

    assert shown + masker.flush() == b"log\nnext\n"


def test_a_pause_right_after_a_secret_shows_its_mask():
    masker = Masker(("a-secret-value",))  # its last letter begins one of its base64 spellings

    assert masker.feed(b"a-secret-value\r\n") + masker.release() == b"***\r\n"


def test_a_secret_that_begins_another_is_not_masked_too_early():
    masker = Masker(("tokenAB", "tokenABCDEF"))

    assert masker.feed(b"x tokenAB") + masker.feed(b"CDEF y") + masker.flush() == b"x *** y"


def test_overlapping_secrets_are_masked_as_one():
    assert Masker(("abcdefgh", "efghijkl")).feed(b"<abcdefghijkl>") == b"<***>"


def test_a_long_gap_is_no_secret_and_is_not_held_back_for_ever():
    text = TOKEN[:8].encode() + b" " * (LONGEST_GAP + 1) + TOKEN[8:].encode() + b"\n"

    assert masked(TOKEN, text) == text
    masker = Masker((TOKEN,))
    masker.feed(TOKEN[:8].encode())
    assert sum(len(masker.feed(b" " * 100)) for _ in range(4)) == 400 + 8


def test_lines_of_a_key_file_are_masked_one_by_one():
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQ\n-----END KEY-----"

    assert masked(key, b"line 2 is EFAASCBKcwggSjAgEAAoIBAQ.") == b"line 2 is ***."
    assert masked(key, key.encode()) == b"***"


def test_without_secrets_everything_passes_at_once():
    masker = Masker(())

    assert masker.feed(b"\x1b[3") == b"\x1b[3"
    assert masker.flush() == b""


def test_places_are_counted():
    masker = Masker((TOKEN,))
    masker.feed(f"{TOKEN} {TOKEN}\n".encode())

    assert masker.count == 2
