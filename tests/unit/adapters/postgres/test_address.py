"""Database URLs as people write them: drivers behind the scheme, and passwords that no message may quote."""

from pathlib import Path

import pytest

from schemaguard.adapters.postgres.address import libpq_url, network_limits, place, without_secrets
from schemaguard.adapters.postgres.connection import connect
from schemaguard.config import load
from schemaguard.errors import ConfigError, SchemaguardError
from schemaguard.serving import Follower

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgresql+psycopg://me:pw@db:1/shop", "postgresql://me:pw@db:1/shop"),
        ("postgresql+psycopg2://db/shop", "postgresql://db/shop"),
        ("postgresql+asyncpg://db/shop?ssl=require", "postgresql://db/shop?sslmode=require"),
        ("postgres+psycopg_async:///shop?host=/run/pg", "postgresql:///shop?host=/run/pg"),
        ("POSTGRESQL://db/shop", "postgresql://db/shop"),
        (" postgresql://db/shop\n", "postgresql://db/shop"),
        ("postgres://db/shop", "postgresql://db/shop"),
        ("postgresql://me:p%40ss%2F@db/shop", "postgresql://me:p%40ss%2F@db/shop"),
        ("host=db dbname=shop", "host=db dbname=shop"),
        ("postgresql://me@a:1,b:2/shop?target_session_attrs=read-write",) * 2,
        ("postgresql+psycopg://a,b/shop", "postgresql://a,b/shop"),
        ("postgresql+psycopg://me@/shop?host=a:1&host=b:2", "postgresql://me@/shop?host=a,b&port=1,2"),
        (
            "postgresql+psycopg://me@/shop?host=a&sslmode=require&host=b:2",
            "postgresql://me@/shop?host=a,b&port=,2&sslmode=require",
        ),
        ("postgresql:///shop?host=/run/a&host=/run/b", "postgresql:///shop?host=/run/a,/run/b"),
        ("postgresql:///shop?host=%2Frun%2Fa", "postgresql:///shop?host=%2Frun%2Fa"),
        ("postgresql:///shop?application_name=a@b", "postgresql:///shop?application_name=a@b"),
    ],
)
def test_a_driver_behind_the_scheme_is_no_obstacle(given: str, taken: str) -> None:
    assert libpq_url(given) == taken


UNREADABLE = [
    f"mysql://me:{SECRET}@db/shop",
    f"postgresql://me:{SECRET}@x@127.0.0.1:1/shop",
    f"postgresql://me:{SECRET}/x@127.0.0.1:1/shop",
    f"postgresql://me:/{SECRET}@127.0.0.1:1/shop",
    f"postgresql://me:{SECRET}?x@127.0.0.1:1/shop",
    f"postgresql://me:?{SECRET}@127.0.0.1:1/shop",
    f"postgresql://me:%{SECRET}@127.0.0.1:1/shop",
    f"postgresql://me:{SECRET}%@127.0.0.1:1/shop",
    f"postgresql://me:{SECRET}%00@127.0.0.1:1/shop",
    f"postgresql://me@127.0.0.1:{SECRET}/shop",
    f"postgresql://me@127.0.0.1:1/shop?pasword={SECRET}",
    f"postgresql://me@127.0.0.1:1/shop?{SECRET}",
    f"postgresql://me:[{SECRET}@127.0.0.1:1/shop",
    f"host=127.0.0.1 port=1 password={SECRET} {SECRET}",
    f"host=127.0.0.1 port=1 password='{SECRET}",
    f"postgresql+psycopg//me:{SECRET}@db/shop",
    SECRET,
]
NOBODY_ANSWERS = [
    f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/shop",
    f"postgresql://me:{SECRET}#x@127.0.0.1:1/shop",
    f"postgresql://127.0.0.1:1/shop?user=me&password={SECRET}",
    f"host=127.0.0.1 port=1 password={SECRET}",
    f"postgresql://me:{SECRET}@127.0.0.1:1,127.0.0.1:2/shop?target_session_attrs=read-write",
]


@pytest.mark.parametrize("url", [*UNREADABLE, *NOBODY_ANSWERS])
def test_no_error_on_the_way_to_a_connection_quotes_the_password(url: str) -> None:
    with pytest.raises(SchemaguardError) as connecting:
        connect(url)
    with pytest.raises(SchemaguardError) as serving:
        Follower(url, "fraud", "server").current()
    for error in (connecting.value, serving.value):
        assert SECRET not in f"{error} {error.at} {error.next}"
    assert SECRET not in place(url)


@pytest.mark.parametrize("url", [url for url in UNREADABLE if "[" not in url])
def test_a_url_that_cannot_be_read_says_so_before_anything_is_asked(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        libpq_url(url)
    assert refused.value.next


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:pw@a:1,b:2/shop", "database shop on a:1 or b:2"),
        ("postgresql://me:pw@a,b:2/shop", "database shop on a or b:2"),
        ("host=a,b port=5433 dbname=shop", "database shop on a:5433 or b:5433"),
        ("hostaddr=10.0.0.1 dbname=shop", "database shop on 10.0.0.1"),
        ("postgresql://[::1]:1,b/shop", "database shop on ::1:1 or b"),
    ],
)
def test_every_host_is_named(url: str, said: str) -> None:
    assert place(url) == said


def test_a_machine_that_has_gone_silent_is_given_up_unless_the_url_says_when() -> None:
    assert network_limits("host=a keepalives_idle=7") == {
        "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30000,
    }  # fmt: skip


def test_what_a_server_quotes_of_the_password_is_hidden() -> None:
    url = f"postgresql+psycopg://me:{SECRET}%21@db/shop"
    assert without_secrets(f"no user {SECRET}! here", url) == "no user … here"


@pytest.mark.parametrize(
    "settings",
    [
        'environments = "postgresql://me:hunter2@db/shop"',
        '[environments.production]\ndatabase_url = ["postgresql://me:hunter2@db/shop"]',
        '[environments]\nproduction = "postgresql://me:hunter2@db/shop"',
        '[environments.production]\n"postgresql://me:hunter2@db/shop" = "x"',
    ],
)
def test_a_settings_file_with_a_password_in_the_wrong_place_is_refused_without_it(
    tmp_path: Path, settings: str
) -> None:
    (tmp_path / "schemaguard.toml").write_text(settings)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {"SCHEMAGUARD_ENVIRONMENT": "production"})
    assert SECRET not in str(refused.value)
