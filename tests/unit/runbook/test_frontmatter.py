"""Front matter: one key is ours, and nothing in it can harm."""

from __future__ import annotations

import pytest

from eventa_cockpit.runbook.contents import FileContents
from eventa_cockpit.runbook.parse import parse_text


def parsed(yaml: str) -> FileContents:
    return parse_text(f"---\n{yaml}\n---\n# X\n\n1. echo\n   ```sh\n   echo $A $ADMIN_TOKEN\n   ```\n", "x.md")


def test_everything_it_may_say() -> None:
    contents = parsed(
        "title: other tools' title\nrunbook:\n  service: eventa\n  owner: SRE\n  reviewed: 2026-11-23\n"
        "  alerts: [High, 'service=\"eventa\"']\n  dashboards: [Grafana]\n"
        "  params:\n    '*':\n      A: 1\n    prod:\n      A: yes\n      B: ~"
    )
    (runbook,) = contents.runbooks
    assert not contents.problems
    assert (runbook.owner, runbook.reviewed, runbook.dashboards) == ("SRE", "2026-11-23", ("Grafana",))
    assert runbook.alerts == ("High", 'service="eventa"')
    assert runbook.parameters == {"*": {"A": "1"}, "prod": {"A": "true", "B": ""}}


def test_a_value_for_all_environments_is_the_parameters_default_but_never_a_secret() -> None:
    (runbook,) = parsed("runbook:\n  params:\n    '*': {A: '7', ADMIN_TOKEN: leaked}").runbooks
    plain, secret = runbook.steps[0].commands[0].parameters
    assert (plain.default, secret.default) == ("7", None)


def test_lines_keep_their_numbers() -> None:
    assert parsed("a: 1\nb: 2").runbooks[0].line == 5


def test_front_matter_of_other_tools_is_left_alone() -> None:
    assert not parsed("layout: post\ntags: [a, b]").problems


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("a: [", 3),
        ("a: 1\nb: - c", 3),
        ("- a", 1),
        ("runbook: 7", 2),
        ("a: 1\nrunbook:\n  colour: red", 4),
        ("runbook:\n  service: x\n  alerts: [[a]]", 4),
        ("runbook:\n  params: [a]", 3),
        ("runbook:\n  params:\n    prod: {A: [1]}", 3),
        ("a: !!python/object/apply:os.system [reboot]", 2),
        ("a: *nowhere", 2),
        ("a: 2025-99-99", 1),
        ("x: " + "[" * 5000, 2),
        ("x: '" + "y" * 70_000 + "'", 1),
    ],
)
def test_what_is_wrong_is_named_by_line_and_the_steps_still_load(yaml: str, line: int) -> None:
    contents = parsed(yaml)
    assert [abs(problem.line - line) <= 1 for problem in contents.problems] == [True]
    assert len(contents.runbooks[0].steps) == 1


def test_aliases_that_multiply_cost_nothing() -> None:
    layers = "\n".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}, *l{n - 1}, *l{n - 1}]" for n in range(1, 40))
    assert len(parsed(f"l0: &l0 [x]\n{layers}\nrunbook:\n  alerts: *l39").problems) == 1
