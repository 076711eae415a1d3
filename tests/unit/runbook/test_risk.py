"""What each command does at worst, and the rule that says so."""

from __future__ import annotations

import pytest

from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.runbook.commands import make_command
from eventa_cockpit.runbook.rules import RULES, explain

READ, CHANGE, DESTRUCTIVE = Risk.READ, Risk.CHANGE, Risk.DESTRUCTIVE


@pytest.mark.parametrize(
    ("script", "risk", "rule"),
    [
        ("kubectl get pods", READ, "kubectl.read"),
        ("kubectl -n prod logs web --tail=5", READ, "kubectl.read"),
        ("kubectl rollout status deployment/web", READ, "kubectl.read"),
        ("kubectl rollout undo deployment/web", CHANGE, "kubectl.rollout-undo"),
        ("kubectl --context x -n y scale deployment/web --replicas=0", CHANGE, "kubectl.scale"),
        ("kubectl apply -f x.yaml", CHANGE, "kubectl.change"),
        ("kubectl apply -f x.yaml --dry-run=server", READ, "dry-run"),
        ("kubectl delete pod web", DESTRUCTIVE, "kubectl.delete"),
        ("oc adm drain node-1", DESTRUCTIVE, "kubectl.drain"),
        ("kubectl exec web -- ls /", READ, "program.read"),
        ("kubectl exec -it web -- sh -c 'rm -rf /data'", DESTRUCTIVE, "files.remove"),
        ("kubectl exec -it web -- bash", CHANGE, "kubectl.session"),
        ("oc debug node/x", CHANGE, "kubectl.session"),
        ("aws rds describe-db-instances", READ, "aws.read"),
        ("aws --region x rds download-db-log-file-portion --output text > slow.log", READ, "aws.read"),
        ("aws rds create-db-snapshot --db-instance-identifier x", CHANGE, "aws.snapshot"),
        ("aws rds modify-db-instance --apply-immediately", CHANGE, "aws.change"),
        ("aws rds reboot-db-instance --db-instance-identifier x", DESTRUCTIVE, "aws.destructive"),
        ("aws rds failover-db-cluster --db-cluster-identifier x", DESTRUCTIVE, "aws.destructive"),
        ("aws s3 rm s3://bucket/key", DESTRUCTIVE, "aws.destructive"),
        ("aws s3 cp s3://bucket/key .", READ, "aws.read"),
        ("aws s3 cp key s3://bucket/", CHANGE, "aws.change"),
        ("aws s3 sync a s3://b --delete", DESTRUCTIVE, "aws.destructive"),
        ("terraform plan", READ, "terraform.read"),
        ("terraform apply", CHANGE, "terraform.apply"),
        ("terraform destroy", DESTRUCTIVE, "terraform.destroy"),
        ("curl https://x", READ, "http.read"),
        ("curl -fsS -X POST https://x", CHANGE, "http.change"),
        ("curl -d a=b https://x", CHANGE, "http.change"),
        ("curl -G -d a=b https://x", READ, "http.read"),
        ("curl -XPUT https://x", CHANGE, "http.change"),
        ("curl --request=DELETE https://x", DESTRUCTIVE, "http.delete"),
        ('curl -X "$METHOD" https://x', CHANGE, "http.computed"),
        ("curl -o /etc/hosts https://x", CHANGE, "files.write"),
        ("rm -rf cache", DESTRUCTIVE, "files.remove"),
        ("sudo -u app rm x", DESTRUCTIVE, "files.remove"),
        ("env A=1 nice -n 5 timeout 5 rm x", DESTRUCTIVE, "files.remove"),
        ("ls | xargs -n 1 rm", DESTRUCTIVE, "files.remove"),
        ("find . -name x -delete", DESTRUCTIVE, "files.remove"),
        ("find . -name x -exec cat {} \\;", READ, "program.read"),
        ("ssh db1 'systemctl reboot'", DESTRUCTIVE, "systemctl.power"),
        ("ssh db1 uptime", READ, "program.read"),
        ("ssh db1", CHANGE, "shell.session"),
        ("bash -c 'kubectl delete x'", DESTRUCTIVE, "kubectl.delete"),
        ("eval kubectl delete x", DESTRUCTIVE, "kubectl.delete"),
        ("watch -n 5 kubectl get pods", READ, "kubectl.read"),
        ("bash deploy.sh", CHANGE, "shell.script"),
        ("./deploy.sh", CHANGE, "shell.script"),
        ("$TOOL run", CHANGE, "shell.computed"),
        ("frobnicate", CHANGE, "program.unknown"),
        ("frobnicate --help", READ, "program.help"),
        ("sed -n 1p x", READ, "program.read"),
        ("sed -i s/a/b/ x", CHANGE, "files.edit"),
        ("echo x > /etc/motd", CHANGE, "files.write"),
        ("echo x > notes.txt", READ, "files.local"),
        ("echo x > /dev/sda", DESTRUCTIVE, "files.device"),
        ("echo x | sudo tee /etc/motd", CHANGE, "files.write"),
        ("psql -c 'SELECT 1'", READ, "sql.read"),
        ("psql -c 'UPDATE t SET a = 1'", CHANGE, "sql.change"),
        ("mysql -e 'DROP TABLE t'", DESTRUCTIVE, "sql.destructive"),
        ("psql <<EOF\nDELETE FROM t;\nEOF", DESTRUCTIVE, "sql.destructive"),
        ("psql -f migrate.sql", CHANGE, "sql.change"),
        ("redis-cli -h x INFO", READ, "redis.read"),
        ("redis-cli FLUSHALL", DESTRUCTIVE, "redis.destructive"),
        ("reboot", DESTRUCTIVE, "system.reboot"),
        ("systemctl restart api", CHANGE, "systemctl.change"),
        ("systemctl status api", READ, "systemctl.read"),
        ("git push --force", DESTRUCTIVE, "git.destructive"),
        ("helm rollback web 3", CHANGE, "helm.change"),
        ("docker rm -f web", DESTRUCTIVE, "container.delete"),
        ("k6 run x.js", CHANGE, "load.run"),
        ("cd x", READ, "shell.builtin"),
        ("A=1", READ, "none"),
        ("clean() { rm x; }; clean", DESTRUCTIVE, "files.remove"),
        ("echo $(kubectl delete x)", DESTRUCTIVE, "kubectl.delete"),
        ("kubectl get x || kubectl delete x", DESTRUCTIVE, "kubectl.delete"),
        ("if true; then reboot; fi", DESTRUCTIVE, "system.reboot"),
        ("echo 'rm -rf /'", READ, "shell.builtin"),
        ("echo x ' unclosed", CHANGE, "shell.unclear"),
        ("cat <<EOF\n`reboot`\nEOF", CHANGE, "shell.unclear"),
    ],
)
def test_the_worst_of_a_script_and_the_rule_that_says_so(script: str, risk: Risk, rule: str) -> None:
    command = make_command(script)
    assert (command.risk, command.risk_rule) == (risk, rule)


def test_every_rule_has_its_own_id_and_a_sentence() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(explain(rule.id) == rule.words for rule in RULES)


def test_a_rule_of_another_version_is_shown_by_its_id() -> None:
    assert explain("helm.something-new") == "helm.something-new"
