"""PagerDuty's REST API v2: the calls that all its parts share, and the shapes that recur in its answers.

API: https://developer.pagerduty.com/api-reference/. Pages: `pagerduty_pages.py`; who is on call:
`pagerduty_on_call.py`; what a responder does to a page: `pagerduty_actions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.integrations.decoding import decoded, elements, malformed, strictly
from eventa_cockpit.integrations.fetching import Answer, Fetcher, Parameters, Write
from eventa_cockpit.locale import _

T = TypeVar("T")

HEADERS = {"Accept": "application/vnd.pagerduty+json;version=2", "Content-Type": "application/json"}
"""Sent with reads too: the API description wants both."""
PAGE = 100
"""Elements an answer; PagerDuty gives no more, and 25 to those who do not ask."""
BODY_LIMIT = 2_000_000
"""Bytes: several of its answers are read at once."""


class Reference(msgspec.Struct):
    """Another object, by its name."""

    id: str
    summary: str | None = None
    html_url: str | None = None

    @property
    def name(self) -> str:
        return clean_line(self.summary or self.id)


class PagerDutyApi:
    """One account, asked with one key."""

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        """The fetcher brings `HEADERS` and the key."""
        self._base = url.rstrip("/")
        self._fetcher = fetcher

    async def listed(
        self, path: str, name: str, shape: type[T], parameters: Parameters = (), *, pages: int = 1
    ) -> tuple[list[T], bool]:
        """The elements of the list `name`, of so many pages, and whether there are more."""
        found: list[T] = []
        more = True
        for page in range(pages):
            window = [("limit", str(PAGE)), ("offset", str(page * PAGE))]
            answer = await self._fetcher.get(f"{self._base}{path}", [*parameters, *window])
            part, more = await decoded(answer.body, lambda body: _list_of(body, name, shape))
            found += part
            if not more or not part:
                break
        return found, more

    async def unpaged(self, path: str, name: str, shape: type[T]) -> list[T]:
        """The elements of a list that PagerDuty gives in one piece."""
        answer = await self._fetcher.get(f"{self._base}{path}")
        part, _more = await decoded(answer.body, lambda body: _list_of(body, name, shape))
        return part

    async def one(self, path: str, name: str, shape: type[T]) -> T:
        """The object `name` of an answer."""
        answer = await self._fetcher.get(f"{self._base}{path}")
        return object_of(answer, name, shape)

    async def send(
        self, method: Write, path: str, content: object, *, deadline: timedelta, headers: Mapping[str, str]
    ) -> Answer:
        """One write; see `Fetcher.send` for what it raises."""
        return await self._fetcher.send(method, f"{self._base}{path}", content, deadline=deadline, headers=headers)

    async def close(self) -> None:
        await self._fetcher.close()


def object_of(answer: Answer, name: str, shape: type[T]) -> T:
    return strictly(bytes(_member(answer.body, name)), shape)


def path_of(page_id: str) -> str:
    """Of an incident, whatever its id holds: it came from outside."""
    return f"/incidents/{quote(page_id, safe='')}"


def repeated(name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """A parameter that may be given many times, as PagerDuty spells it."""
    return [(f"{name}[]", value) for value in values]


class _More(msgspec.Struct):
    more: bool = False


def _list_of(body: bytes, name: str, shape: type[T]) -> tuple[list[T], bool]:
    raws = strictly(bytes(_member(body, name)), list[msgspec.Raw])
    return list(elements(raws, shape, name)), strictly(body, _More).more


def _member(body: bytes, name: str) -> msgspec.Raw:
    found = strictly(body, dict[str, msgspec.Raw]).get(name)
    if found is None:
        raise malformed(_("it is not there"), f"$.{name}")
    return found
