"""The shapes that real files have, each as small as it can be."""

from __future__ import annotations

import pytest

from eventa_cockpit.domain.runbook import Command, PhaseKind, Runbook, Step
from eventa_cockpit.runbook.escalation import escalation_rule
from eventa_cockpit.runbook.parse import parse_text


def only_runbook(text: str) -> Runbook:
    (runbook,) = parse_text(text, "file.md").runbooks
    return runbook


def steps(text: str) -> list[Step]:
    return list(only_runbook(text).steps)


def titles(text: str) -> list[str]:
    return [step.title for step in steps(text)]


def only_command(text: str) -> Command:
    (command,) = (command for step in steps(text) for command in step.commands)
    return command


class TestRunbooksAndPhases:
    def test_phases_may_be_headings(self) -> None:
        runbook = only_runbook(
            "# Disk full\n## Meaning\nIt is full.\n## Diagnosis\n1. look\n## Mitigation\n1. delete\n"
        )
        assert runbook.title == "Disk full"
        kinds = [phase.kind for phase in runbook.phases]
        assert kinds == [PhaseKind.DETECT, PhaseKind.DIAGNOSE, PhaseKind.MITIGATE]

    def test_phases_may_be_bold_lines_with_either_colon(self) -> None:
        runbook = only_runbook("# 障害\n\n**緩和策：**\n1. 止める\n\n**復旧手順**:\n1. 戻す\n")
        assert [phase.title for phase in runbook.phases] == ["緩和策", "復旧手順"]

    def test_bold_that_commonmark_leaves_as_asterisks_is_still_bold(self) -> None:
        assert only_runbook("# 障害\n**原因：**高負荷\n\n1. 見る\n").facts == {"原因": "高負荷"}

    def test_one_file_may_hold_several_runbooks(self) -> None:
        found = parse_text("# All\n## Restart\n1. do\n## Rotate\n1. do\n", "file.md").runbooks
        assert [runbook.title for runbook in found] == ["Restart", "Rotate"]

    def test_a_heading_over_procedures_with_phases_of_their_own_is_no_phase(self) -> None:
        text = "# 運用\n## 手順\n### A 障害\n**検知**:\n- x\n\n**緩和策**:\n1. a\n### B 障害\n**緩和策**:\n1. b\n"
        assert [runbook.title for runbook in parse_text(text, "file.md").runbooks] == ["A 障害", "B 障害"]

    def test_the_introduction_is_said_once(self) -> None:
        runbook = only_runbook("# X\nBe calm.\n\n**頻度**: 毎週\n\n1. look\n\nMore.\n")
        assert runbook.text == "Be calm."
        assert runbook.phases[0].text == "More."

    def test_an_unknown_bold_line_keeps_its_text(self) -> None:
        runbook = only_runbook("# X\n**注意事項**\n\n落ち着く。\n\n1. 見る\n")
        assert "落ち着く。" in runbook.text

    def test_headings_below_a_phase_stay_in_it(self) -> None:
        runbook = only_runbook("# X\n## Mitigation\n### By restart\n1. a\n### By failover\n1. b\n")
        assert [(phase.kind, phase.title) for phase in runbook.phases] == [
            (PhaseKind.MITIGATE, "By restart"),
            (PhaseKind.MITIGATE, "By failover"),
        ]
        assert [step.id for step in runbook.steps] == ["mitigate.1", "mitigate-2.1"]

    def test_a_phase_may_be_named_inside_the_item(self) -> None:
        runbook = only_runbook(
            "# 侵害\n1. [**検出と分析**] ログを見る\n2. [**封じ込め**] 鍵を止める\n3. [**復旧**] 戻す\n"
        )
        assert [phase.kind for phase in runbook.phases] == [PhaseKind.DETECT, PhaseKind.MITIGATE, PhaseKind.RECOVER]
        assert [step.title for step in runbook.steps] == ["ログを見る", "鍵を止める", "戻す"]

    def test_a_file_without_headings_takes_its_name(self) -> None:
        (runbook,) = parse_text("1. restart\n", "ops/restart-api.md").runbooks
        assert runbook.title == "restart-api"

    @pytest.mark.parametrize(
        "title",
        ["1. 再起動", "９。再起動", "Step 3: 再起動", "① 再起動", "（２）再起動", "1.2 再起動", "手順 4：再起動"],
    )
    def test_numbering_is_no_part_of_a_title(self, title: str) -> None:
        assert only_runbook(f"# {title}\n1. x\n").title == "再起動"

    def test_code_in_a_heading_is_plain_text(self) -> None:
        assert only_runbook("# `kubelet` is *down*\n1. x\n").title == "kubelet is down"

    def test_non_ascii_titles_keep_their_script_in_the_id(self) -> None:
        assert only_runbook("# 決済・障害 (Stripe)\n1. x\n").id == "決済-障害-stripe"


class TestSteps:
    def test_ordered_items_and_their_nested_items(self) -> None:
        first, inner, last = steps("# X\n1. a\n   1. b\n2. c\n")
        assert [first.id, inner.id, last.id] == ["procedure.1", "procedure.1.1", "procedure.2"]

    def test_task_items(self) -> None:
        assert titles("# X\n- [ ] a\n- [x] b\n") == ["a", "b"]

    def test_a_bullet_that_holds_a_shell_fence(self) -> None:
        found = steps("# X\n- look\n  ```sh\n  ls\n  ```\n- only text\n")
        assert [(step.title, len(step.commands)) for step in found] == [("look", 1)]

    def test_a_fence_of_its_own_is_titled_by_the_paragraph_before_it(self) -> None:
        assert titles("# X\nSome words. Look at the pods:\n\n```sh\nkubectl get pods\n```\n") == ["Look at the pods"]

    def test_or_else_by_its_heading(self) -> None:
        assert titles("# X\n## Look here\n```sh\nls\n```\n") == ["Look here"]

    def test_a_fence_right_after_a_list_belongs_to_its_last_item(self) -> None:
        found = steps("# X\n1. a\n2. b\n\n```sh\nls\n```\n\n3. c\n")
        assert [(step.title, len(step.commands)) for step in found] == [("a", 0), ("b", 1), ("c", 0)]
        assert [step.number for step in found] == ["1", "2", "3"]

    def test_a_fence_after_a_fence_joins_it(self) -> None:
        (step,) = steps("# X\nLook:\n\n```sh\nls\n```\n```sh\ndf\n```\n")
        assert [command.text for command in step.commands] == ["ls", "df"]

    def test_a_text_fence_right_after_is_the_expected_output(self) -> None:
        (step,) = steps("# X\n1. look\n   ```sh\n   ls\n   ```\n   ```text\n   a.txt\n   ```\n")
        assert step.commands[0].expected_output == "a.txt"

    def test_so_is_one_that_is_introduced_as_output(self) -> None:
        assert only_command("# X\nLook:\n```sh\nls\n```\n出力例:\n```\na.txt\n```\n").expected_output == "a.txt"

    def test_bullets_without_a_space(self) -> None:
        runbook = only_runbook("# X\n**検知**\n\n-遅い\n-重い\n\n**手順**\n1. 見る\n")
        assert [signal.text for signal in runbook.signals] == ["遅い", "重い"]

    def test_full_width_numbering(self) -> None:
        assert titles("# X\n**手順**\n\n１．見る\n２．止める\n３）戻す\n") == ["見る", "止める", "戻す"]

    def test_seven_levels(self) -> None:
        text = "# X\n" + "".join(f"{'   ' * depth}1. level {depth + 1}\n" for depth in range(7))
        assert [step.number for step in steps(text)] == [".".join(["1"] * depth) for depth in range(1, 8)]

    def test_links_of_a_step(self) -> None:
        (step,) = steps("# X\n1. see [status](https://a.example) and https://b.example/x。\n")
        assert step.links == ("https://a.example", "https://b.example/x")

    def test_an_item_without_words_is_titled_by_its_heading(self) -> None:
        assert titles("# X\n## Mitigation\n1. ```sh\n   ls\n   ```\n") == ["Mitigation"]


class TestSurroundings:
    def test_details_and_other_html(self) -> None:
        text = "# X\n<details>\n<summary>more</summary>\n\n1. a\n\n```sh\nls\n```\n</details>\n"
        assert only_command(text).text == "ls"

    def test_a_fence_inside_html_without_a_blank_line(self) -> None:
        assert only_command("# X\n<details>\n```sh\nls\n```\n</details>\n").text == "ls"

    def test_admonitions_are_opened_up(self) -> None:
        assert only_command('# X\n!!! warning "Careful"\n    Look first:\n\n    ```sh\n    ls\n    ```\n').text == "ls"

    def test_block_quotes_are_opened_up(self) -> None:
        assert only_command("# X\n> Look:\n> ```sh\n> ls\n> ```\n").text == "ls"

    def test_windows_line_ends_and_a_byte_order_mark(self) -> None:
        assert only_command("\ufeff# X\r\n1. a\r\n   ```sh\r\n   ls \\\r\n     -l\r\n   ```\r\n").text == "ls \\\n  -l"

    def test_tabs(self) -> None:
        assert only_command("# X\n1.\ta\n\n\t```sh\n\tls\n\t```\n").text == "ls"

    def test_a_closing_fence_outside_its_item_closes_it(self) -> None:
        found = steps("# X\n1. a\n   ```sh\n   ls\n```\n\nText.\n\n2. b\n")
        assert [(step.title, len(step.commands)) for step in found] == [("a", 1), ("b", 0)]

    def test_an_unclosed_fence_is_a_problem_and_no_command(self) -> None:
        contents = parse_text("# X\n1. a\n2. b\n\n```sh\nls\n\nAnd then some prose.\n", "file.md")
        assert [(problem.file, problem.line) for problem in contents.problems] == [("file.md", 5)]
        assert [len(step.commands) for runbook in contents.runbooks for step in runbook.steps] == [0, 0]

    def test_tables_and_code_stay_as_text(self) -> None:
        runbook = only_runbook("# X\n## Diagnosis\n\n| a | b |\n|---|---|\n| c | d |\n\n    indented\n\n1. look\n")
        assert runbook.phases[0].text == "a | b\nc | d\nindented"


def test_hostile_text_is_harmless_wherever_it_stands_and_commands_keep_their_bytes() -> None:
    words = "# a\x1b[2Jb\n\u202eWords.\n\n**k\x9b5A**: v\u200b\n\n1. t\x1b]0;x\x07\n   p\x1b[1A\n"
    text = f"{words}   ```sh\n   echo \x1b[2J\n   ```\n"
    runbook = only_runbook(text)
    (step,) = runbook.steps
    shown = f"{runbook.title}{runbook.text}{dict(runbook.facts)}{step.title}{step.text}"
    assert not set("\x1b\x9b\u202e\u200b\x07") & set(shown)
    assert step.commands[0].text == "echo \x1b[2J"


class TestEscalation:
    def test_a_list_of_delays_under_an_escalation_heading_is_a_policy(self) -> None:
        text = "# X\n## Escalation\n- no response within 15 minutes: page the secondary\n- after 1 hour, call the CTO\n"
        contents = parse_text(text, "file.md")
        assert [(rule.after.total_seconds() / 60, rule.target) for rule in contents.escalation] == [
            (15, "secondary"),
            (60, "CTO"),
        ]
        assert not contents.runbooks

    @pytest.mark.parametrize(
        "how", ["自動エスカレーション", "自動でエスカレーションする", "自動的に連絡する", "エスカレーション"]
    )
    def test_whoever_is_told_is_the_target_however_it_is_put(self, how: str) -> None:
        rule = escalation_rule(f"15 分以内に応答がなければ、二次担当へ{how}")
        assert rule is not None
        assert rule.target == "二次担当"

    def test_an_escalation_phase_without_delays_keeps_its_steps(self) -> None:
        runbook = only_runbook("# X\n## Escalation\n1. call the vendor\n2. open a ticket\n")
        assert [step.id for step in runbook.steps] == ["escalate.1", "escalate.2"]
