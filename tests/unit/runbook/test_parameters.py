"""What a command asks for, and what it must never ask for."""

from __future__ import annotations

import pytest

from eventa_cockpit.runbook.commands import make_command
from eventa_cockpit.runbook.parameters import is_secret_name, secret_variable


def names(script: str) -> list[str]:
    return [parameter.name for parameter in make_command(script).parameters]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('echo $A ${B} "$C"', ["A", "B", "C"]),
        ("A=1\necho $A", []),
        ("echo $A; A=1", ["A"]),
        ("PATH_X=$PATH_X:1", ["PATH_X"]),
        ("A=1 tool $A", ["A"]),
        ("export A=1 B; echo $A $B", ["B"]),
        ("for i in $LIST; do echo $i; done", ["LIST"]),
        ("read -r -p 'who?' A B; echo $A $B", []),
        ("while read -r line; do echo $line; done < $FILE", ["FILE"]),
        ("mapfile -t LINES_READ < x; echo ${LINES_READ[0]}", []),
        ("printf -v A %s x; echo $A", []),
        ("f() { local a=$1; echo $a $2 $@ $# $? $$ $!; }; f x", []),
        ("echo ${A:=x} $A", ["A"]),
        ("((i++)); echo $i", []),
        ("echo $HOME $PATH $RANDOM $PWD", []),
        ("awk '{print $1, $NF}' x", []),
        ("awk -v n=\"$N\" '$1 > n' x", ["N"]),
        ("docker ps --format '{{.Names}} {{json .}}'", []),
        ("kubectl get x -o go-template='{{range .items}}{{end}}'", []),
        ("kubectl get x -o jsonpath='{.items[*].metadata.name}'", []),
        ("cat <<'EOF'\n$A <b> {{c}}\nEOF", []),
        ("cat <<EOF\n$A <b>\nEOF", ["A", "b"]),
        ("tool < file > out 2>&1", []),
        ("tool <in >out", []),
        ("diff <(sort a) <(sort b)", []),
        ("cat <<EOF\nx\nEOF", []),
        ("cat <<<word", []),
        ("kubectl logs <pod> -n <two words>", ["pod", "two words"]),
        ("kubectl logs {{pod}} {{ ns }}", ["pod", "ns"]),
        ("ssh [HOST] uptime", ["HOST"]),
        ("aws s3 ls YOUR_BUCKET", ["YOUR_BUCKET"]),
        ("echo $YOUR_X; YOUR_Y=1", ["YOUR_X"]),
        ("tr '[A-Z]' '[a-z]'; grep '[ERROR]' x; [ -f X ]; echo ${a[INDEX]}", ["a"]),
        ("grep '[NAME]' x", []),
        ("echo '<b>bold</b>'", []),
        ("ls # <comment>", []),
        ("kubectl get pod <pod>; kubectl logs <pod>", ["pod"]),
        ("echo <ポッド名>", ["ポッド名"]),
        ("echo $(cat $FILE) `ls $DIR`", ["FILE", "DIR"]),
        ("test $X -lt 3 && [[ $Y < $Z ]]", ["X", "Y", "Z"]),
    ],
)
def test_a_script_asks_for(script: str, expected: list[str]) -> None:
    assert names(script) == expected


def test_a_default_of_the_shell_is_the_parameters_default() -> None:
    (plain, computed) = make_command('x "${A:-10}" "${B:-$(date)}"').parameters
    assert (plain.default, computed.default) == ("10", None)


def test_choices_of_the_annotation_reach_their_parameter() -> None:
    command = make_command("kubectl logs $POD", info='sh {"choices":{"POD":"kubectl get pods -o name"}}')
    assert command.parameters[0].choices == "kubectl get pods -o name"


@pytest.mark.parametrize(
    "name", ["TOKEN", "ADMIN_TOKEN", "api key", "DB_PASSWORD", "client-secret", "SSH_KEY", "パスワード"]
)
def test_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["SECRET_NAME", "KEY_ID", "PUBLIC_KEY", "KEYSPACE", "TOKENIZER", "MONKEY", "TOKEN_URL"]
)
def test_only_speaks_of_a_secret(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["api key", "鍵", "9 lives", "a-b.c"])
def test_a_secret_placeholder_gets_a_variable_that_the_shell_accepts(name: str) -> None:
    variable = secret_variable(name)
    assert variable.isidentifier()
    assert variable.isascii()
