"""CloudFront's invalidations and error rates, against moto's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.contract.vendors import AWS_VARIABLES, NOW, cloudfront

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.change import ChangeKind
from eventa_cockpit.domain.reading import Level
from eventa_cockpit.errors import UpstreamError


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def client(moto: str) -> Callable[..., Any]:
    session = boto3.session.Session(AWS_VARIABLES["AWS_ACCESS_KEY_ID"], AWS_VARIABLES["AWS_SECRET_ACCESS_KEY"])
    return lambda service, region="us-east-1": session.client(service, endpoint_url=moto, region_name=region)


@pytest.fixture(scope="module")
def distribution(client: Callable[..., Any]) -> str:
    config = {
        "CallerReference": "x", "Comment": "", "Enabled": True, "Aliases": {"Quantity": 1, "Items": ["eventa.app"]},
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "origin.eventa.app"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "MinTTL": 0},
    }  # fmt: skip
    made: str = client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


async def test_invalidations_are_told_with_their_paths_and_are_changes(
    moto: str, client: Callable[..., Any], distribution: str
) -> None:
    batch = {"Paths": {"Quantity": 2, "Items": ["/*", "/index.html"]}, "CallerReference": "y"}
    made = client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    status = await cloudfront(moto, distribution=distribution).read()
    (found,) = status.invalidations
    assert (found.id, found.is_done, found.paths) == (made["Invalidation"]["Id"], True, ("/*", "/index.html"))
    assert status.aliases == ("eventa.app",)
    titles = [change.title for change in status.changes if change.kind is ChangeKind.CDN]
    assert f"invalidation {found.id} /* /index.html" in titles


async def test_error_rates_are_those_of_all_regions_and_come_from_us_east_1(
    moto: str, client: Callable[..., Any], distribution: str
) -> None:
    for region, scope, value in (
        ("us-east-1", "Global", 7.0),
        ("us-east-1", "Japan", 99.0),
        ("eu-west-1", "Global", 55),
    ):
        dimensions = [{"Name": "DistributionId", "Value": distribution}, {"Name": "Region", "Value": scope}]
        at = NOW.replace(second=0) - timedelta(minutes=3)
        datum = {"MetricName": "5xxErrorRate", "Dimensions": dimensions, "Timestamp": at, "Value": value}
        client("cloudwatch", region).put_metric_data(Namespace="AWS/CloudFront", MetricData=[datum])
    status = await cloudfront(moto, distribution=distribution).read()
    (errors,) = [reading for reading in status.readings if reading.points]
    assert (errors.metric, [point.value for point in errors.points]) == ("5xxErrorRate", [7.0])
    assert status.level is Level.CRITICAL


async def test_a_distribution_without_requests_is_well(
    moto: str, client: Callable[..., Any], distribution: str
) -> None:
    status = await cloudfront(moto, distribution=distribution, bounds={"5xxErrorRate": 50.0}).read()
    assert status.level is Level.GOOD


async def test_an_unknown_distribution_is_named(moto: str) -> None:
    with pytest.raises(UpstreamError, match="NoSuchDistribution") as caught:
        await cloudfront(moto).read()
    assert caught.value.kind is FailureKind.NOT_FOUND
