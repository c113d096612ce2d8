"""Python in revisions: what its constructs lead to."""
# ruff: noqa: E501 - a case reads best in one line

import textwrap
from pathlib import Path

import pytest

from schemaguard.evaluation.values import modules
from schemaguard.history.identity import read_identity
from schemaguard.history.parsing import parse
from tests.unit.evaluation.evaluating import sent

DROPS = pytest.mark.parametrize(
    ("source", "tables"),
    [
        ("for t in ('a', 'b'): op.drop_table(t)", "a b"),
        ("[op.drop_table(t) for t in ['a', 'b'] if t != 'a']", "b"),
        ("for i, (t, _) in enumerate({'a': 1, 'b': 2}.items()): op.drop_table(f'{t}{i}')", "a0 b1"),
        ("i = 0\n    while i < 2:\n        op.drop_table('t' + str(i)); i += 1", "t0 t1"),
        ("for t in range(9):\n        if t == 2: break\n        if t == 0: continue\n        op.drop_table(f't{t}')", "t1"),
        ("for t in []: pass\n    else: op.drop_table('a')", "a"),
        ("op.drop_table('a' if 1 < 2 <= 2 else 'b')", "a"),
        ("op.drop_table('%s_%03d' % ('a', 7))", "a_007"),
        ("op.drop_table('{x}_{0:>2}'.format(7, x='a').replace(' ', 'z'))", "a_z7"),
        ("op.drop_table('_'.join(sorted({'b', 'a'})))", "a_b"),
        ("name, *rest = 'a', 'b', 'c'\n    op.drop_table(rest[-1])", "c"),
        ("op.drop_table((lambda x, *, y='b': x + y)('a'))", "ab"),
        ("def inner(x):\n        nonlocal_name = x\n        def deeper(): return nonlocal_name\n        return deeper\n    op.drop_table(inner('a')())", "a"),
        ("def give():\n        yield 'a'\n        yield from ('b', 'c')\n    for t in give(): op.drop_table(t)", "a b c"),
        ("match {'k': 1}, 'x':\n        case _, 'y': op.drop_table('no')\n        case _, str() as s: op.drop_table(s)", "x"),
        ("if (n := len('abc')) == 3: op.drop_table(f't{n}')", "t3"),
        ("try:\n        {}['missing']\n    except (KeyError, ValueError) as e: op.drop_table('a')\n    finally: op.drop_table('b')", "a b"),
        ("try:\n        raise ValueError('x')\n    except KeyError: op.drop_table('no')\n    except Exception: op.drop_table('yes')", "yes"),
        ("d = dict(a=1, **{'b': 2})\n    d.setdefault('c', 3); d.pop('a')\n    for t in d: op.drop_table(t)", "b c"),
        ("x = ['a', 'b', 'c'][::-1]\n    op.drop_table(x[0])", "c"),
        ("if True:\n        op.drop_table('a')\n        return\n    op.drop_table('b')", "a"),
        ("op.drop_table(next(t for t in ('a', 'b') if t > 'a'))", "b"),
        ("for t in map(str.upper, filter(None, ['a', ''])): op.drop_table(t)", '"A"'),
        ("for a, b in zip('ab', 'cd'): op.drop_table(a + b)", "ac bd"),
        ("op.drop_table(getattr('x', 'nothing', 'a') and 'b')", "b"),
        ("if all(x for x in (1, 2)) and any([0, 1]) and not None: op.drop_table('a')", "a"),
        ("tables = []\n    tables += ['a']; tables.extend(('b',)); tables.append('c')\n    for t in tables: op.drop_table(t)", "a b c"),
    ],
)  # fmt: skip


@DROPS
def test_what_python_computes_reaches_the_statement(source: str, tables: str) -> None:
    assert sent(f"def upgrade():\n    {source}\n") == [f"DROP TABLE {table}" for table in tables.split()]


def test_code_at_the_top_of_a_module_counts_where_it_is_used() -> None:
    assert sent("""
        PREFIX = "app"
        TABLES = [f"{PREFIX}_users"]
        TABLES.append("logs")
        if PREFIX == "app":
            TABLES += ["extra"]
        for _name in ("x", "y"):
            TABLES.append(_name)
        unrelated = open("/etc/passwd").read()

        def _drop(name, *, schema=None):
            op.drop_table(name, schema=schema)

        def upgrade():
            for table in TABLES:
                _drop(table)
            _drop("a", schema="s")
    """) == [f"DROP TABLE {name}" for name in ("app_users", "logs", "extra", "x", "y", "s.a")]


def test_classes_enums_and_dataclasses_of_the_project_are_followed() -> None:
    assert sent("""
        import enum
        from dataclasses import dataclass, field

        class Status(str, enum.Enum):
            NEW = "new"
            OLD = "old"

        @dataclass(frozen=True)
        class Plan:
            table: str
            columns: list = field(default_factory=list)

            @property
            def quoted(self):
                return self.table.upper()

        class Base:
            suffix = "_b"
            def __init__(self, name):
                self.name = name + self.suffix
            def run(self):
                op.drop_table(self.name)

        class Child(Base):
            suffix = "_c"
            def run(self):
                super().run()
                op.drop_table(self.kind())
            @classmethod
            def kind(cls):
                return cls.__name__.lower()

        def upgrade():
            Child("a").run()
            op.drop_table(Plan("d").quoted.lower())
            for status in Status:
                op.execute(f"UPDATE orders SET state = '{status.value}'")
            op.add_column("t", sa.Column("s", sa.Enum(Status, values_callable=lambda e: [m.value for m in e])))
            op.add_column("t", sa.Column("n", sa.Enum(Status, name="named")))
    """) == [
        "DROP TABLE a_c",
        "DROP TABLE child",
        "DROP TABLE d",
        "UPDATE orders SET state = 'new'",
        "UPDATE orders SET state = 'old'",
        "ALTER TABLE t ADD COLUMN s status",
        "ALTER TABLE t ADD COLUMN n named",
    ]


def test_helpers_of_the_project_are_read_and_the_application_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sent(
        """
        from app.migrations.helpers import drop_all, Wrapped
        from ..names import TABLES as names
        import app.migrations.helpers as helpers
        from app.models import User

        def upgrade():
            from app.lazy import NAME
            drop_all(names)
            op.drop_table(NAME)
            op.drop_table(helpers.dynamic_name)
            op.drop_table(User.__tablename__)
            with helpers.renamed("x") as name:
                op.drop_table(name)
        """,
        files={
            "app/__init__.py": "",
            "app/migrations/__init__.py": "",
            "app/migrations/versions/__init__.py": "",
            "app/migrations/names.py": "TABLES = ('a', 'b')",
            "app/migrations/helpers.py": """
                from contextlib import contextmanager
                from alembic import op

                def drop_all(names):
                    for name in names:
                        op.drop_table(name)

                def __getattr__(name):
                    return f"made_{name}"

                @contextmanager
                def renamed(name):
                    op.rename_table("old", name)
                    yield name + "1"
                    op.rename_table(name, "old")

                class Wrapped: pass
            """,
            "app/lazy.py": "NAME = 'lazy'",
            "app/models.py": """
                import os
                os.system("touch ran")
                from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

                class Base(DeclarativeBase): pass

                class User(Base):
                    __tablename__ = "users"
                    id: Mapped[int] = mapped_column(primary_key=True)
            """,
        },
    ) == [
        "DROP TABLE a", "DROP TABLE b", "DROP TABLE lazy", "DROP TABLE made_dynamic_name", "DROP TABLE users",
        'ALTER TABLE "old" RENAME TO x', "DROP TABLE x1", 'ALTER TABLE x RENAME TO "old"',
    ]  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_another_revision_may_be_imported_by_its_name() -> None:
    assert sent(
        """
        import importlib
        previous = importlib.import_module("migrations.versions.0_zero")

        def upgrade():
            previous.downgrade()
        """,
        files={"app/migrations/versions/0_zero.py": "from alembic import op\ndef downgrade():\n    op.drop_table('z')"},
    ) == ["DROP TABLE z"]


def test_sql_in_a_file_of_the_project_is_read() -> None:
    assert sent(
        """
        import os
        from pathlib import Path
        HERE = Path(__file__).parent

        def upgrade():
            op.execute((HERE / "sql" / "a.sql").read_text())
            with open(os.path.join(os.path.dirname(__file__), "sql", "b.sql")) as file:
                op.execute(sa.text(file.read()))
        """,
        files={
            "app/migrations/versions/sql/a.sql": "DROP TABLE a",
            "app/migrations/versions/sql/b.sql": "DROP TABLE b",
        },
    ) == ["DROP TABLE a", "DROP TABLE b"]


def test_a_number_that_a_format_cannot_take_is_an_error_of_the_code() -> None:
    assert (
        sent("""
        def upgrade():
            for template in ("%d", "%x", "%c"):
                try:
                    op.execute(template % 1e400)
                except (OverflowError, TypeError):
                    op.execute("SELECT 1")
    """)
        == ["SELECT 1"] * 3
    )


def test_a_module_that_does_not_parse_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(modules, "parse", lambda text: [parsed.append(text), parse(text)][1])
    source = "def upgrade():\n    while True:\n        try:\n            import broken\n        finally:\n            continue\n"
    assert sent(source, files={"app/broken.py": "x = (\n"})[-1].startswith("! its evaluation stopped")
    assert parsed.count("x = (\n") == 1


def test_what_python_thinks_of_a_literal_is_not_said(capfd: pytest.CaptureFixture[str]) -> None:
    assert read_identity("revision = 'a'\ndown_revision = None\nx = 1if True else 2\n", "a.py")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("value", ["True", "1", "1.5"])
def test_a_value_has_its_own_methods_only(value: str) -> None:
    assert sent(f"""
        def upgrade():
            try:
                ({value}).count(1)
            except AttributeError:
                op.execute("SELECT 1")
    """) == ["SELECT 1"]


def test_a_table_class_whose_column_cannot_be_made_raises_as_it_would() -> None:
    assert sent("""
        def upgrade():
            try:
                class T(sa.orm.declarative_base()):
                    __tablename__ = "t"
                    id = sa.Column(sa.Integer, sa.ForeignKey(""), primary_key=True)
                op.get_bind().execute(T.__table__.delete())
            except sa.exc.ArgumentError:
                op.execute("SELECT 1")
    """) in (["SELECT 1"], ["DELETE FROM t"])


@pytest.mark.parametrize(
    "before", ["__annotations__ = 1", "if op.get_bind().execute('q').scalar(): x: int\n    else: __annotations__ = 2"]
)
def test_annotations_that_are_not_known_are_no_fault(before: str) -> None:
    source = f"class C:\n    {before}\n    y: int = 3\nop.drop_table(f't{{C.y}}')"
    assert sent(f"def upgrade():\n{textwrap.indent(source, '    ')}")[-1] == "DROP TABLE t3"
