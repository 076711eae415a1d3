"""Checks, without a network, that the pinned sets answer to pyproject.toml: every name, bound, extra and hash."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
SETS = {"runtime": ((), ("build",)), "demo": (("demo",), ("build",)), "dev": (("demo",), ("dev",))}
"""Pinned file → the extras and the dependency groups of pyproject.toml that it holds."""
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)")

Pins = dict[str, Version]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = {name: read_pins(name) for name in SETS}
    problems = [problem for name in SETS for problem in problems_of(name, project, pins)]
    for problem in problems:
        print(f"requirements: {problem}", file=sys.stderr)
    if problems:
        print("requirements: run `make lock` and commit requirements/.", file=sys.stderr)
    return 1 if problems else 0


def read_pins(name: str) -> Pins:
    matches = map(PIN.match, pinned_file(name).read_text("utf-8").splitlines())
    return {canonicalize_name(match["name"]): Version(match["version"]) for match in matches if match}


def pinned_file(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def problems_of(name: str, project: dict[str, Any], pins: dict[str, Pins]) -> Iterator[str]:
    for requirement in wanted(project, *SETS[name]):
        pinned = pins[name].get(canonicalize_name(requirement.name))
        if pinned is None:
            yield f"{name}.txt lacks {requirement}"
        elif not requirement.specifier.contains(pinned, prereleases=True):
            yield f"{name}.txt pins {requirement.name} {pinned}, pyproject.toml wants {requirement.specifier}"
    for package, version in pins[name].items():
        if pins["dev"].get(package) != version:
            yield f"{name}.txt and dev.txt disagree about {package}"
    text = pinned_file(name).read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    yield from (f"{name}.txt: {block.split()[0]} has no hash" for block in blocks if "--hash=sha256:" not in block)
    if "://" in text or re.search(r"^--(index|extra-index|find-links)", text, re.MULTILINE):
        yield f"{name}.txt names an index address"


def wanted(project: dict[str, Any], extras: tuple[str, ...], groups: tuple[str, ...]) -> list[Requirement]:
    names: list[str] = list(project["project"]["dependencies"])
    for extra in extras:
        names += project["project"]["optional-dependencies"][extra]
    for group in groups:
        names += group_members(project["dependency-groups"], group)
    return [Requirement(name) for name in names]


def group_members(groups: dict[str, list[Any]], group: str) -> list[str]:
    members: list[str] = []
    for member in groups[group]:
        members += [member] if isinstance(member, str) else group_members(groups, member["include-group"])
    return members


if __name__ == "__main__":
    sys.exit(main())
