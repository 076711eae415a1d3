"""Whether what fires leads to the right runbook: the three drills, over many seeds, with the team's file and with ours.

The figure is the share of firing alerts whose first offer is the drill's own runbook; the last line.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.matching import match
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.simulator.world import Fault, World

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = {"the team's file": ROOT / "tests/unit/runbook/files/team.ja.md", "eventa's runbooks": shipped_runbooks()}
RIGHT = {
    Fault.PAYMENT: ("決済",),
    Fault.DATABASE: ("データベース応答遅延", "データベースの遅延"),
    Fault.FRONTEND: ("フロントエンド", "画面"),
}
"""Fault → how its runbook's title begins, in one library or the other."""
OPENED = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--also", type=Path, help="another file or folder of runbooks for the same three outages")
    arguments = parser.parse_args()
    seeds = range(arguments.seeds)
    total: Counter[bool] = Counter()
    more = {str(arguments.also): arguments.also} if arguments.also else {}
    for name, place in {**LIBRARIES, **more}.items():
        library = load_library([place])
        for fault in Fault:
            found = Counter(is_right for seed in seeds for is_right in verdicts(library, fault, seed))
            total += found
            print(f"{name}, {fault}: {found[True]} of {found.total()} first offers are right")
    print(f"right first offers: {100 * total[True] / total.total():.1f} % of {total.total()}")


def verdicts(library: Library, fault: Fault, seed: int) -> Iterator[bool]:
    """For each alert of the drill, whether its first offer is the drill's runbook."""
    alerts = firing(World(seed, OPENED, fault))
    titles = {book.id: book.title for book in library.runbooks}
    for alert in alerts.firing:
        offers = [entry for entry in match(alerts, library) if entry.fingerprint == alert.fingerprint]
        yield bool(offers) and titles[offers[0].runbook_id].startswith(RIGHT[fault])


def firing(world: World) -> AlertList:
    """What the world's rules say, as Alertmanager would pass it on."""
    return AlertList(
        tuple(
            Alert(
                name,
                name,
                Severity(alert.rule.severity),
                AlertState.FIRING,
                OPENED + timedelta(seconds=alert.since_s),
                alert.summary,
                labels={"alertname": name, "service": "eventa", "component": alert.rule.component},
            )
            for name, alert in world.alerting.firing.items()
        )
    )


if __name__ == "__main__":
    main()
