"""How long a library of 1,000 runbook files takes: parsed, and from the cache. The last line is the figure."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = (
    "kubectl -n ${{NAMESPACE}} rollout restart deployment/service-{n}",
    "$ kubectl get pods -l app=service-{n}\nNAME        READY   STATUS\nservice-{n}   1/1     Running",
    "aws rds describe-db-instances \\\n  --db-instance-identifier <instance {n}> \\\n  --output text > state-{n}.txt",
    """curl -fsS -X POST https://api.example.org/service-{n}/maintenance \\
  -H @<(printf 'Authorization: Bearer %s' "${{ADMIN_TOKEN}}") \\
  -d '{{"enabled": true}}'""",
    'for pod in $(kubectl get pods -o name); do\n  kubectl logs "$pod" --tail=100 | grep -c error-{n}\ndone',
    'psql -h "$DB_HOST" -c "SELECT count(*) FROM orders_{n} WHERE state = \'failed\'"',
    "cat <<EOF | kubectl apply -f -\nkind: ConfigMap\nmetadata:\n  name: flags-{n}\nEOF",
)
WORDS = (
    "決済 データベース 応答 確認 再起動 切り替え ログ メトリクス インスタンス キャッシュ 負荷 接続数 通知 担当".split()
)


def runbook(number: int, chance: random.Random) -> str:
    """One file as teams write them: front matter or not, headings or bold phases, six to twelve steps."""
    lines = [] if number % 3 else ["---", "runbook:", "  service: eventa", f"  alerts: [Alert{number}]", "---", ""]
    lines += [f"# {''.join(chance.sample(WORDS, 3))} {number}", "", f"**原因**: {chance.choice(WORDS)}の不足", ""]
    lines += ["## 検知", "", f"- レイテンシ > {chance.randint(50, 900)} ms のアラート", "- 利用者からの報告", ""]
    for phase in ("緩和策", "復旧手順"):
        lines += [f"**{phase}**:" if number % 2 else f"## {phase}", ""]
        for step in range(1, chance.randint(3, 6) + 1):
            lines += [f"{step}. {''.join(chance.sample(WORDS, 4))}する", ""]
            if chance.random() < 0.7:
                script = chance.choice(COMMANDS).format(n=number)
                lines += ["   ```bash", *(f"   {line}" for line in script.split("\n")), "   ```", ""]
            if chance.random() < 0.5:
                lines += [f"   {'、'.join(chance.sample(WORDS, 5))}を見て、変化がなければ次へ進む。", ""]
    return "\n".join(lines)


def seconds(folder: Path, cache: Path) -> float:
    """One load in a fresh process, from the start of the import to the finished library."""
    program = (
        "import sys, time; start = time.perf_counter()\n"
        "from pathlib import Path\n"
        "from eventa_cockpit.runbook.library import load_library\n"
        "library = load_library([Path(sys.argv[1])], cache=Path(sys.argv[2]))\n"
        "print(time.perf_counter() - start, len(library.runbooks))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder), str(cache)], capture_output=True, check=True)
    elapsed, found = done.stdout.split()
    assert int(found) == len(list(folder.iterdir())), f"only {int(found)} runbooks were found"
    return float(elapsed)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--repeat", type=int, default=3)
    options = arguments.parse_args()
    chance = random.Random(20250430)
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name, "runbooks"), Path(name, "cache")
        folder.mkdir()
        for number in range(options.files):
            (folder / f"runbook-{number:04}.md").write_text(runbook(number, chance), encoding="utf-8")
        cold, warm = [], []
        for _ in range(options.repeat):
            cache.unlink(missing_ok=True)
            cold.append(seconds(folder, cache))
            warm.append(seconds(folder, cache))
            print(f"cold {cold[-1]:.2f} s, from the cache {warm[-1]:.3f} s")
        print(f"cache {cache.stat().st_size / 1024:.0f} KB")
    print(f"{options.files} runbook files: {min(cold):.2f} s cold (limit 5), {min(warm):.3f} s from cache (limit 0.5)")


if __name__ == "__main__":
    main()
