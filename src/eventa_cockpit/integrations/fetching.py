"""The one way in which integrations speak HTTP: every call bounded in time and size, every failure given a name.

No redirect is followed (the token would travel along) and no compression accepted (a small body may unpack to a huge
one). Nothing is tried twice: a read is the board's to repeat, and a write is nobody's before the state was read again.
httpx is imported at the first call, in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import HttpError, SecretError, UncertainError, UpstreamError
from eventa_cockpit.integrations.answers import (
    BODY_LIMIT,
    JSON_FORM,
    check_form,
    check_status,
    place_of,
    too_large,
    transport_failure,
)
from eventa_cockpit.integrations.complaints import COMPLAINT_LIMIT, with_complaint
from eventa_cockpit.integrations.limits import bar, spent
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = timedelta(seconds=3)
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "eventa-cockpit"}

COMPLAINT_PATIENCE = timedelta(seconds=2)
"""How long an upstream may take to say why it refused; the status is news enough without it."""
NOT_MODIFIED = 304

Parameters = Sequence[tuple[str, str]]
Headers = Mapping[str, str]
Write = Literal["POST", "PUT", "PATCH", "DELETE"]
NONE: Headers = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with status 200-299, of the form that was asked for."""

    body: bytes
    headers: Headers
    """Lower-case names."""
    status: int = 200


@dataclass(slots=True)
class Exchange:
    """One call on its way."""

    method: str
    url: str
    parameters: Parameters = ()
    headers: Headers = field(default_factory=dict)
    content: bytes | None = None
    form: str = JSON_FORM
    secrets: tuple[str, ...] = ()
    has_begun: bool = field(default=False, init=False)
    """Whether any of it may have reached the upstream."""

    async def trace(self, event: str, _info: Any) -> None:
        """httpcore's account of what it does: https://www.encode.io/httpcore/extensions/#trace."""
        self.has_begun = self.has_begun or event.endswith("send_request_headers.started")


class Fetcher:
    """Guarded calls of one upstream: reads within the deadline that the caller opens with `within`, and writes."""

    def __init__(
        self,
        authorization: Callable[[], str | None] = lambda: None,
        *,
        headers: Headers = NONE,
        body_limit: int = BODY_LIMIT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`authorization` gives the header's value; it may block, and is asked again after it was not accepted.

        `headers` go with every call, in place of ours of the same name: a vendor's own `Accept`.
        """
        self._authorization = authorization
        self._always = headers
        self._authorized: dict[str, str] | None = None
        self._body_limit = body_limit
        self._now = now
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._barred: dict[str, datetime] = {}

    async def get(
        self, url: str, parameters: Parameters = (), *, known: Answer | None = None, form: str = JSON_FORM
    ) -> Answer:
        """One answer; raises UpstreamError for anything else, and before any call while the upstream bars us.

        With `known`, an answer to the same question, that very object comes back when the upstream says that nothing
        has changed since (RFC 9110, 13.1.2). `form` is the media type that the body must have.
        """
        tag = known.headers.get("etag", "") if known else ""
        conditions = {"If-None-Match": tag} if tag else {}
        try:
            return await self._call(Exchange("GET", url, parameters, conditions, form=form))
        except HttpError as error:
            if error.status == NOT_MODIFIED and known is not None:
                return known
            raise

    async def send(
        self,
        method: Write,
        url: str,
        content: object = None,
        *,
        deadline: timedelta,
        headers: Headers = NONE,
        form: str = JSON_FORM,
        secrets: tuple[str, ...] = (),
    ) -> Answer:
        """One write, `content` as JSON. It is tried once, and never repeated by us.

        Raises UncertainError when it may have been done all the same; any other UpstreamError means that it was not.
        HttpError holds what the upstream says against it; `secrets` in the content are taken out of its sentence.
        """
        exchange = Exchange(method, url, headers=headers, form=form, secrets=secrets)
        if content is not None:
            exchange.content = msgspec.json.encode(content)
            exchange.headers = {"Content-Type": "application/json", **headers}
        try:
            async with within(deadline):
                return await self._call(exchange)
        except HttpError as error:
            # What stands in between answers 5xx for an upstream that may well have understood.
            raise (UncertainError.after(error) if error.status >= 500 else error) from None
        except UpstreamError as error:
            raise (UncertainError.after(error) if exchange.has_begun else error) from None

    async def _call(self, exchange: Exchange) -> Answer:
        place = place_of(exchange.url)
        self._heed_bar(exchange.url)
        client, authorization = await self._opened()
        import httpx

        try:
            async with client.stream(
                exchange.method,
                exchange.url,
                params=list(exchange.parameters) or None,
                headers={"Accept": exchange.form, **self._always, **exchange.headers, **authorization},
                content=exchange.content,
                extensions={"trace": exchange.trace},
            ) as response:
                self._note_limits(exchange.url, response)
                await self._check(response, place, (*authorization.values(), *exchange.secrets))
                check_form(response.headers, place, self._body_limit, exchange.form)
                body = await self._body(response, place)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            sentence = _("{place} is not a usable address: {why}.").format(place=place, why=clean_line(str(error)))
            raise UpstreamError(FailureKind.NOT_CONFIGURED, sentence) from None
        except httpx.HTTPError as error:
            raise transport_failure(error, place) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(bytes(body), headers, response.status_code)

    async def _check(self, response: httpx.Response, place: str, secrets: tuple[str, ...]) -> None:
        """Raises HttpError unless the status is 200-299, in the upstream's own words where it has any."""
        if response.status_code in (401, 403):
            self._authorized = None
        try:
            check_status(response.status_code, response.headers, place, self._now())
        except HttpError as error:
            if response.status_code < 400:
                raise
            body = await self._complaint(response)
            raise with_complaint(error, body, secrets) from None

    async def _complaint(self, response: httpx.Response) -> bytes:
        """The beginning of a refusal's body; empty when there is none in time."""
        import httpx

        body = bytearray()
        if response.headers.get("content-encoding", "identity") != "identity":
            return b""
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(COMPLAINT_PATIENCE.total_seconds()):
                async for chunk in response.aiter_raw(COMPLAINT_LIMIT):
                    body += chunk
                    if len(body) > COMPLAINT_LIMIT:
                        return b""
        return bytes(body)

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
            bar(self._barred[url])

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
