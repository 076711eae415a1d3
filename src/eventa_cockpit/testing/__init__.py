"""For the tests of those who write a source: an upstream on loopback, all that it can do to us, and the contract.

Needs pytest. A plug-in's test module has one class more:

    class TestQueue(SourceContract):
        def source(self, url, deadline): ...
        def healthy(self): return answer_json({"messages_ready": 17})
"""

from __future__ import annotations

from eventa_cockpit.testing.contract import SourceContract
from eventa_cockpit.testing.loopback import Loopback, answer, answer_json, by_path, running

__all__ = ["Loopback", "SourceContract", "answer", "answer_json", "by_path", "running"]
