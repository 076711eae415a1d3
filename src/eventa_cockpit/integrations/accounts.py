"""Whose AWS account an environment's sources use: that of its commands, so that panes and steps see the same."""

from __future__ import annotations

import os
from collections.abc import Mapping

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config import Aws, EnvironmentConfig
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount
from eventa_cockpit.secrets import read_secret


def account_of(config: Aws, environment: EnvironmentConfig) -> AwsAccount:
    """May block while secrets are read; raises UpstreamError(CREDENTIALS) when one cannot be had."""
    variables = variables_of(environment)
    return AwsAccount(
        region=config.region,
        profile=config.profile or variables.get("AWS_PROFILE", ""),
        endpoint_url=config.endpoint_url or variables.get("AWS_ENDPOINT_URL", ""),
        access_key_id=_secret_variable("AWS_ACCESS_KEY_ID", environment),
        secret_access_key=_secret_variable("AWS_SECRET_ACCESS_KEY", environment),
        session_token=_secret_variable("AWS_SESSION_TOKEN", environment),
        config_file=variables.get("AWS_CONFIG_FILE", ""),
        credentials_file=variables.get("AWS_SHARED_CREDENTIALS_FILE", ""),
    )


def variables_of(environment: EnvironmentConfig) -> Mapping[str, str]:
    """What a command of this environment would see."""
    return {**os.environ, **environment.variables}


def _secret_variable(name: str, environment: EnvironmentConfig) -> str:
    place = environment.secrets.get(name)
    if place is None:
        return environment.variables.get(name, "")
    try:
        return read_secret(place, name=name)
    except SecretError as error:
        raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
