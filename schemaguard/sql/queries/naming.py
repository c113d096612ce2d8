"""The names and types that PostgreSQL gives to what a query returns."""

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from schemaguard.catalog.types import Type
from schemaguard.sql.queries.output_names import implied_names
from schemaguard.sql.reading.cursor import read_type

UNKNOWN = Type("unknown")


def cast_type(value: exp.Cast) -> Type:
    """The type that a value is cast to, `unknown` where it isn't one that is known."""
    try:
        return read_type(value.to.sql(dialect="postgres"))
    except ValueError:
        return UNKNOWN


def with_names(tokens: list[Token], text: str) -> list[Token]:
    """sqlglot's tokens of a text, with AS and the name that PostgreSQL gives behind each item that has none.

    A name behind AS that is a word of the grammar is put in quotes. The places of the tokens stay those of the text.
    """
    names = {item.end: item for item in implied_names(text)}
    found: list[Token] = []
    for token in tokens:
        item = names.get(token.end + 1)
        if item is None:
            found.append(token)
            continue
        name = Token(TokenType.IDENTIFIER, item.name, token.line, token.col, token.start, token.end)
        if item.is_written:
            found.append(name)
        else:
            found += (token, Token(TokenType.ALIAS, "AS", token.line, token.col, token.start, token.end), name)
    return found
