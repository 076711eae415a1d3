"""Which cockpits ask the same upstreams the same things."""

from __future__ import annotations

from pathlib import Path

from eventa_cockpit.config import EnvironmentConfig, ServiceLevel
from eventa_cockpit.services.sharing.sameness import group_name


def test_a_file_among_the_settings_is_part_of_what_is_the_same() -> None:
    one, other = (EnvironmentConfig(slo=ServiceLevel(file=Path(name))) for name in ("a/slo.yml", "b/slo.yml"))
    assert group_name("prod", one) == group_name("prod", one)
    assert group_name("prod", one) != group_name("prod", other)
