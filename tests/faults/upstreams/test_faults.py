"""Whatever an upstream does, each integration says what went wrong, in time and without swallowing memory."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.contract.aws_answers import both, refused
from tests.contract.configured import everything
from tests.contract.loopback import Loopback, answer, running
from tests.faults.upstreams.conftest import AWS, FORMS, IMPATIENT_S, MAKERS, PATIENT_S
from tests.faults.upstreams.misbehaving import EXPIRED, FAULTS, Fault, behaviour

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import JSON_FORM
from eventa_cockpit.integrations.plugins import PluginSource
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.testing.contract import check_fault, failure_of
from eventa_cockpit.testing.measuring import GROWS_AT_MOST, forget_peak, peak

every_integration = pytest.mark.parametrize("integration", MAKERS)


@every_integration
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_a_fault_gets_its_own_name_in_time(
    upstream: Loopback, tmp_path: Path, integration: str, fault: Fault
) -> None:
    form = FORMS.get(integration, JSON_FORM)
    await check_fault(lambda url, deadline: MAKERS[integration](url, tmp_path, deadline), upstream, fault, form)


def test_every_integration_of_the_cockpit_is_tried(tmp_path: Path) -> None:
    tried = {type(make("http://127.0.0.1:9", tmp_path, PATIENT_S)) for make in MAKERS.values()}
    configured = {type(source) for source in sources_for(everything().chosen)} - {PluginSource}
    assert configured <= tried, "a new integration needs its line among MAKERS in conftest.py"


@every_integration
async def test_a_name_that_does_not_resolve(tmp_path: Path, integration: str) -> None:
    failure = await failure_of(MAKERS[integration]("http://no-such-host.invalid:9093", tmp_path, PATIENT_S))
    assert failure.kind is FailureKind.NAME
    assert "no-such-host.invalid:9093" in str(failure)


@every_integration
async def test_a_port_that_nobody_listens_on(tmp_path: Path, integration: str) -> None:
    with running() as gone:
        url = gone.url
    failure = await failure_of(MAKERS[integration](url, tmp_path, PATIENT_S))
    assert failure.kind is FailureKind.NETWORK


@every_integration
async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, integration: str) -> None:
    with running(self_signed(tmp_path)) as upstream:
        failure = await failure_of(MAKERS[integration](upstream.url, tmp_path, PATIENT_S))
    assert failure.kind is FailureKind.TLS
    assert upstream.requests == [], "no token leaves before the certificate is trusted"


@every_integration
async def test_expired_credentials_are_about_us(upstream: Loopback, tmp_path: Path, integration: str) -> None:
    is_aws = integration in AWS
    upstream.behaviour = both(EXPIRED, refused("ExpiredToken")[1], 401) if is_aws else answer(EXPIRED, status=401)
    failure = await failure_of(MAKERS[integration](upstream.url, tmp_path, PATIENT_S))
    assert failure.kind is (FailureKind.CREDENTIALS if is_aws else FailureKind.UNAUTHORISED)


@every_integration
async def test_a_token_does_not_follow_a_redirect(upstream: Loopback, tmp_path: Path, integration: str) -> None:
    with running() as thief:
        upstream.behaviour = answer(b"", status=307, headers={"Location": thief.url + "/"})
        failure = await failure_of(MAKERS[integration](upstream.url, tmp_path, PATIENT_S))
        assert thief.requests == []
    assert failure.kind is FailureKind.REDIRECTED


@every_integration
@pytest.mark.parametrize("fault", ["huge body", "huge body announced", "gzip bomb", "deeply nested JSON"])
async def test_memory_stays_where_it_is(upstream: Loopback, tmp_path: Path, integration: str, fault: str) -> None:
    upstream.behaviour = behaviour(fault, upstream, FORMS.get(integration, JSON_FORM))
    source = MAKERS[integration](upstream.url, tmp_path, PATIENT_S)
    await failure_of(source)
    before = forget_peak()
    await failure_of(source)
    assert peak() - before < GROWS_AT_MOST


@every_integration
async def test_an_integration_answers_again_as_soon_as_its_upstream_does(
    upstream: Loopback, tmp_path: Path, integration: str
) -> None:
    upstream.behaviour = behaviour("dripping body", upstream)
    source = MAKERS[integration](upstream.url, tmp_path, IMPATIENT_S)
    with pytest.raises(UpstreamError):
        await source.read()
    upstream.behaviour = answer(b"", status=500)
    assert (await next_answer(source)).kind is FailureKind.SERVER
    await source.close()


async def next_answer(source: Source[Any], seconds: float = 10) -> UpstreamError:
    """The first failure that the upstream itself tells, once the abandoned call has ended."""
    async with asyncio.timeout(seconds):
        while True:
            with pytest.raises(UpstreamError) as caught:
                await source.read()
            if caught.value.kind is not FailureKind.TIMEOUT:
                return caught.value
            await asyncio.sleep(0.02)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
