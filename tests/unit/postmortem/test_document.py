"""The postmortem as it is written: complete, in both languages, harmless, and honest about what nobody knows."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt
from tests.unit.incident.events import BEGAN, Writing

from eventa_cockpit.domain.event import (
    Fact,
    IncidentClosed,
    IncidentDeclared,
    NoteAdded,
    RunbookOpened,
    StepFinished,
    StepSkipped,
    StepStarted,
    UnknownFact,
)
from eventa_cockpit.domain.evidence import EvidenceTaken, Help, HelpJudged, Moment, Stamp
from eventa_cockpit.domain.incident import fold
from eventa_cockpit.domain.response import Acknowledged, LinkAdded, SeverityChanged
from eventa_cockpit.domain.runbook import EscalationRule, Library
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import in_language
from eventa_cockpit.runbook.library import load_library
from eventa_cockpit.services.postmortem.account import Account, account_of
from eventa_cockpit.services.postmortem.document import HEADINGS, Document, as_data, document_of, read_template
from eventa_cockpit.services.postmortem.markdown import plain

JST = ZoneInfo("Asia/Tokyo")
RUNBOOK = """# Slow database

## Mitigation

1. Look at the slow queries

   ```sh
   echo looking
   ```

2. Restart it
"""
HOSTILE = "<img src=x onerror=alert(1)> | [x](javascript:a) `tick` @everyone ![](http://evil) \n# heading"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "slow.md").write_text(RUNBOOK)
    found = load_library([tmp_path])
    rules = (EscalationRule(timedelta(minutes=2), "技術責任者", "2 分以内に", "unresolved"),)
    return Library(found.runbooks, escalation=rules)


def told(library: Library, *more: Fact) -> Account:
    writing = Writing()
    (runbook,) = library.runbooks
    first, second = runbook.steps
    stamps = (Stamp("p95", 412, "ms", BEGAN), Stamp("p95", 371, "ms", BEGAN + timedelta(minutes=9)))
    writing.by(
        "sato",
        IncidentDeclared("database is slow", "prod", "eventa", "fingerprint", BEGAN),
        Acknowledged(),
        SeverityChanged("SEV2", "checkout fails"),
        RunbookOpened(runbook.id, runbook.title, file=runbook.file),
        EvidenceTaken(runbook.id, first.id, Moment.BEFORE, stamps[:1], "run-1"),
        StepStarted(runbook.id, first.id, "run-1", "echo looking", title=first.title, risk="change"),
        StepFinished(runbook.id, first.id, "run-1", "succeeded", 0, elapsed=timedelta(seconds=4)),
        EvidenceTaken(runbook.id, first.id, Moment.AFTER, stamps[1:], "run-1"),
        HelpJudged(runbook.id, first.id, Help.HELPED),
        StepSkipped(runbook.id, second.id, "not needed"),
        LinkAdded("https://grafana.example/d/1", "dashboard"),
        *more,
        IncidentClosed("index added"),
    )
    return account_of(fold(writing.events), library, BEGAN + timedelta(hours=2), budget=timedelta(minutes=43))


def document(library: Library, *more: Fact, language: str = "en", template: str = "") -> Document:
    return document_of(told(library, *more), library, JST, language, lambda event: str(event.fact), template=template)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_section_has_its_heading_in_the_documents_language(library: Library, language: str) -> None:
    text = document(library, language=language).markdown
    for heading in HEADINGS.values():
        assert f"## {in_language(language, heading)}\n" in text
    assert "{{" not in text


def test_it_says_what_was_run_with_what_result_and_what_moved(library: Library) -> None:
    text = document(library).markdown
    assert "```sh\necho looking\n```" in text
    assert "**succeeded**, 0:04" in text
    assert "p95: 412 → 371 ms (-10%)" in text
    assert "sato: it helped" in text


def test_times_are_the_teams_and_universal(library: Library) -> None:
    assert "2026-11-23 12:00:00 JST (03:00:00 UTC)" in document(library).markdown


def test_a_deadline_that_passed_with_nobody_told_is_said(library: Library) -> None:
    assert [each.target for each in told(library).missed] == ["技術責任者"]
    assert "Missed: 2 分以内に" in document(library).markdown


def test_what_nobody_counted_is_not_known_rather_than_nothing(library: Library) -> None:
    text = document(library).markdown
    assert "Error events: not known" in text
    assert "People affected: not known" in text


def test_a_skipped_step_becomes_a_proposed_remark_in_the_runbook(library: Library) -> None:
    text = document(library).markdown
    assert "+   <!-- skipped in INC-1: not needed -->" in text
    assert Path(library.runbooks[0].file).read_text() == RUNBOOK, "the runbook itself is never written"


@pytest.mark.parametrize(("state", "is_proposed"), [("succeeded", True), ("failed", False)])
def test_an_edited_text_that_succeeded_is_proposed_for_the_runbook(
    library: Library, state: str, is_proposed: bool
) -> None:
    book = library.runbooks[0]
    writing = Writing()
    writing.by("sato", IncidentDeclared("x", "prod"), RunbookOpened(book.id))
    ran = StepStarted(book.id, book.steps[0].id, "r1", "echo looking at 5", edited='echo looking at "${N}"\n')
    writing.by("sato", ran, StepFinished(book.id, book.steps[0].id, "r1", state))
    account = account_of(fold(writing.events), library, BEGAN)
    text = document_of(account, library, JST, "en", str).markdown

    assert ('-   echo looking\n+   echo looking at "${N}"\n' in text) is is_proposed


def test_a_command_that_was_edited_and_then_worked_becomes_a_proposed_change(library: Library) -> None:
    (runbook,) = library.runbooks
    step = runbook.steps[0]
    started = StepStarted(runbook.id, step.id, "run-2", "echo looking hard", edited="echo looking hard\n")
    text = document(library, started, StepFinished(runbook.id, step.id, "run-2", "succeeded", 0)).markdown
    assert "-   echo looking\n+   echo looking hard\n" in text


def test_an_edit_that_failed_is_not_proposed(library: Library) -> None:
    (runbook,) = library.runbooks
    step = runbook.steps[0]
    started = StepStarted(runbook.id, step.id, "run-2", "echo broken", edited="echo broken")
    text = document(library, started, StepFinished(runbook.id, step.id, "run-2", "failed", 1)).markdown
    assert "+   echo broken" not in text


def test_a_runbook_that_was_right_needs_no_proposal(library: Library) -> None:
    writing = Writing()
    writing.by("sato", IncidentDeclared("x", "prod"), RunbookOpened(library.runbooks[0].id))
    account = account_of(fold(writing.events), library, BEGAN)
    text = document_of(account, library, JST, "en", str).markdown
    assert "The runbook was right as it is." in text


def test_hostile_text_stays_text(library: Library) -> None:
    text = document(library, NoteAdded(HOSTILE), IncidentDeclared(HOSTILE, "prod")).markdown
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    assert not [token for token in inner if token.type == "html_inline"]
    links = [str(token.attrGet("href")) for token in inner if token.type == "link_open"]
    assert links == ["https://grafana.example/d/1"]
    assert [token.attrGet("src") for token in inner if token.type == "image"] == ["postmortem-INC-1/p95.svg"]


@pytest.mark.parametrize("text", [HOSTILE, "a|b", "line\nbreak", "~~~", "![x](y)", "$math$"])
def test_plain_text_renders_as_itself(text: str) -> None:
    (block,) = [token for token in MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text)) if token.children]
    assert {child.type for child in block.children or ()} <= {"text", "text_special"}


def test_a_command_cannot_leave_its_block(library: Library) -> None:
    (runbook,) = library.runbooks
    started = StepStarted(runbook.id, runbook.steps[0].id, "run-2", "cat <<E\n```\n# not a heading\nE")
    text = document(library, started).markdown
    headings = [token for token in MarkdownIt().parse(text) if token.type == "heading_open" and token.tag == "h1"]
    assert len(headings) == 1


def test_its_charts_are_well_formed_and_named_as_the_document_links_them(library: Library, tmp_path: Path) -> None:
    from xml.etree import ElementTree as ET

    path = document(library).write(tmp_path / "out")
    for name in [line.split("(")[1].rstrip(")") for line in path.read_text().splitlines() if line.startswith("![")]:
        assert ET.parse(path.parent / name).getroot().tag.endswith("svg")


def test_the_account_is_json_with_every_fact_of_every_version(library: Library) -> None:
    data = as_data(told(library, UnknownFact("FromTheFuture", {"deep": [1, {"a": None}]})))
    again = json.loads(json.dumps(data))
    assert again["incident"]["severity"] == "SEV2"
    assert again["timeline"][-2]["fact"]["data"] == {"deep": [1, {"a": None}]}


def test_a_teams_own_template_decides_what_is_told(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "ours.md"
    path.write_text("# {{ title }}\n\n{{timeline}}\n")
    text = document(library, template=read_template(path)).markdown
    assert text.startswith("# Postmortem: database is slow\n\n| Time |")
    assert "## " not in text


def test_a_template_that_wants_what_there_is_not_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.md"
    path.write_text("# ok\n\n{{ blame }}\n")
    with pytest.raises(ConfigError, match=r"ours\.md:3: .*blame"):
        read_template(path)
