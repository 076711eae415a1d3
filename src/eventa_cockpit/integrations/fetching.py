"""The one way in which integrations read over HTTP: every call bounded in time and size, every failure given a name.

No redirect is followed (the token would travel along) and no compression accepted (a small body may unpack to a huge
one). httpx is imported at the first read, in a thread.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.limits import retry_after, spent
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = timedelta(seconds=3)
BODY_LIMIT = 10_000_000
"""Bytes on the wire."""
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "eventa-cockpit"}

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with status 200-299 that says it is JSON."""

    body: bytes
    headers: Mapping[str, str]
    """Lower-case names."""


class Fetcher:
    """Guarded reads of one upstream, all within the deadline that the caller opens with `within`."""

    def __init__(
        self,
        authorization: Callable[[], str | None] = lambda: None,
        *,
        body_limit: int = BODY_LIMIT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`authorization` gives the header's value at each call, so that a renewed token is taken up."""
        self._authorization = authorization
        self._body_limit = body_limit
        self._now = now
        self._client: httpx.AsyncClient | None = None
        self._barred: dict[str, datetime] = {}

    async def get(self, url: str, parameters: Parameters = ()) -> Answer:
        """One answer; raises UpstreamError for anything else, and before any call while the upstream bars us."""
        place = _place(url)
        self._heed_bar(url)
        headers = self._headers()
        client = await self._opened()
        import httpx

        try:
            async with client.stream("GET", url, params=list(parameters) or None, headers=headers) as response:
                self._note_limits(url, response)
                _check_status(response, place, self._now())
                _check_form(response, place, self._body_limit)
                body = await self._body(response, place)
        except httpx.HTTPError as error:
            raise _transport_failure(error, place) from None
        except httpx.InvalidURL as error:
            sentence = _("{place} is not a usable address: {why}.").format(place=place, why=clean_line(str(error)))
            raise UpstreamError(FailureKind.NOT_CONFIGURED, sentence) from None
        return Answer(bytes(body), {name.lower(): value for name, value in response.headers.items()})

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = await in_thread(_open_client, "httpx")
        return self._client

    def _headers(self) -> dict[str, str]:
        try:
            authorization = self._authorization()
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        return {"Authorization": authorization} if authorization else {}

    async def _body(self, response: httpx.Response, place: str) -> bytearray:
        body = bytearray()
        async for chunk in response.aiter_raw(65_536):
            body += chunk
            if len(body) > self._body_limit:
                raise _too_large(place, self._body_limit)
        return body

    def _note_limits(self, url: str, response: httpx.Response) -> None:
        wait = spent(response.headers, self._now())
        if wait:
            self._barred[url] = self._now() + wait

    def _heed_bar(self, url: str) -> None:
        until = self._barred.pop(url, None)
        if until is None or until <= self._now():
            return
        self._barred[url] = until
        sentence = _("{place} allows no more calls for now.").format(place=_place(url))
        raise UpstreamError(FailureKind.THROTTLED, sentence, until - self._now())


@asynccontextmanager
async def within(deadline: timedelta) -> AsyncIterator[None]:
    """A hard end for everything inside, however slowly it drips; raises UpstreamError(TIMEOUT)."""
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            yield
    except TimeoutError:
        sentence = _("No whole answer within {seconds:g} s.").format(seconds=deadline.total_seconds())
        raise UpstreamError(FailureKind.TIMEOUT, sentence) from None


def _open_client() -> httpx.AsyncClient:
    import anyio.lowlevel
    import httpx

    # The first request would import anyio's back end on the loop that draws the screen: 60 ms.
    asyncio.run(anyio.lowlevel.checkpoint())
    timeout = httpx.Timeout(None, connect=CONNECT_TIMEOUT.total_seconds())
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, headers=HEADERS)


def _place(url: str) -> str:
    """Host and port: a path or a query may hold a secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return clean_line(url[:60])
    return clean_line(f"{parts.hostname or url[:60]}{port}")


def _check_status(response: httpx.Response, place: str, now: datetime) -> None:
    status, headers = response.status_code, response.headers
    if 200 <= status < 300:
        return
    wait = retry_after(headers.get("retry-after"), now) or spent(headers, now)
    kind, sentence = _status_failure(status, is_limited=wait is not None)
    target = _place(headers.get("location", ""))
    raise UpstreamError(kind, sentence.format(place=place, status=status, target=target), wait)


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


def _check_form(response: httpx.Response, place: str, limit: int) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise UpstreamError(FailureKind.MALFORMED, _("{place} sent a compressed body unasked.").format(place=place))
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        sentence = _("{place} sent {kind} instead of JSON: is a login page or a proxy in between?")
        raise UpstreamError(FailureKind.MALFORMED, sentence.format(place=place, kind=clean_line(kind)[:60]))
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(place, limit)


def _too_large(place: str, limit: int) -> UpstreamError:
    sentence = _("{place} sent more than {limit:g} MB.").format(place=place, limit=limit / 1e6)
    return UpstreamError(FailureKind.TOO_LARGE, sentence)


def _transport_failure(error: httpx.HTTPError, place: str) -> UpstreamError:
    import httpx

    cause = _root(error)
    if isinstance(error, httpx.TimeoutException):
        return UpstreamError(FailureKind.TIMEOUT, _("{place} did not answer in time.").format(place=place))
    if isinstance(cause, socket.gaierror):
        return UpstreamError(FailureKind.NAME, _("The name of {place} does not resolve.").format(place=place))
    if isinstance(cause, ssl.SSLError):
        why = clean_line(getattr(cause, "verify_message", "") or cause.reason or str(cause))
        return UpstreamError(
            FailureKind.TLS, _("The secure connection to {place} failed: {why}.").format(place=place, why=why)
        )
    if isinstance(error, httpx.UnsupportedProtocol):
        sentence = _("The address of {place} must begin with http:// or https://.").format(place=place)
        return UpstreamError(FailureKind.NOT_CONFIGURED, sentence)
    why = clean_line(str(cause) or str(error) or type(error).__name__)
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        sentence = _("{place} broke off or broke HTTP: {why}.").format(place=place, why=why)
        return UpstreamError(FailureKind.NETWORK, sentence)
    return UpstreamError(FailureKind.NETWORK, _("{place} cannot be reached: {why}.").format(place=place, why=why))


def _root(error: BaseException) -> BaseException:
    """The first TLS or name failure behind the error, else what lies at the bottom."""
    current = error
    while not isinstance(current, ssl.SSLError | socket.gaierror):
        below = current.__cause__ or current.__context__
        if below is None:
            break
        current = below
    return current
