"""Silencing an alert, extending that and ending it: on record first, done afterwards, and owed until it has ended."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from eventa_cockpit.domain.alert import Alert
from eventa_cockpit.domain.confirmation import Answer, Confirmation, confirmation_for
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.obligation import ObligationKind, ObligationOpened, ObligationSettled
from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.domain.silence import (
    AlertSilenced,
    LabelMatcher,
    Silence,
    SilenceExpired,
    SilenceExpiryRequested,
    SilenceFact,
    SilenceFailed,
    SilenceRequested,
    matchers_of,
)
from eventa_cockpit.errors import IncidentError, UncertainError, UpstreamError
from eventa_cockpit.integrations.silences import Wanted
from eventa_cockpit.locale import _
from eventa_cockpit.services.session import Session

T = TypeVar("T")

LONGEST = timedelta(hours=24)


class Silences(Protocol):
    """Where alerts of one source are silenced: `integrations.silences.SilenceApi`."""

    async def set(self, wanted: Wanted) -> str:
        """The silence's id. Raises UncertainError when nobody knows, any other UpstreamError when it was not set."""

    async def expire(self, silence: str) -> None:
        """Raises as `set` does."""


def confirmation_in(environment: Environment) -> Confirmation:
    """As for any change, and always with a reason: whoever comes next reads it."""
    return replace(confirmation_for(Risk.CHANGE, environment), needs_reason=True)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Silencing:
    """What one responder does to alerts in one incident."""

    def __init__(
        self, session: Session, places: Mapping[str, Silences], *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """`places`: key of a feed → where its alerts are silenced."""
        self._session = session
        self._places = places
        self._clock = clock

    async def silence(self, alert: Alert, duration: timedelta, answer: Answer) -> datetime:
        """Hold this alert back for so long; returns until when. Raises IncidentError, JournalError, UpstreamError."""
        place = self._checked(alert, answer)
        if alert.is_altered or not alert.labels:
            raise IncidentError(
                _("{alert} has labels that cannot be named exactly. Silence it with: amtool silence add").format(
                    alert=alert.name
                )
            )
        return await self._set(place, alert, matchers_of(alert), duration, answer)

    async def extend(self, alert: Alert, silence: Silence, duration: timedelta, answer: Answer) -> datetime:
        """Let a silence last so long from now on, whoever set it. Returns and raises as `silence` does."""
        place = self._checked(alert, answer)
        return await self._set(place, alert, silence.matchers, duration, answer, silence.id)

    async def expire(self, alert: Alert, silence: Silence, answer: Answer) -> None:
        """End a silence now, whoever set it. Raises as `silence` does."""
        place, request = self._checked(alert, answer), _new_request()
        reason = answer.reason.strip()
        await self._record(SilenceExpiryRequested(request, silence.id, alert.name, reason), request)
        await self._tried(place.expire(silence.id), request)
        await self._record(SilenceExpired(request, silence.id, alert.name), f"{request}/set")
        await self._session.record(ObligationSettled(_obligation(silence.id), reason))

    async def _set(
        self,
        place: Silences,
        alert: Alert,
        matchers: tuple[LabelMatcher, ...],
        duration: timedelta,
        answer: Answer,
        silence: str = "",
    ) -> datetime:
        ends_at = self._end(duration)
        request, reason = _new_request(), answer.reason.strip()
        texts = tuple(matcher.text for matcher in matchers)
        await self._record(SilenceRequested(request, alert.name, texts, ends_at, duration, reason, silence), request)
        wanted = Wanted(request, matchers, ends_at, self._session.responder.name, reason, silence)
        owed = ObligationOpened(
            _obligation(request),
            _("{alert} is silenced").format(alert=alert.name),
            ObligationKind.SILENCE,
            expires_at=ends_at,
        )
        try:
            found = await self._tried(place.set(wanted), request)
        except UncertainError:
            # Nobody knows whether it stands, so somebody has to look.
            await self._session.record(owed)
            raise
        await self._record(
            AlertSilenced(request, found, alert.name, ends_at, duration, bool(silence)), f"{request}/set"
        )
        await self._session.record(replace(owed, id=_obligation(found)))
        if silence and silence != found:  # the upstream has put a new one in its place
            await self._session.record(ObligationSettled(_obligation(silence)))
        return ends_at

    async def _tried(self, write: Awaitable[T], request: str) -> T:
        try:
            return await write
        except UpstreamError as error:
            failed = SilenceFailed(request, str(error), is_certain=not isinstance(error, UncertainError))
            await self._record(failed, f"{request}/set")
            raise

    async def _record(self, fact: SilenceFact, key: str) -> None:
        await self._session.record(fact, key=f"silence/{key}")

    def _checked(self, alert: Alert, answer: Answer) -> Silences:
        place = self._places.get(alert.source)
        if place is None:
            raise IncidentError(_("{alert} cannot be silenced from here.").format(alert=alert.name))
        if self._session.is_read_only:
            raise IncidentError(_("You only watch so far. Take control first to silence an alert."))
        if not confirmation_in(self._session.environment).accepts(answer):
            raise IncidentError(_("It was not confirmed, so nothing was silenced."))
        return place

    def _end(self, duration: timedelta) -> datetime:
        if not timedelta() < duration <= LONGEST:
            raise IncidentError(_("A silence lasts at most {hours} hours.").format(hours=LONGEST // timedelta(hours=1)))
        return self._clock() + duration


def _new_request() -> str:
    return f"cockpit-{secrets.token_hex(6)}"


def _obligation(name: str) -> str:
    return f"silence/{name}"
