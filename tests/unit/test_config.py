"""Settings files: whatever they say, they give settings or an error that names the key."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.config import Config, Proxy, load
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


def test_a_proxy_s_settings_are_taken(tmp_path: Path) -> None:
    text = """
        [proxies.edge]
        model = "fraud"
        socket = "${EDGE}"
        variable = "proc.canary"
        [proxies.blue]
        model = "fraud"
        socket = "proxy.example:9999"
        backend = "fraud"
        active = "v{version}"
        canary = "v{version}"
        timeout = 2
    """
    assert _load(tmp_path, text).proxies == (
        Proxy("edge", "fraud", "${EDGE}", variable="proc.canary"),
        Proxy("blue", "fraud", "proxy.example:9999", None, "fraud", "v{version}", "v{version}", 2),
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("", "a proxy needs model"),
        ('model = "m"', "a proxy needs socket"),
        ('model = "m"\nsocket = "s"', "either a variable or a backend"),
        ('model = "m"\nsocket = "s"\nbackend = "b"\nvariable = "proc.c"', "either a variable or a backend"),
        ('model = "m"\nsocket = "s"\nvariable = "proc.c"\nactive = "a"', "active names a server of a backend"),
        ('model = "m"\nsocket = "s"\nvariable = "sess.c"', "variable = 'sess.c' of a proxy can't be used"),
        ('model = "m"\nsocket = "s"\nbackend = "b; shutdown"', "backend = 'b; shutdown' of a proxy can't be used"),
        ('model = "m"\nsocket = "s"\nbackend = "b\\n"', "backend = 'b\\n' of a proxy can't be used"),
        ('model = "m"\nsocket = "s"\nbackend = "b"\ncanary = "c d"', "canary = 'c d' of a proxy can't be used"),
        ('model = "m"\nsocket = "s"\nbackend = "b"\ncanary = "active"', "is the server of what serves"),
        ('model = "m"\nsocket = "s"\nbackend = "b"\nactive = "v{version}"', "one server of a proxy has {version}"),
        ('model = "m"\nsocket = "s"\nvariable = "proc.c"\ntimeout = 0', "timeout = 0 of a proxy can't be used"),
        ('model = "m"\nsokcet = "s"', "unknown setting 'sokcet' of a proxy"),
        ("model = 5", "model of a proxy can't be used"),
    ],
)
def test_a_proxy_that_can_t_be_meant_is_an_error(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        _load(tmp_path, f"[proxies.edge]\n{settings}\n")
