"""A cursor over the tokens of one statement: the few moves that the grammar is written in."""

from collections.abc import Sequence
from functools import lru_cache

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import SERIALS, Type, parse_type, quote_identifier
from schemaguard.sql.reading.syntax.commands import defined
from schemaguard.sql.reading.syntax.expressions import expression
from schemaguard.sql.reading.syntax.lexicon import COLUMN_ONLY, NO_COLUMN, RESERVED, is_template, symbols
from schemaguard.sql.reading.syntax.reading import Misplaced, Rule, Symbols, listed
from schemaguard.sql.reading.syntax.types import BUILT_IN
from schemaguard.sql.reading.tokens import NUMBER, OPERATOR, PARAMETER, QUOTED, STRING, WORD, Token

END = 99
_NO_TYPE = RESERVED | (COLUMN_ONLY - BUILT_IN - {"setof"})
_OPENS, _CLOSES = frozenset("(["), frozenset(")]")


class SyntaxRefusal(Exception):  # noqa: N818 - it never leaves sql/, where it becomes a change
    """The statement doesn't read as PostgreSQL's grammar has it."""


class UnknownMeaning(Exception):  # noqa: N818 - as above
    """The statement is well-formed as far as one can tell, but what it does can't be known."""


@lru_cache(maxsize=4096)
def read_type(text: str) -> Type:
    """`parse_type`, remembered: a history repeats the same few types."""
    return parse_type(text)


class Cursor:
    """Where reading stands in the tokens of one statement."""

    __slots__ = ("_symbols", "at", "end", "has_holes", "key", "text", "tokens")

    def __init__(self, text: str, tokens: Sequence[Token], *, has_holes: bool = False) -> None:
        self.text = text
        self.has_holes = has_holes
        """Whether some of the statement's words aren't known, so that its shape says nothing."""
        self._symbols: Symbols | None = None
        self.end = len(tokens)
        end = Token("", "", len(text), len(text), END)
        self.tokens = [*tokens, end, end]
        self.at = 0
        self.key = self.tokens[0].key

    def within(self, begin: int, end: int) -> "Cursor":
        """A cursor of its own over some of the tokens."""
        return Cursor(self.text, self.tokens[begin:end], has_holes=self.has_holes)

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= self.end

    def move(self, to: int) -> None:
        """Goes to a token."""
        self.at = to
        self.key = self.tokens[to].key

    def take(self) -> Token:
        """The next token, which is passed; the end is never passed."""
        token = self.tokens[self.at]
        if self.at < self.end:
            self.at += 1
            self.key = self.tokens[self.at].key
        return token

    def peek(self, ahead: int = 1) -> str:
        """The key of a later token."""
        at = self.at + ahead
        return self.tokens[at].key if at < self.end else ""

    def accept(self, *keys: str) -> bool:
        """Passes these keys where they come next, in this order."""
        if self.key != keys[0]:
            return False
        at, tokens = self.at, self.tokens
        if len(keys) > 1:
            if at + len(keys) > self.end:
                return False
            for ahead in range(1, len(keys)):
                if tokens[at + ahead].key != keys[ahead]:
                    return False
        self.at = at + len(keys)
        self.key = tokens[self.at].key
        return True

    def accept_one(self, *keys: str) -> str:
        """Passes one of these keys and says which; empty where none of them comes next."""
        key = self.key
        if key and key in keys:
            self.move(self.at + 1)
            return key
        return ""

    def expect(self, *keys: str) -> None:
        """Passes these keys."""
        if not self.accept(*keys):
            raise self.refusal(" ".join(keys).upper())

    def refusal(self, wanted: str) -> Exception:
        """What to raise where something else than `wanted` stands."""
        token = self.tokens[self.at]
        if token.kind == PARAMETER or token.key in (":", "{", "?", "$", "%", "${"):
            return UnknownMeaning(f"a placeholder stands where {wanted} is expected")
        where = "at its end" if self.at >= self.end else f"at {self.text[token.start : token.end][:40]!r}"
        return SyntaxRefusal(f"{wanted} is expected {where}")

    def finish(self) -> None:
        """Nothing may be left."""
        if self.at < self.end:
            raise self.refusal("the statement's end")

    # Names and literals

    def identifier(self) -> str:
        """A column's or table's name."""
        token = self.tokens[self.at]
        if token.kind == QUOTED or (token.kind == WORD and token.key not in NO_COLUMN):
            self.move(self.at + 1)
            return token.value
        raise self.refusal("a name")

    def label(self) -> str:
        """Any word or quoted identifier, reserved or not."""
        token = self.tokens[self.at]
        if token.kind in (QUOTED, WORD):
            self.move(self.at + 1)
            return token.value
        raise self.refusal("a name")

    def is_name(self) -> bool:
        """Whether an identifier comes next."""
        token = self.tokens[self.at]
        return token.kind == QUOTED or (token.kind == WORD and token.key not in NO_COLUMN)

    def name(self) -> Name:
        """The name of an object, with its schema where it has one; a database before that is passed over."""
        first = self.identifier()
        if self.key != ".":
            return Name(first)
        return self._after_dot(first)

    def any_name(self) -> Name:
        """The name of a function, type or operator class, which may be a word that no table may be called."""
        token = self.tokens[self.at]
        if token.kind == WORD and token.key in RESERVED:
            raise self.refusal("a name")
        first = self.label()
        if self.key != ".":
            return Name(first)
        return self._after_dot(first)

    def _after_dot(self, first: str) -> Name:
        parts = [first]
        while self.accept("."):
            parts.append(self.label())
        if len(parts) > 3:
            raise self.refusal("a shorter name")
        return Name(parts[-1], parts[-2])

    def names(self) -> list[Name]:
        """Names, separated by commas."""
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return found

    def identifiers(self) -> tuple[str, ...]:
        """Column names in parentheses."""
        self.expect("(")
        found = [self.identifier()]
        while self.accept(","):
            found.append(self.identifier())
        self.expect(")")
        return tuple(found)

    def string(self) -> str:
        """A string literal's value."""
        token = self.tokens[self.at]
        if token.kind != STRING:
            raise self.refusal("a string")
        self.move(self.at + 1)
        return token.value

    def role(self) -> str:
        """A role's name, `public` and `current_user` among them."""
        self.accept("group")
        return self.label()

    def roles(self) -> tuple[str, ...]:
        """Roles, separated by commas."""
        found = [self.role()]
        while self.accept(","):
            found.append(self.role())
        return tuple(found)

    # Pieces of the source

    def since(self, at: int) -> str:
        """The source from a token up to the last one that was passed."""
        return self.text[self.tokens[at].start : self.tokens[self.at - 1].end] if self.at > at else ""

    def until(self, *stops: str) -> str:
        """The source up to one of these keys outside of parentheses, or to the parenthesis that closes."""
        begin = self.at
        self.skip(*stops)
        return self.since(begin)

    def skip(self, *stops: str) -> None:
        """Passes everything up to one of these keys outside of parentheses, or to the parenthesis that closes."""
        depth, at, tokens = 0, self.at, self.tokens
        while at < self.end:
            key = tokens[at].key
            if key in _OPENS:
                depth += 1
            elif key in _CLOSES:
                if depth == 0:
                    break
                depth -= 1
            elif depth == 0 and key in stops:
                break
            at += 1
        if depth:
            self.move(self.end)
            raise self.refusal(")")
        self.move(at)

    def follow(self, rule: Rule, *stops: str) -> str:
        """The source of what a rule of the grammar reads here.

        Where something stands for a text that is put in later, it is all up to one of the stops.
        """
        if self._symbols is None:
            self._symbols = symbols(self.tokens)
        begin = self.at
        try:
            self.move(rule(self._symbols, begin))
        except Misplaced as misplaced:
            if not self.has_holes and not is_template(self.tokens):
                self.move(min(misplaced.at, self.end))
                raise self.refusal(misplaced.wanted) from None
            self.skip(*stops)
            if self.at == begin:
                raise self.refusal("an expression") from None
        return self.since(begin)

    def foresee(self, rule: Rule) -> None:
        """Makes sure that a rule of the grammar reads all that is left, and stays where it is."""
        begin = self.at
        self.follow(rule)
        if not self.has_holes and self.at < self.end and not is_template(self.tokens):
            self.finish()
        self.move(begin)

    def expression(self, *stops: str) -> str:
        """The source of an expression."""
        return self.follow(expression, *stops)

    def enclosed_expression(self) -> str:
        """The expression between the next parentheses."""
        self.expect("(")
        inside = self.expression()
        self.expect(")")
        return inside

    def text_until(self, *stops: str) -> str:
        """All up to one of these keys; it can't be empty."""
        begin = self.at
        self.skip(*stops)
        if self.at == begin:
            raise self.refusal(stops[0].upper())
        return self.since(begin)

    def parenthesized(self) -> str:
        """What stands between the next parentheses."""
        self.expect("(")
        begin = self.at
        self.skip()
        inside = self.since(begin)
        self.expect(")")
        return inside

    def options(self, rule: Rule = defined) -> str:
        """Parameters in parentheses, as written: by default with `=` between name and value."""
        self.expect("(")
        inside = self.follow(lambda s, at: listed(s, at, rule))
        self.expect(")")
        return inside

    # Types

    def type(self) -> tuple[Type, bool]:
        """A type, and whether it was written as serial."""
        first = self.tokens[self.at]
        text = self.type_text()
        try:
            return read_type(text), first.kind == WORD and text in SERIALS
        except ValueError:
            raise SyntaxRefusal(f"a type is expected at {text[:60]!r}") from None

    def type_text(self) -> str:
        """The text of a type, its words separated by single blanks."""
        begin = self.at
        if self.token.kind not in (WORD, QUOTED) or (self.token.kind == WORD and self.key in _NO_TYPE):
            raise self.refusal("a type")
        first = self.take()
        if first.kind == WORD and self.key != ".":
            self._type_words(first.key)
        while self.accept("."):
            self.label()
        if self.accept("%", "type"):
            raise UnknownMeaning("the type is that of another column (%TYPE)")
        self._modifiers()
        self._after_modifiers(first.key)
        while self.accept("["):
            if self.token.kind == NUMBER:
                self.take()
            self.expect("]")
        if self.accept("array") and self.accept("["):
            self.take()
            self.expect("]")
        return self._spelled(begin)

    def _type_words(self, first: str) -> None:
        if first == "national":
            first = self.take().key
        if first == "double":
            self.accept("precision")
        elif first in ("character", "char", "bit", "nchar"):
            self.accept("varying")

    def _modifiers(self) -> None:
        if self.key == "(":
            self.parenthesized()

    def _after_modifiers(self, first: str) -> None:
        if first in ("timestamp", "time"):
            self.accept("with", "time", "zone") or self.accept("without", "time", "zone")
        elif first == "interval":
            while self.accept_one("year", "month", "day", "hour", "minute", "second"):
                self.accept("to")
            self._modifiers()

    def _spelled(self, begin: int) -> str:
        tokens = self.tokens[begin : self.at]
        if len(tokens) == 1 and tokens[0].kind == WORD:
            return tokens[0].value
        words: list[str] = []
        for token in tokens:
            if token.kind == QUOTED:
                words.append('"' + token.value.replace('"', '""') + '"')
            elif token.kind == STRING:
                words.append("'" + token.value + "'")
            else:
                words.append(self.text[token.start : token.end])
        return " ".join(words).replace(" . ", ".").replace("- ", "-")

    @property
    def is_operator(self) -> bool:
        """Whether an operator comes next."""
        return self.tokens[self.at].kind == OPERATOR


def spelled(name: Name) -> str:
    """The name as SQL, in quotes where the server would need them."""
    own = quote_identifier(name.name)
    return own if name.schema is None else f"{quote_identifier(name.schema)}.{own}"
