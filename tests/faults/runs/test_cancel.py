"""A cancel ends the whole tree, whatever shape it has, and says what it could not end."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report, closed, finished, is_alive, output, supervisor_of, wait_for

from eventa_cockpit.domain.run import CancelStage, RunState
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner import control
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.processes import marked

PYTHON = sys.executable
FORKS = "import os, signal, time; "
SHAPES = {
    "one sleep": "echo ready; exec sleep 300",
    "shell and child": "echo ready; sleep 300; true",
    "pipeline": "echo ready; sleep 300 | cat | cat",
    "background children": "sleep 300 & sleep 300 & echo ready; wait",
    "setsid child": "setsid sleep 300 & echo ready; wait",
    "double fork": "( setsid bash -c 'sleep 300 & disown; sleep 300' & ) ; echo ready; sleep 300",
    "INT ignored": "trap '' INT; echo ready; while :; do sleep 300; done",
    "INT and TERM ignored": "trap '' INT TERM; echo ready; while :; do sleep 300; done",
    "stopped": "echo ready; kill -STOP $$; sleep 300",
    "stopped child": "sleep 300 & kill -STOP $!; echo ready; wait",
    "daemon without the mark": f"env -i setsid {PYTHON} -c '{FORKS}os.fork() and os._exit(0); time.sleep(300)' & "
    "echo ready; sleep 300",
    "forks of its own group": f"{PYTHON} -c '{FORKS}[os.setpgid(0, 0) for _ in range(5) if not os.fork()]; "
    'print("ready", flush=True); time.sleep(300)\'',
    "runaway chain": f"{PYTHON} -c '{FORKS}signal.signal(2, signal.SIG_IGN); signal.signal(15, signal.SIG_IGN); "
    "[os.fork() and os._exit(0) for _ in range(20000)]; time.sleep(300)' & echo ready; sleep 300",
    "loop of forks": "trap '' INT TERM; echo ready; f() { sleep 0.02; f & f 2>/dev/null; }; ulimit -u 400 2>/dev/null; "
    'n=0; while [ $n -lt 300 ]; do ( trap "" INT TERM; sleep 300 & ) ; n=$((n+1)); done; sleep 300',
}
GRACE = timedelta(milliseconds=150)


def check(shape: str, count: int, runs, capsys: pytest.CaptureFixture) -> None:
    report = Report(f"cancel, {shape}")
    for _ in range(count):
        run_dir = runs.start(SHAPES[shape], grace=GRACE)
        wait_for(lambda run_dir=run_dir: b"ready" in output(run_dir), "the command to be ready")
        supervisor = supervisor_of(run_dir)
        control.cancel(run_dir, "ben")
        verdict = finished(run_dir)
        gone = closed(run_dir)
        wait_for(lambda pid=supervisor: not is_alive(pid), "the supervisor to go")
        left = marked(run_dir.name)
        report.note(
            lost=bool(left),
            wrong=verdict.state is not RunState.CANCELLED or gone.processes_left != 0,
            detail=f"{verdict} {left}",
        )
    report.conclude(capsys)


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_left_of(shape, runs, capsys):
    check(shape, repeats(1, 1), runs, capsys)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_ever_left_of(shape, runs, capsys):
    check(shape, repeats(1, 20, is_long=True), runs, capsys)


def test_the_ladder_and_its_countdown_can_be_seen(runs):
    run_dir = runs.start("trap '' INT TERM; echo ready; while :; do sleep 0.05; done", grace=timedelta(seconds=0.4))
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    control.cancel(run_dir, "ben")

    seen = []
    while not (now := status(run_dir)).state.is_final:
        if now.cancel_stage and (not seen or seen[-1].cancel_stage is not now.cancel_stage):
            seen.append(now)
        time.sleep(0.005)

    assert [each.cancel_stage for each in seen][:2] == [CancelStage.INTERRUPT, CancelStage.TERMINATE]
    assert all(each.next_stage_at and each.started_at < each.next_stage_at for each in seen[:2])
    assert all(each.cancelled_by == f"ben (uid {os.getuid()})" for each in seen)
    assert now.state is RunState.CANCELLED
    assert now.signal == 9
    assert now.next_stage_at is None


def test_an_immediate_cancel_waits_for_no_grace(runs):
    run_dir = runs.start("trap '' INT TERM; echo ready; sleep 300", grace=timedelta(minutes=5))
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    control.cancel(run_dir, "ben")
    control.cancel(run_dir, "cho", immediately=True)

    verdict = finished(run_dir)
    assert verdict.state is RunState.CANCELLED
    assert verdict.cancelled_by.startswith("ben "), "who asked first"


def test_a_second_polite_cancel_changes_nothing(runs):
    run_dir = runs.start("trap 'echo asked' INT; echo ready; while :; do sleep 0.02; done", grace=timedelta(seconds=1))
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    for name in ("ben", "cho"):
        control.cancel(run_dir, name)

    assert finished(run_dir).cancelled_by.startswith("ben ")
    assert output(run_dir).count(b"asked") == 1


def test_a_command_that_cleans_up_and_succeeds_was_still_cancelled(runs):
    run_dir = runs.start("trap 'echo bye; exit 0' INT; echo ready; while :; do sleep 0.02; done")
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    control.cancel(run_dir, "ben")

    verdict = finished(run_dir)
    assert (verdict.state, verdict.exit_code) == (RunState.CANCELLED, 0)
    assert output(run_dir).endswith(b"bye\n")


def test_what_a_finished_command_left_is_counted_and_can_be_ended(runs):
    leave = (
        "setsid bash -c 'touch $COCKPIT_RUN_ID.$0; exec sleep 300' {0} & until [ -e $COCKPIT_RUN_ID.{0} ]; do :; done;"
    )
    run_dir = runs.start(leave.format(1) + leave.format(2))
    verdict = finished(run_dir)
    assert (verdict.state, verdict.processes_left, verdict.is_supervised) == (RunState.SUCCEEDED, 2, True)

    control.cancel(run_dir, "ben")

    verdict = closed(run_dir)
    assert (verdict.state, verdict.processes_left, verdict.cancelled_by) == (RunState.SUCCEEDED, 0, "")


def test_a_run_that_has_ended_cannot_be_cancelled(runs):
    run_dir = runs.start("true")
    closed(run_dir)

    with pytest.raises(RunError, match="cannot be reached"):
        control.cancel(run_dir, "ben")


@pytest.mark.parametrize("uses_pty", [True, False])
def test_a_time_out_ends_the_tree_and_is_not_a_cancel(runs, uses_pty):
    verdict, _ = runs.run(
        "setsid sleep 300 & sleep 300", timeout=timedelta(seconds=0.2), grace=GRACE, uses_pty=uses_pty
    )

    assert verdict.state is RunState.TIMED_OUT
    assert verdict.cancelled_by == ""
    assert verdict.processes_left == 0
    assert timedelta(seconds=0.2) <= verdict.elapsed < timedelta(seconds=5)


def test_survivors_of_a_killed_supervisor_are_found_by_their_mark(runs):
    run_dir = runs.start("setsid sh -c 'echo ready; exec sleep 300' & sleep 300")  # ready once it has left the session
    wait_for(lambda: b"ready" in output(run_dir), "the command to be ready")
    os.kill(supervisor_of(run_dir), 9)

    wait_for(lambda: status(run_dir).state is RunState.LOST, "the run to be lost")
    wait_for(lambda: status(run_dir).processes_left == 1, "the command to die with its terminal")
    assert control.end_survivors(run_dir) == 0
    assert status(run_dir).processes_left == 0
