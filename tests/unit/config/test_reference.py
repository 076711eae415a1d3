"""The commented file and the page of keys say what the shapes say, whole."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import msgspec

from eventa_cockpit.config import Config, load_config, shapes
from eventa_cockpit.config.checking import upstreams_of
from eventa_cockpit.config.reference import Table, commented_file, tables

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def uncommented(text: str) -> str:
    return re.sub(r"^#(?=[A-Za-z\[])", "", text, flags=re.MULTILINE)


def fields_of(name: str) -> set[str]:
    return {field.name for field in msgspec.structs.fields(getattr(shapes, name))}


def table(name: str) -> Table:
    return next(table for table in tables() if table.name == name)


def test_the_file_that_is_written_is_valid_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "cockpit.toml"
    file.write_text(commented_file(), "utf-8")

    config = load_config(file)

    assert config.environment == "prod"
    assert config.chosen.production


def test_the_file_with_every_key_switched_on_is_valid_and_sets_everything(tmp_path: Path) -> None:
    file = tmp_path / "cockpit.toml"
    file.write_text(uncommented(commented_file()), "utf-8")

    config = load_config(file)

    unset = [
        field.name
        for shape in (config, config.chosen, *(upstream for _name, upstream in upstreams_of(config.chosen)))
        for field in msgspec.structs.fields(shape)
        if getattr(shape, field.name) in (None, "", {}, [])
    ]
    assert unset == []


def test_every_key_of_the_shapes_is_explained() -> None:
    described = {
        "Alertmanager": "environments.prod.alertmanager",
        "Alarms": "environments.prod.alarms",
        "Cdn": "environments.prod.cdn",
        "GrafanaAlerts": "environments.prod.grafana_alerts",
        "Database": "environments.prod.database",
        "Sentry": "environments.prod.sentry",
        "Prometheus": "environments.prod.prometheus",
        "Query": "environments.prod.prometheus.queries.payment_failure_rate",
        "Loki": "environments.prod.loki",
        "ServiceLevel": "environments.prod.slo",
        "Kubernetes": "environments.prod.kubernetes",
        "Record": "journal",
        "Slack": "environments.prod.slack",
        "EscalationChannel": 'environments.prod.escalation."二次担当"',
        "PagerDuty": "environments.prod.pagerduty",
        "Calendar": "environments.prod.calendar",
        "StatusPage": "environments.prod.status_pages.stripe",
    }
    for shape, name in described.items():
        own_tables = {inner.name.removeprefix(f"{name}.").partition(".")[0] for inner in tables()}
        assert {key.name for key in table(name).keys} == fields_of(shape) - own_tables
        assert all(key.text for key in table(name).keys)
    names = {table.name.removeprefix("environments.prod.").partition(".")[0] for table in tables()}
    assert fields_of("EnvironmentConfig") <= names | {key.name for key in table("environments.prod").keys}
    assert {field.name for field in msgspec.structs.fields(Config)} - {"path", "environments", "journal"} == {
        key.name for key in table("").keys
    }


def test_the_page_of_keys_is_up_to_date() -> None:
    with_keys = runpy.run_path(str(PAGE.parent / "keys.py"))["with_keys"]
    page = PAGE.read_text("utf-8")

    assert page == with_keys(page), "run: python docs/keys.py"
