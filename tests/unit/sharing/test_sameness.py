"""Who shares a poller: those who would ask the same things with the same credentials, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventa_cockpit.config import EnvironmentConfig, Kubernetes, Sentry, StatusPage
from eventa_cockpit.services.sharing.sameness import group_name


def sentry(token: str = "env:SENTRY_TOKEN", project: str = "web") -> EnvironmentConfig:
    return EnvironmentConfig(sentry=Sentry(organization="eventa", project=project, token=token))


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_TOKEN", "sntrys_team")


def test_the_same_upstreams_and_credentials_meet_wherever_the_token_is_kept(tmp_path: Path) -> None:
    copies = []
    for name in ("aya", "ben"):
        copy = tmp_path / name
        copy.touch(0o600)
        copy.write_text("sntrys_team\n")
        copies.append(copy)
    aya, ben = (group_name("prod", sentry(f"file:{copy}")) for copy in copies)
    assert aya == ben == group_name("prod", sentry())


def test_another_token_is_another_group(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = group_name("prod", sentry())
    monkeypatch.setenv("SENTRY_TOKEN", "sntrys_personal")
    assert group_name("prod", sentry()) != ours


@pytest.mark.parametrize(
    "other",
    [
        sentry(project="api"),
        EnvironmentConfig(sentry=sentry().sentry, status_pages={"Stripe": StatusPage(url="https://status.stripe.com")}),
        EnvironmentConfig(sentry=sentry().sentry, plugins={"payments": {"url": "https://queue.example"}}),
        EnvironmentConfig(sentry=sentry().sentry, variables={"HTTPS_PROXY": "http://proxy:3128"}),
    ],
)
def test_whoever_would_ask_anything_else_is_another_group(other: EnvironmentConfig) -> None:
    assert group_name("prod", other) != group_name("prod", sentry())


def test_what_changes_no_question_changes_no_group() -> None:
    titled = EnvironmentConfig(sentry=sentry().sentry, title="本番", parameters={"A": "b"}, secrets={"X": "prompt:"})
    assert group_name("prod", titled) == group_name("prod", sentry())


def test_another_account_in_the_kubeconfig_is_another_group(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    environment = EnvironmentConfig(kubernetes=Kubernetes(kubeconfig=str(file)))
    file.write_text("users: [aya]")
    before = group_name("prod", environment)
    file.write_text("users: [ben]")
    assert group_name("prod", environment) != before


def test_the_name_is_a_file_name_that_holds_no_secret() -> None:
    name = group_name("../pr od/本番", sentry())
    assert "/" not in name
    assert not name.startswith(".")
    assert name.isascii()
    assert "sntrys" not in name
    assert len(name.rpartition("-")[2]) == 8
