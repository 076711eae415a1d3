"""One source's calls to AWS: in a thread, one after another, each answer either whole or a failure with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.aws import AwsAccount, aws_failure, open_client
from eventa_cockpit.integrations.decoding import malformed
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.threads import Lane
from eventa_cockpit.locale import _

T = TypeVar("T")

PAGES = 20
"""Pages of one answer that are followed; more is a mistake of theirs or of ours."""

Answer = Mapping[str, Any]


class AwsCalls:
    """Clients of one account, opened when they are first needed and opened anew after credentials were refused."""

    def __init__(self, name: str, account: Callable[[], AwsAccount], deadline: timedelta) -> None:
        """`account` may block: it is asked in the thread."""
        self._account = account
        self._deadline = deadline
        self._lane = Lane(name)
        self._clients: dict[tuple[str, str], Any] = {}

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, which makes its calls through this object; raises UpstreamError for any failure."""
        async with within(self._deadline):
            return await self._lane.run(work)

    def call(self, service: str, operation: str, *, region: str = "", **request: Any) -> Answer:
        """One answer, as botocore reads it; only inside `run`. `operation` as in `describe_db_instances`."""
        client = None
        try:
            client = self._client(service, region)
            answer: Answer = getattr(client, operation)(**request)
        except UpstreamError:
            raise
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            # botocore parses without looking: what is not as its model says surfaces as any of these.
            raise malformed(f"{type(error).__name__}: {error}") from None
        except Exception as error:  # noqa: BLE001 - told apart there; what it does not know, it raises again
            failure = aws_failure(error, client)
            if failure.kind in (FailureKind.CREDENTIALS, FailureKind.NOT_CONFIGURED):
                self._clients.clear()
            raise failure from None
        return answer

    def pages(self, service: str, operation: str, token: str, **request: Any) -> Iterator[Answer]:
        """All answers; `token` names what an answer gives and the next request takes (`NextToken`, `Marker`)."""
        for _page in range(PAGES):
            answer = self.call(service, operation, **request)
            yield answer
            if not answer.get(token):
                return
            request[token] = answer[token]
        raise malformed(_("it has more than {count} pages").format(count=PAGES))

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            account = self._account()
            account = replace(account, region=region) if region else account
            self._clients[service, region] = open_client(service, account, self._deadline)
        return self._clients[service, region]


def shaped(answer: Any, shape: type[T], where: str) -> T:
    """A part of an answer as `shape`; raises UpstreamError(MALFORMED) with the path of what is wrong."""
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as error:
        raise malformed(str(error), where) from None


def listed(answer: Answer, key: str, shape: type[T]) -> list[T]:
    """A list of an answer. botocore leaves out what was not sent: then it was not an answer of this service."""
    items = answer.get(key)
    if not isinstance(items, list):
        raise malformed(_("it holds no results"), key)
    return [shaped(item, shape, f"{key}[{number}]") for number, item in enumerate(items)]


def named(text: str | None) -> str:
    """A name or a word of AWS, cleaned."""
    return clean_line(text or "").strip()
