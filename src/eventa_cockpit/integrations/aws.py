"""AWS as the integrations use it: whose account, a client that cannot hang or hoard, and failures with a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import check_status, place_of, transport_failure
from eventa_cockpit.integrations.guarding import GuardedBody, moment_after
from eventa_cockpit.locale import _

CONNECT_TIMEOUT = timedelta(seconds=3)
BODY_LIMIT = 4_000_000
"""Bytes of one answer: more points than GetMetricData gives at once, and what botocore decodes in one go."""

XML_PROTOCOLS = ("query", "rest-xml", "ec2")

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
NOT_ACCEPTED = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "OptInRequired"})
THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"})
"""Error codes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html."""


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """Where to read from and as whom. What is empty is found in AWS's usual places."""

    region: str = ""
    profile: str = ""
    endpoint_url: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    config_file: str = ""
    credentials_file: str = ""

    def __repr__(self) -> str:
        """Without the keys."""
        return f"AwsAccount(region={self.region!r}, profile={self.profile!r}, endpoint_url={self.endpoint_url!r})"


def open_client(service: str, account: AwsAccount, deadline: timedelta) -> Any:
    """A boto3 client without retries (the board paces us), with bounded bodies. Imports boto3; takes 0.5 s."""
    import boto3
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session(profile=account.profile or None)
    for variable, path in (("config_file", account.config_file), ("credentials_file", account.credentials_file)):
        if path:
            session.set_config_variable(variable, path)
    client = boto3.Session(
        aws_access_key_id=account.access_key_id or None,
        aws_secret_access_key=account.secret_access_key or None,
        aws_session_token=account.session_token or None,
        region_name=account.region or None,
        botocore_session=session,
    ).client(
        service,
        endpoint_url=account.endpoint_url or None,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT.total_seconds(),
            read_timeout=deadline.total_seconds(),
            retries={"total_max_attempts": 1},
            max_pool_connections=2,
        ),
    )
    is_xml = client.meta.service_model.protocol in XML_PROTOCOLS
    transport = _Transport(session.get_config_variable("ca_bundle"), deadline, is_xml=is_xml)
    client.meta.events.register(f"before-send.{client.meta.service_model.service_id.hyphenize()}", transport.send)
    return client


class _Transport:
    """Sends botocore's requests as botocore does, except that a body may be neither endless nor huge."""

    def __init__(self, ca_bundle: str | None, deadline: timedelta, *, is_xml: bool) -> None:
        self._deadline = deadline
        self._is_xml = is_xml
        self._verify = ca_bundle or True
        self._session: Any = None

    def send(self, request: Any, **_context: Any) -> Any:
        """An answer in place of botocore's own, which would read any body to its end."""
        from botocore.awsrequest import AWSResponse

        until = moment_after(self._deadline)
        if self._session is None:
            self._session = self._opened(request.url)
        request.stream_output = True
        response = self._session.send(request)
        place = place_of(request.url)
        if 300 <= response.status_code < 400:
            response.raw.close()
            check_status(response.status_code, response.headers, place, datetime.now(UTC))
        body = GuardedBody(response.raw, place, until, BODY_LIMIT)
        answer = AWSResponse(request.url, response.status_code, response.headers, body)
        if self._is_xml and response.status_code >= 400 and not _is_xml(answer.content):
            # Not AWS' own words, and botocore would only say that they are no XML: the status says more.
            check_status(response.status_code, response.headers, place, datetime.now(UTC))
        return answer

    def _opened(self, url: str) -> Any:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        timeouts = (CONNECT_TIMEOUT.total_seconds(), self._deadline.total_seconds())
        return URLLib3Session(verify=self._verify, proxies=get_environ_proxies(url), timeout=timeouts)


def _is_xml(body: bytes) -> bool:
    """Rather than a page of a proxy in between."""
    start = body.lstrip()[:20].lower()
    return start.startswith(b"<") and not start.startswith((b"<!doctype html", b"<html"))


def aws_failure(error: Exception, client: Any) -> UpstreamError:
    """The error in our words; raises it again when it comes neither from AWS nor from its libraries."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(error, ClientError):
        return _service_failure(error)
    if isinstance(error, BotoCoreError | ResponseParserError):
        return _client_failure(error, client)
    raise error


def _service_failure(error: Any) -> UpstreamError:
    """What AWS itself answered."""
    code = clean_line(str(error.response.get("Error", {}).get("Code", "")))
    message = clean_line(str(error.response.get("Error", {}).get("Message", "")))[:200]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in EXPIRED:
        return UpstreamError(FailureKind.CREDENTIALS, _("The AWS credentials have expired: log in again."))
    if code in NOT_ACCEPTED:
        sentence = _("AWS does not accept the credentials ({code}): log in again, and check this machine's clock.")
        return UpstreamError(FailureKind.CREDENTIALS, sentence.format(code=code))
    if code in DENIED:
        return UpstreamError(FailureKind.FORBIDDEN, _("AWS does not allow it: {why}").format(why=message or code))
    if code in THROTTLED:
        return UpstreamError(FailureKind.THROTTLED, _("AWS asks us to slow down ({code}).").format(code=code))
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        check_status(status, headers, "AWS", datetime.now(UTC))
    except UpstreamError as failure:
        if code in (str(status), ""):
            return failure
        sentence = _("AWS answers {code}: {why}").format(code=code, why=message or "–")
        return UpstreamError(failure.kind, sentence, failure.retry_after)
    return UpstreamError(FailureKind.MALFORMED, _("AWS answers {code}: {why}").format(code=code, why=message))


def _client_failure(error: Any, client: Any) -> UpstreamError:
    """What botocore says before, below or after the call."""
    from botocore import exceptions

    credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.NoAuthTokenError,
        exceptions.SSOError,
    )
    connection = (exceptions.ConnectionError, exceptions.HTTPClientError)
    configuration = (
        exceptions.ProfileNotFound,
        exceptions.ConfigParseError,
        exceptions.NoRegionError,
        exceptions.InvalidRegionError,
        exceptions.ConfigNotFound,
    )
    why = clean_line(str(error)).rstrip(".")[:200]
    if isinstance(error, credentials):
        return UpstreamError(FailureKind.CREDENTIALS, _("No AWS credentials: {why}. Log in.").format(why=why))
    if isinstance(error, connection):
        return transport_failure(error, place_of(client.meta.endpoint_url) if client is not None else "AWS")
    if isinstance(error, configuration):
        return UpstreamError(FailureKind.NOT_CONFIGURED, _("AWS is not set up here: {why}.").format(why=why))
    return UpstreamError(FailureKind.MALFORMED, _("AWS's answer cannot be read: {why}.").format(why=why))
