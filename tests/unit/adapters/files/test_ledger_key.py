"""The ledger's key: a file for its owner alone, or a variable."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.ledger_key import VARIABLE, find_key, write_key
from schemaguard.commands.audit import make_key as make
from schemaguard.commands.audit import show_key as show
from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError, UsageError
from schemaguard.ledger.keys import make_key


def test_a_key_is_written_for_its_owner_alone_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "ledger.key"
    verifying = make(file, "acme.example/prod")
    assert file.stat().st_mode & 0o777 == 0o600
    site = Site(tmp_path, environ={VARIABLE: str(file)})
    assert show(site) == verifying
    assert site.ledger_keys == (verifying,)
    inline = Site(tmp_path, environ={VARIABLE: file.read_text()})
    assert inline.ledger_key == site.ledger_key


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "ledger.key"
    write_key(file, make_key("a"))
    before = file.read_text()
    with pytest.raises(UsageError, match="there is a file of that name"):
        write_key(file, make_key("b"))
    assert file.read_text() == before
    with pytest.raises(UsageError, match="cannot write"):
        write_key(tmp_path / "none" / "ledger.key", make_key("b"))


def test_without_a_key_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    site = Site(tmp_path, environ={})
    assert find_key({}) is None
    assert site.ledger_keys == ()
    with pytest.raises(UsageError, match="no key is configured"):
        show(site)


def test_a_file_that_is_not_there_or_no_key_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        find_key({VARIABLE: str(tmp_path / "none")})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for content in (b"\xff\xfe", b"hello"):
        (tmp_path / "bytes").write_bytes(content)
        with pytest.raises(ConfigError):
            find_key({VARIABLE: str(tmp_path / "bytes")})


def test_the_settings_say_whose_signatures_count(tmp_path: Path) -> None:
    key = make_key("acme.example/prod").verifying
    (tmp_path / "schemaguard.toml").write_text(f'ledger_keys = ["{key}"]\n')
    assert Site(tmp_path, environ={}).ledger_keys == (key,)
    (tmp_path / "schemaguard.toml").write_text('ledger_keys = ["me"]\n')
    with pytest.raises(ConfigError, match="'me' is not a key that verifies"):
        _ = Site(tmp_path, environ={}).ledger_keys
