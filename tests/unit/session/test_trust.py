"""Trust: a text runs once it was approved here, is signed, or was shipped; and what runs is what was shown."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.session.world import World, facts

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.confirmation import Answer, ConfirmationKind
from eventa_cockpit.domain.event import StepStarted
from eventa_cockpit.domain.runbook import Runbook
from eventa_cockpit.errors import RunError
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.approvals import Approvals
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.plan import StepPlan
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.trust import TrustState, Vetting

YES = Answer("y")


class Desk:
    """A runbook file of one step, and whoever runs it."""

    def __init__(self, folder: Path, launcher: Runner) -> None:
        self.folder = folder
        self.file = folder / "books" / "rb.md"
        self.file.parent.mkdir()
        self.world = World(folder / "state", launcher, {"stg": EnvironmentConfig()})
        self.signers: Path | None = None

    def write(self, script: str, info: str = "sh") -> None:
        indented = "".join(f"   {line}\n" for line in script.splitlines())
        self.file.write_text(f"# Restart\n\n1. Do it\n   ```{info}\n{indented}   ```\n", "utf-8")

    @property
    def runbook(self) -> Runbook:
        return load_library([self.file]).runbooks[0]

    async def session(self) -> Session:
        vetting = Vetting(self.world.state, "aya", signers=self.signers)
        incidents = Incidents(
            self.world.state, self.world.config, self.world.launcher, new_responder("aya"), vetting=vetting
        )
        return await incidents.resume() or await incidents.declare("something hurts")

    def plan(self, session: Session) -> StepPlan:
        rb = self.runbook
        return session.plan_step(rb, rb.steps[0])

    async def run(self, session: Session, plan: StepPlan, answer: Answer = Answer()) -> str:  # noqa: B008 - frozen
        """What the command printed."""
        run_id = await session.start_step(plan, answer)
        step = plan.step.id
        await _until_settled(session, plan.runbook.id, step)
        return (session.run_folder(run_id) / "output.log").read_text().replace("\r\n", "\n")

    def approvals(self) -> Path:
        (path,) = Approvals(self.world.state).folder.iterdir()
        return path


async def _until_settled(session: Session, runbook: str, step: str) -> None:
    import asyncio
    import time

    end = time.monotonic() + 20
    while session.incident.step(runbook, step).running:
        assert time.monotonic() < end
        await session.refresh()
        await asyncio.sleep(0.01)


@pytest.fixture
def desk(tmp_path: Path, launcher: Runner) -> Desk:
    return Desk(tmp_path, launcher)


async def test_a_new_text_asks_for_a_yes_and_is_approved_by_it(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    plan = desk.plan(session)
    assert (plan.trust.state, plan.confirmation.kind) == (TrustState.NEW, ConfirmationKind.YES)

    with pytest.raises(RunError, match="not confirmed"):
        await session.start_step(plan)
    assert desk.plan(session).trust.state is TrustState.NEW
    assert await desk.run(session, plan, YES) == "one\n"

    again = desk.plan(await desk.session())
    assert (again.trust.state, again.trust.by) == (TrustState.APPROVED, "aya")
    assert again.confirmation.kind is ConfirmationKind.ENTER
    started = [fact for fact in facts(session) if isinstance(fact, StepStarted)]
    assert [fact.trust for fact in started] == ["new"]


async def test_a_changed_text_is_shown_as_a_diff_and_asks_again_even_for_a_read(desk: Desk) -> None:
    desk.write("echo one\necho two")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    desk.write("echo one\necho 2")
    plan = desk.plan(session)

    assert plan.trust.state is TrustState.CHANGED
    assert plan.confirmation.kind is ConfirmationKind.YES
    assert plan.trust.diff == ("@@ -1,2 +1,2 @@", " echo one", "-echo two", "+echo 2")
    with pytest.raises(RunError, match="not confirmed"):
        await session.start_step(plan)


async def test_a_text_that_was_approved_before_is_trusted_where_it_moved_to(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    desk.file.write_text("# Other\n\n1. First\n   ```sh\n   true\n   ```\n2. Then\n   ```sh\n   echo one\n   ```\n")
    rb = desk.runbook

    assert session.plan_step(rb, rb.steps[0]).trust.state is TrustState.NEW
    assert session.plan_step(rb, rb.steps[1]).trust.state is TrustState.APPROVED


async def test_the_same_text_in_another_file_is_not_approved(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    desk.file = desk.file.with_name("other.md")
    desk.write("echo one")

    assert desk.plan(session).trust.state is TrustState.NEW


async def test_another_folder_to_run_in_is_another_text(desk: Desk) -> None:
    desk.write("echo one", 'sh {"cwd":"/tmp"}')
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    desk.write("echo one", 'sh {"cwd":"/"}')

    assert "+cwd: /" in desk.plan(session).trust.diff


async def test_what_runs_is_what_was_shown_though_the_file_changed_meanwhile(desk: Desk) -> None:
    desk.write("echo shown")
    session = await desk.session()
    plan = desk.plan(session)
    desk.write("echo swapped")

    assert await desk.run(session, plan, YES) == "shown\n"
    assert desk.plan(session).trust.state is TrustState.CHANGED


async def test_an_approved_text_runs_as_it_was_shown_though_the_file_changed_meanwhile(desk: Desk) -> None:
    desk.write("echo shown")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    plan = desk.plan(session)
    desk.write("echo swapped")

    assert await desk.run(session, plan) == "shown\n"


async def test_a_script_that_is_not_the_one_that_was_shown_does_not_run(desk: Desk) -> None:
    desk.write('echo "${WORD:-shown}"')
    session = await desk.session()
    plan = desk.plan(session)

    for other in (
        replace(plan.rendering, script="echo swapped"),
        replace(plan.rendering, environment={**plan.rendering.environment, "WORD": "swapped"}),
    ):
        with pytest.raises(RunError, match="not what was shown"):
            await session.start_step(replace(plan, rendering=other), YES)
    assert session.incident.steps == {}


@pytest.mark.parametrize("damage", ["text", "digest", "file", "at", "torn", "rubbish", "mode", "link"])
async def test_a_damaged_approval_approves_nothing(desk: Desk, damage: str) -> None:
    desk.write("echo one")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    path = desk.approvals()
    _damage(path, damage)

    plan = desk.plan(session)
    assert plan.trust.needs_approval
    if damage in {"mode", "link"}:
        with pytest.raises(RunError, match="cannot be kept"):
            await session.start_step(plan, YES)
        return
    assert await desk.run(session, plan, YES) == "one\n"
    assert desk.plan(session).trust.state is TrustState.APPROVED


def _damage(path: Path, damage: str) -> None:
    data = path.read_bytes()
    match damage:
        case "torn":
            path.write_bytes(data[:-20])
        case "rubbish":
            path.write_bytes(b"\xff\x00\n[]\n{}\n" + b"[" * 100_000 + b"\n")
        case "mode":
            path.chmod(0o620)
        case "link":
            path.rename(path.with_suffix(".elsewhere"))
            path.symlink_to(path.with_suffix(".elsewhere"))
        case _:
            path.write_bytes(json.dumps({**json.loads(data), damage: "other"}).encode() + b"\n")


async def test_approvals_are_for_their_owner_only(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)

    assert desk.approvals().stat().st_mode & 0o777 == 0o600
    assert desk.approvals().parent.stat().st_mode & 0o777 == 0o700


async def test_nothing_runs_when_its_approval_cannot_be_kept(desk: Desk) -> None:
    desk.write("touch ran")
    session = await desk.session()
    (desk.world.state / "approvals").write_text("in the way")

    with pytest.raises(RunError, match="cannot be kept"):
        await session.start_step(desk.plan(session), YES)
    assert session.incident.steps == {}


async def test_an_approval_that_went_away_after_the_look_stops_the_start(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    await desk.run(session, desk.plan(session), YES)
    plan = desk.plan(session)
    desk.approvals().unlink()

    with pytest.raises(RunError, match="Look again"):
        await session.start_step(plan)


async def test_shipped_runbooks_are_trusted_as_installed(desk: Desk) -> None:
    session = await desk.session()
    commands = [
        (rb, step, index)
        for rb in load_library([shipped_runbooks()]).runbooks
        for step in rb.steps
        for index in range(len(step.commands))
    ]
    assert len(commands) > 20
    assert {session.plan_step(*entry).trust.state for entry in commands} == {TrustState.SHIPPED}


async def test_a_text_that_only_claims_to_be_shipped_is_not(desk: Desk) -> None:
    desk.write("echo one")
    session = await desk.session()
    forged = replace(desk.runbook, file=str(next(shipped_runbooks().glob("*.md"))))

    assert session.plan_step(forged, forged.steps[0]).trust.state is TrustState.NEW


@pytest.fixture
def key(desk: Desk) -> Path:
    """A key whose owner may sign."""
    key = make_key(desk.folder / "key")
    desk.signers = desk.folder / "allowed_signers"
    desk.signers.write_text(f"sre@example.com {key.with_suffix('.pub').read_text()}")
    desk.signers.chmod(0o644)
    return key


def make_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def sign(desk: Desk, key: Path, namespace: str = "eventa-cockpit") -> None:
    desk.file.with_name("rb.md.sig").unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, desk.file], check=True)


async def test_a_signed_file_needs_no_approval(desk: Desk, key: Path) -> None:
    desk.write("echo one")
    sign(desk, key)
    session = await desk.session()
    plan = desk.plan(session)

    assert (plan.trust.state, plan.trust.by) == (TrustState.SIGNED, "sre@example.com")
    assert await desk.run(session, plan) == "one\n"


@pytest.mark.parametrize("fault", ["changed", "namespace", "other key", "writable signers", "no signers", "rubbish"])
async def test_a_signature_that_is_not_good_is_none(desk: Desk, key: Path, fault: str) -> None:
    desk.write("echo one")
    sign(desk, key, "file" if fault == "namespace" else "eventa-cockpit")
    assert desk.signers is not None
    match fault:
        case "changed":
            desk.write("echo two")
        case "other key":
            sign(desk, make_key(desk.folder / "other"))
        case "writable signers":
            desk.signers.chmod(0o666)
        case "no signers":
            desk.signers.unlink()
        case "rubbish":
            desk.file.with_name("rb.md.sig").write_bytes(b"\x00 rubbish")

    assert desk.plan(await desk.session()).trust.state is TrustState.NEW


async def test_a_text_that_is_not_in_the_signed_file_any_more_is_not_signed(desk: Desk, key: Path) -> None:
    desk.write("echo old")
    old = desk.runbook
    desk.write("echo new")
    sign(desk, key)
    session = await desk.session()

    assert session.plan_step(old, old.steps[0]).trust.state is TrustState.NEW
    assert desk.plan(session).trust.state is TrustState.SIGNED
