"""What an upstream's answer means before its body is read: statuses, forms and transport errors, each with a name.

Every sentence names the host only: a path, a query or a user part may hold a secret.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import HttpError, UpstreamError
from eventa_cockpit.integrations.limits import retry_after, spent
from eventa_cockpit.locale import _

BODY_LIMIT = 10_000_000
"""Bytes on the wire of one answer."""
JSON_FORM, XML_FORM = "application/json", "application/xml"
"""Stands for every JSON type, `application/problem+json` too."""


def place_of(url: str) -> str:
    """Host and port of an address, for a sentence."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return clean_line(url.partition("?")[0][:60])
    return clean_line(f"{parts.hostname or parts.path[:60]}{port}")


def check_status(status: int, headers: Mapping[str, str], place: str, now: datetime) -> None:
    """Raises HttpError unless the status is 200-299. `headers` finds names whatever their case."""
    if 200 <= status < 300:
        return
    wait = retry_after(headers.get("retry-after"), now)
    wait = spent(headers, now) if wait is None else wait
    kind, sentence = _status_failure(status, is_limited=wait is not None)
    target = place_of(headers.get("location") or "")
    raise HttpError(kind, sentence.format(place=place, status=status, target=target), wait, status=status)


def _status_failure(status: int, *, is_limited: bool) -> tuple[FailureKind, str]:
    """The kind, and a sentence with gaps for `place`, `status` and `target`."""
    if status == 429 or (is_limited and status in (403, 503)):
        return FailureKind.THROTTLED, _("{place} asks us to slow down (HTTP {status}).")
    if 300 <= status < 400:
        return FailureKind.REDIRECTED, _("{place} redirects to {target} (HTTP {status}), which is not followed.")
    named = {
        401: (FailureKind.UNAUTHORISED, _("{place} does not accept our token (HTTP {status}).")),
        403: (FailureKind.FORBIDDEN, _("{place} does not let our account read this (HTTP {status}).")),
        404: (FailureKind.NOT_FOUND, _("{place} does not know this address (HTTP {status}).")),
        410: (FailureKind.NOT_FOUND, _("{place} has removed this address (HTTP {status}).")),
    }
    if status in named:
        return named[status]
    if 400 <= status < 500:
        return FailureKind.REFUSED, _("{place} refuses our request (HTTP {status}).")
    return FailureKind.SERVER, _("{place} answers HTTP {status}.")


def check_form(headers: Mapping[str, str], place: str, limit: int = BODY_LIMIT, form: str = JSON_FORM) -> None:
    """Raises UpstreamError unless the body may be read: of that media type, not compressed, not announced as too long.

    An answer that names no type is taken at its body's word.
    """
    if headers.get("content-encoding", "identity") != "identity":
        raise UpstreamError(FailureKind.MALFORMED, _("{place} sent a compressed body unasked.").format(place=place))
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not has_form(kind, form):
        wanted = {JSON_FORM: "JSON", XML_FORM: "XML"}.get(form, form)
        sentence = _("{place} sent {kind} instead of {wanted}: is a login page or a proxy in between?")
        sentence = sentence.format(place=place, kind=clean_line(kind)[:60], wanted=wanted)
        raise UpstreamError(FailureKind.MALFORMED, sentence)
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large(place, limit)


def has_form(kind: str, form: str) -> bool:
    """Whether a media type is of a form: JSON and XML have many names (RFC 6839; RFC 7303)."""
    families = {JSON_FORM: ("+json",), XML_FORM: ("+xml", "text/xml")}
    return kind == form or kind.endswith(families.get(form, ()))


def too_large(place: str, limit: int = BODY_LIMIT) -> UpstreamError:
    sentence = _("{place} sent more than {limit:g} MB.").format(place=place, limit=limit / 1e6)
    return UpstreamError(FailureKind.TOO_LARGE, sentence)


def transport_failure(error: BaseException, place: str) -> UpstreamError:
    """What went wrong below HTTP, told by the innermost cause, whichever library wrapped it."""
    for cause in _chain(error):
        if isinstance(cause, TimeoutError):
            return UpstreamError(FailureKind.TIMEOUT, _("{place} did not answer in time.").format(place=place))
        if isinstance(cause, socket.gaierror):
            return UpstreamError(FailureKind.NAME, _("The name of {place} does not resolve.").format(place=place))
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            sentence = _("The secure connection to {place} failed: {why}.")
            return UpstreamError(FailureKind.TLS, sentence.format(place=place, why=clean_line(why)))
    why = clean_line(str(cause) or type(cause).__name__)[:200]
    return UpstreamError(FailureKind.NETWORK, _("No connection to {place}: {why}.").format(place=place, why=why))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, outermost first."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
