"""Who AWS takes us for: `sts get-caller-identity`, which needs no permission at all.

API: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount, aws_failure, open_client

REGION = "us-east-1"
"""Answers for everybody, where no region is set."""


@dataclass(frozen=True, slots=True)
class AwsIdentity:
    """An account, and who acts in it."""

    account: str
    arn: str
    answered_at: datetime | None = None
    """By AWS's own clock."""

    def is_meant_by(self, wanted: str) -> bool:
        """`wanted` is an account's number or an ARN; `*` at its end stands for anything."""
        mine = self.account if wanted.rstrip("*").isdecimal() else self.arn
        return mine.startswith(wanted[:-1]) if wanted.endswith("*") else mine == wanted


def account_seen_by(variables: Mapping[str, str]) -> AwsAccount:
    """The account that a command with these variables would act in."""
    return AwsAccount(
        region=variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION", ""),
        profile=variables.get("AWS_PROFILE") or variables.get("AWS_DEFAULT_PROFILE", ""),
        endpoint_url=variables.get("AWS_ENDPOINT_URL_STS") or variables.get("AWS_ENDPOINT_URL", ""),
        access_key_id=variables.get("AWS_ACCESS_KEY_ID", ""),
        secret_access_key=variables.get("AWS_SECRET_ACCESS_KEY", ""),
        session_token=variables.get("AWS_SESSION_TOKEN", ""),
        config_file=variables.get("AWS_CONFIG_FILE", ""),
        credentials_file=variables.get("AWS_SHARED_CREDENTIALS_FILE", ""),
    )


def caller_identity(account: AwsAccount, deadline: timedelta) -> AwsIdentity:
    """Blocks; raises UpstreamError. Imports boto3."""
    client = None
    try:
        client = open_client("sts", replace(account, region=account.region or REGION), deadline)
        answer = client.get_caller_identity()
    except UpstreamError:
        raise
    except Exception as error:  # noqa: BLE001 - told apart there; what it does not know, it raises again
        raise aws_failure(error, client) from None
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return AwsIdentity(
        clean_line(str(answer.get("Account", ""))),
        clean_line(str(answer.get("Arn", ""))),
        _moment(headers.get("date", "")),
    )


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
