"""Worlds start fast, several at once, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from eventa_cockpit.config import load_config
from eventa_cockpit.simulator import launching
from eventa_cockpit.simulator.launching import WorldError, start_world


def wait_until_gone(pid: int, deadline_s: float = 10) -> None:
    """Return when no process (and no zombie) has this id."""
    ends_at = time.monotonic() + deadline_s
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < ends_at, f"process {pid} is still there"
        time.sleep(0.02)


def test_two_worlds_live_beside_each_other(tmp_path: Path) -> None:
    with start_world(tmp_path / "one", fault="payment") as one, start_world(tmp_path / "two", fault="frontend") as two:
        assert not set(one.ports.values()) & set(two.ports.values())
        assert one.admin_token != two.admin_token
        alerts = [set(httpx.get(f"{world.control_url}/state").json()["alerts"]) for world in (one, two)]

    assert alerts == [{"PaymentFailureRateHigh"}, {"SentryErrorSpike"}]


def test_a_stopped_world_leaves_no_process_and_may_be_stopped_again(tmp_path: Path) -> None:
    world = start_world(tmp_path / "world")
    world.stop()
    world.stop()

    wait_until_gone(world.pid)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{world.control_url}/state")


def test_a_world_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from eventa_cockpit.simulator.launching import start_world;"
        "world = start_world(Path(sys.argv[1])); print(world.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()

    wait_until_gone(pid)


def test_a_world_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        world = pool.submit(start_world, tmp_path / "world").result()
    with world:
        assert httpx.get(f"{world.control_url}/state").status_code == 200


def test_the_configuration_is_valid_a_drill_and_private(tmp_path: Path) -> None:
    with start_world(tmp_path / "world", fault="payment") as world:
        config = load_config(world.config_path)

    environment = config.environments["prod"]
    assert (environment.production, environment.drill, environment.title) == (True, True, "ドリル")
    assert config.state == tmp_path / "world" / "state"
    assert environment.variables["AWS_PAGER"] == ""
    assert environment.variables["PATH"].split(os.pathsep)[0] == str(Path(sys.prefix) / "bin")
    private = ("cockpit.toml", "kubeconfig", ".curlrc", "admin-token", "sentry-token", "tls-key.pem")
    assert {stat.S_IMODE((tmp_path / "world" / name).stat().st_mode) for name in private} == {0o600}
    assert stat.S_IMODE((tmp_path / "world").stat().st_mode) == 0o700


def test_the_seed_makes_a_world_reproducible(tmp_path: Path) -> None:
    with start_world(tmp_path / "one", seed=4) as one, start_world(tmp_path / "two", seed=4) as two:
        first, second = (httpx.get(f"{world.control_url}/state").json()["seed"] for world in (one, two))

    assert first == second == 4


def test_a_missing_extra_is_one_sentence_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "REQUIRED", ("starlette", "nosuch_library"))

    with pytest.raises(WorldError, match=r"needs nosuch_library.*pip install 'eventa-cockpit\[demo\]'"):
        start_world(tmp_path / "world")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(WorldError, match="file/world"):
        start_world(tmp_path / "file" / "world")


def test_a_world_that_cannot_start_quotes_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"'aliens' is not a valid Fault.*world\.log"):
        start_world(tmp_path / "world", fault="aliens")


def test_the_demo_without_a_screen_prints_exports_and_ends_with_its_world(tmp_path: Path) -> None:
    program = "from eventa_cockpit.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "demo", "database", "--world-only", "--speed", "2"]
    environment = {**os.environ, "EVENTA_COCKPIT_STATE": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        assert demo.stdout is not None
        lines = []
        for line in demo.stdout:
            lines.append(line.strip())
            if line.startswith("cockpit --config"):
                break
        control = next(line for line in lines if line.startswith("# control:")).split()[-1]
        state = httpx.get(control).json()
        assert (state["speed"], list(state["faults"])) == (2.0, ["database"])
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(10) == 0

    assert any(line.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:") for line in lines)
    with pytest.raises(httpx.ConnectError):
        httpx.get(control)
