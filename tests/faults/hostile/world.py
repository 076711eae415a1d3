"""A world in which everything that is said is hostile: upstreams on loopback, a runbook, and an incident's record."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.loopback import Behaviour, Loopback, answer_json, by_path
from tests.contract.vendors import NOW as LONG_AGO
from tests.contract.vendors import (
    alert,
    condition,
    deployment,
    issue,
    kube_list,
    kubeconfig,
    replica_set,
    summary,
    timeseries,
)
from tests.faults.hostile.payloads import PAYLOADS, all_marked, as_bytes, as_utf8

from eventa_cockpit.config import load_config
from eventa_cockpit.runbook.library import load_library
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.incidents import Incidents, new_responder

TOKEN = "sntrys_0123456789"


@dataclass(frozen=True)
class Place:
    """Files of one cockpit in this world."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "cockpit.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"


def made(folder: Path, upstream: Loopback, *, has_incident: bool = True) -> Place:
    """Everything on disk that a cockpit needs, with an incident that colleagues of odd names have written in."""
    place = Place(folder)
    (folder / "books").mkdir(parents=True)
    (folder / "books" / "hostile.md").write_bytes(runbook(folder))
    (folder / "books" / "unreadable.md").write_bytes(b"\n".join(map(as_bytes, all_marked("unreadable"))))
    (folder / "output.bin").write_bytes(b"\n".join(map(as_bytes, all_marked("output"))) + b"\noutput-is-over\n")
    kube = kubeconfig(upstream.url, folder)
    place.config.write_text(configuration(upstream, kube), "utf-8")
    if has_incident:
        asyncio.run(write_record(place))
    return place


def configuration(upstream: Loopback, kube: Path) -> str:
    url = json.dumps(upstream.url)
    return f"""\
language = "en"
runbooks = ["books"]
responder = {json.dumps("name00" + PAYLOADS["markup"] + PAYLOADS["override"])}
[environments.stg]
[environments.stg.variables]
AWS_ACCESS_KEY_ID = "AKIAEXAMPLEEXAMPLE00"
AWS_SECRET_ACCESS_KEY = "not-a-real-key"
[environments.stg.alertmanager]
urls = [{url}]
[environments.stg.sentry]
url = {url}
organization = "eventa"
project = "eventa-fe"
token = "env:SENTRY_TOKEN"
[environments.stg.kubernetes]
kubeconfig = {json.dumps(str(kube))}
[environments.stg.database]
instance = "eventa-prod"
endpoint_url = {url}
[environments.stg.status_pages.stripe]
url = {url}
"""


def runbook(folder: Path) -> bytes:
    """A first step that prints all payloads, then one step for each: in its title, its text, its facts, its command."""
    steps = [f"1. Print them\n\n   ```bash\n   cat {folder}/output.bin\n   ```\n".encode()]
    for title, text in zip(all_marked("step"), all_marked("command"), strict=True):
        lines = one_line(title)
        command = one_line(text)
        steps.append(b"1. %b\n\n   %b\n\n   ```bash\n   echo '%b'\n   ```\n" % (lines, lines, command))
    head = b"---\nowner: %b\n---\n# %b\n\n## Mitigation\n\n" % (
        json.dumps(PAYLOADS["title"]).encode(), as_utf8("book00" + PAYLOADS["title"] + PAYLOADS["markup"]),
    )  # fmt: skip
    return head + b"\n".join(steps)


def one_line(text: str) -> bytes:
    """Without what would end the step itself: line ends, in Markdown's view."""
    return as_utf8(text).translate(bytes(32 if byte in b"\n\r\v\f\0" else byte for byte in range(256)))


async def write_record(place: Place) -> None:
    """An incident of a hostile title, with the runbook open, and a note by a colleague of each name."""
    config = load_config(place.config)
    (book,) = load_library([place.folder / "books"]).runbooks
    for number, (name, note) in enumerate(zip(all_marked("who"), all_marked("note"), strict=True)):
        incidents = Incidents(place.state, config, Runner(), new_responder(name[:300]))
        session = await incidents.resume() or await incidents.declare("incident00" + PAYLOADS["clipboard"])
        if not number:
            await session.open_runbook(book)
        await session.add_note(note)
        session.close()


def talking() -> Behaviour:
    """Every upstream answers, and every word of it is hostile."""
    names, texts = all_marked("alert"), all_marked("summary")
    alerts = [
        alert(
            fingerprint=f"{number:016x}",
            labels={"alertname": name, "severity": "critical", "service": name},
            annotations={"summary": text, "description": text, "runbook_url": text},
        )
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    issues = [
        issue(id=str(number), title=title, culprit=title, permalink=title)
        for number, title in enumerate(all_marked("issue"))
    ]
    deployments, sets = [], []
    for name, reason in zip(all_marked("rollout"), all_marked("reason"), strict=True):
        stuck = [condition("Progressing", "False", "ProgressDeadlineExceeded", reason), condition("Available", "True")]
        deployments.append(deployment(name, status={"conditions": stuck}))
        sets.append(replica_set(name, "41", LONG_AGO))
    return by_path(
        alerts=answer_json(alerts),
        issues=answer_json(issues),
        events_timeseries=answer_json(timeseries()),
        deployments=answer_json(kube_list(*deployments)),
        replicasets=answer_json(kube_list(*sets)),
        summary_json=answer_json(status_page()),
    )


def status_page() -> dict[str, Any]:
    page = summary("critical", **dict.fromkeys(all_marked("component"), "major_outage"))
    page["page"]["name"] = all_marked("page")[1]
    page["status"]["description"] = "status00" + PAYLOADS["clipboard"] + PAYLOADS["override"]
    return page


def refusing(payload: str) -> Behaviour:
    """Every upstream says that the request is wrong, in hostile words of its own shape."""
    sentence = f"refusal00{payload}end"
    body = {"detail": sentence, "message": sentence, "error": sentence, "kind": "Status", "reason": sentence}
    return answer_json({**body, "__type": "InvalidParameterValue", "Error": {"Message": sentence}}, status=400)
