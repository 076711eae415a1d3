"""Trust: a command runs only if its exact text was approved here, is signed, or came with the cockpit."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from eventa_cockpit.domain.runbook import Command, Runbook, Step
from eventa_cockpit.errors import UnrecordedError
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.library import MAX_BYTES, read_contents, shipped_runbooks
from eventa_cockpit.services.approvals import Approval, Approvals, block_digest, repository_of
from eventa_cockpit.services.signatures import signature_of, signer_of


class TrustState(StrEnum):
    UNASKED = ""
    """Nobody keeps approvals here: a program that makes its own commands."""
    SHIPPED = "shipped"
    """It is in a file that came with the cockpit."""
    SIGNED = "signed"
    """It is in a file with a good signature."""
    APPROVED = "approved"
    """A responder approved exactly this text on this machine."""
    CHANGED = "changed"
    """Another text was approved in its place."""
    NEW = "new"
    """Nobody has approved it."""
    EDITED = "edited"
    """Whoever typed it approves it, for this once."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Why a text may run, or what has changed about it."""

    state: TrustState
    by: str = ""
    """Who signed, approved or typed it; of a changed one, who approved the former text."""
    at: str = ""
    """When it was approved, ISO 8601."""
    diff: tuple[str, ...] = ()
    """Lines from the approved text, or from the runbook's, to this one, each after `+`, `-`, a blank or `@`."""

    @property
    def needs_approval(self) -> bool:
        return self.state in {TrustState.NEW, TrustState.CHANGED}


UNASKED = Trust(TrustState.UNASKED)


def typed_by(responder: str, written: Command, edited: Command) -> Trust:
    """Of a text that a responder made of the runbook's."""
    return Trust(TrustState.EDITED, responder, diff=_diff_of(_lines(written.text), _lines(edited.text)))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Vetting:
    """Says which texts are trusted, and keeps the approvals of one responder."""

    def __init__(
        self,
        state: Path,
        responder: str,
        *,
        signers: Path | None = None,
        shipped: Path | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`signers` is a file of allowed signers; `shipped` the folder of the runbooks that came with the cockpit."""
        self._approvals = Approvals(state)
        self._responder = responder
        self._signers = signers
        self._shipped = (shipped or shipped_runbooks()).resolve()
        self._clock = clock
        self._blocks: dict[bytes, frozenset[str]] = {}
        self._signed: dict[tuple[bytes, ...], str] = {}

    def trust_in(self, runbook: Runbook, step: Step, command_index: int) -> Trust:
        """Blocks for a few file reads, and once for each signature."""
        file, command = Path(runbook.file).resolve(), step.commands[command_index]
        digest = _digest(command)
        vouched = self._vouched(file, digest)
        if vouched is not None:
            return vouched
        approvals = self._approvals.of_file(file)
        same = next((entry for entry in reversed(approvals) if entry.digest == digest), None)
        if same is not None:
            return Trust(TrustState.APPROVED, same.by, same.at)
        place = place_of(runbook, step, command_index)
        former = next((entry for entry in reversed(approvals) if entry.place == place), None)
        if former is not None:
            return Trust(TrustState.CHANGED, former.by, former.at, _diff(former, command))
        return Trust(TrustState.NEW)

    def approve(self, runbook: Runbook, step: Step, command_index: int) -> None:
        """On disk on return. Raises UnrecordedError when it cannot be kept: what is not approved must not run."""
        file, command = Path(runbook.file).resolve(), step.commands[command_index]
        approval = Approval(
            file=str(file),
            place=place_of(runbook, step, command_index),
            digest=_digest(command),
            text=command.text,
            cwd=command.annotation.cwd or "",
            by=self._responder,
            at=self._clock().isoformat(timespec="seconds"),
            repository=str(repository_of(file)),
        )
        try:
            self._approvals.keep(approval)
        except OSError as error:
            raise UnrecordedError(
                _("The approval cannot be kept in {folder}, so nothing was run: {reason}.").format(
                    folder=self._approvals.folder, reason=error.strerror or error
                )
            ) from error

    def _vouched(self, file: Path, digest: str) -> Trust | None:
        """By the file as it is now: what was read from it earlier may not be what it holds."""
        is_shipped = file.is_relative_to(self._shipped)
        signature = signature_of(file)
        if not is_shipped and (self._signers is None or not signature.is_file()):
            return None
        try:
            with file.open("rb") as opened:
                data = opened.read(MAX_BYTES)
            if digest not in self._blocks_of(data, file):
                return None
            if is_shipped:
                return Trust(TrustState.SHIPPED)
            signer = self._signer(data, signature)
        except OSError:
            return None
        return Trust(TrustState.SIGNED, signer) if signer else None

    def _blocks_of(self, data: bytes, file: Path) -> frozenset[str]:
        key = hashlib.sha256(data).digest()
        if key not in self._blocks:
            commands = (
                command
                for runbook in read_contents(data, file).runbooks
                for step in runbook.steps
                for command in step.commands
            )
            self._blocks[key] = frozenset(_digest(command) for command in commands)
        return self._blocks[key]

    def _signer(self, data: bytes, signature: Path) -> str:
        """Raises OSError."""
        assert self._signers is not None
        parts = (data, signature.read_bytes(), self._signers.read_bytes())
        key = tuple(hashlib.sha256(part).digest() for part in parts)
        if not self._signed.get(key):
            self._signed[key] = signer_of(data, signature, self._signers)
        return self._signed[key]


def place_of(runbook: Runbook, step: Step, command_index: int) -> str:
    """Where a command stands, by its name if it has one."""
    name = step.commands[command_index].annotation.name
    return f"{runbook.id}/{name}" if name else f"{runbook.id}/{step.id}/{command_index}"


def _digest(command: Command) -> str:
    return block_digest(command.text, command.annotation.cwd or "")


def _diff(former: Approval, command: Command) -> tuple[str, ...]:
    before, after = _lines(former.text, former.cwd), _lines(command.text, command.annotation.cwd or "")
    return _diff_of(before, after)


def _diff_of(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    return tuple(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _lines(text: str, cwd: str = "") -> list[str]:
    return [*([f"cwd: {cwd}"] if cwd else []), *text.splitlines()]
