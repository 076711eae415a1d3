"""Filter and order of a list."""

from __future__ import annotations

import random
from collections.abc import Sequence

from eventa_cockpit.widgets.view.choosing import Choosing, Order

THINGS = ("Payment fails", "DB slow", "payment slow", "決済エラー", "ＤＢ　停止")


def _choosing() -> Choosing[str]:
    return Choosing(key=str, words=str, orders=(Order("urgency"), Order("name", key=str.lower)))


def _shown(choosing: Choosing[str], things: Sequence[str], text: str) -> list[str]:
    choosing.text = text
    return list(choosing.of(things)[0])


def test_every_word_must_be_found_in_any_order_and_case() -> None:
    assert _shown(_choosing(), THINGS, "SLOW pay") == ["payment slow"]


def test_full_width_letters_are_found_by_narrow_ones() -> None:
    assert _shown(_choosing(), THINGS, "db") == ["DB slow", "ＤＢ　停止"]
    assert _shown(_choosing(), THINGS, "決済") == ["決済エラー"]


def test_an_empty_filter_shows_everything_as_it_came() -> None:
    assert _shown(_choosing(), THINGS, "  ") == list(THINGS)


def test_orders_go_round() -> None:
    choosing = _choosing()
    choosing.turn()
    assert _shown(choosing, THINGS, "") == sorted(THINGS, key=str.lower)
    choosing.turn()
    assert _shown(choosing, THINGS, "") == list(THINGS)


def test_what_is_shown_is_always_what_a_fresh_search_would_show() -> None:
    """Whatever is typed, deleted, sorted or replaced in between."""
    chance = random.Random(7)
    used = _choosing()
    things: tuple[str, ...] = THINGS
    text = ""
    for _turn in range(500):
        match chance.randrange(5):
            case 0:
                text = text[:-1]
            case 1:
                used.turn()
            case 2:
                things = tuple("".join(chance.choices("abDB 決済", k=6)) for _ in range(40))
            case _:
                text += chance.choice("abdB 決")
        fresh = _choosing()
        fresh.order = used.order if used.order in fresh.orders else fresh.orders[used.orders.index(used.order)]
        assert _shown(used, things, text) == _shown(fresh, things, text)


def test_places_say_where_each_thing_stands() -> None:
    choosing = _choosing()
    choosing.text = "slow"
    shown, places = choosing.of(THINGS)
    assert [shown[place] for place in places.values()] == list(places)
