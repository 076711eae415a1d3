"""The preflight of a runbook: before its first step, what its commands need and where they would act. Only reads."""

from eventa_cockpit.domain.preflight import Block, Outcome, Preflight
from eventa_cockpit.services.preflight.examining import Listener, examine
from eventa_cockpit.services.preflight.ground import Ground

__all__ = ["Block", "Ground", "Listener", "Outcome", "Preflight", "examine"]
