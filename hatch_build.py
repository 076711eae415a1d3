"""Build hook: compiles the message catalogues and puts top-level `screens/` and `runbooks/` into the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MAPPED = ("screens", "runbooks")


def compile_catalogues(folder: Path) -> list[Path]:
    """Write a .mo beside every .po below `folder`; returns what was written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        with source.open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))
        written.append(target)
    return written


class MappedFolders(BuildHookInterface):
    """Maps the folders for a wheel; an editable install finds them through committed symlinks."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        package = root / "src" / "eventa_cockpit"
        for compiled in compile_catalogues(package / "locale"):
            build_data["artifacts"].append(f"/{compiled.relative_to(root)}")
        if self.target_name != "wheel":
            return
        for name in MAPPED:
            if version == "standard":
                build_data["force_include"][name] = f"eventa_cockpit/{name}"
            elif not (package / name).is_dir():
                raise SystemExit(
                    f"src/eventa_cockpit/{name} is missing. Make it with: ln -s ../../{name} src/eventa_cockpit/{name}"
                )


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent / "src" / "eventa_cockpit" / "locale")
