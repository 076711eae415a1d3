"""What is shown is what will run, and a value is only ever a value."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventa_cockpit.runbook.commands import make_command
from eventa_cockpit.runbook.dates import expand_date
from eventa_cockpit.runbook.rendering import Rendering, SpanKind, render

NOW = datetime(2025, 4, 30, 3, 21, 44, tzinfo=UTC)


def rendered(script: str, **values: str) -> Rendering:
    return render(make_command(script), values, now=NOW)


def output(rendering: Rendering) -> str:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **rendering.environment}
    command = ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c", rendering.script]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=20)
    assert done.stderr == b""
    return done.stdout.decode()


def spans(rendering: Rendering, kind: SpanKind) -> list[str]:
    return [span.text for span in rendering.spans if span.kind is kind]


class TestVariables:
    def test_a_variable_stays_in_the_script_and_travels_in_the_environment(self) -> None:
        rendering = rendered('echo "${NAME}"', NAME="a b")
        assert rendering.script == 'echo "${NAME}"'
        assert rendering.environment == {"NAME": "a b"}
        assert rendering.preview == 'echo "a b"'
        assert spans(rendering, SpanKind.VALUE) == ["a b"]

    def test_a_missing_value_is_named_and_keeps_the_script_from_running(self) -> None:
        rendering = rendered("echo $A $B", A="1")
        assert [parameter.name for parameter in rendering.missing] == ["B"]
        assert not rendering.is_ready
        assert spans(rendering, SpanKind.MISSING) == ["$B"]

    def test_an_empty_value_counts_as_missing(self) -> None:
        assert not rendered('rm -rf "${DIR}/"', DIR="").is_ready

    def test_a_default_of_the_shell_is_shown(self) -> None:
        rendering = rendered('echo "${N:-10}"')
        assert rendering.is_ready
        assert rendering.preview == 'echo "10"'
        assert output(rendering) == "10\n"

    def test_an_expansion_that_only_the_shell_can_do_is_left_as_written(self) -> None:
        rendering = rendered("echo ${A%.txt} ${#A}", A="x.txt")
        assert rendering.preview == "echo ${A%.txt} ${#A}"
        assert output(rendering) == "x 5\n"


class TestSecrets:
    def test_a_secret_is_never_in_script_preview_or_environment(self) -> None:
        command = make_command('curl -H "Bearer ${ADMIN_TOKEN}" https://x')
        rendering = render(command, {"ADMIN_TOKEN": "hunter2"}, secrets={"ADMIN_TOKEN"})
        assert rendering.is_ready
        assert "hunter2" not in f"{rendering.script}{rendering.preview}{dict(rendering.environment)}"
        assert spans(rendering, SpanKind.SECRET) == ["${ADMIN_TOKEN}"]
        assert rendering.secret_variables == {"ADMIN_TOKEN": "ADMIN_TOKEN"}

    def test_without_its_value_it_is_missing(self) -> None:
        assert [entry.name for entry in rendered("echo $ADMIN_TOKEN").missing] == ["ADMIN_TOKEN"]

    @pytest.mark.parametrize("place", ["<api token>", '"<api token>"', "'<api token>'"])
    def test_a_secret_placeholder_becomes_a_variable(self, place: str) -> None:
        rendering = render(make_command(f"printf %s {place}"), {}, secrets={"api token"})
        assert rendering.secret_variables == {"API_TOKEN": "api token"}
        with_value = Rendering(rendering.script, rendering.spans, {"API_TOKEN": 'it\'s "$X" `y`'})
        assert output(with_value) == 'it\'s "$X" `y`'

    def test_inside_another_script_there_is_no_safe_place_for_it(self) -> None:
        rendering = render(make_command("bash -c 'echo <api token>'"), {}, secrets={"api token"})
        assert [entry.name for entry in rendering.unsafe] == ["api token"]


class TestPlaceholders:
    def test_the_value_is_quoted_and_shown_as_it_will_run(self) -> None:
        rendering = rendered("kubectl logs <pod> -n {{ns}}", pod="web 1", ns="prod")
        assert rendering.script == rendering.preview == "kubectl logs 'web 1' -n prod"
        assert spans(rendering, SpanKind.VALUE) == ["'web 1'", "prod"]

    def test_a_comment_and_a_quoted_here_document_stay_as_they_are(self) -> None:
        script = "cat <<'EOF' # <note>\n<x>\nEOF"
        rendering = rendered(script)
        assert rendering.is_ready
        assert rendering.script == script

    def test_no_quoting_is_safe_where_the_text_is_no_shell(self) -> None:
        rendering = rendered("echo <x> 'unclosed", x="a; reboot")
        assert [entry.name for entry in rendering.unsafe] == ["x"]
        assert rendered("echo <x> 'unclosed", x="plain").is_ready

    def test_nor_after_backslashes_in_backticks(self) -> None:
        assert not rendered('echo "`echo \\"<x>\\"`"', x="$(reboot)").is_ready


class TestDates:
    def test_the_preview_shows_the_date_and_the_script_keeps_it(self) -> None:
        rendering = rendered("snapshot --id x-$(date +%Y%m%d-%H%M)")
        assert rendering.script == "snapshot --id x-$(date +%Y%m%d-%H%M)"
        assert rendering.preview == "snapshot --id x-20250430-0321"
        assert spans(rendering, SpanKind.COMPUTED) == ["20250430-0321"]

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("date +%F", "2025-04-30"),
            ("date -u +%FT%TZ", "2025-04-30T03:21:44Z"),
            ("date -d yesterday +%F", "2025-04-29"),
            ("date --date=-1hour +%H", "02"),
            ("date -I", "2025-04-30"),
            ("date +%s", "1745983304"),
            ("date", None),
            ("date +%N", None),
            ("date -s 2000-01-01 +%F", None),
            ("date -f dates.txt +%F", None),
            ("date -d 'next friday' +%F", None),
            ("rm -rf x", None),
        ],
    )
    def test_forms_of_date(self, words: str, expected: str | None) -> None:
        assert expand_date([word.strip("'") for word in words.split(" ", words.count(" "))], NOW) == expected

    @pytest.mark.parametrize("script", ["echo $(reboot)", "echo $(date +%F; reboot)", "echo $(date +$FORMAT)"])
    def test_nothing_else_is_expanded(self, script: str) -> None:
        assert not spans(rendered(script), SpanKind.COMPUTED)


PLACES = [
    "printf %s <v>",
    'printf %s "<v>"',
    "printf %s '<v>'",
    "printf %s $'<v>'",
    'printf %s "$(printf %s <v>)"',
    "printf %s \"$(printf %s '<v>')\"",
    'printf %s "`printf %s <v>`"',
    "bash -c 'printf %s <v>'",
    'bash -c "printf %s <v>"',
    "bash -c \"printf %s '<v>'\"",
    "bash -c 'printf %s \"<v>\"'",
    "eval printf %s '<v>'",
    "env A=1 bash -c 'printf %s \"$(printf %s <v>)\"'",
    "f() { printf %s <v>; }; f",
    "if true; then printf %s <v>; fi",
    'printf %s "$V"',
    "bash -c 'printf %s \"$0\"' <v>",
    "printf %s {{v}}",
    "printf %s [VAL]",
]
VALUES = st.text(
    alphabet=st.one_of(
        st.sampled_from("'\"\\$`;&|<>(){}[]*?!#~ \n\t-=%"), st.characters(codec="utf-8", exclude_characters="\0")
    ),
    min_size=1,
    max_size=30,
).filter(lambda value: not value.endswith("\n"))


@pytest.mark.parametrize("script", PLACES)
@settings(max_examples=12, deadline=None)
@given(value=VALUES)
def test_the_shell_sees_exactly_the_value(script: str, value: str) -> None:
    rendering = rendered(script, v=value, V=value, VAL=value)
    if rendering.is_ready:
        assert output(rendering) == value
    else:
        assert rendering.unsafe


@settings(max_examples=25, deadline=None)
@given(value=VALUES)
def test_the_value_survives_a_here_document(value: str) -> None:
    assert output(rendered("cat <<EOF\n<v>\nEOF", v=value)) == f"{value}\n" or value.strip("\n") == "EOF"
