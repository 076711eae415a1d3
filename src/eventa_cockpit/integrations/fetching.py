"""The one way in which integrations read over HTTP: every call bounded in time and size, every failure given a name.

No redirect is followed (the token would travel along) and no compression accepted (a small body may unpack to a huge
one). httpx is imported at the first read, in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.answers import (
    BODY_LIMIT,
    check_form,
    check_status,
    place_of,
    too_large,
    transport_failure,
)
from eventa_cockpit.integrations.limits import spent
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = timedelta(seconds=3)
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
        headers: Mapping[str, str] = MappingProxyType({}),
        body_limit: int = BODY_LIMIT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`authorization` gives the header's value; it may block, and is asked again after it was not accepted."""
        self._authorization = authorization
        self._always = headers
        self._authorized: dict[str, str] | None = None
        self._body_limit = body_limit
        self._now = now
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._barred: dict[str, datetime] = {}

    async def get(self, url: str, parameters: Parameters = ()) -> Answer:
        """One answer; raises UpstreamError for anything else, and before any call while the upstream bars us."""
        place = place_of(url)
        self._heed_bar(url)
        client, headers = await self._opened()
        import httpx

        try:
            headers = {**self._always, **headers}
            async with client.stream("GET", url, params=list(parameters) or None, headers=headers) as response:
                self._note_limits(url, response)
                if response.status_code in (401, 403):
                    self._authorized = None
                check_status(response.status_code, response.headers, place, self._now())
                check_form(response.headers, place, self._body_limit)
                body = await self._body(response, place)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            sentence = _("{place} is not a usable address: {why}.").format(place=place, why=clean_line(str(error)))
            raise UpstreamError(FailureKind.NOT_CONFIGURED, sentence) from None
        except httpx.HTTPError as error:
            raise transport_failure(error, place) from None
        return Answer(bytes(body), {name.lower(): value for name, value in response.headers.items()})

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _opened(self) -> tuple[httpx.AsyncClient, dict[str, str]]:
        """The client and the headers that authorize us, both made in a thread when they are missing."""
        async with self._opening:
            if self._client is None:
                self._client = await in_thread(_open_client, "httpx")
            if self._authorized is None:
                self._authorized = await in_thread(self._headers, "authorization")
            return self._client, self._authorized

    def _headers(self) -> dict[str, str]:
        try:
            authorization = self._authorization()
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        if authorization and not (authorization.isascii() and authorization.isprintable()):
            sentence = _("The token holds characters that no HTTP header can carry.")
            raise UpstreamError(FailureKind.CREDENTIALS, sentence)
        return {"Authorization": authorization} if authorization else {}

    async def _body(self, response: httpx.Response, place: str) -> bytearray:
        body = bytearray()
        async for chunk in response.aiter_raw(65_536):
            body += chunk
            if len(body) > self._body_limit:
                raise too_large(place, self._body_limit)
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
        sentence = _("{place} allows no more calls for now.").format(place=place_of(url))
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
