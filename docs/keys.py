"""Writes the tables of keys into configuration.md, from the definitions that the cockpit itself reads."""

from __future__ import annotations

from pathlib import Path

from eventa_cockpit.config.reference import markdown

PAGE = Path(__file__).parent / "configuration.md"
MARK = "<!-- The keys, from their definitions: python docs/keys.py -->\n"


def with_keys(page: str) -> str:
    prose, mark, _old = page.partition(MARK)
    return f"{prose}{mark}\n{markdown()}".rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(with_keys(PAGE.read_text("utf-8")), "utf-8")
