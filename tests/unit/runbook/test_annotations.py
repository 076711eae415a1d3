"""What annotations add, and that nothing wrong in them stops a runbook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventa_cockpit.domain.runbook import Annotation, Threshold
from eventa_cockpit.runbook.annotations import of_comment, of_fence
from eventa_cockpit.runbook.parse import parse_text


def test_every_key_of_a_fence() -> None:
    annotation = of_fence(
        'sh {"name":"on","confirm":"typed","timeout":"2m","retries":2,"undo":"off","verify":"rate < 5%",'
        '"expect":"enabled.*true","env":"prod","interactive":true,"background":true,"pty":false,"cwd":".",'
        '"choices":{"POD":"kubectl get pods -o name"},"link":"https://x.example","killer":true}'
    )
    assert annotation == Annotation(
        name="on",
        confirm="typed",
        timeout=timedelta(minutes=2),
        retries=2,
        undo="off",
        verify=Threshold("rate", "<", 5, "%"),
        expect="enabled.*true",
        environments=("prod",),
        is_interactive=True,
        is_background=True,
        uses_pty=False,
        cwd=".",
        choices={"POD": "kubectl get pods -o name"},
        link="https://x.example",
        is_killer=True,
    )


def test_pairs_in_braces_are_the_same() -> None:
    annotation = of_fence("bash {name=on, timeout=90 interactive=true .class #id}")
    assert annotation == Annotation(name="on", timeout=timedelta(seconds=90), is_interactive=True)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("2m", 120), ("1h30m", 5400), ("0.5s", 0.5)])
def test_durations(text: str, seconds: float) -> None:
    assert of_fence(f'sh {{"timeout":"{text}"}}').timeout == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "pair",
    [
        '"colour":"red"',
        '"timeout":"soon"',
        '"timeout":"-1s"',
        '"timeout":true',
        '"timeout":"999999h"',
        '"retries":-1',
        '"retries":"many"',
        '"verify":"good"',
        '"expect":"("',
        '"interactive":"perhaps"',
        '"name":{}',
        '"env":[1]',
        '"choices":[]',
        '"confirm":"shout"',
        '"link":"javascript:alert(1)"',
    ],
)
def test_what_is_not_known_is_kept_and_adds_nothing(pair: str) -> None:
    annotation = of_fence(f"sh {{{pair}}}")
    assert list(annotation.unknown) == [pair.split('"')[1]]
    assert Annotation(unknown=annotation.unknown) == annotation


@pytest.mark.parametrize("info", ["sh", "", "sh {", 'sh {"a"', "sh {]}", "sh {'}", "{}", "sh {" + "[" * 15000 + "}"])
def test_braces_that_cannot_be_read_add_nothing_that_counts(info: str) -> None:
    annotation = of_fence(info)
    assert Annotation(unknown=annotation.unknown) == annotation


def test_a_comment_annotates_the_step_that_it_stands_in() -> None:
    text = '# X\n1. a\n\n   <!-- step: {"verify":"error_rate < 0.1%","killer":true} -->\n2. b\n'
    first, second = parse_text(text, "x.md").runbooks[0].steps
    assert first.annotation == Annotation(verify=Threshold("error_rate", "<", 0.1, "%"), is_killer=True)
    assert second.annotation == Annotation()


def test_also_in_the_line_itself_and_after_a_fence_of_its_own() -> None:
    inline = parse_text('# X\n1. a <!-- step: {"killer":true} -->\n', "x.md").runbooks[0].steps[0]
    alone = parse_text('# X\n\n```sh\nls\n```\n\n<!-- step: {"killer":true} -->\n', "x.md").runbooks[0].steps[0]
    assert inline.annotation.is_killer
    assert inline.title == "a"
    assert alone.annotation.is_killer


def test_other_comments_are_not_annotations() -> None:
    assert of_comment(" TODO later ") is None
    assert of_comment("step: later") is None
