"""A leader as its followers watch it: what it has written last, and whether it still leads."""

from __future__ import annotations

import time

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import Asker
from eventa_cockpit.services.sharing.meeting import LONGEST_NAME, Leader, Meeting

SILENCE_S = 1.2
"""Time without a beat after which a leader is stopped, or so busy that it might as well be."""
SILENT_LOOKS = 6
"""So many looks must have found no beat: one who was stopped himself does not blame the leader for it."""


class LeaderlessError(Exception):
    """Nobody leads: the leader is dead, silent, or somebody else was elected."""


class Followed:
    """One leader. Every look costs a few system calls, none of which writes."""

    def __init__(self, meeting: Meeting, leader: Leader) -> None:
        self.meeting = meeting
        self.leader = leader
        self._beat = -1
        self._heard_at = time.monotonic()
        self._silent_looks = 0

    @property
    def asker(self) -> Asker:
        record = self.leader.record
        return Asker(clean_line(record.name)[:LONGEST_NAME], record.pid, is_us=False)

    def look(self) -> int:
        """How many snapshots it has written. Raises LeaderlessError, OSError, MistrustError."""
        now = self.meeting.leader()
        if now is not None and now.epoch == self.leader.epoch:
            self.leader = now
        elif self.meeting.epoch() != self.leader.epoch:
            raise LeaderlessError
        if self.leader.record.beat != self._beat:
            self._beat, self._heard_at, self._silent_looks = self.leader.record.beat, time.monotonic(), 0
        else:
            self._silent_looks += 1
        if self._is_silent() or not self.leader.lives:
            raise LeaderlessError
        return self.leader.record.news

    def board(self) -> bytes:
        """Its newest snapshot. Blocks; raises as `Meeting.board_of`."""
        return self.meeting.board_of(self.leader)

    def _is_silent(self) -> bool:
        return self._silent_looks >= SILENT_LOOKS and time.monotonic() - self._heard_at >= SILENCE_S
