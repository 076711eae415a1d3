"""Approvals on the disk: what was kept is found, and no bytes approve what was not."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.services.approvals import Approval, Approvals, block_digest

FILE = Path("/books/rb.md")
AT = "2026-11-23T03:00:00+00:00"


def approval(text: str, cwd: str = "") -> Approval:
    return Approval(str(FILE), "rb/one", block_digest(text, cwd), text, cwd, "aya", AT)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(max_size=5)), max_size=5))
def test_what_was_kept_is_found_in_order(texts: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        approvals = Approvals(Path(folder))
        kept = tuple(approval(text, cwd) for text, cwd in texts)
        for entry in kept:
            approvals.keep(entry)
        assert approvals.of_file(FILE) == kept


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_damage_anywhere_approves_nothing_that_was_not(rubbish: bytes, at: int, is_cut: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        approvals = Approvals(Path(folder))
        approvals.keep(approval("echo one"))
        (path,) = approvals.folder.iterdir()
        data = path.read_bytes()
        path.write_bytes(data[:at] + rubbish + (b"" if is_cut else data[at:]))

        assert {entry.text for entry in approvals.of_file(FILE)} <= {"echo one"}
        approvals.keep(approval("echo two"))
        assert approvals.of_file(FILE)[-1] == approval("echo two")


@given(st.text(), st.text(), st.text(), st.text())
def test_a_digest_keeps_text_and_folder_apart(text: str, cwd: str, other: str, elsewhere: str) -> None:
    assert (block_digest(text, cwd) == block_digest(other, elsewhere)) == ((text, cwd) == (other, elsewhere))
