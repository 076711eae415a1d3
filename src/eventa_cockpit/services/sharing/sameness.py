"""Who would ask the same upstreams the same way: the name of the group of cockpits that share one poller.

Two cockpits belong together only when what they would send is the same, credentials included: nobody is shown what only
a colleague's token may read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

from eventa_cockpit import __version__
from eventa_cockpit.config import Aws, EnvironmentConfig
from eventa_cockpit.config.checking import upstreams_of
from eventa_cockpit.errors import SecretError
from eventa_cockpit.integrations.accounts import variables_of
from eventa_cockpit.integrations.plugins import GROUP
from eventa_cockpit.secrets import PROVIDERS, read_secret

NOT_ASKED_WITH = ("production", "drill", "title", "parameters", "secrets", "slack", "escalation")
"""Keys of an environment that change nothing of what upstreams are asked."""
CHEAP = ("env", "file")
"""Places whose value is read here. The others may ask a person or cost a call: they are shared among one's own only."""
VARIABLES = ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
             "AWS_SESSION_TOKEN", "KUBECONFIG", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE")  # fmt: skip
FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
KUBECONFIG = "~/.kube/config"
LARGEST = 1 << 20
DIGITS = 8
"""Too few to try tokens against: thirty-two bits fit billions of them."""


def group_name(name: str, environment: EnvironmentConfig) -> str:
    """`prod-1c0ffee2`. Reads configured secrets and account files, so it may block."""
    digest = hashlib.scrypt(
        "\0".join(_parts(name, environment)).encode("utf-8", "surrogateescape"),
        salt=b"eventa-cockpit group", n=1 << 12, r=8, p=1, dklen=DIGITS // 2,
    )  # fmt: skip
    return f"{re.sub('[^A-Za-z0-9_-]', '_', name)[:40]}-{digest.hex()}"


def _parts(name: str, environment: EnvironmentConfig) -> Iterator[str]:
    yield __version__
    yield name
    settings = msgspec.to_builtins(environment, enc_hook=str)  # a path
    asked = {key: value for key, value in settings.items() if key not in NOT_ASKED_WITH}
    aws = {key: place for key, place in environment.secrets.items() if key.startswith("AWS_")}
    yield msgspec.json.encode([_with_values(asked), _with_values(aws)], order="deterministic").decode()
    for table_name, table in sorted(environment.plugins.items()):
        for entry in entry_points(group=GROUP, name=str(table.get("plugin", table_name))):
            yield f"{entry.value} {entry.dist.version if entry.dist else ''}"
    variables = variables_of(environment)
    yield from (f"{variable}={variables.get(variable, '')}" for variable in VARIABLES)
    if environment.slo is not None and environment.slo.file is not None:
        yield _content(str(environment.slo.file))
    if any(isinstance(upstream, Aws) for _key, upstream in upstreams_of(environment)):
        yield from (_content(variables.get(variable) or usual) for variable, usual in FILES.items())
    if environment.kubernetes is not None:
        kubeconfig = environment.kubernetes.kubeconfig or variables.get("KUBECONFIG") or KUBECONFIG
        yield from (_content(path) for path in kubeconfig.split(os.pathsep))


def _with_values(settings: Any) -> Any:
    """The same, with what stands at the places of secrets: copies of one token are one token."""
    if isinstance(settings, str) and ":" in settings and settings.partition(":")[0] in PROVIDERS:
        return _value_at(settings)
    if isinstance(settings, dict):
        return {key: _with_values(part) for key, part in settings.items()}
    return [_with_values(part) for part in settings] if isinstance(settings, list) else settings


def _value_at(place: str) -> str:
    if place.partition(":")[0] not in CHEAP:
        return f"{place} of uid {os.getuid()}"
    try:
        return read_secret(place, name=place)
    except SecretError:
        return place


def _content(path: str) -> str:
    """Of an account's file; nothing where there is none."""
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace")
    except (OSError, RuntimeError):
        return ""
