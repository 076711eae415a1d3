"""The log's lines, tail and searches, against the plain way of doing it on the whole text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.domain.lines import LineFault
from eventa_cockpit.runner.line_index import BLOCK
from eventa_cockpit.runner.log_file import cut
from eventa_cockpit.runner.output import OutputLog

PIECES = st.sampled_from(
    [b"\n", b"\n\n\n", b"a", b"error", b"\r", b"\xe3\x82\xa8", b"\x00\xff", b"x" * 700, b"y" * 70_000, b"\n" * 66_000]
)
TEXTS = st.lists(PIECES, max_size=12).map(b"".join)


def complete_log(path: Path, text: bytes) -> OutputLog:
    path.write_bytes(text)
    log = OutputLog(path)
    while log.poll():
        pass
    return log


def plain_lines(text: bytes) -> list[bytes]:
    return text.removesuffix(b"\n").split(b"\n") if text else []


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, first=st.integers(0, 140_000), count=st.integers(1, 40))
def test_lines_are_those_of_the_whole_text(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, first: int, count: int
) -> None:
    log = complete_log(tmp_path_factory.mktemp("log") / "output.log", text)
    expected = plain_lines(text)
    first = first % (len(expected) + 1)

    assert log.line_count == len(expected)
    assert log.size == len(text)
    assert log.lines(first, count, max_bytes=1 << 30) == expected[first : first + count]
    assert log.lines(first, count, max_bytes=512) == [cut(line, 512) for line in expected[first : first + count]]


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, count=st.integers(1, 60))
def test_the_tail_is_the_end_of_the_text(tmp_path_factory: pytest.TempPathFactory, text: bytes, count: int) -> None:
    path = tmp_path_factory.mktemp("log") / "output.log"
    path.write_bytes(text)

    assert OutputLog(path).tail(count, max_bytes=1 << 30) == plain_lines(text)[-count:]


@settings(max_examples=120, deadline=None)
@given(
    text=TEXTS,
    needle=st.sampled_from([b"error", b"a", b"xx", b"yy", b"ERR", b"\x00\xff", b"y" * 300]),
    at=st.integers(0, 140_000),
)
def test_searches_agree_with_the_whole_text(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, needle: bytes, at: int
) -> None:
    log = complete_log(tmp_path_factory.mktemp("log") / "output.log", text)
    lines = plain_lines(text)
    at = at % (len(lines) + 1)
    holding = [number for number, line in enumerate(lines) if needle in line]

    assert log.find(needle, at) == next((number for number in holding if number >= at), None)
    assert log.find(needle, at, backwards=True) == next((n for n in reversed(holding) if n < at), None)
    assert log.count(needle) == text.count(needle)
    assert log.count(needle, stop=at) == sum(line.count(needle) for line in lines[:at])


def test_a_count_looks_only_at_what_is_new(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"error\nerr")
    assert log.count(b"error") == 1
    with log.path.open("ab") as file:
        file.write(b"or\n" + b"error error\n" * 50_000)
    while log.poll():
        pass
    assert log.count(b"error") == 100_002


def test_the_case_may_be_ignored(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"fine\nERROR\nError\n")
    assert log.find(b"error", 0) is None
    assert log.find(b"error", 0, ignore_case=True) == 1
    assert log.find(b"error", 3, backwards=True, ignore_case=True) == 2
    assert log.count(b"error", ignore_case=True) == 2


def test_a_line_of_ten_megabytes_costs_two_short_reads(tmp_path: Path) -> None:
    long = b"start" + b"x" * 10_000_000 + b"end"
    log = complete_log(tmp_path / "output.log", b"before\n" + long + b"\nafter\n")
    assert log.lines(0, 9, max_bytes=8) == [b"before", b"startxxx", b"after"]
    assert log.tail(3, max_bytes=8)[-1] == b"after"
    assert log.find(b"end", 0) == 1
    assert log.find(b"after", 0) == 2


def test_the_tail_has_the_lines_before_a_very_long_one(tmp_path: Path) -> None:
    text = b"one\ntwo\nthree\n" + b"start" + b"x" * 3_000_000
    log = complete_log(tmp_path / "output.log", text)
    assert log.tail(3, max_bytes=8) == [b"two", b"three", b"startxxx"]
    log = complete_log(tmp_path / "output.log", text + b"\nafter")
    assert log.tail(9, max_bytes=8) == [b"one", b"two", b"three", b"startxxx", b"after"]


def test_of_a_long_progress_line_the_last_state_is_kept(tmp_path: Path) -> None:
    bar = b"".join(b"\r%3d%% done" % (step % 101) for step in range(20_000))
    log = complete_log(tmp_path / "output.log", bar + b"\r100% done\r\nnext\n")
    line, following = log.lines(0, 2, max_bytes=64)
    assert line.startswith(b"\r")
    assert line.endswith(b"\r100% done\r")
    assert following == b"next"


def test_a_character_is_not_cut_in_two() -> None:
    assert cut("決済".encode(), 5) == "決".encode()
    assert cut("決済".encode(), 3) == "決".encode()
    assert cut(b"\x80\x80\x80\x80\x80", 4) == b"\x80\x80\x80\x80"


def test_lines_that_are_still_being_written_are_there(tmp_path: Path) -> None:
    path = tmp_path / "output.log"
    is_final = False
    log = OutputLog(path, is_final=lambda: is_final)
    assert not log.poll()
    assert (log.line_count, log.fault, log.is_complete) == (0, None, False)

    with path.open("ab", buffering=0) as file:
        file.write(b"one\ntw")
        assert log.is_behind
        log.poll()
        assert not log.is_behind
        assert log.lines(0, 5) == [b"one", b"tw"]
        file.write(b"o\n")
        log.poll()
        assert log.lines(0, 5) == [b"one", b"two"]
        assert not log.is_complete

    is_final = True
    log.poll()
    assert log.is_complete


def test_bytes_written_while_the_verdict_is_asked_for_are_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "output.log"
    path.write_bytes(b"one\n")

    def last_words() -> bool:
        if path.stat().st_size == 4:
            with path.open("ab") as file:
                file.write(b"two\n")
        return True

    log = OutputLog(path, is_final=last_words)
    assert log.poll()
    assert not log.is_complete
    assert not log.poll()
    assert log.is_complete
    assert log.lines(0, 9) == [b"one", b"two"]


def test_a_run_that_never_wrote_says_so(tmp_path: Path) -> None:
    log = OutputLog(tmp_path / "output.log")
    log.poll()
    assert log.fault is LineFault.MISSING
    assert log.is_complete
    assert (log.lines(0, 9), log.tail(9), log.find(b"x", 0), log.count(b"x")) == ([], [], None, 0)


def test_a_file_that_became_shorter_is_read_again(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"one\ntwo\nthree\n" * 9_000)
    os.truncate(log.path, 8)
    assert log.poll()
    log.poll()
    assert log.fault is LineFault.TRUNCATED
    assert log.lines(0, 9) == [b"one", b"two"]


def test_a_file_that_was_replaced_is_still_the_one_that_the_run_wrote(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"true\n")
    (tmp_path / "other").write_bytes(b"false\n")
    (tmp_path / "other").rename(log.path)
    log.poll()
    assert log.fault is LineFault.REPLACED
    assert log.lines(0, 9) == [b"true"]

    log.path.unlink()
    log.poll()
    assert log.fault is LineFault.REMOVED
    assert log.lines(0, 9) == [b"true"]


def test_something_else_than_a_file_is_missing_not_a_trap(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "output.log")
    log = OutputLog(tmp_path / "output.log")
    log.poll()
    assert log.fault is LineFault.MISSING


def test_a_closed_log_answers_from_the_file_again(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"one\n")
    log.close()
    assert log.lines(0, 1) == [b"one"]


def test_empty_lines_by_the_thousand_are_found_by_halving(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"\n" * (3 * BLOCK) + b"end")
    assert log.line_count == 3 * BLOCK + 1
    assert log.lines(3 * BLOCK - 1, 3) == [b"", b"end"]


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: relation does not exist",
        "java.lang.NullPointerException: seat",
        "OSError: [Errno 2]",
        "Traceback (most recent call last):",
        "curl: (7) Failed to connect",
        "level=error msg=x",
        "permission denied",
        "エラーが発生しました",
        "決済に失敗しました",
        "1 error, 0 errors ignored",
        '{"error": "boom"}',
        "FAILED=3",
    ],
)
def test_these_report_an_error(tmp_path: Path, line: str) -> None:
    log = complete_log(tmp_path / "output.log", f"fine\n0 errors\n{line}\n".encode())
    assert log.find_error(0) == 2


@pytest.mark.parametrize(
    "line",
    [
        "0 errors, 0 failures",
        "ok=3 changed=1 unreachable=0 failed=0",
        '{"error": null}',
        "no errors found",
        "GET /error.html 200",
        "--on-error=stop",
        "rm error_log",
        "stderr is a terminal",
        "completed without error",
    ],
)
def test_these_do_not(tmp_path: Path, line: str) -> None:
    log = complete_log(tmp_path / "output.log", f"{line}\n".encode() * 3)
    assert log.find_error(0) is None


def test_the_next_error_is_found_across_blocks(tmp_path: Path) -> None:
    log = complete_log(
        tmp_path / "output.log", b"fine\n" * 100_000 + b"ERROR one\n" + b"fine\n" * 100_000 + b"fatal: two\n"
    )
    assert log.find_error(0) == 100_000
    assert log.find_error(100_001) == 200_001
    assert log.find_error(200_002) is None


def test_a_disk_that_fails_ends_the_output_and_says_so(tmp_path: Path) -> None:
    log = complete_log(tmp_path / "output.log", b"one\ntwo\n")
    assert log._file is not None
    os.close(log._file._number)
    log._file._number = os.open(tmp_path, os.O_RDONLY)  # reading a folder fails as a bad sector does
    log.poll()
    assert log.fault is LineFault.UNREADABLE
    assert (log.lines(0, 9), log.tail(9), log.find(b"one", 0), log.count(b"one")) == ([], [], None, 0)


def test_all_of_it_is_saved_beside_what_is_there(tmp_path: Path) -> None:
    text = b"line\n" * 300_000 + b"\x1b[31mend"
    log = complete_log(tmp_path / "output.log", text)
    names = [log.save(tmp_path / "kept.log").name for _ in range(3)]
    assert names == ["kept.log", "kept-2.log", "kept-3.log"]
    assert (tmp_path / "kept-3.log").read_bytes() == text


def test_nothing_can_be_saved_of_an_output_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        OutputLog(tmp_path / "output.log").save(tmp_path / "kept.log")
