"""The source that docs/integrations.md shows is a source."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.contract.loopback import Loopback, answer_json

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher

PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    module = ModuleType("documented_source")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(code, str(PAGE), "exec"), module.__dict__)
    return module


async def test_it_reads(upstream: Loopback, documented: Any) -> None:
    upstream.behaviour = answer_json({"messages_ready": 17, "name": "payments"})
    source = documented.QueueSource(upstream.url, Fetcher())
    assert (await source.read()).waiting == 17
    await source.close()


@pytest.mark.parametrize("content", [{"messages_ready": -1}, {"messages_ready": "many"}, {}])
async def test_it_refuses_what_makes_no_sense(upstream: Loopback, documented: Any, content: Any) -> None:
    upstream.behaviour = answer_json(content)
    source = documented.QueueSource(upstream.url, Fetcher())
    with pytest.raises(UpstreamError) as caught:
        await source.read()
    assert caught.value.kind is FailureKind.MALFORMED
    await source.close()
