"""In whatever pieces a stream comes, its masked form is that of the whole text, and no secret is left in it."""

from __future__ import annotations

import random

import pytest
from tests.faults.repeats import repeats

from eventa_cockpit.runner.supervisor.masking import Masker, folded, squeezed, views
from eventa_cockpit.runner.supervisor.spellings import SHORTEST, spellings

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+/=!@#$%^&*(){}[]|;:'\"<>,.?~ é日\\"
NOISE = (
    b"line of a log\n",
    b"a=1 ",
    b"\x1b[0m",
    b"\r\n   ",
    b"\x1b[",
    b"\x1b",
    b"\0\0",
    b" " * 300,
    b"\xff\xfe",
    b"***",
)
PIECES = (1, 1, 1, 2, 3, 5, 7, 64, 1000)
CHUNKINGS_OF_A_TEXT = 10


def a_secret(chance: random.Random) -> str:
    while True:
        secret = "".join(chance.choice(ALPHABET) for _ in range(chance.randint(6, 48)))
        if len(secret.split()) and len(secret.replace(" ", "")) >= SHORTEST:
            return secret


def disturbed(form: bytes, chance: random.Random) -> bytes:
    """The form with a line end or a colour somewhere inside, as a terminal may put there."""
    if chance.random() < 0.5:
        return form
    at = chance.randint(1, len(form) - 1)
    return form[:at] + chance.choice((b"\n", b"\r\n  ", b"\x1b[31m", b"\x1b[1;32m\n")) + form[at:]


def a_text(forms: list[bytes], chance: random.Random) -> bytes:
    parts = []
    for _ in range(chance.randint(1, 12)):
        form = chance.choice(forms)
        parts.append(
            chance.choice(
                (
                    chance.choice(NOISE),
                    form[: chance.randint(0, len(form))],
                    disturbed(form, chance),
                    form[chance.randint(0, len(form)) :],
                )
            )
        )
    return b"".join(parts)


def in_pieces(text: bytes, chance: random.Random) -> list[bytes]:
    pieces, at = [], 0
    while at < len(text):
        size = chance.choice(PIECES)
        pieces.append(text[at : at + size])
        at += size
    return pieces


def check(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    lost = wrong = tried = 0
    for seed in range(count // CHUNKINGS_OF_A_TEXT):
        chance = random.Random(seed)
        secrets = [a_secret(chance) for _ in range(chance.randint(1, 3))]
        forms = sorted(form for secret in secrets for form in spellings(secret))
        text = a_text(forms, chance)
        whole = Masker(secrets)
        expected = whole.feed(text) + whole.flush()
        remains = expected.replace(b"***", b"\xff")
        bare_forms = [bare for form in forms if len(bare := squeezed(folded(form))) >= SHORTEST]
        lost += any(bare in squeezed(view) for bare in bare_forms for view in views(remains))
        for _ in range(CHUNKINGS_OF_A_TEXT):
            masker = Masker(secrets) if tried % 50 == 0 else _fresh(whole)
            got = b"".join(map(masker.feed, in_pieces(text, chance))) + masker.flush()
            wrong += got != expected
            tried += 1
    with capsys.disabled():
        print(f"\nmasking, random chunkings: {tried} tried, {lost} lost, {wrong} wrong")
    assert (lost, wrong) == (0, 0)


def _fresh(masker: Masker) -> Masker:
    """Flushed, a masker is as new; to build one is most of the time of this test."""
    assert not masker.is_holding
    return masker


def test_any_chunking_gives_what_the_whole_text_gives(capsys):
    check(repeats(4_000, 4_000), capsys)


def test_pauses_in_the_middle_never_show_more_than_two_characters_of_a_secret(capsys):
    lost = wrong = 0
    count = repeats(2_000, 2_000)
    for seed in range(count):
        chance = random.Random(seed)
        secrets = [a_secret(chance) for _ in range(chance.randint(1, 2))]
        forms = sorted(form for secret in secrets for form in spellings(secret))
        text = a_text(forms, chance)
        masker = Masker(secrets)
        given = b""
        for piece in in_pieces(text, chance):
            given += masker.feed(piece)
            if chance.random() < 0.3:
                given += masker.release()
        given += masker.flush()
        remains = given.replace(b"***", b"\xff")
        plain = [bare for secret in secrets if len(bare := squeezed(folded(secret.encode()))) >= SHORTEST]
        lost += any(bare in squeezed(view) for bare in plain for view in views(remains))
        wrong += masker.is_holding
    with capsys.disabled():
        print(f"\nmasking, pauses: {count} tried, {lost} lost, {wrong} wrong")
    assert (lost, wrong) == (0, 0)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_chunkings_give_what_the_whole_text_gives(capsys):
    check(100_000, capsys)
