"""When lines arrived, from the file that a supervisor writes beside the output: torn, cut, foreign or not there."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.runner.supervisor import arrivals
from eventa_cockpit.runner.supervisor.arrivals import ENTRY, FINEST_S, STEP, Arrivals

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def entry(offset: int, seconds: float) -> bytes:
    return ENTRY.pack(offset, (NINE + timedelta(seconds=seconds)).timestamp(), seconds)


def log_with(folder: Path, text: bytes, times: bytes | None) -> OutputLog:
    (folder / "output.log").write_bytes(text)
    if times is not None:
        (folder / "output.times").write_bytes(times)
    log = OutputLog(folder / "output.log")
    while log.poll():
        pass
    return log


def after_nine(times: object) -> list[float | None]:
    return [None if moment is None else (moment - NINE).total_seconds() for moment in times]  # type: ignore[attr-defined]


TEXT = b"one\ntwo\nthree\nfour\nunfinished"


def test_a_line_arrived_when_its_first_byte_did(tmp_path: Path) -> None:
    log = log_with(tmp_path, TEXT, entry(0, 1) + entry(4, 2) + entry(10, 60) + entry(19, 70))

    assert after_nine(log.times(0, 9)) == [1, 2, 2, 60, 70]
    assert after_nine(log.times(2, 2)) == [2, 60]
    assert after_nine(log.tail_times(9)) == [1, 2, 2, 60, 70]
    assert after_nine(log.tail_times(2)) == [60, 70]


def test_the_end_has_its_times_before_the_index_has_come_there(tmp_path: Path) -> None:
    (tmp_path / "output.log").write_bytes(b"x" * 100 + b"\n" * 200_000 + b"last\n")
    (tmp_path / "output.times").write_bytes(entry(0, 1) + entry(200_100, 5))
    log = OutputLog(tmp_path / "output.log", is_final=lambda: False)

    assert after_nine(log.tail_times(2)) == [1, 5]
    assert list(log.times(0, 5)) == []


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (None, [None, None]),
        (b"", [None, None]),
        (entry(0, 1)[:-1], [None, None]),
        (entry(0, 1) + entry(4, 2)[:9], [1, 1]),
        (entry(4, 2), [None, 2]),
        (struct.pack("<Qdd", 0, float("nan"), 1), [None, None]),
        (struct.pack("<Qdd", 0, 1e300, 1), [None, None]),
        (b"\xff" * 240, [None, None]),
    ],
    ids=["missing", "empty", "torn at once", "torn", "late", "no number", "no moment", "rubbish"],
)
def test_what_is_missing_or_torn_costs_times_and_nothing_else(
    tmp_path: Path, times: bytes | None, expected: list[float | None]
) -> None:
    log = log_with(tmp_path, b"one\ntwo\n", times)

    assert after_nine(log.times(0, 2)) == expected
    assert list(log.lines(0, 2)) == [b"one", b"two"]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(entry(0, 1))
    (tmp_path / "output.times").symlink_to("elsewhere")
    log = log_with(tmp_path, b"one\n", None)

    assert list(log.times(0, 1)) == [None]
    Arrivals(str(tmp_path / "output.times"), 0o600).note(0, 1.0)
    assert (tmp_path / "elsewhere").read_bytes() == entry(0, 1)


def test_batches_close_together_share_an_entry_and_long_runs_get_sparser_ones(tmp_path: Path) -> None:
    path = tmp_path / "output.times"
    notes = Arrivals(str(path), 0o640)
    now = 100.0
    for number in range(3 * STEP):
        notes.note(number, now)
        now += FINEST_S / 2

    assert 2 * path.stat().st_size // ENTRY.size <= 2 * STEP + STEP // 2 + 4
    offsets = [offset for offset, _wall, _monotonic in ENTRY.iter_unpack(path.read_bytes())]
    assert offsets == sorted(set(offsets))

    week = 7 * 86_400
    count = 0
    reached = 0.0
    while reached < week:
        reached += FINEST_S * (1 << count // STEP)
        count += 1
    assert count * ENTRY.size < 2_500_000


def test_a_disk_that_takes_half_an_entry_leaves_no_half_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "output.times"
    notes = Arrivals(str(path), 0o600)
    notes.note(0, 1.0)
    whole = os.pwrite
    monkeypatch.setattr(arrivals.os, "pwrite", lambda fd, data, at: whole(fd, data[:9], at))
    notes.note(10, 2.0)
    monkeypatch.setattr(arrivals.os, "pwrite", whole)
    notes.note(20, 3.0)

    assert [offset for offset, _wall, _monotonic in ENTRY.iter_unpack(path.read_bytes())] == [0, 20]
