"""What holds for any text whatever: the parser is total, deterministic, and loses no fence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eventa_cockpit.domain.runbook import Step
from eventa_cockpit.runbook.commands import make_command
from eventa_cockpit.runbook.fences import is_shell, language_of, split_fence
from eventa_cockpit.runbook.lint import lint_contents
from eventa_cockpit.runbook.parse import parse_text
from eventa_cockpit.runbook.rendering import render

PIECES = st.sampled_from(
    [
        *("# ", "## ", "1. ", "- ", "- [ ] ", "   ", "\t", "\n", "\n\n", "> ", "    ", "\r\n", "---\n", "runbook:\n"),
        *("```", "```bash\n", "~~~", "<!-- step: {", "-->", "<details>", "| a | b |\n|---|---|\n", "!!! note\n"),
        *("**緩和策**:", "**原因**: x", "１．", "①", "エスカレーション", "15 分以内に", "> 5%", "月1回"),
        *(
            "$ ",
            "# ls",
            "ls",
            "kubectl get pods",
            "<pod>",
            "{{x}}",
            "[NAME]",
            "${A:-1}",
            "$(date +%F)",
            "<<EOF\n",
            "EOF\n",
        ),
        *("'", '"', "\\", "`", "(", ")", "{", "}", "&&", "|", "\0", "\u3000", "\u202e", "\ufeff"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))
CORPUS = os.environ.get("RUNBOOK_CORPUS")
"""May name a folder of other people's runbooks, to be held to the same."""


def all_steps(text: str) -> list[Step]:
    return [step for runbook in parse_text(text, "x.md").runbooks for step in runbook.steps]


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_any_text_is_parsed_linted_and_rendered_and_twice_the_same(text: str) -> None:
    contents = parse_text(text, "x.md")
    assert parse_text(text, "x.md") == contents
    lint_contents(contents, "x.md")
    for runbook in contents.runbooks:
        assert runbook.id
        assert runbook.title
        assert len({step.id for step in runbook.steps}) == len(runbook.steps)
        for command in (command for step in runbook.steps for command in step.commands):
            rendering = render(command, {})
            assert rendering.script == command.text


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, language=st.sampled_from(["bash", "console", "", "sh"]))
def test_a_fences_script_is_made_of_its_own_lines(text: str, language: str) -> None:
    split = split_fence(text, language)
    squeezed = re.sub(r"\s", "", text)
    for line in split.script.split("\n"):
        assert re.sub(r"\s", "", line) in squeezed


@settings(max_examples=200, deadline=None)
@given(script=TEXTS)
def test_any_script_has_a_risk_and_parameters(script: str) -> None:
    command = make_command(script)
    assert command.risk_rule
    assert all(parameter.name for parameter in command.parameters)


@settings(max_examples=60, deadline=None)
@given(titles=st.lists(st.from_regex(r"[a-zぁ-ん]{1,12}", fullmatch=True), min_size=1, max_size=8))
def test_every_ordered_item_is_a_step_with_its_own_words(titles: list[str]) -> None:
    text = "# X\n" + "".join(f"{number}. {title}\n" for number, title in enumerate(titles, 1))
    assert [step.title for step in all_steps(text)] == titles


FILES = [*(Path(__file__).parent / "files").glob("*.md"), *(sorted(Path(CORPUS).rglob("*.md")) if CORPUS else [])]
PROMPT = re.compile(r"^\s*(?:\$|%|\S+@\S+[$#]|(?:ba)?sh-[\d.]+[$#])\s")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_shell_fence_of_a_file_belongs_to_a_titled_step_and_no_prompt_to_a_command(file: Path) -> None:
    text = file.read_text()
    steps = all_steps(text)
    commands = [command for step in steps for command in step.commands]
    lines = {command.line for command in commands}
    words = "\n".join(f"{step.title}\n{step.text}" for step in steps)
    assert all(step.title for step in steps)
    for token in MarkdownIt("commonmark").enable("table").parse(text + "\n"):
        if token.type == "fence" and token.map and is_shell(language_of(token.info)):
            first = token.content.strip().split("\n")[0].strip()
            assert token.map[0] + 1 in lines or first in words, (token.map[0] + 1, first)
    for command in commands:
        assert not any(PROMPT.match(line) for line in command.text.split("\n")), command.text
