"""A site: options stand over the environment, which stands over the file; what isn't configured is a clear error."""

from pathlib import Path

import pytest

from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError, ContractError, UsageError

SETTINGS = """
contracts = "promises"
environment = "production"
[environments.production]
database_url = "postgresql://file/shop"
registry_uri = "sqlite:///file.db"
alias = "live"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "schemaguard.toml").write_text(SETTINGS)
    return tmp_path


def test_the_file_says_where_everything_is(folder: Path) -> None:
    site = Site(folder, environ={})
    assert (site.database_url, site.environment.registry_uri, site.alias) == (
        "postgresql://file/shop",
        "sqlite:///file.db",
        "live",
    )
    assert site.contracts_folder == folder / "promises"


def test_the_environment_stands_over_the_file_and_options_over_both(folder: Path) -> None:
    environ = {"SCHEMAGUARD_DATABASE_URL": "postgresql://env/shop", "SCHEMAGUARD_REGISTRY_URI": "sqlite:///env.db"}
    assert Site(folder, environ=environ).database_url == "postgresql://env/shop"
    site = Site(folder, database_url="postgresql://option/shop", alias="next", contracts="others", environ=environ)
    assert (site.database_url, site.environment.registry_uri) == ("postgresql://option/shop", "sqlite:///env.db")
    assert (site.alias, site.contracts_folder) == ("next", folder / "others")


def test_a_folder_below_has_the_settings_above(folder: Path) -> None:
    (folder / "below").mkdir()
    site = Site(folder / "below", environ={})
    assert (site.alias, site.contracts_folder) == ("live", folder / "promises")
    assert site.relative(site.contracts_folder) == str(folder / "promises")
    assert site.relative(folder / "below/x") == "x"


@pytest.mark.parametrize(("what", "variable"), [("database_url", "DATABASE_URL"), ("registry", "REGISTRY_URI")])
def test_what_is_not_configured_is_said_with_the_variable_to_set(tmp_path: Path, what: str, variable: str) -> None:
    site = Site(tmp_path, environ={})
    with pytest.raises(ConfigError, match="is configured") as raised:
        getattr(site, what)
    assert f"SCHEMAGUARD_{variable}" in raised.value.at
    assert raised.value.next.startswith(f"export SCHEMAGUARD_{variable}=")
    assert site.registry_if_any is None


def test_who_asks_is_who_the_environment_names(tmp_path: Path) -> None:
    assert Site(tmp_path, environ={"SCHEMAGUARD_ACTOR": "deploy-bot"}).actor == "deploy-bot"


def test_a_folder_of_contracts_that_is_not_there_holds_none_unless_it_was_named(tmp_path: Path) -> None:
    assert Site(tmp_path, environ={}).contract_files() == ()
    with pytest.raises(ContractError, match="there is no such folder") as raised:
        Site(tmp_path, contracts="missing", environ={}).contract_files()
    assert raised.value.at == "missing"


def test_without_a_lock_file_there_are_no_locked_windows(folder: Path) -> None:
    site = Site(folder, environ={})
    assert site.window_lock() is None
    (folder / "promises").mkdir()
    (folder / "promises/window.lock").write_text("spoilt")
    with pytest.raises(ConfigError):
        site.window_lock()


def test_settings_that_nobody_knows_are_an_error_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "schemaguard.toml").write_text('contract = "x"')
    with pytest.raises(ConfigError) as raised:
        _ = Site(tmp_path, environ={}).config
    assert "contract" in str(raised.value)


def test_a_reading_remembers_in_the_given_folder_or_not_at_all(folder: Path) -> None:
    site = Site(folder, environ={"SCHEMAGUARD_CACHE_DIR": str(folder / "cache")})
    with site.reading(no_cache=True) as reading:
        assert reading.store is None
    assert not (folder / "cache").exists()
    with site.reading(initial=Path("first.sql"), pg_version=17) as reading:
        assert (reading.initial, reading.postgresql) == ("first.sql", 17)
        assert reading.store is not None
        reading.store.put("key", "text")
    with site.reading() as reading:
        assert reading.store is not None
        assert reading.store.get("key") == "text"


@pytest.mark.parametrize("version", [9, 14, 19])
def test_a_version_that_is_not_supported_is_refused(folder: Path, version: int) -> None:
    with pytest.raises(UsageError, match="is not supported"), Site(folder, environ={}).reading(pg_version=version):
        pass


def test_reading_by_the_settings_alone_assumes_nothing(folder: Path) -> None:
    from schemaguard.commands.reading import open_reading

    site = Site(folder, environ={})
    reading = open_reading(site.config, folder / "below/..")
    assert reading.files.root == folder.resolve()
    assert (reading.initial, reading.assume_in_transaction, reading.postgresql, reading.store) == (None,) * 4
