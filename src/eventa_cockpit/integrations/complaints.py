"""What an upstream says against a request, out of the body of its refusal, whichever vendor wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.errors import HttpError
from eventa_cockpit.locale import _

COMPLAINT_LIMIT = 65_536
"""Bytes of a refusal's body; a longer one is no sentence."""
LONGEST = 240
"""Characters of it that are shown."""
MESSAGE_KEYS = ("message", "detail", "error", "error_description", "title", "reason")
"""Where vendors put the sentence: PagerDuty, GitHub and Grafana; Sentry; Prometheus and Slack; OAuth; RFC 9457."""
DETAIL_KEYS = ("errors", "details")
"""Where they put what exactly is wrong: PagerDuty's two interfaces, GitHub."""
MOST_DETAILS = 3


def with_complaint(error: HttpError, body: bytes, secrets: Sequence[str] = ()) -> HttpError:
    """The same failure with the upstream's own words; `secrets` are taken out should it repeat them to us."""
    try:
        content = msgspec.json.decode(body) if body else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        content = None
    words = complaint_in(content)
    for secret in secrets:
        for part in (secret, secret.rpartition(" ")[2], secret.rpartition("=")[2]):
            words = words.replace(part, "…") if part else words
    sentence = _('{sentence} It says: "{words}".').format(sentence=error, words=words) if words else str(error)
    return HttpError(error.kind, sentence, error.retry_after, status=error.status, complaint=content)


def complaint_in(content: object) -> str:
    """One cleaned line out of a refusal's JSON; empty when there are no words in it."""
    words = clean_line("; ".join(dict.fromkeys(_words(content)))).strip().rstrip(".")
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _words(content: object, depth: int = 3) -> Iterator[str]:
    """The sentence first, then what exactly is wrong."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list) and depth:
        for each in content[:MOST_DETAILS]:
            yield from _words(each, depth - 1)
    elif isinstance(content, dict) and depth:
        for key in MESSAGE_KEYS:
            if content.get(key):
                yield from _words(content[key], depth - 1)
                break
        for key in DETAIL_KEYS:
            yield from _words(content.get(key), depth - 1)
