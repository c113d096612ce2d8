"""The names that PostgreSQL gives to what a query returns without AS, told from the tokens of its text.

After FigureColname() of PostgreSQL's parse_target.c, and the function names that its grammar (gram.y) writes for the
special syntax of SQL. A parser of another make gives its own names to functions, so no tree of one is asked.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemaguard.sql.reading.syntax.lexicon import RESERVED
from schemaguard.sql.reading.tokens import OPERATOR, QUOTED, STRING, WORD, Token, tokenize
from schemaguard.sql.reading.type_names import after_interval, type_name

NAMELESS = "?column?"
"""What an expression is called that has no name of its own."""
Figured = tuple[str | None, int]
"""A name and how strong it is: 2 is kept under a cast or CASE, 1 gives way to an outer one, 0 is none."""
_NOTHING: Figured = (None, 0)

_LIST_ENDS = frozenset(
    {"from", "where", "group", "having", "window", "union", "intersect", "except", "order", "limit", "offset"}
    | {"fetch", "for", "into", ";"}
)
_NO_ENDS = frozenset({("distinct", "from"), ("within", "group"), ("collation", "for")})
"""Where a word that ends select lists stands within an expression."""
_QUERIES = frozenset({"select", "with", "values", "table"})
_SPECIAL_VALUES = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_role"}
    | {"current_user", "session_user", "system_user", "user", "current_catalog", "current_schema"}
)
_TRIMS = {"both": "btrim", "leading": "ltrim", "trailing": "rtrim"}
_INFIX = frozenset({"and", "or", "not", "is", "in", "between", "like", "ilike", "similar", "overlaps", "escape"})
_POSTFIX = frozenset({"isnull", "notnull"})
_BEHIND_INFIX = frozenset({"symmetric", "asymmetric", "to", "in", "between", "like", "ilike", "similar"})
_TESTS = frozenset(
    {"null", "true", "false", "unknown", "document", "json", "value", "scalar", "array", "object", "with", "without"}
    | {"unique", "keys", "normalized", "nfc", "nfd", "nfkc", "nfkd"}
)
_AT_ZONE = ("time", "local")


class Item(NamedTuple):
    """An item of a select list: where in the text it ends, and what it is called."""

    end: int
    name: str
    is_written: bool
    """Whether the name is its last word, behind AS, and one that the grammar has another use for."""


def implied_names(text: str) -> tuple[Item, ...]:
    """Every item of a select list that has no name of its own, or one behind AS that is a word of the grammar.

    Columns and `*` aren't among them, nor a subquery that returns the first column of `*`: these take a catalog.
    """
    tokens, _ = tokenize(text)
    reader = _Reader(text, tokens)
    found: list[Item] = []
    for at, token in enumerate(tokens):
        if token.key in ("select", "returning") and reader.begins_list(at):
            for begin, end in reader.items(at):
                last = tokens[end - 1]
                name = reader.implied_name(begin, end)
                if name is not None:
                    found.append(Item(last.end, name, is_written=False))
                elif end - begin > 2 and tokens[end - 2].key == "as" and last.key in RESERVED:
                    found.append(Item(last.end, last.value, is_written=True))
    return tuple(found)


class _Reader:
    """The tokens of a text, each opening parenthesis and CASE with the place that closes it."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens = text, tokens
        self.closes = _closes(tokens)

    def key(self, at: int, end: int) -> str:
        return self.tokens[at].key if at < end else ""

    # Select lists

    def begins_list(self, at: int) -> bool:
        """Whether the word is neither a field nor a label."""
        return at == 0 or self.tokens[at - 1].key not in (".", "as")

    def items(self, at: int) -> Iterator[tuple[int, int]]:
        """Begin and end of each item of the select list whose SELECT or RETURNING stands at a place."""
        at = self._behind_distinct(at + 1)
        begin, many = at, len(self.tokens)
        while at < many and not self._ends_list(at):
            if self.tokens[at].key == ",":
                yield begin, at
                begin = at + 1
            at = self.closes.get(at, at) + 1
        yield begin, at

    def _behind_distinct(self, at: int) -> int:
        many = len(self.tokens)
        if self.key(at, many) == "all":
            return at + 1
        if self.key(at, many) == "distinct":
            at += 1
            if self.key(at, many) == "on" and at + 1 in self.closes:
                at = self.closes[at + 1] + 1
        elif self.tokens[at - 1].key == "returning" and self.key(at, many) == "with" and at + 1 in self.closes:
            at = self.closes[at + 1] + 1
        return at

    def _ends_list(self, at: int) -> bool:
        key, before = self.tokens[at].key, self.tokens[at - 1].key
        if key in (")", "]"):
            return True
        if key not in _LIST_ENDS or before in (".", "as"):
            return False
        return (before, key) not in _NO_ENDS

    def implied_name(self, begin: int, end: int) -> str | None:
        """What an item is called, None where it says so itself, or is a column or `*`."""
        if begin >= end or self.tokens[end - 1].key == "*":
            return None
        expression = _Expression(self, begin, end)
        name, strength = expression.figured()
        if expression.at < end or expression.is_open or self._is_column(begin, end):
            return None
        return name if strength else NAMELESS

    def _is_column(self, begin: int, end: int) -> bool:
        """Whether the item is a column's name, with its table's in front perhaps."""
        if self.tokens[begin].key in _SPECIAL_VALUES or self.tokens[begin].key in RESERVED:
            return False
        return all(
            token.kind in (WORD, QUOTED) if place % 2 == 0 else token.key == "."
            for place, token in enumerate(self.tokens[begin:end])
        )

    def first_output(self, begin: int, end: int) -> str | None:
        """What the first column of a query is called, None where it is `*`."""
        while self.key(begin, end) == "(":
            begin, end = begin + 1, self.closes.get(begin, end)
        if self.key(begin, end) == "with":
            begin = self._behind_with(begin, end)
            return self.first_output(begin, end)
        if self.key(begin, end) == "values":
            return "column1"
        if self.key(begin, end) != "select":
            return None
        first, last = next(self.items(begin))
        if first >= last or self.tokens[last - 1].key == "*":
            return None
        expression = _Expression(self, first, last)
        name, strength = expression.figured()
        if expression.at < last:
            return self.tokens[last - 1].value
        if expression.is_open:
            return None
        return name if strength else NAMELESS

    def _behind_with(self, at: int, end: int) -> int:
        while at < end:
            key = self.tokens[at].key
            if key in ("select", "values", "table") or (key == "(" and self.tokens[at - 1].key == ")"):
                return at
            at = self.closes.get(at, at) + 1
        return end


class _Expression:
    """One pass over the tokens of an expression, up to its end or to the label behind it."""

    def __init__(self, reader: _Reader, at: int, end: int) -> None:
        self.reader, self.tokens, self.at, self.end = reader, reader.tokens, at, end
        self.is_open = False
        """Whether only a catalog could say the name."""
        self.is_operation = self.is_condition = False
        """Whether an operator, or AND, OR or NOT, is applied last; neither has a name."""

    @property
    def key(self) -> str:
        return self.tokens[self.at].key if self.at < self.end else ""

    def peek(self, ahead: int = 1) -> str:
        return self.reader.key(self.at + ahead, self.end)

    def within(self, begin: int, end: int) -> Figured:
        """The name of an expression inside this one."""
        inner = _Expression(self.reader, begin, end)
        found = inner.figured()
        self.is_open = self.is_open or inner.is_open
        return found

    def close(self) -> int:
        """Passes a parenthesis and what is in it; where it closes."""
        closing = self.reader.closes.get(self.at, self.end)
        self.at = min(closing + 1, self.end)
        return min(closing, self.end)

    # Operators, the weakest first: only the outermost one counts

    def figured(self) -> Figured:
        """The name that the expression has, with its strength."""
        name = self.operand()
        while self.at < self.end:
            key = self.key
            if key == "collate":
                self.at += 1
                self.dotted()
            elif key == "at" and self.peek() in _AT_ZONE:
                self.at_time_zone()
                name = ("timezone", 2)
            elif key == "overlaps" and not self.is_operation:
                self.infix()
                name, self.is_operation = ("overlaps", 2), False
            elif key == "is":
                self.is_operation = not self.is_normalized()
                name = ("is_normalized", 2)
            elif key in _POSTFIX:
                self.at += 1
                self.is_operation = True
            elif key in _INFIX or self.is_operator():
                self.infix()
            else:
                break
        if self.is_operation or self.is_condition:
            self.is_open = False
            return _NOTHING
        return name

    def is_operator(self) -> bool:
        token = self.tokens[self.at]
        return token.kind == OPERATOR or (token.key == "operator" and self.peek() == "(")

    def at_time_zone(self) -> None:
        self.at += 1
        if self.key == "local":
            self.at += 1
            return
        self.at += 2
        self.operand()

    def is_normalized(self) -> bool:
        """Passes IS and what it tests for; whether that is a function, as IS NORMALIZED is."""
        self.at += 1
        is_negated = self.key == "not"
        self.at += is_negated
        if self.key == "distinct":
            self.at += 2
            self.operand()
            return False
        last = ""
        while self.key in _TESTS and last != "null":
            last = self.key
            self.at += 1
        return last == "normalized" and not is_negated

    def infix(self) -> None:
        """Passes an operator between two operands, and its right one."""
        self.is_operation = True
        self.is_condition = self.is_condition or self.key in ("and", "or")
        self.operator()
        while self.key in _BEHIND_INFIX:
            self.at += 1
        self.operand()

    def operator(self) -> None:
        """Passes an operator: OPERATOR(schema.+) in parentheses."""
        is_spelled_out = self.key == "operator"
        self.at += 1
        if is_spelled_out:
            self.close()

    # Operands

    def operand(self) -> Figured:
        """An operand with its sign and its casts."""
        is_signed = False
        while self.at < self.end:
            if self.key == "not":
                self.is_condition = True
                self.at += 1
            elif self.key in ("+", "-"):
                is_signed = True
                self.at += 1
            elif self.is_operator():
                self.is_operation = True
                self.operator()
            else:
                break
        name = self.primary()
        while self.key == "::":
            cast, self.at = type_name(self.tokens, self.at + 1, self.end)
            name = name if name[1] > 1 or self.is_open else (cast, 1)
        if is_signed:
            self.is_open = False
            return _NOTHING
        return name

    def primary(self) -> Figured:
        """An operand: a literal, something in parentheses, or what begins with a word."""
        if self.at >= self.end:
            return _NOTHING
        token = self.tokens[self.at]
        if token.key == "(":
            return self.indirection(self.parenthesized())
        if token.kind in (WORD, QUOTED):
            return self.worded(token)
        self.at += 1
        # N'…' means nchar '…'.
        is_national = token.kind == STRING and self.reader.text[token.start] in "nN"
        return self.indirection(("bpchar", 1) if is_national else _NOTHING)

    def worded(self, token: Token) -> Figured:
        """An operand that begins with a word."""
        key = token.key
        special = self.syntax(key)
        if special is not None:
            return special
        if key not in RESERVED or not key:
            cast, at = type_name(self.tokens, self.at, self.end)
            if at < self.end and self.tokens[at].kind == STRING:
                self.at = at + 1
                if key == "interval":
                    self.at = after_interval(self.tokens, self.at, self.end)
                return cast, 1
        name = self.dotted()
        if self.key == "(":
            self.close()
            self.behind_call()
            if self.at < self.end and self.tokens[self.at].kind == STRING:
                self.at += 1
                return name, 1
            return name, 2
        return self.indirection((name, 2))

    def syntax(self, key: str) -> Figured | None:
        """What the grammar has words of its own for; None where it is a column, a function or a type."""
        follows = self.peek()
        if key == "case":
            return self.case()
        if key in ("true", "false", "null"):
            self.at += 1
            return _NOTHING
        if key in _SPECIAL_VALUES:
            self.at += 1
            if self.key == "(":
                self.close()
            return key, 2
        if key == "array" and follows in ("[", "("):
            self.at += 1
            self.close()
            return self.indirection(("array", 2))
        if key == "cast" and follows == "(":
            return self.cast()
        if key == "treat" and follows == "(":
            return self.cast(is_function=True)
        if key == "trim" and follows == "(":
            name = _TRIMS.get(self.peek(2), "btrim")
            self.at += 1
            self.close()
            return name, 2
        if key == "collation" and follows == "for":
            self.at += 2
            self.close()
            return "pg_collation_for", 2
        return None

    def case(self) -> Figured:
        """CASE … END: ELSE may name it."""
        begin, end = self.at, self.reader.closes.get(self.at, self.end)
        at, otherwise = begin + 1, None
        while at < end:
            if self.tokens[at].key == "else":
                otherwise = at + 1
            at = self.reader.closes.get(at, at) + 1
        self.at = min(end + 1, self.end)
        name = self.within(otherwise, end) if otherwise is not None else _NOTHING
        return name if name[1] > 1 or self.is_open else ("case", 1)

    def cast(self, *, is_function: bool = False) -> Figured:
        """CAST(… AS type): what is cast may name it; TREAT is a function that is called as the type is."""
        self.at += 1
        begin = self.at + 1
        end = self.close()
        at = begin
        while at < end and self.tokens[at].key != "as":
            at = self.reader.closes.get(at, at) + 1
        cast, _ = type_name(self.tokens, at + 1, end)
        if is_function:
            return cast, 2
        name = self.within(begin, at)
        return name if name[1] > 1 or self.is_open else (cast, 1)

    def parenthesized(self) -> Figured:
        """What stands in parentheses: a query, a row or an expression."""
        begin = self.at + 1
        end = self.close()
        if self._is_query(begin, end):
            name = self.reader.first_output(begin, end)
            self.is_open = self.is_open or name is None
            return name, 2
        at = begin
        while at < end:
            if self.tokens[at].key == ",":
                return "row", 2
            at = self.reader.closes.get(at, at) + 1
        return self.within(begin, end)

    def _is_query(self, begin: int, end: int) -> bool:
        if self.reader.key(begin, end) in _QUERIES:
            return True
        closing = self.reader.closes.get(begin)
        behind = closing is not None and self.reader.key(closing + 1, end) in _LIST_ENDS
        return behind and self._is_query(begin + 1, closing or end)

    def indirection(self, name: Figured) -> Figured:
        """The fields and subscripts behind an operand; the last field names it."""
        while self.key in (".", "["):
            if self.key == "[":
                self.close()
                continue
            self.at += 1
            if self.at < self.end and self.key != "*":
                self.is_open = False
                name = (self.tokens[self.at].value, 2)
            self.at += 1
        return name

    def dotted(self) -> str:
        """A name with what qualifies it; its last part."""
        name = self.tokens[self.at].value if self.at < self.end else ""
        self.at += 1
        while self.key == "." and self.at + 1 < self.end and self.tokens[self.at + 1].kind in (WORD, QUOTED):
            name = self.tokens[self.at + 1].value
            self.at += 2
        return name

    def behind_call(self) -> None:
        """Passes WITHIN GROUP, FILTER, the treatment of NULLs and OVER behind a function's parentheses."""
        while self.at < self.end:
            if self.key == "within" and self.peek() == "group":
                self.at += 2
                self.close()
            elif self.key == "filter" and self.peek() == "(":
                self.at += 1
                self.close()
            elif self.key in ("respect", "ignore") and self.peek() == "nulls":
                self.at += 2
            elif self.key == "over":
                self.at += 1
                self.close() if self.key == "(" else self.dotted()
            else:
                return


def _closes(tokens: Sequence[Token]) -> dict[int, int]:
    """Where each parenthesis, bracket and CASE is closed."""
    found: dict[int, int] = {}
    open_at: list[int] = []
    for at, token in enumerate(tokens):
        key = token.key
        if key in ("(", "[") or (key == "case" and (at == 0 or tokens[at - 1].key not in (".", "as"))):
            open_at.append(at)
        elif open_at and (key in (")", "]") or (key == "end" and tokens[open_at[-1]].key == "case")):
            found[open_at.pop()] = at
    return found
