"""The whole document: sections in the order of a template, which a team may replace by its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from pathlib import Path
from typing import Any

from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _, mark
from eventa_cockpit.services.postmortem.account import Account
from eventa_cockpit.services.postmortem.charts import Chart, charts_of, svg
from eventa_cockpit.services.postmortem.markdown import Say, Writer, plain
from eventa_cockpit.services.postmortem.proposals import proposals

PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
HEADINGS = {
    "summary": mark("Summary"),
    "impact": mark("Impact"),
    "detection": mark("Detection"),
    "cause": mark("Cause"),
    "timeline": mark("Timeline"),
    "runs": mark("What was run"),
    "readings": mark("Readings before, during and after"),
    "changes": mark("Changes around its beginning"),
    "debts": mark("What had to be undone"),
    "notes": mark("Notes and links"),
    "went_well": mark("What went well"),
    "went_badly": mark("What went badly"),
    "actions": mark("Action items"),
    "proposals": mark("Proposed changes to the runbook"),
}
"""Section → heading, in the order of the cockpit's own template."""
NAMES = (*HEADINGS, "title", "id")


@dataclass(frozen=True, slots=True)
class Document:
    """A postmortem, ready to be written."""

    name: str
    """Of its file, without ending; also of the folder of its charts."""
    markdown: str
    charts: dict[str, str]
    """File name → SVG."""
    data: dict[str, Any]
    """The account for other tools."""

    def write(self, folder: Path) -> Path:
        """Write the file and its charts below `folder`; returns the file. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.charts:
            (folder / self.name).mkdir(exist_ok=True)
        for name, text in self.charts.items():
            (folder / self.name / name).write_text(text, encoding="utf-8")
        path = folder / f"{self.name}.md"
        path.write_text(self.markdown, encoding="utf-8")
        return path


def document_of(
    account: Account,
    library: Library,
    zone: tzinfo,
    language: str,
    say: Say,
    *,
    template: str = "",
    live: tuple[Chart, ...] = (),
) -> Document:
    """`template` has `{{name}}` for each of NAMES that it wants; empty means the cockpit's own."""
    incident = account.incident
    charts = charts_of(incident, live)
    name = f"postmortem-{incident.id}"
    writer = Writer(account, zone, language, say, charts)
    diff = proposals(incident, library)
    sections = {
        "title": writer.t(mark("Postmortem: {title}")).format(title=plain(incident.title)),
        "id": incident.id,
        "summary": writer.summary(),
        "impact": writer.impact(),
        "detection": writer.detection(),
        "timeline": writer.timeline(),
        "runs": writer.runs(),
        "readings": writer.readings(name),
        "changes": writer.changes(),
        "debts": writer.debts(),
        "notes": writer.notes(),
        "actions": writer.actions(),
        "proposals": writer.proposals(diff),
        **writer.questions(),
    }
    text = template or default_template(writer)
    markdown = PLACE.sub(lambda found: sections[found[1]], text)
    steps = [run.attempt.started_at for run in account.runs if run.attempt.started_at is not None]
    ended = account.ended_at or account.now
    drawn = {chart.file_name: svg(chart, account.began_at, ended, steps, zone) for chart in charts}
    return Document(name, markdown.rstrip("\n") + "\n", drawn, {**as_data(account), "proposals": diff})


def default_template(writer: Writer) -> str:
    parts = ["# {{title}}"]
    parts += [f"## {writer.t(heading)}\n\n{{{{{name}}}}}" for name, heading in HEADINGS.items()]
    return "\n\n".join(parts)


def read_template(path: Path) -> str:
    """A team's own template. Raises ConfigError when it cannot be read or wants a section that there is not."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else _("it is not UTF-8")
        raise ConfigError(_("The template {file} cannot be read: {reason}.").format(file=path, reason=reason)) from None
    for number, line in enumerate(text.splitlines(), 1):
        for found in PLACE.finditer(line):
            if found[1] not in NAMES:
                raise ConfigError(
                    _('{file}:{line}: there is no section "{name}". There are: {names}.').format(
                        file=path, line=number, name=found[1], names=", ".join(NAMES)
                    )
                )
    return text


def as_data(account: Account) -> dict[str, Any]:
    """The account in types that JSON has."""
    incident: Incident = account.incident
    return {
        "incident": {
            "id": incident.id,
            "title": incident.title,
            "service": incident.service,
            "environment": incident.environment,
            "declared_at": _simple(incident.declared_at),
            "began_at": _simple(incident.began_at),
            "closed_at": _simple(incident.closed_at),
            "close_reason": incident.close_reason,
            "is_drill": incident.is_drill,
            "severity": incident.response.severity,
            "responders": list(incident.responders),
            "runbooks": [opened.runbook for opened in incident.runbooks],
        },
        "impact": {
            "lasted_s": account.lasted.total_seconds(),
            "budget": _simple(account.budget),
            "affected_users": account.affected_users,
            "error_events": account.error_events,
        },
        "runs": _simple(account.runs),
        "deadlines": _simple(account.deadlines),
        "changes": _simple(account.changes),
        "obligations": _simple(account.owed),
        "timeline": [
            {"at": _simple(event.at), "by": event.name, "kind": type(event.fact).__name__, "fact": _simple(event.fact)}
            for event in incident.timeline
        ],
    }


def _simple(value: object) -> Any:
    """In types that JSON has: times as ISO 8601, durations in seconds."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _simple(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _simple(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [_simple(inner) for inner in value]
    return value
