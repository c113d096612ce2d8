"""An image that lacks the newest revision gets an answer and never a traceback, with each of alembic's templates."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import alembic.config
import psycopg
import pytest
from psycopg.types.json import Jsonb

from schemaguard.adapters import control
from schemaguard.contracts import digests
from tests.conftest import fresh
from tests.postgres.releases.shop import document

TEMPLATES = ("generic", "async", "multidb", "pyproject", "pyproject_async")
REVISION = """\
from alembic import op

revision = "{0:04}"
down_revision = {1!r}


def upgrade(*_, **__):
    op.execute("{2}")


def downgrade(*_, **__):
    pass
"""
STATEMENTS = (
    "CREATE TABLE transactions (id int8 NOT NULL, amount numeric(12,2) NOT NULL, channel text NOT NULL)",
    "ALTER TABLE transactions ADD COLUMN entry_mode text",
    "ALTER TABLE transactions ADD COLUMN country text",
    "ALTER TABLE transactions ADD COLUMN device text",
)


@dataclass
class Image:
    """A folder as `alembic init` lays it out, with the guard in its env.py."""

    folder: Path
    url: str

    def run(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
        """(exit code, all that was said) of an alembic command; what isn't SystemExit is a traceback."""
        capsys.readouterr()
        code = 0
        try:
            alembic.config.main([*words])
        except SystemExit as left:
            code = int(left.code or 0) if isinstance(left.code, int) else 1
        said = capsys.readouterr()
        return code, said.out + said.err

    def lay_out(self, template: str) -> None:
        alembic.config.main(["-q", "init", "-t", template, "alembic"])
        env = self.folder / "alembic" / "env.py"
        env.write_text(f"import schemaguard.guard  # noqa: F401\n{env.read_text()}")
        driver = "postgresql+psycopg://"
        address = self.url.replace("postgresql://", driver, 1).replace("%", "%%")
        ini = self.folder / "alembic.ini"
        text = re.sub(r"(?m)^sqlalchemy\.url = .*$", lambda _: f"sqlalchemy.url = {address}", ini.read_text())
        ini.write_text(text.replace("databases = engine1, engine2", "databases = engine1"))

    def add(self, statements: tuple[str, ...]) -> None:
        for number, statement in enumerate(statements, 1):
            below = f"{number - 1:04}" if number > 1 else None
            file = self.folder / "alembic" / "versions" / f"{number:04}.py"
            file.write_text(REVISION.format(number, below, statement))

    def forget(self, *numbers: int) -> None:
        for number in numbers:
            (self.folder / "alembic" / "versions" / f"{number:04}.py").unlink()


@pytest.fixture(params=TEMPLATES)
def image(
    request: pytest.FixtureRequest, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Image]:
    monkeypatch.chdir(tmp_path)
    # Alembic keeps the stream that was there when it was imported.
    monkeypatch.setattr(alembic.config.Config, "print_stdout", lambda _, text, *__: sys.stdout.write(f"{text}\n"))
    if request.param.startswith("pyproject"):
        (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            control.install(connection)
        made = Image(tmp_path, url)
        made.lay_out(request.param)
        made.add(STATEMENTS)
        yield made


def publish(url: str, version: str, *reads: str) -> None:
    published = document(version, *reads)
    published["schema"] = [each for each in published["schema"] if each["name"] == "transactions"]
    digest = digests.digest(published)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "insert into schemaguard.contract "
            "(digest, model, document, file, reads_through, view_schema, published_by) "
            "values (%s, 'fraud', %s, 'x', 'table', %s, 'ada')",
            (digest, Jsonb(published), f"fraud_{version}"),
        )
        connection.execute(
            "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)",
            (version, digest),
        )


def test_an_old_image_has_nothing_to_do_or_is_refused_with_the_reason(
    image: Image, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[int, str]] = []

    def run(*words: str) -> tuple[int, str]:
        said.append(image.run(capsys, *words))
        return said[-1]

    assert run("upgrade", "head")[0] == 0, said
    publish(image.url, "7", "id", "amount", "channel")
    image.forget(2, 3, 4)

    code, told = run("upgrade", "head")
    assert code != 0
    assert "no contract of a release window is in it" in told

    monkeypatch.setenv("SCHEMAGUARD_RELEASE", "fraud@7")
    for words in (("upgrade", "head"), ("upgrade", "0001"), ("current",)):
        code, told = run(*words)
        assert code == 0, told
        assert "revision 0004 is newer than this image; the contract of fraud@7 is satisfied; nothing to do" in told
    assert "0004 (newer than this image)" in told
    assert run("heads")[0] == 0
    for refused in (("check",), ("downgrade", "-1"), ("stamp", "head"), ("revision", "--autogenerate", "-m", "x")):
        code, told = run(*refused)
        assert code != 0, refused

    with psycopg.connect(image.url, autocommit=True, options="-c schemaguard.permit=x") as connection:
        connection.execute("alter table transactions rename channel to way")
    code, told = run("upgrade", "head")
    assert code != 0
    assert "the contract of fraud@7 is not satisfied" in told

    for wrong in ("fraud@9", "fraud"):
        monkeypatch.setenv("SCHEMAGUARD_RELEASE", wrong)
        assert run("current")[0] != 0

    monkeypatch.setenv("SCHEMAGUARD_RELEASE", "fraud@7")
    with psycopg.connect(image.url, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = 'abcd'")
    code, told = run("upgrade", "head")
    assert code != 0
    assert "no record tells of" in told
    assert not [text for _, text in said if "Traceback" in text or "Can't locate" in text]
