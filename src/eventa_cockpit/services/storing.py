"""Which place keeps the record: what the configuration says, or what a person names."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from eventa_cockpit.config import Config
from eventa_cockpit.config.checking import DATABASES
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.journal.store import FileStore, Store
from eventa_cockpit.locale import _
from eventa_cockpit.secrets import read_secret

INCIDENTS = "incidents"
"""Folder of the incidents' folders, below the state folder."""


def store_for(config: Config, state: Path) -> Store:
    """The configured one. Raises ConfigError when it needs something that is not installed."""
    if not config.journal.url:
        return FileStore(state / INCIDENTS)
    place = config.journal.password
    return _postgres(config.journal.url, place)


def store_at(place: str, config: Config) -> Store:
    """The one at a database's address, or in a state folder or its folder of incidents. Raises ConfigError."""
    if place.startswith(DATABASES):
        return _postgres(place, config.journal.password if place == config.journal.url else None)
    folder = Path(place).expanduser()
    return FileStore(folder if folder.name == INCIDENTS else folder / INCIDENTS)


@dataclass(frozen=True, slots=True)
class Copied:
    """What one incident brought along."""

    incident: str
    parts: int
    lines: int
    """Of them, those that were not there yet."""


def copy(source: Store, target: Store) -> tuple[Copied, ...]:
    """Copy every line of every incident as it is. Can be repeated: what is there already stays and is not doubled.

    Raises JournalError when the target holds other lines in the same place; what was copied by then stays.
    """
    found: list[Copied] = []
    for incident in source.names():
        parts = source.parts(incident)
        lines = sum(target.put_part(incident, name, data) for name, data in parts.items())
        found.append(Copied(incident, len(parts), lines))
    return tuple(found)


def _postgres(url: str, place: str | None) -> Store:
    if find_spec("psycopg") is None:
        raise ConfigError(
            _("A record in PostgreSQL needs the extra: pip install 'eventa-cockpit[postgres]'. (journal.url)")
        )
    from eventa_cockpit.journal.postgres.store import PostgresStore

    return PostgresStore(url, lambda: read_secret(place, name="journal.password") if place else None)
