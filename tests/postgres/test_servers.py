"""The servers that the other tests stand on."""

import psycopg

from tests.conftest import VERSIONS


def test_each_server_answers_with_its_own_version(each_database: str) -> None:
    with psycopg.connect(each_database) as connection:
        assert connection.info.server_version // 10000 in map(int, VERSIONS)
