"""Answers in AWS' own shapes: JSON from CloudWatch, XML from RDS and CloudFront."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.contract.loopback import Behaviour, Request, answer
from tests.contract.vendors import NOW

MINUTE = NOW.replace(second=0)
RDS_XML = "http://rds.amazonaws.com/doc/2014-10-31/"


def element(name: str, content: Any) -> str:
    """XML of one member: a mapping becomes children, a list repeats its children as they are."""
    if isinstance(content, dict):
        return f"<{name}>{''.join(element(key, value) for key, value in content.items())}</{name}>"
    if isinstance(content, list):
        return f"<{name}>{''.join(content)}</{name}>"
    return f"<{name}>{escape(str(content))}</{name}>"


def rds_answer(operation: str, **content: Any) -> bytes:
    """A whole answer of RDS' query protocol."""
    inner = "".join(element(name, value) for name, value in content.items())
    metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
    return (
        f'<{operation}Response xmlns="{RDS_XML}"><{operation}Result>{inner}</{operation}Result>{metadata}'
        f"</{operation}Response>"
    ).encode()


def instance(name: str = "eventa-prod", **changes: Any) -> dict[str, Any]:
    """One instance as RDS describes it."""
    content: dict[str, Any] = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.r6g.large",
        "Engine": "mysql",
        "EngineVersion": "8.0.39",
        "DBInstanceStatus": "available",
        "DBInstanceArn": f"arn:aws:rds:ap-northeast-1:123456789012:db:{name}",
        "MultiAZ": "true",
    }
    return {**content, **changes}


def described(*instances: dict[str, Any]) -> bytes:
    """DescribeDBInstances' answer."""
    return rds_answer("DescribeDBInstances", DBInstances=[element("DBInstance", found) for found in instances])


def events(*found: dict[str, Any]) -> bytes:
    """DescribeEvents' answer; `EventCategories` as they are."""
    shown = [
        {**event, "EventCategories": [element("EventCategory", name) for name in event.get("EventCategories", ())]}
        for event in found
    ]
    return rds_answer("DescribeEvents", Events=[element("Event", event) for event in shown])


def maintenance(arn: str, **action: str) -> bytes:
    """DescribePendingMaintenanceActions' answer with one action."""
    details = {
        "ResourceIdentifier": arn,
        "PendingMaintenanceActionDetails": [element("PendingMaintenanceAction", action)],
    }
    shown = [element("ResourcePendingMaintenanceActions", details)]
    return rds_answer("DescribePendingMaintenanceActions", PendingMaintenanceActions=shown)


def refused(code: str, message: str = "no", status: int = 403) -> tuple[int, bytes]:
    """An error of RDS' query protocol."""
    body = element("Error", {"Type": "Sender", "Code": code, "Message": message})
    return status, f'<ErrorResponse xmlns="{RDS_XML}">{body}<RequestId>r</RequestId></ErrorResponse>'.encode()


def result(number: int, *values: float, status: str = "Complete") -> dict[str, Any]:
    """One series of GetMetricData, of the query of this number, a value a minute up to now."""
    moments = [(MINUTE - timedelta(minutes=len(values) - place)).timestamp() for place in range(len(values))]
    name = f"m{number}"
    return {"Id": name, "Label": name, "Timestamps": moments, "Values": list(values), "StatusCode": status}


class Pages:
    """CloudWatch's JSON answers, one after the other; the last one is given again and again. RDS says what it is told,
    by the name of the action, or describes one instance."""

    def __init__(
        self, *pages: dict[str, Any], rds: bytes | tuple[int, bytes] = b"", **actions: bytes | tuple[int, bytes]
    ) -> None:
        self.pages = list(pages)
        self.asked: list[bytes] = []
        """Bodies that CloudWatch was sent."""
        self._actions: dict[str, bytes | tuple[int, bytes]] = {"DescribeDBInstances": rds or described(instance())}
        self._actions |= actions
        self.requests: list[dict[str, str]] = []
        """What RDS was asked."""

    def __call__(self, request: Request, connection: socket.socket) -> None:
        action = _action(request.body)
        if action:
            self.requests.append(dict(parse_qsl(request.body.decode())))
            said = self._actions.get(action, refused("InvalidAction", status=400))
            status, body = said if isinstance(said, tuple) else (200, said)
            return answer(body, status=status, kind="text/xml")(request, connection)
        self.asked.append(request.body)
        assert self.pages, "CloudWatch was not expected to be asked"
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        kind = "application/x-amz-json-1.0"
        return answer(json.dumps(page).encode(), status=page.get("status", 200), kind=kind)(request, connection)


def _action(body: bytes) -> str:
    fields: Iterable[bytes] = body.split(b"&") if body.startswith(b"Action=") else ()
    return next((field.partition(b"=")[2].decode() for field in fields if field.startswith(b"Action=")), "")


def both(json_body: bytes, xml_body: bytes, status: int) -> Behaviour:
    """The same answer in both protocols."""

    def write(request: Request, connection: socket.socket) -> None:
        is_xml = bool(_action(request.body)) or not request.body
        body, kind = (xml_body, "text/xml") if is_xml else (json_body, "application/x-amz-json-1.0")
        answer(body, status=status, kind=kind)(request, connection)

    return write
