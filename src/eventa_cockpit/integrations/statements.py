"""SQL statements without their values, so that all executions of one statement count together.

sqlglot's tokenizer does the reading; its parser is not used, for it is twenty times slower and refuses what it does not
know, and a statement that cannot be parsed hurts no less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eventa_cockpit.cleaning import clean_line

if TYPE_CHECKING:
    from sqlglot import Token

VALUE = "?"
VALUES = "(?, …)"
"""In place of a list of values, however long."""
LONGEST = 20_000
"""Characters of a statement that are looked at; an INSERT of a thousand rows is one of its first."""
_NO_SPACE_BEFORE = frozenset({",", ")", ".", ";"})
_NO_SPACE_AFTER = frozenset({"(", "."})


class Normaliser:
    """Reads MySQL's dialect. Imports sqlglot (0.3 s): made in a thread, used by one thread at a time."""

    def __init__(self) -> None:
        from sqlglot import TokenError, TokenType
        from sqlglot.dialects.mysql import MySQL

        self._tokenize = MySQL().tokenize
        self._error = TokenError
        self._values = frozenset(
            {
                TokenType.NUMBER,
                TokenType.STRING,
                TokenType.NATIONAL_STRING,
                TokenType.HEX_STRING,
                TokenType.BIT_STRING,
                TokenType.BYTE_STRING,
                TokenType.RAW_STRING,
                TokenType.PLACEHOLDER,
            }
        )
        self._commands = frozenset({TokenType.COMMAND, TokenType.SHOW, TokenType.EXECUTE})
        self._names = frozenset({TokenType.VAR, TokenType.IDENTIFIER})

    def __call__(self, statement: str) -> str:
        """`SELECT * FROM tickets WHERE id IN (?, …)`: one cleaned line, keywords in capitals, comments left out."""
        text = statement[:LONGEST]
        try:
            tokens = self._tokenize(text)
        except self._error:
            # Cut in the middle of a string, as a log may be: what stands before it says which statement it was.
            tokens = self._readable(text)
        words = _lists_folded(list(self._words(self._opened(tokens))))
        if len(statement) > LONGEST and VALUES in words:
            # Where it was cut depends on its values: an INSERT of many rows ends with its rows.
            del words[len(words) - words[::-1].index(VALUES) :]
        return clean_line(_spaced(words)) or clean_line(text[:200])

    def _readable(self, text: str) -> list[Token]:
        """The tokens up to the quote that is never closed."""
        for end in sorted({text.rfind(quote) for quote in "'\"`"} | {text.rfind("/*")}, reverse=True):
            if end > 0:
                try:
                    return self._tokenize(text[:end])
                except self._error:
                    continue
        return []

    def _opened(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """What follows CALL, SHOW and the like is one string to sqlglot: read on in it."""
        if len(tokens) == 2 and tokens[0].token_type in self._commands and tokens[1].token_type in self._values:
            try:
                return [tokens[0], *self._tokenize(tokens[1].text)]
            except self._error:
                return tokens
        return tokens

    def _words(self, tokens: Sequence[Any]) -> Iterator[str]:
        for token in tokens:
            if token.token_type in self._values:
                yield VALUE
            elif token.token_type in self._names and token.text.upper() not in _FUNCTIONS:
                yield token.text
            else:
                yield token.text.upper()


def _lists_folded(words: list[str]) -> list[str]:
    """`( ? , ? )` becomes one word, and several of them in a row (an INSERT's rows) as well."""
    folded: list[str] = []
    place = 0
    while place < len(words):
        end = _end_of_list(words, place)
        if end is None:
            folded.append(words[place])
            place += 1
            continue
        if folded[-2:] == [VALUES, ","]:
            folded.pop()
        else:
            folded.append(VALUES)
        place = end
    return folded


def _end_of_list(words: list[str], start: int) -> int | None:
    """Behind a list of values that begins here. One value alone may be a function's argument, and stays."""
    if words[start] != "(":
        return None
    place, count = start + 1, 0
    while place + 1 < len(words) and words[place] in {VALUE, "NULL", "DEFAULT"}:
        count += 1
        if words[place + 1] == ")":
            is_list = count > 1 or (start > 0 and words[start - 1] in {"IN", "VALUES", "VALUE", ","})
            return place + 2 if is_list else None
        if words[place + 1] != ",":
            return None
        place += 2
    return None


def _spaced(words: list[str]) -> str:
    parts: list[str] = []
    for word in words:
        is_call = word == "(" and bool(parts) and parts[-1] in _FUNCTIONS
        if parts and word not in _NO_SPACE_BEFORE and parts[-1] not in _NO_SPACE_AFTER and not is_call:
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


_FUNCTIONS = frozenset(
    "AVG BENCHMARK COALESCE CONCAT COUNT DATE DATE_ADD DATE_FORMAT DATE_SUB GREATEST GROUP_CONCAT IFNULL JSON_EXTRACT"
    " LEAST LENGTH LOWER MAX MIN NOW RAND ROUND SLEEP SUBSTRING SUM TRIM UPPER".split()
)
"""Written in capitals and without a space before their bracket, however they were written."""
