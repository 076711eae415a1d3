"""What every key means, read from the shapes themselves: the commented file and docs/configuration.md."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import msgspec

from eventa_cockpit.config import shapes
from eventa_cockpit.config.explaining import NOT_KEYS, without_none
from eventa_cockpit.config.shapes import Config

EXAMPLES = {
    "environments.prod": {"production": "true", "title": '"Production"', "aws_account": '"123456789012"'},
    "journal": {
        "url": '"postgresql://cockpit@db.example/cockpit"',
        "password": '"file:/etc/eventa-cockpit/db-password"',
    },
    "environments.prod.alertmanager": {
        "urls": '["http://alertmanager-0.example:9093", "http://alertmanager-1.example:9093"]',
        "token": '"env:ALERTMANAGER_TOKEN"',
        "matchers": "['service=\"eventa\"']",
    },
    "environments.prod.grafana_alerts": {
        "url": '"https://grafana.example"',
        "token": '"env:GRAFANA_TOKEN"',
        "matchers": "['service=\"eventa\"']",
    },
    "environments.prod.database": {
        "instance": '"eventa-production"',
        "profile": '"eventa-read"',
        "endpoint_url": '"http://127.0.0.1:4566"',
        "bounds": "{ CPUUtilization = 80, DatabaseConnections = 180, FreeStorageSpace = 10e9 }",
    },
    "environments.prod.alarms": {
        "profile": '"eventa-read"',
        "endpoint_url": '"http://127.0.0.1:4566"',
        "prefix": '"eventa-"',
        "warnings": '["eventa-prod-cpu-*"]',
    },
    "environments.prod.cdn": {
        "distribution": '"E2EXAMPLE"',
        "profile": '"eventa-read"',
        "endpoint_url": '"http://127.0.0.1:4566"',
        "bounds": "{ 5xxErrorRate = 1, 4xxErrorRate = 5 }",
    },
    "environments.prod.sentry": {
        "organization": '"eventa"',
        "project": '"web"',
        "token": '"env:SENTRY_TOKEN"',
        "environment": '"production"',
    },
    "environments.prod.prometheus": {
        "url": '"http://prometheus.example:9090"',
        "datasource": '"P1809F7CD0C75ACF3"',
        "token": '"env:GRAFANA_TOKEN"',
    },
    "environments.prod.prometheus.queries.payment_failure_rate": {
        "query": """'100 * sum(rate(payments_total{result="failed"}[5m])) / sum(rate(payments_total[5m]))'""",
        "title": '"Payment failures"',
        "unit": '"%"',
        "bound": "5",
    },
    "environments.prod.loki": {
        "url": '"http://loki.example:3100"',
        "query": """'{service="eventa"} |= "error"'""",
        "datasource": '"P8E80F9AEF21F6940"',
        "tenant": '"eventa"',
        "token": '"env:GRAFANA_TOKEN"',
    },
    "environments.prod.slo": {
        "file": '"slo.yml"',
        "requests": "'sum(increase(http_requests_total[{{.window}}]))'",
        "errors": """'sum(increase(http_requests_total{code=~"5.."}[{{.window}}]))'""",
        "fast": """'sum(increase(http_request_duration_seconds_bucket{le="0.3"}[{{.window}}]))'""",
    },
    "environments.prod.kubernetes": {
        "namespace": '"eventa"',
        "deployments": '["api", "worker"]',
        "kubeconfig": '"/home/you/.kube/config"',
        "context": '"eventa-prod"',
        "cluster": '"https://kube.example:6443"',
    },
    "environments.prod.pagerduty": {
        "token": '"env:PAGERDUTY_TOKEN"',
        "from_email": '"env:PAGERDUTY_EMAIL"',
        "routing_key": '"env:PAGERDUTY_ROUTING_KEY"',
        "services": '["PSERVIC"]',
        "escalation_policy": '"PPOLICY"',
        "schedules": '["PPRIMRY", "PSECOND"]',
    },
    "environments.prod.calendar": {"address": '"file:/home/you/.config/eventa-cockpit/oncall-address"'},
    "environments.prod.status_pages.stripe": {"url": '"https://status.stripe.com"'},
    "environments.prod.plugins.payments": {"plugin": '"queue-length"', "every": "30", "url": '"https://queue.example"'},
    "environments.prod.slack": {
        "token": '"file:/etc/eventa-cockpit/slack-token"',
        "webhook": '"env:SLACK_WEBHOOK"',
        "language": '"ja"',
    },
    'environments.prod.escalation."二次担当"': {"to": '"#sre-oncall"', "mention": '"<!subteam^S012345>"'},
    "environments.prod.variables": {"AWS_REGION": '"ap-northeast-1"'},
    "environments.prod.parameters": {"CF_DISTRIBUTION_ID": '"E2EXAMPLE"'},
    "environments.prod.secrets": {"ADMIN_TOKEN": '"env:ADMIN_TOKEN"'},
    "": {
        "environment": '"prod"',
        "runbooks": '["runbooks"]',
        "state": '"/var/lib/eventa-cockpit"',
        "responder": '"Hanako"',
        "trusted_signers": '"allowed_signers"',
    },
}
"""Table → key → TOML value to show where the default says nothing."""

PLUGIN_KEYS = {
    "plugin": "Name of the package's entry point; unset means the table's own name.",
    "every": "Seconds between two reads; unset means 15. `deadline` is as everywhere.",
    "url": "This and any other key: as the package says.",
}

SECRETS = """\
Secrets never stand in this file; it says where each is:
  env:NAME                   the environment variable NAME of whoever starts the cockpit
  file:/absolute/path        a file of your own that nobody else may read (chmod 600)
  command:op read op://…     what a command prints; it is run without a shell
  keyring:service/user       the desktop's keyring (pip install "eventa-cockpit[keyring]")
  aws-secretsmanager:ID      AWS Secrets Manager
  prompt:                    asked for at the keyboard when it is needed first"""

OPENING = """\
Configuration of eventa-cockpit. Lines that begin with "#" and a key are the defaults, or examples: remove the "#".
Check it with `cockpit config check`, try everything that it names with `cockpit doctor`."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file."""

    name: str
    text: str
    """What it means."""
    value: str
    """Default or example, in TOML."""
    is_required: bool
    default: str | None
    """In TOML; None when there is none."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file, and its keys in the order of the shapes."""

    name: str
    """`environments.prod.sentry`; empty for the top of the file."""
    text: str
    keys: tuple[Key, ...]
    is_optional: bool = False
    """Left out by default: its header is commented as well."""


def tables() -> tuple[Table, ...]:
    """Every table that the file may have, for one environment called `prod`."""
    return tuple(_tables(Config, ""))


def commented_file() -> str:
    """The file that `cockpit config init` writes: valid as it is, and with every `#key` line uncommented."""
    blocks = [_comment(OPENING), *(_block(table) for table in tables())]
    blocks.insert(2, _comment(SECRETS))
    return "\n\n".join(blocks) + "\n"


def markdown() -> str:
    """The keys as sections of docs/configuration.md."""
    return "\n".join(line for table in tables() for line in _section(table))


def _tables(shape: type[msgspec.Struct], name: str) -> Iterator[Table]:
    texts = _texts(shape)
    inner: list[Table] = []
    keys: list[Key] = []
    for field in msgspec.structs.fields(shape):
        if field.name in NOT_KEYS:
            continue
        place = f"{name}.{field.name}".lstrip(".")
        kind = without_none(field.type)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            inner += _tables(kind, place)
        elif get_origin(kind) is dict and place not in _inline_tables():
            inner += _tables_of_dict(get_args(kind)[1], place, texts[field.name])
        else:
            keys.append(_key(field, name, texts[field.name]))
    is_optional = name.count(".") > 1
    yield Table(name, inspect.cleandoc(shape.__doc__ or ""), tuple(keys), is_optional)
    yield from inner


def _tables_of_dict(kind: Any, place: str, text: str) -> Iterator[Table]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        (name,) = [
            name for name in EXAMPLES if name.startswith(f"{place}.") and name.count(".") == place.count(".") + 1
        ]
        yield from _tables(kind, name)
        return
    texts: dict[str, str] = {}
    if get_origin(kind) is dict:
        (place,) = [name for name in EXAMPLES if name.startswith(f"{place}.")]
        texts = PLUGIN_KEYS
    keys = tuple(
        Key(name, texts.get(name, ""), value, is_required=False, default=None)
        for name, value in EXAMPLES[place].items()
    )
    yield Table(place, text, keys, is_optional=True)


def _inline_tables() -> set[str]:
    """Keys whose table is short enough to stand on one line."""
    return {f"{table}.{key}" for table, keys in EXAMPLES.items() for key, value in keys.items() if value[0] == "{"}


def _key(field: msgspec.structs.FieldInfo, table: str, text: str) -> Key:
    default = None if field.required else field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    shown = None if default is None else _toml(default)
    example = EXAMPLES.get(table, {}).get(field.name)
    return Key(field.name, text, example or shown or '""', is_required=field.required, default=shown)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:g}"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return "{}"


def _texts(shape: type[msgspec.Struct]) -> dict[str, str]:
    """Field → the string that stands under it in the source, inherited ones too."""
    texts: dict[str, str] = {}
    for owner in reversed(shape.__mro__):
        if owner.__module__ != shapes.__name__:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        assert isinstance(body, ast.ClassDef)
        for node, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                assert isinstance(after, ast.Expr), f"{owner.__name__}.{node.target.id} says nothing about itself"
                assert isinstance(after.value, ast.Constant)
                texts[node.target.id] = str(after.value.value)
    return texts


def _block(table: Table) -> str:
    lines = []
    if table.name:
        lines += [_comment(table.text), f"{'#' if table.is_optional else ''}[{table.name}]"]
    for key in table.keys:
        lines += [_comment(key.text)] if key.text else []
        is_active = table.name.count(".") == 1 and key.name == "production"
        lines.append(f"{'' if is_active else '#'}{key.name} = {key.value}")
    return "\n".join(lines)


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _section(table: Table) -> Iterator[str]:
    yield f"## `[{table.name}]`" if table.name else "## At the top of the file"
    yield ""
    if table.name:
        yield table.text
        yield ""
    yield "| Key | Meaning | Default | Example |"
    yield "|---|---|---|---|"
    for key in table.keys:
        default = "**required**" if key.is_required else f"`{key.default}`" if key.default is not None else "–"
        example = "" if key.value == key.default else f"`{key.value}`"
        yield f"| `{key.name}` | {key.text or table.text} | {default} | {example} |".replace("  ", " ")
    yield ""
