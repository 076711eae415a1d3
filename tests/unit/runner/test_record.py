"""The record gives the newest whole slot, whatever a crash or a stranger made of the others."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.record import HEADER, MAGIC, SLOT_SIZE, SLOTS, StatusRecord, encode, newest


@pytest.fixture
def record(tmp_path: Path) -> StatusRecord:
    folder = os.open(tmp_path, os.O_RDONLY)
    record = StatusRecord.create(folder, 0o600)
    os.close(folder)
    return record


def test_all_room_is_taken_before_anything_is_written(record, tmp_path):
    assert (tmp_path / "status").stat().st_blocks * 512 >= SLOTS * SLOT_SIZE
    assert newest((tmp_path / "status").read_bytes()) == (0, {})


def test_the_newest_facts_are_read_however_often_the_slots_were_used(record, tmp_path):
    for number in range(1, 4 * SLOTS):
        record.write(number=number)
        assert newest((tmp_path / "status").read_bytes()) == (number, {"number": number})
    assert (tmp_path / "status").stat().st_size == SLOTS * SLOT_SIZE


def test_another_writer_goes_on_where_the_first_stopped(record, tmp_path):
    record.write(state="claimed", claimer={"name": "aya"})
    record.close()
    StatusRecord.resume(str(tmp_path / "status")).write(state="running")

    assert newest((tmp_path / "status").read_bytes())[1] == {"state": "running", "claimer": {"name": "aya"}}


@given(cut=st.integers(0, SLOT_SIZE - 1), rubbish=st.binary(max_size=SLOT_SIZE))
def test_a_torn_write_costs_itself_and_nothing_older(cut, rubbish):
    before, after = encode(1, {"state": "running"}), encode(2, {"state": "succeeded", "exit": 0})
    torn = (after[:cut] + rubbish)[:SLOT_SIZE].ljust(SLOT_SIZE, b"\0")

    is_whole = torn.startswith(after.rstrip(b"\0"))

    assert newest(before + torn)[1]["state"] == ("succeeded" if is_whole else "running")


@given(st.binary(max_size=3 * SLOT_SIZE))
def test_rubbish_is_never_a_verdict(data):
    assert newest(data) == (0, {})


def test_facts_that_are_too_long_give_way_to_the_verdict():
    facts = {"state": "failed", "exit": 127, "detail": "x" * 3000}

    assert newest(encode(1, facts))[1] == {"state": "failed", "exit": 127}


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b"{",
        b"[" * 1500,
        b'{"state": 5}',
        b'{"state": "succeeded", "elapsed": "x"}',
        b'{"state": "failed", "ended": 1e300}',
        b'{"state": "running", "claimer": "x"}',
        b'{"state": "cancelled", "cancel": [1]}',
        b'{"state": "failed", "stage": "?"}',
    ],
)
def test_what_a_stranger_may_write_is_read_without_a_fault(body, tmp_path):
    slot = HEADER.pack(MAGIC, 1, len(body), zlib.crc32(body, 1)) + body
    (tmp_path / "status").write_bytes(slot.ljust(SLOTS * SLOT_SIZE, b"\0"))
    (tmp_path / "lock").touch()

    assert status(tmp_path).state is RunState.LOST
