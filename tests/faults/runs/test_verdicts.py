"""What a run says of itself: every way to end has its own verdict, and the record is readable by those who may."""

from __future__ import annotations

import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.faults.runs.harness import Runs, closed, facts, finished, output, supervisor_of, wait_for

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner import control
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.runner.supervisor.record import StatusRecord


@pytest.mark.parametrize("uses_pty", [True, False])
@pytest.mark.parametrize(
    ("script", "state", "exit_code", "number"),
    [
        ("true", RunState.SUCCEEDED, 0, None),
        ("exit 3", RunState.FAILED, 3, None),
        ("exit 255", RunState.FAILED, 255, None),
        ("kill -SEGV $$", RunState.FAILED, None, 11),
        ("kill -KILL $$", RunState.FAILED, None, 9),
        ("no-such-program", RunState.FAILED, 127, None),
        ("false | true", RunState.FAILED, 1, None),
        ("if then", RunState.FAILED, 2, None),
    ],
)
def test_the_exit_is_told_as_it_was(script, state, exit_code, number, uses_pty, runs):
    verdict, _ = runs.run(script, uses_pty=uses_pty)

    assert (verdict.state, verdict.exit_code, verdict.signal) == (state, exit_code, number)
    assert verdict.claimed_by == f"aya (uid {os.getuid()})"
    assert verdict.has_started
    assert verdict.started_at <= verdict.ended_at <= datetime.now(UTC)


def test_a_shell_that_is_not_there_is_a_verdict_with_its_reason(runs):
    verdict, _ = runs.run("true", shell=("/no/such/shell",))

    assert (verdict.state, verdict.exit_code, verdict.has_started) == (RunState.FAILED, 127, False)
    assert "/no/such/shell: No such file" in verdict.reason


def test_a_folder_that_is_not_there_is_a_verdict_with_its_reason(runs):
    verdict, _ = runs.run("true", cwd=Path("/no/such/folder"))

    assert (verdict.state, verdict.has_started) == (RunState.FAILED, False)
    assert "/no/such/folder" in verdict.reason


@pytest.mark.parametrize("script", ["echo a\0b", "echo \ud800", "x" * 200_000])
def test_a_script_that_no_program_can_be_given_is_a_verdict_with_its_reason(script, runs):
    verdict, _ = runs.run(script)

    assert (verdict.state, verdict.exit_code, verdict.has_started) == (RunState.FAILED, 127, False)
    assert verdict.reason.startswith("The shell could not be started: ")


def test_the_script_is_run_byte_for_byte(runs):
    script = "printf '%s|' 'a  b' \"c\td\" e\\ f '日本語' $'\\x1b[0m'\n# comment\necho \"$0\""

    _, text = runs.run(script, uses_pty=False)

    assert text == "a  b|c\td|e f|日本語|\x1b[0m|bash\n".encode()


def test_a_long_script_and_environment_arrive_whole(runs):
    script = "wc -c <<'END'\n" + "x" * 100_000 + "\nEND\necho ${#LONG}"

    _, text = runs.run(script, environment={"PATH": os.environ["PATH"], "LONG": "y" * 100_000})

    assert text.split() == [b"100001", b"100000"]


def test_a_terminal_looks_like_one_and_keeps_line_ends(runs):
    _, text = runs.run("tty; stty size; printf 'a\\nb\\r\\n'; [ -t 0 ] && [ -t 2 ] && echo yes", columns=91, rows=17)

    assert text.startswith(b"/dev/pts/")
    assert text.endswith(b"\n17 91\na\nb\r\nyes\n")


def test_a_pipe_is_no_terminal_and_takes_no_input(runs):
    verdict, text = runs.run("[ -t 1 ] || echo pipe; cat; echo two >&2", uses_pty=False)

    assert (verdict.state, text) == (RunState.SUCCEEDED, b"pipe\ntwo\n")
    run_dir = runs.start("sleep 300", uses_pty=False)
    with pytest.raises(RunError, match="no terminal"):
        control.send_input(run_dir, b"yes\n")


def test_a_reply_can_be_typed_and_the_window_resized(runs):
    run_dir = runs.start(
        "trap 'stty size' WINCH; echo ask; read -r answer; echo got-$answer; "
        "until [ $resized ]; do sleep 0.02; set -- $(stty size); [ $2 = 133 ] && resized=1; done; echo end"
    )
    wait_for(lambda: b"ask" in output(run_dir), "the question")
    control.send_input(run_dir, "はい\n".encode())
    wait_for(lambda: "got-はい".encode() in output(run_dir), "the answer")
    control.resize(run_dir, 133, 50)

    assert finished(run_dir).state is RunState.SUCCEEDED
    assert b"50 133" in output(run_dir)


def test_more_input_than_the_terminal_takes_at_once_arrives_whole(runs):
    run_dir = runs.start("stty raw -echo; echo ready; sleep 0.2; head -c 300000 | wc -c")
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    for _ in range(3):
        control.send_input(run_dir, b"x" * 100_000)

    finished(run_dir)
    assert output(run_dir).split()[-1] == b"300000"


def test_a_prompt_is_shown_at_once_even_with_secrets(runs):
    run_dir = runs.start("read -rp 'Go on? [y/N] ' answer", secrets={"TOKEN": "a-secret-value"})

    wait_for(lambda: output(run_dir) == b"Go on? [y/N] ", "the prompt")


def test_of_a_running_command_the_elapsed_time_grows_without_a_write(runs):
    run_dir = runs.start("read -r go")
    before = status(run_dir)
    record = (run_dir / "status").read_bytes()
    wait_for(lambda: status(run_dir).elapsed > before.elapsed, "time to pass")

    assert status(run_dir).state is RunState.RUNNING
    assert (run_dir / "status").read_bytes() == record


def test_a_run_that_was_never_claimed_is_lost_and_says_that_it_did_not_run(tmp_path):
    verdict = status(tmp_path / "none")

    assert (verdict.state, verdict.has_started) == (RunState.LOST, False)
    assert "did not run" in verdict.reason


def test_a_reboot_is_told_from_a_killed_supervisor(runs):
    run_dir = runs.start("read -r go")
    os.kill(supervisor_of(run_dir), 9)
    wait_for(lambda: status(run_dir).state is RunState.LOST, "the run to be lost")
    assert "killed" in status(run_dir).reason

    StatusRecord.resume(str(run_dir / "status")).write(boot="another boot")

    verdict = status(run_dir)
    assert (verdict.state, verdict.elapsed) == (RunState.LOST, None)
    assert "restarted" in verdict.reason


def test_a_damaged_record_is_lost_and_never_a_success(runs):
    run_dir = runs.start("true")
    closed(run_dir)
    (run_dir / "status").write_bytes(b"\xff" * 40_000)

    assert status(run_dir).state is RunState.LOST
    (run_dir / "status").write_bytes(b"")
    assert status(run_dir).state is RunState.LOST
    (run_dir / "status").unlink()
    assert status(run_dir).state is RunState.LOST


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
@pytest.mark.parametrize(("parent", "folder", "file"), [(0o3770, 0o2750, 0o640), (0o700, 0o700, 0o600)])
def test_the_folder_decides_who_may_read_whatever_the_umask(parent, folder, file, umask, tmp_path):
    runs = Runs(Runner(), tmp_path / "runs")
    runs.folder.mkdir()
    runs.folder.chmod(parent)
    before = os.umask(umask)
    try:
        run_dir = runs.start("true")
    finally:
        os.umask(before)
    closed(run_dir)

    assert stat.S_IMODE(run_dir.stat().st_mode) == folder
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run_dir.iterdir()}
    files = dict.fromkeys(("lock", "status", "output.log", "output.times"), file)
    assert modes == {**files, "sock": 0o660 if file == 0o640 else 0o600}


def test_each_line_is_noted_with_the_time_at_which_it_came(runs):
    run_dir = runs.start("echo one; read -r go; sleep 0.2; echo two")  # longer than what is noted as one moment
    wait_for(lambda: output(run_dir) == b"one\n", "the first line")
    between = datetime.now(UTC)
    control.send_input(run_dir, b"go\n")
    finished(run_dir)
    log = OutputLog.of_run(run_dir)
    while log.poll():
        pass

    first, _echo, last = log.times(0, 3)
    assert (output(run_dir), log.line_count) == (b"one\ngo\ntwo\n", 3)
    assert first < between < last < datetime.now(UTC)


def test_a_path_longer_than_a_sockets_works_like_any_other(runs):
    deep = runs.folder.joinpath(*["a" * 60] * 4)
    run_dir = runs.start("read -r go", directory=deep / "run-1")

    control.send_input(run_dir, b"\n")

    assert finished(run_dir).state is RunState.SUCCEEDED


def test_the_command_is_marked_and_gets_the_whole_environment_it_was_given_and_no_more(runs):
    _, text = runs.run("env", environment={"PATH": "/usr/bin:/bin", "A": "1"}, name="step-001", uses_pty=False)

    variables = dict(line.split("=", 1) for line in text.decode().splitlines())
    assert {**variables, "PWD": "", "SHLVL": "", "_": ""} == {
        "PATH": "/usr/bin:/bin", "A": "1", "COCKPIT_RUN_ID": "step-001", "PWD": "", "SHLVL": "", "_": "",
    }  # fmt: skip


def test_a_descriptor_of_the_cockpit_never_reaches_the_command(runs, tmp_path):
    with (tmp_path / "kept-open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        runner = Runner()
        runner.start(runs.request("ls -l /proc/self/fd > fds", name="step-001"))
        finished(runs.folder / "step-001")

    assert "kept-open" not in (tmp_path / "fds").read_text()
    assert "lock" not in (tmp_path / "fds").read_text()


def test_a_sleeping_supervisor_uses_no_processor_time(runs):
    run_dir = runs.start("read -r go", timeout=timedelta(hours=1))
    stat_file = Path(f"/proc/{facts(run_dir)['supervisor']}/status")
    switches = [_switches(stat_file)]
    until = time.monotonic() + 0.5
    wait_for(lambda: time.monotonic() > until, "half a second")

    assert _switches(stat_file) - switches[0] <= 2


def _switches(stat_file: Path) -> int:
    lines = stat_file.read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("voluntary_ctxt_switches")))


@pytest.mark.parametrize("prefix", [("/no/such/program",), ("false",)])
@pytest.mark.parametrize("has_launcher", [True, False])
def test_a_scope_that_cannot_be_had_is_done_without(prefix, has_launcher, runs):
    runner = Runner(prefix=prefix)
    if has_launcher:
        runner.prefork()
    request = runs.request("exit 3")
    runner.start(request)
    runner.close()

    assert finished(request.directory).exit_code == 3


def test_a_launcher_that_was_killed_is_done_without(runs):
    runner = Runner()
    runner.prefork()
    runner._process.kill()
    runner._process.wait()
    for _ in range(2):
        request = runs.request("exit 3")
        runner.start(request)
        assert finished(request.directory).exit_code == 3
    runner.close()


def test_a_launcher_that_was_stopped_holds_nobody_up(runs):
    runner = Runner()
    runner.prefork()
    os.kill(runner._process.pid, 19)
    runner.close()


def test_a_launcher_that_wakes_up_too_late_starts_nothing_behind_ones_back(runs, tmp_path, monkeypatch):
    monkeypatch.setattr("eventa_cockpit.runner.launching.ANSWER_S", 0.2)
    runner = Runner()
    runner.prefork()
    os.kill(runner._process.pid, 19)
    request = runs.request("touch ran")
    with pytest.raises(RunError, match="Nothing answered"):
        runner.start(request)
    os.kill(runner._process.pid, 18)
    runner.close()

    wait_for(lambda: not status(request.directory).is_supervised, "the launcher to let go")
    verdict = status(request.directory)
    assert (verdict.state, verdict.has_started) == (RunState.LOST, False)
    assert not (tmp_path / "ran").exists()


def test_a_runner_that_was_closed_leaves_its_runs_running(runs):
    runner = Runner()
    runner.prefork()
    request = runs.request("read -r go; exit 3")
    runner.start(request)
    runner.close()
    control.send_input(request.directory, b"\n")

    assert finished(request.directory).exit_code == 3


def test_without_any_python_for_the_supervisor_the_step_does_not_run(runs):
    with pytest.raises(RunError, match="does not run"):
        Runner(python="/no/such/python").start(runs.request("touch ran", name="step-001"))

    verdict = status(runs.folder / "step-001")
    assert (verdict.state, verdict.has_started) == (RunState.LOST, False)
