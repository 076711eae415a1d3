"""What a supervisor loads is little, and from the standard library: it is paid for with each run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from eventa_cockpit import secrets
from eventa_cockpit.runner import supervisor
from eventa_cockpit.runner.supervisor import spellings

HEAVY = {
    "pathlib",
    "dataclasses",
    "inspect",
    "logging",
    "subprocess",
    "threading",
    "asyncio",
    "urllib",
    "html",
    "datetime",
}
ROOT = Path(supervisor.__file__).parents[3]


def modules() -> set[str]:
    script = (
        f"import sys; sys.path.append({str(ROOT)!r}); before = set(sys.modules); "
        "import eventa_cockpit.runner.supervisor.launcher; print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_only_the_supervisors_own_modules_and_light_ones_of_the_standard_library_are_loaded():
    loaded = modules()
    ours = {name for name in loaded if name.startswith("eventa_cockpit.")}
    others = {name.partition(".")[0] for name in loaded} - {"eventa_cockpit"}

    assert all(name.startswith("eventa_cockpit.runner") for name in ours)
    assert {name for name in ours if not name.startswith("eventa_cockpit.runner.supervisor")} == {
        "eventa_cockpit.runner"
    }
    assert others <= sys.stdlib_module_names
    assert not others & HEAVY


def test_the_shortest_secret_that_is_read_is_one_that_is_masked():
    assert secrets.SHORTEST == spellings.SHORTEST
