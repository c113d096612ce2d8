"""sqlglot's tokenizer is a second opinion: where it reads a text at all, the spans of plain tokens agree."""

import pytest

from schemaguard.sql.reading.tokens import BROKEN, OPERATOR, QUOTED, STRING, tokenize
from tests.postgresql_commands import ACTIONS, COMMANDS, Command


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        (r"E'a\tb\x41\u0042\101\'c'", "a\tbABA'c"),
        ("U&'d\\0061t\\+000061'", "data"),
        ("'a'\n 'b'", "ab"),
        ("$x$it's $$ $x$", "it's $$ "),
        ("N'a'", "a"),
    ],
)
def test_a_string_has_its_value(text: str, value: str) -> None:
    (token,), _ = tokenize(text)
    assert (token.kind, token.value) == (STRING, value)


@pytest.mark.parametrize(
    ("text", "value"), [('"We""ird"', 'We"ird'), ('U&"d\\0061ta"', "data"), ('"select"', "select")]
)
def test_a_quoted_identifier_has_its_name_and_is_no_keyword(text: str, value: str) -> None:
    (token,), _ = tokenize(text)
    assert (token.kind, token.value, token.key) == (QUOTED, value, "")


def test_only_ascii_letters_are_folded() -> None:
    (token,), _ = tokenize("ÄpfelX")
    assert token.value == "Äpfelx"


@pytest.mark.parametrize(
    ("text", "operators"),
    [("a=-1", ["=", "-"]), ("a@-1", ["@-"]), ("a->>'b'", ["->>"]), ("a::b", ["::"]), ("a<>-b", ["<>", "-"])],
)
def test_operators_end_where_the_server_ends_them(text: str, operators: list[str]) -> None:
    assert [token.key for token in tokenize(text)[0] if token.kind == OPERATOR] == operators


@pytest.mark.parametrize("text", ["'a", '"a', "/* a", "$$ a", "E'a\\'", "U&'a"])
def test_what_is_never_closed_is_broken_up_to_the_end(text: str) -> None:
    token = tokenize("select " + text)[0][-1]
    assert (token.kind, token.start, token.end) == (BROKEN, 7, 7 + len(text))


@pytest.mark.parametrize("command", [*COMMANDS, *ACTIONS], ids=lambda command: command.name)
def test_words_and_strings_stand_where_sqlglot_sees_them(command: Command) -> None:
    from sqlglot.dialects.postgres import Postgres

    ours = {(token.start, token.end) for token in tokenize(command.example)[0]}
    theirs = Postgres().tokenize(command.example)
    if theirs[0].token_type.name in ("COMMAND", "EXECUTE", "FETCH", "SHOW"):
        return  # it swallows what follows these words
    for token in theirs:
        if token.token_type.name in ("VAR", "NUMBER", "STRING", "L_PAREN", "R_PAREN", "COMMA"):
            assert (token.start, token.end + 1) in ours, token
