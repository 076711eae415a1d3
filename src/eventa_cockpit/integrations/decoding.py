"""JSON to typed values: strict, bounded in depth by msgspec, and never long on the event loop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

T = TypeVar("T")

INLINE_LIMIT = 32_768
"""Bodies up to this many bytes are decoded where they arrive: under a millisecond, less than a thread costs."""


async def decoded(body: bytes, decode: Callable[[bytes], T]) -> T:
    """`decode(body)`, in a thread when the body is large."""
    if len(body) <= INLINE_LIMIT:
        return decode(body)
    return await in_thread(lambda: decode(body), "decode")


def strictly(body: bytes, shape: type[T]) -> T:
    """The body as `shape`; raises UpstreamError(MALFORMED) with the path of what is wrong.

    NaN, numbers out of range, bad UTF-8 and bottomless nesting are refused; unknown fields are skipped.
    """
    return _decode(msgspec.json.Decoder(shape), body)


def each(body: bytes, shape: type[T]) -> Iterator[T]:
    """The elements of a JSON array one by one, so that a thread that decodes many lets others run in between."""
    return elements(strictly(body, list[msgspec.Raw]), shape)


def elements(raws: Iterable[msgspec.Raw], shape: type[T], where: str = "") -> Iterator[T]:
    """The same of an array that was found at `where` in a larger answer."""
    decoder = msgspec.json.Decoder(shape)
    for number, raw in enumerate(raws):
        yield _decode(decoder, raw, f"{where}[{number}]")


def _decode(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw, where: str = "") -> T:
    try:
        return _patiently(decoder, bytes(body))
    except RecursionError:
        raise malformed(_("the JSON is nested too deeply"), where) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise malformed(str(error), where) from None


def _patiently(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Programs that cut a text may leave half a surrogate pair; one such title must not hide all the others."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        mended = _ESCAPES.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)
        if mended == body:
            raise
        return decoder.decode(mended)


_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def malformed(what: str, where: str = "") -> UpstreamError:
    """The failure for an answer that cannot be understood; `where` is the element, `what` names the path in it."""
    text = f"{where} {what}" if where else what
    sentence = _("The answer is not what it should be: {what}.").format(what=clean_line(text)[:300])
    return UpstreamError(FailureKind.MALFORMED, sentence)


def web_link(url: str | None) -> str:
    """The URL cleaned when it is an absolute http(s) one, else nothing: no `javascript:`, no `file:`."""
    cleaned = clean_line(url or "").strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return ""
    return cleaned if parts.scheme in ("http", "https") and parts.netloc and " " not in cleaned else ""


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without an offset is taken to be UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
