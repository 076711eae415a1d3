"""The environment of a command: a short list of the caller's variables, the configuration's, and the runbook's values.

Whatever else the responder's shell has exported stays out: a forgotten DATABASE_URL must not decide where a step acts.
"""

from __future__ import annotations

from collections.abc import Mapping

TERMINAL = "xterm-256color"
"""What the run's own terminal understands, whatever the responder sits at."""

INHERITED = frozenset(
    "PATH HOME USER LOGNAME SHELL TZ LANG LANGUAGE TMPDIR XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME SSH_AUTH_SOCK "
    "SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS CURL_HOME "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy "
    "KUBECONFIG DOCKER_HOST NO_COLOR".split()
)
INHERITED_PREFIXES = ("LC_",)
INHERITED_AWS = frozenset(
    "AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE "
    "AWS_ENDPOINT_URL AWS_CA_BUNDLE AWS_SDK_LOAD_CONFIG AWS_EC2_METADATA_DISABLED AWS_ROLE_ARN "
    "AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_SESSION_NAME AWS_CONTAINER_CREDENTIALS_RELATIVE_URI "
    "AWS_CONTAINER_CREDENTIALS_FULL_URI".split()
)
"""Which account, and where its credentials are; the keys themselves are secrets and come from the configuration."""


def command_environment(
    caller: Mapping[str, str], configured: Mapping[str, str], rendered: Mapping[str, str]
) -> dict[str, str]:
    """What a command gets: later sources win over earlier ones, the runbook's values over everything."""
    inherited = {name: value for name, value in caller.items() if _is_inherited(name)}
    return {**inherited, "TERM": TERMINAL, "AWS_PAGER": "", "PAGER": "cat", **configured, **rendered}


def _is_inherited(name: str) -> bool:
    return name in INHERITED or name in INHERITED_AWS or name.startswith(INHERITED_PREFIXES)


AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def inherited_secrets(caller: Mapping[str, str], configured: Mapping[str, str]) -> dict[str, str]:
    """AWS credentials that the responder logged in with, to be masked like any secret.

    Not where the configuration chooses an account: keys in the environment would win over its profile, and the step
    would act on another account than the one on the screen.
    """
    if any(name in configured for name in (*AWS_KEYS, "AWS_PROFILE", "AWS_DEFAULT_PROFILE")):
        return {}
    keys = {name: caller[name] for name in AWS_KEYS if caller.get(name)}
    return keys if {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= keys.keys() else {}
