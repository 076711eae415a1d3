"""Masking: secrets taken out of a stream of bytes before anybody sees it, in whatever pieces it comes.

The stream is compared with letter case folded and with blanks, line ends, NULs and control sequences left out, so that
neither a wrapped line nor a colour inside a secret hides it. What is masked is the union of all places where a spelling
of a secret stands. Only bytes that may still become such a place are held back.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import accumulate, islice

from eventa_cockpit.runner.supervisor.spellings import SHORTEST, spellings

MASK = b"***"
BLANKS = b" \t\r\n\0"
LONGEST_GAP = 256
"""Blanks between two characters of a secret beyond which they are not taken for one."""
SEPARATOR = b"\xff"
"""Stands for a longer gap; never part of UTF-8, so of no spelling."""

FOLD = bytes.maketrans(
    bytes(range(ord("A"), ord("Z") + 1)) + BLANKS,
    bytes(range(ord("a"), ord("z") + 1)) + b"\0" * len(BLANKS),
)
SEQUENCE = re.compile(rb"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]")
COLOUR = re.compile(rb"\x1b\[[0-9;:]{0,64}m")
BEGUN_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8})?\Z")
LONGEST_SEQUENCE = 74
GAP = re.compile(rb"\0{%d,}" % (LONGEST_GAP + 1))
SHOWN_AT_MOST = 2
"""Characters of what may be a secret that are shown when nothing follows them."""
WORD = re.compile(rb"[a-z0-9]+")
BLOCK = 1024


def folded(data: bytes, ignored: re.Pattern[bytes] | None = SEQUENCE) -> bytes:
    """As long as `data`: lower case, and NUL wherever nothing counts: blanks, and the sequences that are ignored."""
    if ignored is not None and b"\x1b" in data:
        data = ignored.sub(lambda match: b"\0" * len(match[0]), data)
    data = data.translate(FOLD)
    if b"\0" * (LONGEST_GAP + 1) in data:
        data = GAP.sub(lambda match: SEPARATOR * len(match[0]), data)
    return data


def views(data: bytes) -> set[bytes]:
    """The ways to read the data: a sequence that was cut short would swallow the first letter of a secret after it."""
    return {folded(data, ignored) for ignored in (SEQUENCE, COLOUR, None)} if b"\x1b" in data else {folded(data)}


def squeezed(text: bytes) -> bytes:
    """`folded` without the bytes that do not count."""
    return text.translate(None, b"\0")


class Masker:
    """A stream's masker. `feed` what arrives, `flush` at the end; the results together are the masked stream."""

    def __init__(self, secrets: Collection[str]) -> None:
        forms = {squeezed(folded(form)) for secret in secrets for form in spellings(secret)}
        self._forms = sorted(form for form in forms if len(form) >= SHORTEST)
        self._patterns = _by_anchor(self._forms)
        self._held = b""
        self._shown = 0
        self.count = 0
        """Places masked so far."""

    @property
    def is_holding(self) -> bool:
        """Something waits that may be the beginning of a secret."""
        return len(self._held) > self._shown

    def feed(self, data: bytes) -> bytes:
        if not self._patterns:
            return data
        raw = self._held + data
        begun = BEGUN_SEQUENCE.search(raw, max(len(raw) - LONGEST_SEQUENCE, 0))
        end = begun.start() if begun else len(raw)
        spans, first_open = self._looked(raw[:end], is_end=False)
        return self._give(raw, _whole(first_open, spans, raw), spans)

    def flush(self) -> bytes:
        """What was held back, when nothing more will come."""
        spans, end = self._looked(self._held, is_end=True)
        return self._give(self._held, end, spans)

    def release(self) -> bytes:
        """What may be shown of what is held back, when nothing has come for a while, lest a line lacks its last letter.

        That is the beginning of a secret of at most two characters; they stay known, and the rest will be masked.
        """
        raw = self._held
        if not raw or BEGUN_SEQUENCE.search(raw):
            return b""
        spans, first_open = self._looked(raw, is_end=False)
        kept = _whole(first_open, [], raw)
        if len(squeezed(folded(raw[kept:], None))) > SHOWN_AT_MOST:
            return b""
        given = self._give(raw, len(raw), spans)
        self._held = raw[kept:]
        self._shown = len(self._held)
        return given

    def _looked(self, raw: bytes, *, is_end: bool) -> tuple[list[tuple[int, int]], int]:
        """Where spellings stand, joined, and from where on one may have begun."""
        looked = [self._look(view, is_end=is_end) for view in views(raw)]
        return _joined(span for found, _ in looked for span in found), min(first_open for _, first_open in looked)

    def _give(self, raw: bytes, cut: int, spans: Iterable[tuple[int, int]]) -> bytes:
        """The masked form of `raw` up to the cut, but for what was shown before; the rest is held."""
        parts: list[bytes] = []
        done = self._shown
        for start, stop in spans:
            if stop > cut:
                break
            parts += (raw[done:start], MASK)
            done = max(done, stop)
            self.count += 1
        parts.append(raw[done:cut])
        self._held = raw[cut:]
        self._shown = max(self._shown - cut, 0)
        return b"".join(parts)

    def _look(self, text: bytes, *, is_end: bool) -> tuple[list[tuple[int, int]], int]:
        """Where spellings stand in the folded text, and from where on one may have begun."""
        bare = squeezed(text)
        places = self._places(bare)
        first_open = len(bare) if is_end else self._first_open(bare)
        if not places and first_open == len(bare):
            return [], len(text)
        position = Positions(text)
        cut = position.of(first_open) if first_open < len(bare) else len(text)
        return [(position.of(start), position.of(stop - 1) + 1) for start, stop in places], cut

    def _places(self, bare: bytes) -> list[tuple[int, int]]:
        return [
            (start, start + len(form))
            for anchor, forms in self._patterns.items()
            if anchor in bare
            for form in forms
            for start in _occurrences(form, bare)
        ]

    def _first_open(self, bare: bytes) -> int:
        """Where the earliest spelling may have begun without having ended; the length of `bare` if none has."""
        first = len(bare)
        for form in self._forms:
            start = bare.find(form[:1], max(len(bare) - len(form) + 1, 0), first)
            while start >= 0:
                if form.startswith(bare[start:]):
                    first = start
                    break
                start = bare.find(form[:1], start + 1, first)
        return first


class Positions:
    """From places in the squeezed text back to those in the folded one, counted by blocks."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        blocks = range(0, len(text), BLOCK)
        self._ends = list(accumulate(len(text[at : at + BLOCK]) - text.count(b"\0", at, at + BLOCK) for at in blocks))

    def of(self, place: int) -> int:
        """Offset of the byte that is number `place` among those that count."""
        block = bisect_left(self._ends, place + 1)
        left = place - (self._ends[block - 1] if block else 0)
        counting = (offset for offset in range(block * BLOCK, len(self._text)) if self._text[offset])
        return next(islice(counting, left, None))


def _whole(cut: int, spans: list[tuple[int, int]], raw: bytes) -> int:
    """The cut moved back to where it divides neither a span nor a control sequence."""
    before = -1
    while cut != before:
        before = cut
        cut = next((start for start, stop in spans if start < cut < stop), cut)
        escape = raw.rfind(b"\x1b", 0, cut)
        sequence = SEQUENCE.match(raw, escape) if escape >= 0 else None
        if sequence and cut < sequence.end():
            cut = escape
    return cut


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, overlapping ones made one."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _occurrences(form: bytes, bare: bytes) -> Iterable[int]:
    start = bare.find(form)
    while start >= 0:
        yield start
        start = bare.find(form, start + 1)


def _by_anchor(forms: Collection[bytes]) -> dict[bytes, list[bytes]]:
    """Forms by a part that they share: one search for the part rules out all of them.

    The anchor of a group is chosen greedily among the parts of `ANCHOR` bytes; a spelling of a token shares its letters
    with the plain one, so a secret costs a handful of searches and not one for each of its spellings.
    """
    groups: dict[bytes, list[bytes]] = {}
    for form in sorted(forms, key=len):
        anchor = next((known for known in groups if known in form), None)
        if anchor is None:
            anchor = _distinctive_part(form)
            groups[anchor] = []
        groups[anchor].append(form)
    return groups


def _distinctive_part(form: bytes) -> bytes:
    """The longest run of letters and digits, which escaping leaves alone; the whole form where that is short."""
    run: bytes = max(WORD.findall(form), key=len, default=b"")
    return run if len(run) >= 4 else form
