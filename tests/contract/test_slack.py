"""Slack's two doors over real HTTP: what is sent, and what each answer is taken for."""

from __future__ import annotations

import json

import pytest
from tests.contract.loopback import Loopback, answer, answer_json

from eventa_cockpit.config import EnvironmentConfig, Slack
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UncertainError, UpstreamError
from eventa_cockpit.integrations.slack import SlackBot, SlackWebhook, escaped
from eventa_cockpit.integrations.telling import slack_of

TOKEN = "xoxb-0123456789"


@pytest.fixture
def bot(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> SlackBot:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    found = slack_of(EnvironmentConfig(slack=Slack(token="env:SLACK_TOKEN", url=f"{upstream.url}/api", deadline=5.0)))
    assert isinstance(found, SlackBot)
    return found


@pytest.fixture
def webhook(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> SlackWebhook:
    monkeypatch.setenv("SLACK_WEBHOOK", f"{upstream.url}/services/T0/B0/secretsecret")
    found = slack_of(EnvironmentConfig(slack=Slack(webhook="env:SLACK_WEBHOOK", deadline=5.0)))
    assert isinstance(found, SlackWebhook)
    return found


async def test_a_bot_posts_once_with_its_token_and_gives_the_messages_ts(upstream: Loopback, bot: SlackBot) -> None:
    upstream.behaviour = answer_json({"ok": True, "channel": "C1", "ts": "1764028800.000100"})
    assert await bot.send("#incidents", "決済が失敗しています") == "1764028800.000100"
    (request,) = upstream.requests
    assert (request.method, request.path) == ("POST", "/api/chat.postMessage")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    sent = json.loads(request.body)
    assert (sent["channel"], sent["text"]) == ("#incidents", "決済が失敗しています")
    assert "thread_ts" not in sent


async def test_a_reply_goes_into_its_thread(upstream: Loopback, bot: SlackBot) -> None:
    upstream.behaviour = answer_json({"ok": True, "ts": "2.0"})
    await bot.send("#incidents", "found it", "1.0")
    assert json.loads(upstream.requests[0].body)["thread_ts"] == "1.0"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("invalid_auth", FailureKind.UNAUTHORISED),
        ("channel_not_found", FailureKind.NOT_FOUND),
        ("not_in_channel", FailureKind.FORBIDDEN),
        ("ratelimited", FailureKind.THROTTLED),
        ("something_new", FailureKind.REFUSED),
    ],
)
async def test_a_200_that_is_not_ok_is_a_refusal(
    upstream: Loopback, bot: SlackBot, error: str, kind: FailureKind
) -> None:
    upstream.behaviour = answer_json({"ok": False, "error": error})
    with pytest.raises(UpstreamError, match=error) as refusal:
        await bot.send("#incidents", "hello")
    assert refusal.value.kind is kind
    assert not isinstance(refusal.value, UncertainError)


async def test_an_answer_that_cannot_be_read_is_no_success(upstream: Loopback, bot: SlackBot) -> None:
    upstream.behaviour = answer_json({"done": True})
    with pytest.raises(UpstreamError):
        await bot.send("#incidents", "hello")


async def test_a_server_error_leaves_it_open_whether_the_message_is_out(upstream: Loopback, bot: SlackBot) -> None:
    upstream.behaviour = answer(b"{}", status=502)
    with pytest.raises(UncertainError):
        await bot.send("#incidents", "hello")
    assert len(upstream.requests) == 1, "a message is never sent twice by itself"


async def test_a_webhook_posts_to_its_secret_address_and_names_no_message(
    upstream: Loopback, webhook: SlackWebhook
) -> None:
    upstream.behaviour = answer(b"ok", headers={"Content-Type": "text/html"})
    assert await webhook.send("#incidents", "hello") == ""
    assert json.loads(upstream.requests[0].body) == {"text": "hello"}


async def test_a_webhooks_address_is_in_no_sentence(upstream: Loopback, webhook: SlackWebhook) -> None:
    upstream.behaviour = answer(b"no_service", status=404)
    with pytest.raises(UpstreamError) as refusal:
        await webhook.send("#incidents", "hello")
    assert "secretsecret" not in str(refusal.value)


def test_no_text_from_outside_calls_a_whole_channel() -> None:
    assert escaped("<!here> & <@U1>") == "&lt;!here&gt; &amp; &lt;@U1&gt;"


async def test_the_configurations_mention_goes_out_as_it_is(upstream: Loopback, bot: SlackBot) -> None:
    upstream.behaviour = answer_json({"ok": True, "ts": "2.0"})
    await bot.send("#sre-oncall", "<!channel> help", mention="<!subteam^S1>")
    assert json.loads(upstream.requests[0].body)["text"] == "<!subteam^S1> &lt;!channel&gt; help"
