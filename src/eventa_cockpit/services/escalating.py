"""Escalation: the deadlines of an incident, and acting on those that have passed, once whatever the number of cockpits.

Without a channel for a rule's target nothing is done by itself: the deadline is on the screen, with its text ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.deadline import (
    Deadline,
    DeadlineKind,
    budget_deadline,
    policy_deadlines,
    upcoming,
    update_deadline,
)
from eventa_cockpit.domain.event import DeadlineActed
from eventa_cockpit.domain.runbook import EscalationRule
from eventa_cockpit.errors import IncidentError
from eventa_cockpit.locale import _
from eventa_cockpit.services.outbox import Outbox
from eventa_cockpit.services.session import Session


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a rule's target is reached."""

    vendor: str
    """`slack` or `pagerduty`."""
    to: str
    is_automatic: bool = False
    """Told when the deadline passes, without anybody's key."""
    mention: str = ""
    """Whom to call with it, in the vendor's own markup."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What other clocks say."""

    paging: tuple[Deadline, ...] = ()
    """The paging service's own next steps."""
    time_to_empty: timedelta | None = None
    """Until the error budget is empty; None when it does not burn or is not known."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Escalation:
    """The clocks of one incident."""

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        rules: Sequence[EscalationRule],
        channels: Mapping[str, Channel],
        text: Callable[[Deadline], str],
        *,
        outside: Callable[[], Outside] = Outside,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`channels`: a rule's target → where it is reached. `text` words what a target is told."""
        self._session = session
        self._outbox = outbox
        self._rules = tuple(rules)
        self._channels = channels
        self._text = text
        self._outside = outside
        self._clock = clock

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """All of them, by their moment; those that stood down or were acted on too."""
        incident, outside = self._session.incident, self._outside()
        found = [*policy_deadlines(incident, self._rules), *(outside.paging if incident.is_open else ())]
        ours = (update_deadline(incident), budget_deadline(incident, outside.time_to_empty, self._clock()))
        found += [each for each in ours if each is not None]
        return tuple(sorted(found, key=lambda deadline: (deadline.due, deadline.key)))

    @property
    def next(self) -> Deadline | None:
        """The most urgent that still matters."""
        return next(iter(upcoming(self.deadlines, self._clock())), None)

    def draft(self, deadline: Deadline) -> str:
        """What its target would be told, ready to be sent or copied."""
        return self._text(deadline)

    def channel(self, deadline: Deadline) -> Channel | None:
        return self._channels.get(deadline.target)

    async def act_on_overdue(self) -> tuple[Deadline, ...]:
        """Tell those whose channel is automatic; returns what was acted on by this session. Raises JournalError."""
        acted = []
        for deadline in self.deadlines:
            channel = self.channel(deadline)
            if channel is None or not channel.is_automatic or not deadline.wants_action(self._clock()):
                continue
            if await self._act(deadline, channel, self._text(deadline), is_automatic=True):
                acted.append(deadline)
        return tuple(acted)

    async def act(self, deadline: Deadline, text: str) -> None:
        """Tell its target now, by a person's word. Raises IncidentError when nobody knows where, or it was done."""
        channel = self.channel(deadline)
        if channel is None:
            raise IncidentError(
                _(
                    "Nobody knows where to reach {target}. Say it in [environments.{environment}.escalation], or call "
                    "and note it."
                ).format(target=deadline.target, environment=self._session.environment.name)
            )
        if not await self._act(deadline, channel, text, is_automatic=False):
            raise IncidentError(_("{target} was told meanwhile.").format(target=deadline.target))

    async def acted_elsewhere(self, deadline: Deadline, note: str) -> None:
        """Somebody told the target by other means, such as a call."""
        if not note.strip():
            raise IncidentError(_("Say how {target} was told.").format(target=deadline.target))
        await self._record(deadline, note.strip(), is_automatic=False)

    async def _act(self, deadline: Deadline, channel: Channel, text: str, *, is_automatic: bool) -> bool:
        """The message is queued under a name that is the same in every cockpit, so it goes out once."""
        if deadline.kind is not DeadlineKind.POLICY or deadline.acted_at is not None:
            return False
        name = f"deadline-{deadline.key}"
        await self._outbox.queue(
            "escalate",
            channel.vendor,
            channel.to,
            text,
            deadline=deadline.key,
            message_id=name,
            mention=channel.mention,
        )
        await self._record(deadline, f"{channel.vendor} {channel.to}", is_automatic=is_automatic)
        return True

    async def _record(self, deadline: Deadline, action: str, *, is_automatic: bool) -> None:
        fact = DeadlineActed(deadline.key, deadline.target, action, is_automatic=is_automatic)
        await self._session.record(fact, key=f"deadline/{deadline.key}")
