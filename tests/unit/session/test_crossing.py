"""A command that names another environment than the one on the screen is not run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eventa_cockpit.config import Config, Database, EnvironmentConfig, Kubernetes
from eventa_cockpit.domain.runbook import Annotation, Command, Step
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.services.crossing import crossing, sentence

PROD = EnvironmentConfig(
    production=True,
    database=Database(instance="eventa-db-1", profile="eventa-live-admin"),
    kubernetes=Kubernetes(context="tokyo-a"),
    aws_account="111122223333",
    parameters={"API_URL": "https://api.eventa.app", "MODE": "fast"},
)
STG = EnvironmentConfig(
    database=Database(instance="eventa-db-9"),
    kubernetes=Kubernetes(context="tokyo-b"),
    aws_account="444455556666",
    parameters={"API_URL": "https://api.stg.eventa.app", "MODE": "fast"},
)
STEP = Step("mitigate.1", "1", "Do it", 1)
TEAM_FILE = Path(__file__).parents[1] / "runbook" / "files" / "team.ja.md"


def found(
    environment: str, text: str, values: dict[str, str] | None = None, annotation: Annotation | None = None
) -> str:
    config = Config(environments={"prod": PROD, "stg": STG}, environment=environment)
    command = Command(text, "bash", 1, annotation=annotation or Annotation())
    entry = crossing(config, STEP, command, values or {})
    return entry.word if entry is not None else ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("aws rds reboot-db-instance --db-instance-identifier eventa-db-1", "eventa-db-1"),
        ("aws rds reboot-db-instance --db-instance-identifier=eventa-db-1", "eventa-db-1"),
        ("AWS_PROFILE=eventa-live-admin aws s3 ls", "eventa-live-admin"),
        ("kubectl --context tokyo-a get pods", "tokyo-a"),
        ("curl -X POST 'https://api.eventa.app/admin'", "api.eventa.app"),
        ("aws sts assume-role --role-arn arn:aws:iam::111122223333:role/x", "111122223333"),
        ("kubectl get pods -n eventa-prod", "eventa-prod"),
        ('echo "$(aws s3 ls s3://eventa-production-logs)"', "s3://eventa-production-logs"),
        ("ssh db.prod.example.com uptime", "db.prod.example.com"),
        ("cat <<EOF | kubectl apply -f -\nkind: ConfigMap\ncontext: tokyo-a\nEOF", "tokyo-a"),
    ],
)
def test_a_word_of_production_is_found_while_staging_is_open(text: str, word: str) -> None:
    assert found("stg", text) == word
    assert found("prod", text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "aws rds reboot-db-instance --db-instance-identifier eventa-db-9",
        "aws rds describe-db-instances --db-instance-identifier eventa-db-12",
        "# never on eventa-db-1\nkubectl get pods",
        "curl https://api.stg.eventa.app/healthz",
        "kubectl get pods -n eventa-stg --selector tier=product",
        'echo "this is what we would do in prod as well"',
        "./run --fast fast",
        "helm test production",
    ],
)
def test_what_is_ours_or_only_resembles_it_is_not(text: str) -> None:
    assert found("stg", text) == ""


def test_a_value_that_the_command_gets_counts_as_well() -> None:
    assert (
        found("stg", 'aws rds reboot-db-instance --db-instance-identifier "$DB"', {"DB": "eventa-db-1"})
        == "eventa-db-1"
    )


def test_the_runbooks_word_that_it_is_for_this_environment_settles_a_mere_name_and_not_a_known_one() -> None:
    said = Annotation(environments=("stg",))
    assert found("stg", "./copy --from eventa-prod-backups", annotation=said) == ""
    assert found("stg", "aws rds reboot-db-instance --db-instance-identifier eventa-db-1", annotation=said)


def test_with_one_environment_there_is_nothing_to_mix_up() -> None:
    config = Config(environments={"stg": STG}, environment="stg")
    assert crossing(config, STEP, Command("kubectl -n eventa-prod get pods", "bash", 1), {}) is None


@pytest.mark.parametrize("environment", ["prod", "stg"])
def test_the_runbooks_that_come_with_the_cockpit_name_no_other_environment(environment: str) -> None:
    config = Config(environments={"prod": PROD, "stg": STG}, environment=environment)
    for book in load_library([shipped_runbooks()]).runbooks:
        values = {**book.parameters.get("*", {}), **book.parameters.get(environment, {})}
        for step in book.steps:
            for command in step.commands:
                named = {entry.name: values[entry.name] for entry in command.parameters if entry.name in values}
                assert crossing(config, step, command, named) is None, command.text


def test_a_file_that_was_written_for_production_is_not_run_in_staging() -> None:
    books = load_library([TEAM_FILE]).runbooks
    commands = [(step, command) for book in books for step in book.steps for command in step.commands]
    prod = Config(environments={"prod": PROD, "stg": STG}, environment="prod")
    named = [crossing(replace_environment(prod, "stg"), step, command, {}) for step, command in commands]
    assert sum(entry is not None for entry in named) == 2
    assert all(crossing(prod, step, command, {}) is None for step, command in commands)


def replace_environment(config: Config, name: str) -> Config:
    return Config(environments=config.environments, environment=name)


def test_the_sentence_says_what_whose_and_what_to_do() -> None:
    config = Config(environments={"prod": PROD, "stg": STG}, environment="stg")
    entry = crossing(config, replace(STEP), Command("kubectl --context tokyo-a get pods", "bash", 1), {})
    assert entry is not None
    assert (
        sentence(entry, "stg")
        == "It names tokyo-a, which belongs to prod; this is stg. Open it with: cockpit --env prod"
    )
