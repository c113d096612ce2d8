"""What a doctor says of installations, settings, contracts and servers, without any of them."""

from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

import pytest

from schemaguard import __version__
from schemaguard.adapters.files.distributions import InstalledName, of_our_name
from schemaguard.adapters.postgres.server_facts import FenceSeen, ServerFacts
from schemaguard.adoption.diagnosis import Diagnosis, Health
from schemaguard.commands import doctor as commands
from schemaguard.commands.doctor import doctor, installation
from schemaguard.commands.doctoring import of_fence, of_settings, of_version
from schemaguard.commands.site import Site
from schemaguard.frozen import replace

FINE = ServerFacts(
    version=16, database="shop", role="me", is_superuser=True, may_create_roles=True, may_create_schemas=True,
    owns_database=True, lock_timeout="2s", statement_timeout="0", idle_timeout="60s", has_statistics=True,
    oldest_transaction_s=0, event_triggers="on",
)  # fmt: skip
REVISION = "revision = 'a'\ndown_revision = None\n\ndef upgrade():\n    pass\n"


@pytest.fixture(autouse=True)
def nothing_else_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else this environment has says nothing of a project, and is hundreds of files to look at."""
    monkeypatch.setattr(commands, "of_our_name", lambda: (InstalledName("schemaguard-ml", __version__, ("package",)),))


def ask(folder: Path, **environ: str) -> list[Diagnosis]:
    with Site(folder, environ={"SCHEMAGUARD_CACHE_DIR": str(folder / ".cache"), **environ}) as site:
        return list(doctor(site).diagnoses)


def said(found: list[Diagnosis], health: Health) -> str:
    return "\n".join(f"{one.what} → {one.next}" for one in found if one.health is health)


class Fake(Distribution):
    def __init__(self, name: str, files: str = "", scripts: str = "") -> None:
        self._texts = {"METADATA": f"Name: {name}\nVersion: 1.0\n", "top_level.txt": files}
        self._scripts = scripts

    def read_text(self, filename: str) -> str | None:
        return self._texts.get(filename)

    def locate_file(self, path: object) -> Path:
        return Path(str(path))

    @property
    def files(self) -> None:  # type: ignore[override]  # one without a list of its files
        return None

    @property
    def entry_points(self) -> list[EntryPoint]:  # type: ignore[override]  # as many as are needed
        return [EntryPoint(self._scripts, "x:main", "console_scripts")] if self._scripts else []


def test_another_distribution_of_our_name_is_found_by_its_package_and_by_its_command() -> None:
    found = of_our_name(
        [
            Fake("schemaguard-ml", "schemaguard\n", "schemaguard"),
            Fake("schema_guardian", "schemaguard\n"),
            Fake("Other", "other", "schemaguard"),
            Fake("x", "y", "z"),
        ]
    )
    assert [(one.name, one.brings) for one in found] == [
        ("other", ("command",)), ("schema-guardian", ("package",)), ("schemaguard-ml", ("package", "command")),
    ]  # fmt: skip
    diagnoses = list(installation(found))
    ill = [one for one in diagnoses if one.health is Health.ILL]
    assert [one.next.partition(",")[0] for one in ill] == ["pip uninstall other", "pip uninstall schema-guardian"]


def test_our_own_checkout_under_its_earlier_name_is_well() -> None:
    ours = InstalledName("schemaguard", __version__, ("package", "command"))
    assert [one.health for one in installation((ours,))] == [Health.WELL]
    another = InstalledName("schemaguard", "9.9", ("package",))
    assert [one.health for one in installation((another,))] == [Health.WELL, Health.ILL]


@pytest.mark.parametrize(
    ("settings", "what", "way_out"),
    [
        ("posgresql = 16", "unknown setting 'posgresql'", "did you mean postgresql?"),
        ('rules = {drop-colum = "off"}', "no rule 'drop-colum'", "did you mean drop-column?"),
        ('rules = {drop-column = "loud"}', "no severity 'loud'", "use error, warning, note or off"),
        ('baseline = "gone.json"', "the baseline gone.json isn't there", "schemaguard check --format json"),
        ('migrations = "nowhere"', "migrations: there is no nowhere", "name an alembic.ini"),
        ('applied_by = "schemaguard"', "no env.py imports the guard", "import schemaguard.guard"),
    ],
)
def test_settings_that_cannot_work_are_ill_with_the_way_out(
    tmp_path: Path, settings: str, what: str, way_out: str
) -> None:
    (tmp_path / "schemaguard.toml").write_text(settings)
    (tmp_path / "migrations/versions").mkdir(parents=True)
    (tmp_path / "migrations/env.py").write_text("from alembic import context\n")
    (tmp_path / "migrations/versions/a.py").write_text(REVISION)
    told = said(ask(tmp_path), Health.ILL)
    assert what in told
    assert way_out in told


def test_what_is_not_protected_is_said(tmp_path: Path) -> None:
    (tmp_path / "migrations/versions").mkdir(parents=True)
    (tmp_path / "migrations/env.py").write_text("from alembic import context\n")
    (tmp_path / "migrations/versions/a.py").write_text(REVISION)
    (tmp_path / "schemaguard.toml").write_text("adopt = true\n")
    found = ask(tmp_path)
    assert said(found, Health.ILL) == ""
    weak = said(found, Health.WEAK)
    for part in (
        "adopt = true",
        "there is no contract",
        "the guard isn't in env.py",
        "no database is configured",
        "no model registry",
    ):
        assert part in weak
    assert all(one.next for one in found if one.health is not Health.WELL)
    (tmp_path / "migrations/env.py").write_text("import schemaguard.guard\nfrom alembic import context\n")
    assert "the guard is in env.py" in said(ask(tmp_path), Health.WELL)


def test_a_broken_history_and_a_broken_contract_are_ill(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_a.up.sql").write_text("create table t ();")
    (tmp_path / "migrations/2_b.down.sql").write_text("drop table t;")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/x.odcs.yaml").write_text("kind: [")
    told = said(ask(tmp_path), Health.ILL)
    assert "2_b.down.sql has no up file beside it" in told
    assert "a contract can't be read" in told


def test_a_database_that_cannot_be_reached_is_ill_and_its_password_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text("create table t ();")
    url = "postgresql+psycopg://me:hunter2@127.0.0.1:1/shop"
    found = ask(tmp_path, SCHEMAGUARD_DATABASE_URL=url)
    assert "cannot reach the database" in said(found, Health.ILL)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("facts", "assumed", "health"),
    [
        (FINE, 16, [Health.WELL]),
        (replace(FINE, version=17), 16, [Health.WEAK]),
        (replace(FINE, version=14), 14, [Health.ILL]),
        (replace(FINE, version=19), 19, [Health.WEAK]),
    ],
)
def test_a_server_is_held_against_what_checks_assume(facts: ServerFacts, assumed: int, health: list[Health]) -> None:
    assert [one.health for one in of_version(facts, assumed)] == health


@pytest.mark.parametrize(
    ("facts", "way_out"),
    [
        (replace(FINE, lock_timeout="0"), "set lock_timeout = '2s'"),
        (replace(FINE, idle_timeout="0ms"), "set idle_in_transaction_session_timeout = '60s'"),
        (replace(FINE, event_triggers="off"), "alter system set event_triggers = on"),
        (replace(FINE, is_superuser=False), "let a superuser run schemaguard install"),
        (replace(FINE, has_statistics=False), "create extension pg_stat_statements"),
        (replace(FINE, oldest_transaction_s=4000), "from pg_stat_activity"),
    ],
)
def test_a_setting_that_lets_a_mistake_grow_is_told_with_the_statement_that_mends_it(
    facts: ServerFacts, way_out: str
) -> None:
    (one,) = of_settings(facts)
    assert way_out in one.next
    assert list(of_settings(FINE)) == []


@pytest.mark.parametrize(
    ("fence", "health"), [(FenceSeen.UP, Health.WELL), (FenceSeen.DOWN, Health.WEAK), (FenceSeen.NONE, Health.WEAK)]
)
def test_a_server_without_a_fence_is_said_to_refuse_nothing(fence: FenceSeen, health: Health) -> None:
    (one,) = of_fence(fence)
    assert one.health is health
    assert bool(one.next) is (health is not Health.WELL)
