"""The preflight of a runbook: what its commands need, where they would act, and what that forbids."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, running
from tests.unit.session.world import command, runbook

from eventa_cockpit.config import Alertmanager, Config, EnvironmentConfig, Kubernetes
from eventa_cockpit.domain.finding import Finding, Verdict
from eventa_cockpit.domain.preflight import Block, Outcome, Preflight
from eventa_cockpit.domain.runbook import Command, Parameter, Runbook
from eventa_cockpit.services.preflight import Ground, examine
from eventa_cockpit.services.preflight.remembering import GOOD_FOR, Preflights
from eventa_cockpit.services.preflight.surroundings import skew_of

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
CONFIG = """
apiVersion: v1
kind: Config
current-context: {context}
clusters: [{{name: tokyo, cluster: {{server: "https://kube.example:6443"}}}}]
users: [{{name: me, user: {{token: "{token}"}}}}]
contexts:
  - {{name: a, context: {{cluster: tokyo, user: me}}}}
  - {{name: b, context: {{cluster: tokyo, user: me, namespace: eventa}}}}
"""


def config_of(environment: EnvironmentConfig, name: str = "prod") -> Config:
    return Config(environments={name: environment}, environment=name)


def ground(folder: Path, environment: EnvironmentConfig, *commands: Command, **options: Any) -> Ground:
    return Ground(runbook(*commands), config_of(environment), dict(os.environ), folder, **options)


async def report_on(folder: Path, environment: EnvironmentConfig, *commands: Command, **options: Any) -> Preflight:
    return await examine(ground(folder, environment, *commands, **options), NOW)


def finding(report: Preflight, area: str, subject: str) -> Finding:
    return next(each for each in report.findings if (each.area, each.subject) == (area, subject))


def program(folder: Path, name: str, script: str) -> str:
    """A PATH on which there is this program beside the usual ones."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"{path.parent}:{os.environ['PATH']}"


async def test_a_missing_program_is_told_with_its_remedy_and_blocks_what_calls_it(tmp_path: Path) -> None:
    report = await report_on(tmp_path, EnvironmentConfig(), command("no-such-tool --now | sort"))
    assert finding(report, "tools", "no-such-tool").verdict is Verdict.MISSING
    assert report.blocked_because({"no-such-tool"}, "") == "no-such-tool is not found on this machine."
    assert report.blocked_because({"sort"}, "") == ""


async def test_a_known_program_tells_its_version_and_an_unknown_one_is_not_run(tmp_path: Path) -> None:
    path = program(tmp_path, "jq", "echo jq-9.9")
    program(tmp_path, "own-tool", f"touch {tmp_path}/was-run")
    report = await report_on(tmp_path, EnvironmentConfig(variables={"PATH": path}), command("jq . | own-tool"))
    assert finding(report, "tools", "jq").text.startswith("jq-9.9 (")
    assert finding(report, "tools", "own-tool").verdict is Verdict.OK
    assert not (tmp_path / "was-run").exists()


async def test_values_are_told_to_be_there_and_never_shown(tmp_path: Path) -> None:
    names = [Parameter(name) for name in ("CONFIGURED", "GIVEN", "WRITTEN", "NOWHERE")]
    environment = EnvironmentConfig(parameters={"CONFIGURED": "hunter2"})
    book = runbook(command("true", parameters=tuple(names)), parameters={"prod": {"WRITTEN": "hunter3"}})
    report = await examine(Ground(book, config_of(environment), {}, tmp_path, frozenset({"GIVEN"})), NOW)
    verdicts = {each.subject: each.verdict for each in report.findings if each.area == "values"}
    assert verdicts == {
        "CONFIGURED": Verdict.OK, "GIVEN": Verdict.OK, "WRITTEN": Verdict.OK, "NOWHERE": Verdict.WARNING,
    }  # fmt: skip
    assert "hunter" not in repr(report)


async def test_only_the_secrets_that_the_runbook_names_are_read(tmp_path: Path) -> None:
    environment = EnvironmentConfig(
        secrets={"ADMIN_TOKEN": "env:NO_SUCH_VARIABLE_HERE", "OTHER": f"command:touch {tmp_path}/was-read"}
    )
    secrets = (Parameter("ADMIN_TOKEN", is_secret=True), Parameter("TYPED_TOKEN", is_secret=True))
    report = await report_on(tmp_path, environment, command("true", parameters=secrets))
    assert finding(report, "secrets", "ADMIN_TOKEN").verdict is Verdict.MISSING
    assert finding(report, "secrets", "TYPED_TOKEN").verdict is Verdict.WARNING
    assert not (tmp_path / "was-read").exists()


def kubeconfig(folder: Path, context: str = "a", token: str = "x") -> dict[str, str]:
    path = folder / "kubeconfig"
    path.write_text(CONFIG.format(context=context, token=token))
    return {"KUBECONFIG": str(path), "PATH": program(folder, "kubectl", "echo 'Client Version: v1.33'")}


@pytest.mark.parametrize(
    ("kubernetes", "verdict", "is_blocked"),
    [
        (Kubernetes(context="a"), Verdict.OK, False),
        (Kubernetes(context="b"), Verdict.MISSING, True),
        (Kubernetes(cluster="tokyo"), Verdict.OK, False),
        (Kubernetes(cluster="https://kube.example:6443/"), Verdict.OK, False),
        (Kubernetes(cluster="osaka"), Verdict.MISSING, True),
        (Kubernetes(context="a", namespace="eventa"), Verdict.WARNING, False),
        (Kubernetes(), Verdict.WARNING, False),
    ],
)
async def test_kubectl_has_to_lead_where_the_screen_says(
    tmp_path: Path, kubernetes: Kubernetes, verdict: Verdict, is_blocked: bool
) -> None:
    environment = EnvironmentConfig(production=True, kubernetes=kubernetes, variables=kubeconfig(tmp_path))
    report = await report_on(tmp_path, environment, command("kubectl get pods"))
    assert finding(report, "identity", "Kubernetes").verdict is verdict
    assert bool(report.blocked_because({"kubectl"}, "kubectl get pods")) is is_blocked
    assert report.blocked_because({"curl"}, "") == ""


async def test_a_command_that_names_the_right_context_itself_is_not_blocked(tmp_path: Path) -> None:
    environment = EnvironmentConfig(kubernetes=Kubernetes(context="b"), variables=kubeconfig(tmp_path))
    report = await report_on(tmp_path, environment, command("kubectl --context b get pods"))
    assert report.blocked_because({"kubectl"}, "kubectl --context b get pods") == ""
    assert report.blocked_because({"kubectl"}, "kubectl get pods") == (
        "kubectl would use the context a, and prod is b."
    )


@pytest.mark.parametrize("content", ["", "{", "- a", "kind: Config", "contexts: []\ncurrent-context: x", "\x00"])
async def test_a_useless_kubeconfig_is_told(tmp_path: Path, content: str) -> None:
    variables = kubeconfig(tmp_path)
    (tmp_path / "kubeconfig").write_text(content)
    report = await report_on(tmp_path, EnvironmentConfig(variables=variables), command("kubectl get pods"))
    assert finding(report, "identity", "Kubernetes").verdict is Verdict.MISSING


def token(minutes: float) -> str:
    claims = json.dumps({"exp": (datetime.now(UTC) + timedelta(minutes=minutes)).timestamp()}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"


@pytest.mark.parametrize(("minutes", "verdict"), [(-1, Verdict.MISSING), (20, Verdict.WARNING), (120, Verdict.OK)])
async def test_a_token_that_ends_soon_is_told(tmp_path: Path, minutes: float, verdict: Verdict) -> None:
    environment = EnvironmentConfig(variables=kubeconfig(tmp_path, token=token(minutes)))
    report = await report_on(tmp_path, environment, command("kubectl get pods"))
    assert finding(report, "identity", "Kubernetes token").verdict is verdict


@pytest.mark.parametrize(
    ("seconds", "verdict", "words"),
    [
        (0, Verdict.OK, "agrees"),
        (20, Verdict.OK, "agrees"),
        (90, Verdict.WARNING, "ahead"),
        (-90, Verdict.WARNING, "behind"),
        (600, Verdict.MISSING, "ahead"),
    ],
)
def test_a_clock_that_others_do_not_believe_is_told(seconds: int, verdict: Verdict, words: str) -> None:
    (found,) = skew_of("Mon, 23 Nov 2026 18:00:00 GMT", NOW + timedelta(seconds=seconds), timedelta(seconds=1))
    assert found.verdict is verdict
    assert words in found.text


def test_a_date_that_is_none_says_nothing() -> None:
    assert skew_of("", NOW, timedelta()) == skew_of("yesterday", NOW, timedelta()) == ()


async def test_the_clock_is_compared_with_the_alertmanagers(tmp_path: Path) -> None:
    with running() as upstream:
        upstream.behaviour = answer_json({}, headers={"Date": "Mon, 23 Nov 2020 18:00:00 GMT"})
        environment = EnvironmentConfig(alertmanager=Alertmanager(urls=[upstream.url]))
        report = await report_on(tmp_path, environment, command("true"))
    assert finding(report, "clock", "this machine").verdict is Verdict.MISSING


def aws(upstream: Loopback, folder: Path, **more: Any) -> EnvironmentConfig:
    variables = {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
        "AWS_ENDPOINT_URL": upstream.url, "AWS_REGION": "ap-northeast-1", "AWS_PROFILE": "",
        "AWS_CONFIG_FILE": "/dev/null",
        "PATH": program(folder, "aws", "echo aws-cli/2"),
    }  # fmt: skip
    return EnvironmentConfig(production=True, variables=variables, **more)


IDENTITY = answer(
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:sts::111122223333:assumed-role/oncall/kudo</Arn><UserId>A</UserId><Account>111122223333</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>",
    kind="text/xml",
)


@pytest.mark.parametrize(
    ("wanted", "verdict", "is_blocked"),
    [
        ("111122223333", Verdict.OK, False),
        ("arn:aws:sts::111122223333:assumed-role/oncall/*", Verdict.OK, False),
        ("arn:aws:sts::111122223333:assumed-role/oncall/kudo", Verdict.OK, False),
        ("444455556666", Verdict.MISSING, True),
        ("arn:aws:sts::111122223333:assumed-role/admin/*", Verdict.MISSING, True),
        ("", Verdict.WARNING, False),
    ],
)
async def test_aws_has_to_take_us_for_whom_the_configuration_says(
    tmp_path: Path, wanted: str, verdict: Verdict, is_blocked: bool
) -> None:
    with running() as upstream:
        upstream.behaviour = IDENTITY
        report = await report_on(tmp_path, aws(upstream, tmp_path, aws_account=wanted), command("aws s3 ls"))
    assert finding(report, "identity", "AWS").verdict is verdict
    assert bool(report.blocked_because({"aws"}, "aws s3 ls")) is is_blocked


@pytest.mark.parametrize(
    ("code", "status", "verdict"),
    [
        ("ExpiredToken", 403, Verdict.MISSING),
        ("InvalidClientTokenId", 403, Verdict.MISSING),
        ("ServiceUnavailable", 503, Verdict.WARNING),
    ],
)
async def test_who_we_are_is_not_known_is_never_well_and_blocks_nothing(
    tmp_path: Path, code: str, status: int, verdict: Verdict
) -> None:
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    with running() as upstream:
        upstream.behaviour = answer(body.encode(), status=status, kind="text/xml")
        report = await report_on(tmp_path, aws(upstream, tmp_path, aws_account="1"), command("aws s3 ls"))
    assert finding(report, "identity", "AWS").verdict is verdict
    assert report.blocks == ()


@pytest.mark.parametrize(("minutes", "verdict"), [(-1, Verdict.MISSING), (20, Verdict.WARNING), (90, Verdict.OK)])
async def test_credentials_that_say_when_they_end_are_believed(tmp_path: Path, minutes: int, verdict: Verdict) -> None:
    end = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    with running() as upstream:
        upstream.behaviour = IDENTITY
        environment = aws(upstream, tmp_path)
        caller = {**os.environ, "AWS_CREDENTIAL_EXPIRATION": end}
        start = Ground(runbook(command("aws s3 ls")), config_of(environment), caller, tmp_path)
        report = await examine(start, NOW)
    assert finding(report, "identity", "AWS credentials").verdict is verdict


async def test_what_no_command_needs_is_not_looked_at(tmp_path: Path) -> None:
    with running() as upstream:
        environment = aws(upstream, tmp_path, aws_account="1", kubernetes=Kubernetes(context="x"))
        report = await report_on(tmp_path, environment, command("true"))
        assert upstream.requests == []
    assert {each.area for each in report.findings} == {"tools", "state"}
    assert report.is_clear


async def test_it_tells_what_it_knows_as_soon_as_it_knows_it(tmp_path: Path) -> None:
    told: list[Preflight] = []
    report = await examine(ground(tmp_path, EnvironmentConfig(), command("true")), NOW, told.append)
    assert told[0].findings == ()
    assert [len(each.findings) for each in told] == sorted(len(each.findings) for each in told)
    assert told[-1] is report
    assert [each.is_complete for each in told[-2:]] == [False, True]


# What a cockpit remembers


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def book() -> Runbook:
    return runbook(command("no-such-tool"))


async def test_it_is_remembered_for_some_minutes_and_looked_at_again_on_request(tmp_path: Path, book: Runbook) -> None:
    clock = Clock()
    preflights = Preflights(config_of(EnvironmentConfig()), tmp_path, clock=clock)
    preflights.begin(book, {})
    first = await preflights.finished(book.id)
    preflights.begin(book, {})
    assert await preflights.finished(book.id) is first
    preflights.begin(book, {}, anew=True)
    second = await preflights.finished(book.id)
    assert second is not first
    clock.now += GOOD_FOR
    preflights.begin(book, {})
    assert await preflights.finished(book.id) is not second
    assert preflights.report("another") is None


async def test_a_block_stands_while_it_is_looked_at_again(tmp_path: Path, book: Runbook) -> None:
    preflights = Preflights(config_of(EnvironmentConfig()), tmp_path)
    preflights.begin(book, {})
    await preflights.finished(book.id)
    step, blocked = book.steps[0], "no-such-tool is not found on this machine."
    assert preflights.hindrance(book, step, step.commands[0], {}) == blocked
    preflights.begin(book, {}, anew=True)
    await asyncio.sleep(0)
    assert preflights.hindrance(book, step, step.commands[0], {}) == blocked
    await preflights.finished(book.id)


async def test_its_listener_hears_of_every_step(tmp_path: Path, book: Runbook) -> None:
    heard: list[int] = []
    preflights = Preflights(config_of(EnvironmentConfig()), tmp_path)
    preflights.subscribe(lambda: heard.append(1))
    preflights.begin(book, {})
    await preflights.finished(book.id)
    assert len(heard) >= 3


def test_outcomes_are_put_in_the_order_of_the_areas_and_the_missing_come_first() -> None:
    report = Preflight("x", NOW)
    report = report.with_outcome(Outcome((Finding("state", "room", Verdict.WARNING, "1 GB"),)))
    report = report.with_outcome(
        Outcome((Finding("tools", "jq", Verdict.MISSING, "gone"),), (Block(frozenset({"jq"}), "gone"),))
    )
    assert [each.area for each in report.findings] == ["tools", "state"]
    assert [each.subject for each in report.troubles] == ["jq", "room"]
    assert not report.is_clear
