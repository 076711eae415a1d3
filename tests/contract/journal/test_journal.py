"""What every journal does, wherever it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from eventa_cockpit.domain.event import (
    ControlTaken,
    Fact,
    IncidentClosed,
    IncidentDeclared,
    NoteAdded,
    ParameterSet,
    ResponderJoined,
    RunbookOpened,
    StepCancelRequested,
    StepDone,
    StepFinished,
    StepMarkUndone,
    StepSkipped,
    StepStarted,
    UnknownFact,
)
from eventa_cockpit.journal.protocol import Journal

OpenSession = Callable[[str], Journal]

FACTS: tuple[Fact, ...] = (
    IncidentDeclared("決済が失敗している", "prod", "eventa", "abc", datetime(2026, 11, 23, 3, 0, tzinfo=UTC), True),
    IncidentClosed("mended"),
    ResponderJoined("bastion"),
    ControlTaken(),
    RunbookOpened("決済障害", "決済障害", "d" * 64, "payment.md"),
    ParameterSet("POD", 'a "b"\n\\c'),
    StepStarted("rb", "mitigate.1", "run-1", "kubectl get pods", 1, "change", "kubectl.scale", "prod", "typed:prod"),
    StepFinished("rb", "mitigate.1", "run-1", "failed", 3, None, timedelta(seconds=2, microseconds=5), "", "why"),
    StepCancelRequested("rb", "mitigate.1", "run-1"),
    StepSkipped("rb", "mitigate.2", "no replica"),
    StepDone("rb", "mitigate.3", "did it"),
    StepMarkUndone("rb", "mitigate.3"),
    NoteAdded("two\nlines", "rb", "mitigate.1"),
    UnknownFact("SeverityChanged", {"to": 2, "nested": {"why": ["a", None]}}),
)


def texts(journal: Journal) -> list[str]:
    return [event.fact.text for event in journal.read() if isinstance(event.fact, NoteAdded)]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_read_as_it_was_written(open_session: OpenSession, fact: Fact) -> None:
    written = open_session("a").append(fact, key="once")

    assert open_session("b").read() == (written,)
    assert written.fact == fact


def test_a_journal_without_events_is_empty_and_whole(open_session: OpenSession) -> None:
    journal = open_session("a")

    assert journal.read() == ()
    assert journal.verify() == ()


def test_an_event_says_who_wrote_it_and_when(open_session: OpenSession) -> None:
    journal = open_session("a")
    before = datetime.now(UTC)
    event = journal.append(NoteAdded("hello"))

    assert (event.session, event.name, event.uid) == ("a", journal.responder.name, journal.responder.uid)
    assert event.incident == journal.incident
    assert before <= event.at <= datetime.now(UTC)


def test_every_session_reads_what_every_session_wrote_in_one_order(open_session: OpenSession) -> None:
    one, other = open_session("a"), open_session("b")
    for number in range(6):
        (one, other)[number % 2].append(NoteAdded(str(number)))

    assert texts(one) == texts(other) == ["0", "1", "2", "3", "4", "5"]


def test_an_event_comes_after_all_that_its_writer_could_have_read(open_session: OpenSession) -> None:
    one, other = open_session("b"), open_session("a")
    first = [one.append(NoteAdded(str(number))) for number in range(5)]

    assert other.append(NoteAdded("later")).order > first[-1].order


def test_a_tail_gives_each_event_once(open_session: OpenSession) -> None:
    one, other = open_session("a"), open_session("b")
    one.append(NoteAdded("1"))
    tail = other.tail()
    assert [event.fact for event in tail.events] == [NoteAdded("1")]

    assert other.tail(tail.cursor).events == ()
    one.append(NoteAdded("2"))
    other.append(NoteAdded("3"))
    later = other.tail(tail.cursor)
    assert {event.fact for event in later.events} == {NoteAdded("2"), NoteAdded("3")}
    assert other.tail(later.cursor).events == ()


def test_an_old_cursor_gives_the_same_again(open_session: OpenSession) -> None:
    journal = open_session("a")
    journal.append(NoteAdded("1"))
    cursor = journal.tail().cursor
    journal.append(NoteAdded("2"))

    assert journal.tail(cursor).events == journal.tail(cursor).events != ()


def test_a_session_goes_on_after_it_was_closed(open_session: OpenSession) -> None:
    journal = open_session("a")
    journal.append(NoteAdded("1"))
    journal.close()
    journal.append(NoteAdded("2"))

    assert texts(journal) == ["1", "2"]
    assert journal.verify() == ()


def test_a_session_that_is_opened_anew_goes_on_where_it_stood(open_session: OpenSession) -> None:
    first = open_session("a")
    first.append(NoteAdded("1"))
    first.close()
    again = open_session("a")

    assert again.append(NoteAdded("2")).number == 2
    assert again.verify() == ()


def test_text_that_is_not_unicode_is_recorded_all_the_same(open_session: OpenSession) -> None:
    journal = open_session("a")
    journal.append(NoteAdded("caf\udce9"))

    assert texts(journal) == ["caf?"]
    assert journal.verify() == ()


def test_sessions_that_write_at_once_lose_and_double_nothing(open_session: OpenSession) -> None:
    journals = [open_session(name) for name in "abcd"]

    def write(journal: Journal) -> None:
        for number in range(25):
            journal.append(NoteAdded(f"{journal.responder.session}{number}"))

    threads = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(texts(journals[0])) == sorted(f"{name}{number}" for name in "abcd" for number in range(25))
    assert journals[0].verify() == ()


def test_one_session_used_from_several_threads_keeps_its_order(open_session: OpenSession) -> None:
    journal = open_session("a")
    threads = [threading.Thread(target=lambda: [journal.append(NoteAdded("x")) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [event.number for event in journal.read()] == list(range(1, 41))
    assert journal.verify() == ()


def test_of_all_that_claim_at_once_exactly_one_wins_and_the_others_see_who(open_session: OpenSession) -> None:
    journals = [open_session(f"s{number}") for number in range(8)]
    for journal in journals:
        journal.append(NoteAdded("here"))
    together = threading.Barrier(len(journals))
    claims = {}

    def press(journal: Journal) -> None:
        together.wait()
        claims[journal.responder.session] = journal.claim("mitigate.1-001")

    threads = [threading.Thread(target=press, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [session for session, claim in claims.items() if claim.is_ours]
    assert len(winners) == 1
    assert {claim.session for claim in claims.values()} == set(winners)
    assert {claim.by for claim in claims.values()} == {f"name of {winners[0]}"}


def test_a_claim_of_ours_is_still_ours_when_we_ask_again(open_session: OpenSession) -> None:
    journal = open_session("a")

    assert journal.claim("x").is_ours
    assert journal.claim("x").is_ours


def test_a_claim_that_was_given_back_can_be_taken_by_another(open_session: OpenSession) -> None:
    one, other = open_session("a"), open_session("b")
    one.claim("x")
    other.release("x")
    assert not other.claim("x").is_ours

    one.release("x")
    assert other.claim("x").is_ours


def test_a_session_is_open_until_it_is_closed(open_session: OpenSession) -> None:
    one, other = open_session("a"), open_session("b")
    assert not other.is_open("a")

    one.claim("x")
    assert other.is_open("a")
    one.close()
    assert not other.is_open("a")
    assert not other.is_open("nobody")
