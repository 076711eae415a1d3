"""Who keeps the board of a cockpit: the cockpit by itself, or all that watch the same upstreams on this machine."""

from __future__ import annotations

from pathlib import Path

from eventa_cockpit.config import Config
from eventa_cockpit.domain.board import Asker, Board
from eventa_cockpit.integrations.registry import configured_sources
from eventa_cockpit.services.board import BoardService
from eventa_cockpit.services.keeping import BoardKeeper
from eventa_cockpit.services.sharing.following import Followed
from eventa_cockpit.services.sharing.meeting import Meeting, MistrustError
from eventa_cockpit.services.sharing.sameness import group_name
from eventa_cockpit.services.sharing.shared_board import SharedBoard
from eventa_cockpit.services.sharing.snapshot import Decoder, SnapshotError


def keeper_for(config: Config, state: Path, responder: str) -> BoardKeeper:
    """For the chosen environment. Costs nothing before it runs."""
    sources = configured_sources(config)
    if not sources or not config.sharing:
        return BoardService(sources)
    return SharedBoard(sources, lambda: meeting_for(config, state), responder)


def meeting_for(config: Config, state: Path) -> Meeting:
    """Where the cockpits meet that would ask as this one. Blocks: reads what the sources' credentials are."""
    return Meeting(state, group_name(config.environment, config.chosen))


def board_of_others(config: Config, state: Path) -> tuple[Board, Asker] | None:
    """What a living leader has written last, without taking part; None where there is nothing to read. Blocks."""
    if not config.sharing:
        return None
    meeting = meeting_for(config, state)
    try:
        leader = meeting.leader()
        if leader is None or not leader.lives:
            return None
        followed = Followed(meeting, leader)
        return Decoder().decode(followed.board()).board, followed.asker
    except (OSError, MistrustError, SnapshotError):
        return None
