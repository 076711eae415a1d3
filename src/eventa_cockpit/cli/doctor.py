"""`cockpit doctor`: what is configured, reachable and missing, and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from unicodedata import east_asian_width

import click

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.locale import _, mark
from eventa_cockpit.services.diagnosis import Finding, Verdict, diagnose

SOMETHING_MISSING = 1

SIGNS = {
    Verdict.OK: ("✓", mark("ok"), "green"),
    Verdict.WARNING: ("!", mark("caution"), "yellow"),
    Verdict.MISSING: ("✗", mark("missing"), "red"),
}
"""Glyph, word and colour: none of them alone carries the meaning."""

AREAS = {
    "configuration": mark("Configuration"),
    "state": mark("State"),
    "runbooks": mark("Runbooks"),
    "tools": mark("Tools"),
    "secrets": mark("Secrets"),
    "upstreams": mark("Upstreams"),
    "terminal": mark("Terminal"),
    "values": mark("Parameters"),
    "identity": mark("Where commands act"),
    "database": mark("Slow-query log"),
    "clock": mark("Clock"),
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@pass_options
def doctor(options: Options, *, as_json: bool) -> int:
    """Try everything that the configuration names, and say how to mend what does not work."""
    findings = diagnose(options.config())
    return print_json(list(findings)) if as_json else print_lines(findings)


def print_lines(findings: Iterable[Finding]) -> int:
    """Each line as soon as it is known, then how many of each; returns the exit status."""
    seen: list[Finding] = []
    width = max(cells(_(word)) for _glyph, word, _colour in SIGNS.values())
    for finding in findings:
        if not seen or seen[-1].area != finding.area:
            click.secho(("\n" if seen else "") + _(AREAS[finding.area]), bold=True)
        seen.append(finding)
        glyph, word, colour = SIGNS[finding.verdict]
        text = clean_line(f"{finding.subject}: {finding.text}")
        click.echo(f"  {click.style(f'{glyph} {_(word)}', fg=colour)}{' ' * (width - cells(_(word)))}  {text}")
        if finding.remedy:
            click.echo(f"      → {clean_line(finding.remedy)}")
    counts = Counter(finding.verdict for finding in seen)
    click.echo("\n" + ", ".join(f"{_(word)}: {counts[verdict]}" for verdict, (_glyph, word, _colour) in SIGNS.items()))
    return status_of(seen)


def cells(text: str) -> int:
    """Columns that the text takes; Japanese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def print_json(findings: list[Finding]) -> int:
    import json

    rows = [
        {
            "area": finding.area,
            "subject": finding.subject,
            "verdict": finding.verdict.value,
            "text": finding.text,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    status = status_of(findings)
    click.echo(json.dumps({"findings": rows, "ok": status == 0}, ensure_ascii=False, indent=2))
    return status


def status_of(findings: Iterable[Finding]) -> int:
    return SOMETHING_MISSING if any(finding.verdict is Verdict.MISSING for finding in findings) else 0
