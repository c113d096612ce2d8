"""Settings files: whatever they say, they give settings or an error that names the key."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.config import Config, load
from schemaguard.errors import ConfigError
from tests.fuzz.properties import is_loaded
from tests.fuzz.settings_files import NAMES, settings_file


def _load(folder: Path, text: str | bytes, name: str = "schemaguard.toml") -> Config:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(folder, {})


def test_a_section_of_pyproject_holds_the_settings(tmp_path: Path) -> None:
    config = _load(tmp_path, '[tool.schemaguard]\nmigrations = "db"\npostgresql = 17\n', "pyproject.toml")
    assert (config.migrations, config.postgresql, config.contracts) == (("db",), 17, "contracts")


@pytest.mark.parametrize(
    ("text", "message", "way"),
    [
        ("migrations = 5", "migrations = 5 can't be used", "it has to be a text or a list of texts"),
        ("sources = [1]", "sources = [1] can't be used", "it has to be a list of texts"),
        ("adopt = 'yes'", "adopt = 'yes' can't be used", "it has to be true or false"),
        ("postgresql = true", "postgresql = True can't be used", "it has to be a whole number"),
        ("rules = ['a']", "rules = ['a'] can't be used", "it has to be a table of texts"),
        ("environments = {a = 1}", "environments can't be used", "it has to be a table of tables of texts"),
        ("near_release_hours = 1.5", "near_release_hours = 1.5 can't be used", "it has to be a whole number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error_that_says_what_it_has_to_be(
    tmp_path: Path, text: str, message: str, way: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert message in str(caught.value)
    assert caught.value.next == way


def test_a_tool_section_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must be a table"):
        _load(tmp_path, "[tool]\nschemaguard = 5\n", "pyproject.toml")
    assert _load(tmp_path, "tool = 5\n", "pyproject.toml") == load(tmp_path, {})


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.randoms(use_true_random=False).map(settings_file), st.tuples(st.sampled_from(NAMES), st.binary(max_size=40))
    )
)
def test_no_settings_file_ends_in_anything_but_settings_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, given: tuple[str, bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    (folder / ".git").mkdir(exist_ok=True, parents=True)
    is_loaded(folder, *given)
