"""Silences of an Alertmanager, or of what speaks its API: listed, set, extended and ended.

API: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. The replicas of a pair tell each other
(gossip), so a write goes to one of them. When its outcome is not known the state is read before anything else is
written: our request's name stands in the silence's comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.silence import LabelMatcher, Silence
from eventa_cockpit.errors import HttpError, UncertainError, UpstreamError
from eventa_cockpit.integrations.decoding import decoded, each, strictly, utc
from eventa_cockpit.integrations.fetching import Fetcher, within

LONGEST = 400
"""Characters of a comment that are kept."""
ELSEWHERE = frozenset({FailureKind.NETWORK, FailureKind.NAME, FailureKind.TIMEOUT, FailureKind.SERVER, FailureKind.TLS})
"""Failures that another replica may not have."""


class RawMatcher(msgspec.Struct, rename="camel"):
    name: str
    value: str
    is_regex: bool
    is_equal: bool = True


class RawStatus(msgspec.Struct):
    state: str


class RawSilence(msgspec.Struct, rename="camel"):
    id: str
    status: RawStatus
    matchers: list[RawMatcher]
    starts_at: datetime
    ends_at: datetime
    created_by: str = ""
    comment: str = ""


class PostedSilence(msgspec.Struct):
    silence_id: str = msgspec.field(name="silenceID")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A silence as it shall be."""

    request: str
    """Unique; found again in the comment."""
    matchers: tuple[LabelMatcher, ...]
    ends_at: datetime
    created_by: str
    reason: str
    silence: str = ""
    """Id of the one that becomes this; empty for a new one."""

    @property
    def comment(self) -> str:
        return f"{self.reason} [{self.request}]"

    def body(self, now: datetime) -> dict[str, object]:
        found: dict[str, object] = {
            "matchers": [
                {"name": each.name, "value": each.value, "isRegex": each.is_regex, "isEqual": each.is_equal}
                for each in self.matchers
            ],
            "startsAt": _stamp(now),
            "endsAt": _stamp(self.ends_at),
            "createdBy": self.created_by,
            "comment": self.comment,
        }
        return {**found, "id": self.silence} if self.silence else found


class SilenceApi:
    """The silences of one alert manager, whichever of its replicas answers."""

    def __init__(
        self, urls: Sequence[str], fetcher: Fetcher, *, deadline: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._fetcher = fetcher
        self._deadline = deadline
        self._now = now

    async def close(self) -> None:
        await self._fetcher.close()

    async def standing(self) -> tuple[Silence, ...]:
        """All that have not ended, as one replica knows them. Raises UpstreamError when none answers."""
        failure: UpstreamError | None = None
        for url in self._urls:
            try:
                async with within(self._deadline):
                    return await listed(url, self._fetcher)
            except UpstreamError as error:
                failure = failure or error
        assert failure is not None
        raise failure

    async def set(self, wanted: Wanted) -> str:
        """Set or extend it, and return its id.

        Raises UncertainError when nobody knows whether it stands, any other UpstreamError when it does not.
        """
        failure: UpstreamError | None = None
        for url in self._urls:
            try:
                answer = await self._fetcher.send(
                    "POST", f"{url}/api/v2/silences", wanted.body(self._now()), deadline=self._deadline
                )
                return clean_line(strictly(answer.body, PostedSilence).silence_id)
            except UncertainError as error:
                found = await self._found(wanted, error)
                if found:
                    return found
                failure = failure or _certain(error)
            except UpstreamError as error:
                failure = failure or error
                if error.kind not in ELSEWHERE:
                    break
        assert failure is not None
        raise failure

    async def expire(self, silence: str) -> None:
        """End it now; one that has ended already is ended. Raises as `set` does."""
        failure: UpstreamError | None = None
        for url in self._urls:
            try:
                await self._fetcher.send("DELETE", f"{url}/api/v2/silence/{silence}", deadline=self._deadline)
            except UpstreamError as error:
                if await self._has_ended(silence, error):
                    return
                failure = failure or (_certain(error) if isinstance(error, UncertainError) else error)
                if not isinstance(error, UncertainError) and error.kind not in ELSEWHERE:
                    break
            else:
                return
        assert failure is not None
        raise failure

    async def _found(self, wanted: Wanted, error: UncertainError) -> str:
        """Its id if it stands after all; empty if it does not. Raises the error when that cannot be read."""
        try:
            silences = await self.standing()
        except UpstreamError:
            raise error from None
        return next((each.id for each in silences if f"[{wanted.request}]" in each.comment), "")

    async def _has_ended(self, silence: str, error: UpstreamError) -> bool:
        if isinstance(error, HttpError) and error.kind is FailureKind.NOT_FOUND:
            return True
        if not isinstance(error, UncertainError):
            return False
        try:
            return all(each.id != silence for each in await self.standing())
        except UpstreamError:
            raise error from None


async def listed(url: str, fetcher: Fetcher) -> tuple[Silence, ...]:
    """What one replica knows; the caller opens the deadline. Raises UpstreamError."""
    answer = await fetcher.get(f"{url}/api/v2/silences")
    return await decoded(answer.body, lambda body: tuple(_standing(each(body, RawSilence))))


def _standing(raws: Iterable[RawSilence]) -> Iterable[Silence]:
    """Those that hold or will; Alertmanager keeps the ended ones for days."""
    for raw in raws:
        if raw.status.state == "expired":
            continue
        yield Silence(
            id=clean_line(raw.id),
            matchers=tuple(
                LabelMatcher(clean_line(one.name), clean_line(one.value), one.is_regex, one.is_equal)
                for one in raw.matchers
            ),
            created_by=clean_line(raw.created_by)[:LONGEST],
            comment=clean_line(raw.comment)[:LONGEST],
            starts_at=utc(raw.starts_at),
            ends_at=utc(raw.ends_at),
        )


def _certain(error: UncertainError) -> UpstreamError:
    """The state was read afterwards, and it was not done."""
    return UpstreamError(error.kind, str(error), error.retry_after)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
