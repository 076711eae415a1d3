"""What of a fence is a command: prompts, sample output, sessions, other languages."""

from __future__ import annotations

import pytest

from eventa_cockpit.runbook.fences import is_incomplete, is_shell, language_of, looks_like_shell, split_fence


def script(content: str, language: str = "bash") -> str:
    return split_fence(content, language).script


def sample(content: str, language: str = "bash") -> str:
    return split_fence(content, language).sample


class TestPrompts:
    @pytest.mark.parametrize(
        "line",
        [
            "$ ls -l",
            "user@host$ ls -l",
            "user@host:~/work$ ls -l",
            "[root@db1 ~]# ls -l",
            "sh-4.4# ls -l",
            "bash-5.1$ ls -l",
            "(venv) $ ls -l",
            "❯ ls -l",
            "% ls -l",
            "> ls -l",
            "    $ ls -l",
        ],
    )
    def test_a_prompt_is_stripped(self, line: str) -> None:
        assert script(line) == "ls -l"

    def test_lines_without_a_prompt_are_sample_output(self) -> None:
        content = "$ kubectl get pods\nNAME   READY\nweb-1  1/1\n$ kubectl get nodes\nNAME\n"
        assert script(content) == "kubectl get pods\nkubectl get nodes"
        assert sample(content) == "NAME   READY\nweb-1  1/1\nNAME"

    def test_several_commands_are_one_script(self) -> None:
        assert script("$ export A=1\n$ echo $A\n") == "export A=1\necho $A"

    @pytest.mark.parametrize(
        "line", ["$(which kubectl) get pods", "$KUBECTL get pods", '"$TOOL" run', "${BIN}/tool run"]
    )
    def test_a_leading_expansion_keeps_its_dollar(self, line: str) -> None:
        assert script(line) == line
        assert script(f"$ {line}\n") == line

    def test_continued_lines_belong_to_the_command(self) -> None:
        assert script("$ oc logs x | \\\ngrep a \\\n| sort\noutput\n") == "oc logs x | \\\ngrep a \\\n| sort"

    def test_continued_prompts_are_stripped(self) -> None:
        assert script("$ for i in a b; do\n> echo $i\n> done\na\nb\n") == "for i in a b; do\necho $i\ndone"

    def test_an_open_quote_goes_on(self) -> None:
        assert script("$ curl -d '{\n  \"a\": 1\n}' https://x\nok\n") == "curl -d '{\n  \"a\": 1\n}' https://x"

    def test_a_here_document_goes_on_to_its_tag(self) -> None:
        assert (
            script("$ cat <<EOF | oc apply -f -\nkind: X\nEOF\nx created\n")
            == "cat <<EOF | oc apply -f -\nkind: X\nEOF"
        )

    def test_a_blank_after_the_backslash_does_not_end_a_prompted_command(self) -> None:
        assert script("$ oc delete machineconfig \\ \n  00-override\n") == "oc delete machineconfig \\\n  00-override"

    def test_a_command_that_never_completes_ends_at_its_line(self) -> None:
        assert script("$ echo it's\nsome output\n") == "echo it's"

    def test_the_head_of_a_curl_progress_table_is_no_prompt(self) -> None:
        content = "$ curl https://x -o y\n  % Total    % Received % Xferd\n100  1234\n"
        assert script(content) == "curl https://x -o y"


class TestRootPrompts:
    def test_in_a_console_a_hash_is_a_prompt(self) -> None:
        assert script("# systemctl status kubelet\nactive\n", "console") == "systemctl status kubelet"

    def test_in_a_script_it_is_a_comment(self) -> None:
        assert script("# get the pods\nkubectl get pods\n") == "# get the pods\nkubectl get pods"

    def test_beside_dollar_prompts_it_is_a_comment(self) -> None:
        assert script("# NAME=x\n$ ls\n") == "# NAME=x\nls"

    def test_over_output_alone_it_is_a_prompt(self) -> None:
        assert script("# kubectl get pods\nNAME READY\n") == "kubectl get pods"

    def test_nothing_that_is_commented_out_runs(self) -> None:
        assert script("# kubectl delete pod x\n# kubectl delete pod y\n") == ""
        assert script("# find the pod that is stuck\n", "console") == ""

    def test_a_comment_under_output_is_output(self) -> None:
        assert script("$ cat hosts\n# static table\n127.0.0.1 localhost\n") == "cat hosts"


class TestSessions:
    def test_what_is_typed_in_a_session_is_not_run_here(self) -> None:
        split = split_fence("$ oc debug node/x\n# chroot /host\n# systemctl reboot\n", "console")
        assert split.script == "oc debug node/x"
        assert "systemctl reboot" in split.sample

    def test_also_when_the_prompt_stays_the_same(self) -> None:
        assert script("$ ssh db1\n$ rm -rf /var/lib/x\n") == "ssh db1"

    def test_after_exit_it_is_this_shell_again(self) -> None:
        assert script("$ oc rsh pod\n$ df -h\n$ exit\n$ oc get pods\n") == "oc rsh pod\noc get pods"

    def test_a_command_for_the_other_side_opens_none(self) -> None:
        assert script("$ ssh db1 uptime\n$ uptime\n") == "ssh db1 uptime\nuptime"


class TestWithoutPrompts:
    def test_every_line_is_script(self) -> None:
        assert script("export A=1\necho $A\n") == "export A=1\necho $A"

    def test_output_that_was_pasted_below_is_left_out(self) -> None:
        content = "oc get lease\n\nNAME          HOLDER       AGE\novn-master    ovn-85f4     32m\n"
        assert script(content) == "oc get lease"
        assert "ovn-master" in sample(content)

    def test_a_log_line_is_output(self) -> None:
        assert script('kubectl logs x\nlevel=error ts=2021-09-24 msg="no"\n') == "kubectl logs x"

    def test_blocks_and_functions_stay_whole(self) -> None:
        content = "check() {\n  Kubectl get x\n}\nfor i in 1 2; do\n  check\ndone"
        assert script(content) == content

    def test_only_comments_hold_no_command(self) -> None:
        assert split_fence("# TODO: find the command\n", "bash").script == ""

    @pytest.mark.parametrize(
        ("content", "language"),
        [
            ('{"enabled": true}', "json"),
            ('[\n  {"a": 1}\n]', "json"),
            ("SELECT * FROM orders WHERE id < 3;", "sql"),
            ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n", "yaml"),
            ('sum by (job) (rate(http_requests_total{code="500"}[5m])) > 1', "other"),
            ("I0428 02:23:13.498282   11418 daemon.go:1250] Enabling monitor", "other"),
            ("Failed calling webhook, failing open", "other"),
            ('default_runtime = "crun"', "other"),
        ],
    )
    def test_other_languages_marked_as_shell_are_no_command(self, content: str, language: str) -> None:
        split = split_fence(content, "bash")
        assert (split.script, split.refused) == ("", language)
        assert split.sample.strip() == content.strip()

    @pytest.mark.parametrize(
        "content", ["odf subvolume ls", "mytool --check <name>", "./fix.sh", "sensors", "A=1 B=2 run.sh", "{ ls; df; }"]
    )
    def test_programs_that_no_rule_knows_are_commands_all_the_same(self, content: str) -> None:
        assert script(content) == content


class TestLanguages:
    @pytest.mark.parametrize(
        "info", ["sh", "Bash", "bash {name=x}", "shell-session", "console", "zsh title=x", "{.bash}"]
    )
    def test_shell(self, info: str) -> None:
        assert is_shell(language_of(info))

    @pytest.mark.parametrize("info", ["shel", "bashh", "consle", "shells"])
    def test_misspelt_shell(self, info: str) -> None:
        assert is_shell(language_of(info))

    @pytest.mark.parametrize("info", ["", "json", "yaml", "text", "powershell", "batch", "promql", "python", "hash"])
    def test_no_shell(self, info: str) -> None:
        assert not is_shell(language_of(info))

    def test_a_fence_without_a_language_is_judged_by_its_lines(self) -> None:
        assert looks_like_shell("$ ls\na b\n")
        assert looks_like_shell("kubectl get pods\n")
        assert not looks_like_shell("NAME READY\nweb 1/1\n")
        assert not looks_like_shell("frobnicate all\n")


@pytest.mark.parametrize(
    "text",
    [
        "a \\",
        "echo 'x",
        'echo "x',
        "a |",
        "a &&",
        "x=$(ls",
        "for i in 1; do",
        "if true; then",
        "cat <<EOF",
        "case $x in",
    ],
)
def test_the_shell_would_ask_for_more(text: str) -> None:
    assert is_incomplete(text)


@pytest.mark.parametrize(
    "text", ["a", "echo 'x'", "a | b", "x=$(ls)", "for i in 1; do :; done", "cat <<EOF\nx\nEOF", "cat <<<x", "a # it's"]
)
def test_the_shell_would_run_it(text: str) -> None:
    assert not is_incomplete(text)
