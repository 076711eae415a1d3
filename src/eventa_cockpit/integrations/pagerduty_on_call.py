"""Who is on call, as PagerDuty knows it: by the escalation policy's levels, or by named schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.on_call import OnCall, Rotation, Shift, rotation_of
from eventa_cockpit.integrations.decoding import utc
from eventa_cockpit.integrations.pagerduty import PagerDutyApi, Reference, repeated

AHEAD = timedelta(days=14)
"""How far ahead the next shift is looked for."""
MOST_PAGES = 3


class RawOnCall(msgspec.Struct):
    user: Reference
    escalation_policy: Reference
    escalation_level: int
    schedule: Reference | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagerDutyOnCall:
    """Reads the on-calls of one policy, or of schedules in the order in which they are called."""

    api: PagerDutyApi
    policy: str
    schedules: Sequence[str]
    now: Callable[[], datetime]

    async def read(self) -> OnCall:
        now = self.now()
        parameters = [
            *repeated("escalation_policy_ids", [self.policy] if self.policy else []),
            *repeated("schedule_ids", self.schedules),
            ("since", now.isoformat(timespec="seconds")),
            ("until", (now + AHEAD).isoformat(timespec="seconds")),
            ("earliest", "true"),
        ]
        found, _more = await self.api.listed("/oncalls", "oncalls", RawOnCall, parameters, pages=MOST_PAGES)
        return OnCall(tuple(self._rotations(found, now)))

    async def close(self) -> None:
        await self.api.close()

    def _rotations(self, found: Sequence[RawOnCall], now: datetime) -> list[Rotation]:
        if self.schedules:
            return [
                _rotation(level, schedule, [one for one in found if one.schedule and one.schedule.id == schedule], now)
                for level, schedule in enumerate(self.schedules, 1)
            ]
        levels = sorted({one.escalation_level for one in found})
        return [_rotation(level, "", [one for one in found if one.escalation_level == level], now) for level in levels]


def _rotation(level: int, name: str, found: Sequence[RawOnCall], now: datetime) -> Rotation:
    names = [one.schedule.name for one in found if one.schedule] or [one.escalation_policy.name for one in found]
    return rotation_of(level, next(iter(names), clean_line(name)), tuple(map(_shift, found)), now)


def _shift(raw: RawOnCall) -> Shift:
    start, until = (utc(moment) if moment else None for moment in (raw.start, raw.end))
    return Shift(raw.user.name, start, until)
