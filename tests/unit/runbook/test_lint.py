"""What the linter says should be mended, and what it must not complain about."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventa_cockpit.runbook.library import shipped_runbooks
from eventa_cockpit.runbook.lint import Finding, lint_contents, lint_paths
from eventa_cockpit.runbook.parse import parse_text


def lint(text: str) -> list[Finding]:
    return lint_contents(parse_text(text, "x.md"), "x.md")


def of_script(script: str, info: str = "sh") -> list[Finding]:
    body = "".join(f"   {line}\n" for line in script.split("\n"))
    return lint(f"# X\n1. a\n   ```{info}\n{body}   ```\n")


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_the_shipped_runbooks_have_nothing_to_mend() -> None:
    assert lint_paths([shipped_runbooks()]) == ()


def test_files_that_cannot_be_read_are_findings(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"# X\n\xff\n")
    (finding,) = lint_paths([tmp_path])
    assert (finding.file, finding.line, finding.rule) == (str(tmp_path / "bad.md"), 2, "problem")


def test_a_secret_on_the_command_line_is_offered_a_way_out_that_works() -> None:
    (finding,) = of_script('curl https://x \\\n  -H "Authorization: Bearer ${ADMIN_TOKEN}"')
    assert (finding.rule, finding.line) == ("secret-visible", 5)
    assert "-H @<(printf 'Authorization: Bearer %s' \"${ADMIN_TOKEN}\")" in finding.message


@pytest.mark.parametrize(
    "script",
    [
        "curl https://x -H @<(printf 'Authorization: Bearer %s' \"${ADMIN_TOKEN}\")",
        'echo "$ADMIN_TOKEN" | docker login --password-stdin',
        'export TOKEN="$ADMIN_TOKEN"',
        'tool <<<"$ADMIN_TOKEN"',
    ],
)
def test_a_secret_that_others_cannot_see_is_fine(script: str) -> None:
    assert "secret-visible" not in rules(of_script(script))


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("kubectl logs '<pod>'", "placeholder-quoted"),
        ("kubectl get po\u200bds", "invisible"),
        ("ls \u202e/etc", "invisible"),
        ("kubectl get\u00a0pods", "wide-space"),
        ("ls\u3000-l", "wide-space"),
        ("ls “a b”", "smart-quote"),
        ("ls –l", "smart-quote"),
        ("ls \\ \n  -l", "backslash-space"),
        ("aws rds describe-db-instances --db-instance-identifier eventa-prod", "hard-coded"),
        ("kubectl -n prod get pods", "hard-coded"),
        ("tail -f /var/log/syslog", "never-ends"),
        ("kubectl logs -f web", "never-ends"),
        ("kubectl get pods -w", "never-ends"),
        ("watch kubectl get pods", "never-ends"),
        ("kubectl port-forward svc/x 80", "never-ends"),
        ("sudo journalctl -fu kubelet", "never-ends"),
        ("ping example.com", "never-ends"),
        ("oc debug node/x\nreboot", "session"),
        ("echo 'unclosed", "no-syntax"),
    ],
)
def test_a_script_to_mend(script: str, rule: str) -> None:
    assert rule in rules(of_script(script))


@pytest.mark.parametrize(
    "script",
    [
        "echo '引用符 “ ” と全角　空白は文字列の中では正しい'",
        'aws rds describe-db-instances --db-instance-identifier "${DB_INSTANCE}"',
        "aws s3 ls product-images",
        "kubectl -n production-like-name-x get pods --output json | jq .",
        "timeout 5 tail -f x",
        "kubectl logs web",
        "tail -n 5 x",
        "ping -c 3 example.com",
        "kubectl logs <pod>",
    ],
)
def test_a_script_with_nothing_to_mend(script: str) -> None:
    assert rules(of_script(script.replace("production-like-name-x", "web"))) == []


def test_a_timeout_bounds_a_command_that_never_ends() -> None:
    assert not of_script("tail -f x", 'sh {"timeout":"1m"}')
    assert not of_script("tail -f x", 'sh {"background":true}')


@pytest.mark.parametrize(
    ("info", "rule"),
    [
        ('sh {"colour":"red"}', "unknown-key"),
        ('sh {"timeout":"soon"}', "bad-value"),
        ('sh {"undo":"off"}', "undo-missing"),
    ],
)
def test_an_annotation_to_mend(info: str, rule: str) -> None:
    (finding,) = of_script("ls", info)
    assert (finding.rule, finding.line) == (rule, 3)


def test_an_undo_that_names_a_command_of_the_runbook_is_fine() -> None:
    assert not lint('# X\n1. a\n   ```sh {"undo":"off"}\n   ls\n   ```\n2. b\n   ```sh {"name":"off"}\n   ls\n   ```\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# X\n1. ```sh\n   ls\n   ```\n", [(2, "untitled")]),
        ("# X\n## Detection\n## Mitigation\n1. a\n", [(2, "empty-phase")]),
        ('# X\n1. a\n   ```bash\n   {"a": 1}\n   ```\n', [(3, "refused")]),
        ("# X\n1. a\n\n```sh\nls\n", [(4, "problem")]),
        ("# X\n1. a\n   ```sh {name=x}\n   ls\n   ```\n   ```sh {name=x}\n   ls\n   ```\n", [(1, "name-twice")]),
    ],
)
def test_a_file_to_mend(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(finding.line, finding.rule) for finding in lint(text)] == expected


@pytest.mark.parametrize(
    ("pattern", "found"), [("^(a+)+$", ["pattern-nested"]), ("([0-9]{1,3}[.]){3}", []), ("a+b*", [])]
)
def test_a_pattern_that_could_search_for_ever_is_found(pattern: str, found: list[str]) -> None:
    assert rules(of_script("df -h", f'sh {{"expect":"{pattern}"}}')) == found
