"""Who shares with whom."""

from __future__ import annotations

from pathlib import Path

from eventa_cockpit.config.shapes import EnvironmentConfig, ServiceLevel
from eventa_cockpit.services.sharing.sameness import group_name


def test_cockpits_with_the_same_objectives_share(tmp_path: Path) -> None:
    file = tmp_path / "slo.yml"
    file.write_text("availability: 99.9")
    environment = EnvironmentConfig(slo=ServiceLevel(file=file))
    before = group_name("prod", environment)
    assert group_name("prod", environment) == before
    file.write_text("availability: 99.5")
    assert group_name("prod", environment) != before
