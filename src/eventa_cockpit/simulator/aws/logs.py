"""Log files of RDS instances, which moto cannot hand out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from eventa_cockpit.simulator.aws.joining import replace

PORTION_BYTES = 1_000_000
PORTION_LINES = 10_000


@dataclass(frozen=True, slots=True)
class LogFile:
    """As `describe-db-log-files` lists it."""

    log_file_name: str
    size: int
    last_written: int
    """Milliseconds since 1970."""


class LogFileNotFoundError(ServiceException):
    code = "DBLogFileNotFoundFault"


def serve_logs(logs: Mapping[str, Callable[[], str]], now: Callable[[], datetime]) -> None:
    """Give each of moto's instances these files, in this process; each is read whenever somebody asks."""

    def describe_db_log_files(
        self: RDSBackend, db_instance_identifier: str, filename_contains: str = "", **_named: Any
    ) -> list[LogFile]:
        self.describe_db_instances(db_instance_identifier)
        written = int(now().timestamp() * 1000)
        texts = {name: read() for name, read in logs.items() if filename_contains in name}
        return [LogFile(name, len(text.encode()), written) for name, text in texts.items()]

    def download_db_log_file_portion(self: RDSResponse) -> ActionResult:
        self.backend.describe_db_instances(self.params["DBInstanceIdentifier"])
        name = self.params["LogFileName"]
        if name not in logs:
            raise LogFileNotFoundError(f"DBLog File: {name} is not found on the DB instance")
        marker, lines = self.params.get("Marker"), self.params.get("NumberOfLines")
        data, end, pending = portion(logs[name](), marker, None if lines is None else int(lines))
        return ActionResult({"LogFileData": data, "Marker": f"0:{end}", "AdditionalDataPending": pending})

    replace(RDSBackend, describe_db_log_files=describe_db_log_files)
    replace(RDSResponse, download_db_log_file_portion=download_db_log_file_portion)


def portion(text: str, marker: str | None, lines: int | None) -> tuple[str, int, bool]:
    """Part of a log file, where it ends, and whether more follows, by the rules of DownloadDBLogFilePortion.

    Without a marker: the newest lines. With one: the lines from there on. Never more than 1 MB or 10,000 lines.
    """
    limit = min(lines or PORTION_LINES, PORTION_LINES)
    if marker is None:
        newest = "".join(text.splitlines(keepends=True)[-limit:])
        while len(newest) > PORTION_BYTES:
            newest = newest.partition("\n")[2]
        return newest, len(text), False
    start = int(marker.rpartition(":")[2] or 0)
    part = "".join(text[start : start + PORTION_BYTES].splitlines(keepends=True)[:limit])
    end = start + len(part)
    return part, end, end < len(text)
