"""A PagerDuty on loopback that remembers what is written to it."""

from __future__ import annotations

import json
import socket

from tests.contract.loopback import Behaviour, Request, answer_json
from tests.contract.moments import NOW, stamp
from tests.contract.paging_answers import ICHIRO, page


class Account:
    """A PagerDuty that remembers; `drops` makes it take a write and say nothing."""

    def __init__(self) -> None:
        self.page = page()
        self.notes: list[str] = []
        self.drops = False
        self.refusal: Behaviour | None = None

    def __call__(self, request: Request, connection: socket.socket) -> None:
        if request.method == "GET":
            notes = [{"content": note, "created_at": stamp(NOW)} for note in self.notes]
            found = {"notes": notes} if request.path.endswith("/notes") else {"incident": self.page}
            answer_json(found)(request, connection)
            return
        if self.refusal is not None:
            self.refusal(request, connection)
            return
        content = json.loads(request.body)
        wanted = content.get("incident", {})
        if "status" in wanted:
            self.page = {**self.page, "status": wanted["status"]}
        if "escalation_level" in wanted:
            self.page = {**self.page, "assignments": [{"at": stamp(NOW), "assignee": ICHIRO}]}
        if "note" in content:
            self.notes.append(content["note"]["content"])
        if not self.drops:
            answer_json({"incident": self.page})(request, connection)
