"""Many files at once: bad ones are problems, unchanged ones are not parsed again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventa_cockpit.runbook import library as subject
from eventa_cockpit.runbook.library import load_library, shipped_runbooks

GOOD = "# Good\n1. look\n   ```sh\n   kubectl get pods -n ${NAMESPACE:-default}\n   ```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD)
    return folder


class TestProblems:
    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"# X\n1. \xff\xfe\n", 2),
            ("# 障害\n1. 見る\n".encode("cp932"), 1),
            (b"# X\n1. a\n\n```sh\nls\n", 4),
            (b"---\nrunbook: [\n---\n# X\n1. a\n", 3),
        ],
    )
    def test_a_bad_file_is_named_with_its_line_and_the_others_load(self, folder: Path, data: bytes, line: int) -> None:
        (folder / "bad.md").write_bytes(data)
        library = load_library([folder])
        assert [(problem.file, problem.line) for problem in library.problems] == [(str(folder / "bad.md"), line)]
        assert "Good" in [runbook.title for runbook in library.runbooks]

    def test_a_file_that_is_not_there(self, folder: Path) -> None:
        library = load_library([folder, folder / "missing.md"])
        assert [problem.file for problem in library.problems] == [str(folder / "missing.md")]
        assert len(library.runbooks) == 1

    def test_a_broken_link_and_a_folder_named_like_a_file(self, folder: Path) -> None:
        (folder / "gone.md").symlink_to(folder / "nowhere.md")
        (folder / "folder.md").mkdir()
        assert [problem.file for problem in load_library([folder]).problems] == [str(folder / "gone.md")]

    def test_a_file_that_is_too_large(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subject, "MAX_BYTES", 10)
        assert len(load_library([folder]).problems) == 1

    def test_a_pipe_keeps_nobody_waiting(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe.md")
        assert [problem.file for problem in load_library([folder]).problems] == [str(folder / "pipe.md")]


class TestFiles:
    def test_folders_are_read_in_the_order_of_their_paths_without_hidden_ones(self, folder: Path) -> None:
        for name in ("z/a.md", "b/x.markdown", ".git/y.md", "b/notes.txt"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(f"# {name}\n1. a\n")
        assert [runbook.title for runbook in load_library([folder]).runbooks] == ["Good", "b/x.markdown", "z/a.md"]

    def test_two_runbooks_of_one_title_are_told_apart_by_their_files(self, folder: Path) -> None:
        (folder / "other.md").write_text(GOOD + "# Good\n1. b\n")
        assert [runbook.id for runbook in load_library([folder]).runbooks] == ["good", "good-other", "good-other-2"]

    def test_objectives_may_stand_in_a_file_of_their_own(self, folder: Path) -> None:
        (folder / "slo.yml").write_text("error_budget_minutes: 43\nlatency_p95_ms: 300\nerror_rate: 0.001\n")
        objectives = load_library([folder]).objectives
        assert objectives.error_budget is not None
        assert objectives.error_budget.total_seconds() == 43 * 60
        assert [(bound.value, bound.unit) for bound in objectives.thresholds] == [(300, "ms"), (0.1, "%")]

    def test_the_shipped_runbooks_load_without_a_problem(self) -> None:
        library = load_library([shipped_runbooks()])
        assert len(library.runbooks) == 6
        assert not library.problems


class TestCache:
    @pytest.fixture
    def parsed(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        """Files that were parsed, in order."""
        files: list[Path] = []
        parse = subject.read_contents

        def read_contents(data: bytes, file: Path) -> object:
            files.append(file)
            return parse(data, file)

        monkeypatch.setattr(subject, "read_contents", read_contents)
        return files

    def test_a_second_load_parses_nothing_and_says_the_same(self, tmp_path: Path, parsed: list[Path]) -> None:
        cache, team = tmp_path / "deep" / "cache", Path(__file__).parent / "files"
        first = load_library([team, shipped_runbooks()], cache=cache)
        count = len(parsed)
        assert load_library([team, shipped_runbooks()], cache=cache) == first
        assert len(parsed) == count

    def test_a_changed_file_is_parsed_again(self, folder: Path, parsed: list[Path]) -> None:
        cache = folder.parent / "cache"
        load_library([folder], cache=cache)
        (folder / "good.md").write_text(GOOD.replace("Good", "Better"))
        assert [runbook.title for runbook in load_library([folder], cache=cache).runbooks] == ["Better"]
        assert len(parsed) == 2

    def test_a_file_that_went_away_is_forgotten(self, folder: Path) -> None:
        cache = folder.parent / "cache"
        load_library([folder], cache=cache)
        (folder / "good.md").unlink()
        assert not load_library([folder], cache=cache).runbooks

    @pytest.mark.parametrize("damage", [b"", b"rubbish", b"\x92\xa1x\xc0", b"\xff" * 100])
    def test_a_damaged_cache_is_ignored(self, folder: Path, parsed: list[Path], damage: bytes) -> None:
        cache = folder.parent / "cache"
        cache.write_bytes(damage)
        assert len(load_library([folder], cache=cache).runbooks) == 1
        assert len(load_library([folder], cache=cache).runbooks) == 1
        assert len(parsed) == 1

    def test_every_cut_of_a_cache_is_ignored(self, folder: Path) -> None:
        cache = folder.parent / "cache"
        expected = load_library([folder], cache=cache)
        data = cache.read_bytes()
        for length in range(0, len(data), 37):
            cache.write_bytes(data[:length])
            assert load_library([folder], cache=cache) == expected

    def test_a_cache_that_others_may_write_decides_nothing(self, folder: Path, parsed: list[Path]) -> None:
        cache = folder.parent / "cache"
        load_library([folder], cache=cache)
        cache.chmod(0o666)
        load_library([folder], cache=cache)
        assert len(parsed) == 2

    def test_a_cache_behind_a_link_decides_nothing(self, folder: Path, parsed: list[Path]) -> None:
        cache, elsewhere = folder.parent / "cache", folder.parent / "elsewhere"
        load_library([folder], cache=elsewhere)
        cache.symlink_to(elsewhere)
        load_library([folder], cache=cache)
        assert len(parsed) == 2

    def test_another_parser_drops_it(self, folder: Path, parsed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
        cache = folder.parent / "cache"
        load_library([folder], cache=cache)
        monkeypatch.setattr("eventa_cockpit.runbook.cache.parser_digest", lambda: "another")
        load_library([folder], cache=cache)
        assert len(parsed) == 2

    def test_a_place_that_cannot_be_written_is_no_problem(self, folder: Path) -> None:
        (folder.parent / "file").write_text("")
        library = load_library([folder], cache=folder.parent / "file" / "cache")
        assert not library.problems


def test_nothing_that_parses_is_imported_while_the_cache_serves(folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from eventa_cockpit.runbook.library import load_library\n"
        "assert load_library([Path(sys.argv[1])], cache=Path(sys.argv[2])).runbooks\n"
        "print(*sorted({'markdown_it', 'tree_sitter', 'yaml', 'textual', 'httpx'} & set(sys.modules)))"
    )
    arguments = [sys.executable, "-c", program, str(folder), str(tmp_path / "cache")]
    cold = subprocess.run(arguments, capture_output=True, check=True, text=True)
    warm = subprocess.run(arguments, capture_output=True, check=True, text=True)
    assert cold.stdout.split() == ["markdown_it", "tree_sitter"]
    assert warm.stdout.split() == []
