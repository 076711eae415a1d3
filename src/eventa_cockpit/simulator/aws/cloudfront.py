"""Joins moto's CloudFront to the world: an invalidation takes a while, and then the CDN's copies are gone."""

from __future__ import annotations

from typing import Any

from moto.cloudfront.models import CloudFrontBackend, Invalidation

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.aws.joining import replace
from eventa_cockpit.simulator.simulation import Simulation


def join_cloudfront(simulation: Simulation) -> None:
    """Make moto's invalidations take effect in the world, and report `InProgress` and `Completed` as AWS does."""
    create = CloudFrontBackend.create_invalidation

    def create_invalidation(self: CloudFrontBackend, dist_id: str, paths: list[str], caller_ref: str) -> Any:
        found = create(self, dist_id, paths, caller_ref)
        if dist_id == sites.DISTRIBUTION and any(path.endswith("*") for path in paths):
            with simulation.now() as (world, reading):
                world.delivery.invalidate(reading.now_s, found.id)
        return found

    def status(self: Invalidation) -> str:
        with simulation.now() as (world, reading):
            known = world.delivery.invalidations.get(self.id)
            return "InProgress" if known is not None and reading.now_s < known.done_at else "Completed"

    replace(CloudFrontBackend, create_invalidation=create_invalidation)
    # moto's constructor assigns its own spelling, COMPLETED, for which `aws cloudfront wait` waits in vain.
    replace(Invalidation, status=property(status, lambda _self, _value: None))
