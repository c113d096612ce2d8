"""What users read: plain sentences, commands that can be pasted, and no other library's account of its inside."""

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import schemaguard
from schemaguard.adapters.registry.calls import ask
from schemaguard.errors import RegistryError, command_line

PACKAGE = Path(schemaguard.__file__).parent
_INVERSIONS = re.compile(r"(?<!here )\b(is|are) no (?!longer\b|more\b)\w|\bhas keys\b|\bisn't read$")


def _texts() -> Iterator[tuple[str, str]]:
    """(file:line, text) of every string of the package that isn't a docstring."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}", node.value


def test_no_text_says_that_something_is_no_something() -> None:
    assert [f"{place}: {text}" for place, text in _texts() if _INVERSIONS.search(text)] == []


@pytest.mark.parametrize("text", ["overrides is no list", "these are no tables", "version 2 of the file isn't read"])
def test_such_a_text_would_be_found(text: str) -> None:
    assert _INVERSIONS.search(text)


@pytest.mark.parametrize("name", ["fraud", "fraud model", "it's", "$(reboot)", "a;b", "модель"])
def test_a_command_is_quoted_for_a_shell(name: str) -> None:
    assert shlex.split(command_line("promote", name, "7")) == ["schemaguard", "promote", name, "7"]


def test_a_name_that_begins_like_an_option_stands_behind_the_options() -> None:
    assert command_line("promote", "-x", "7") == "schemaguard promote -- -x 7"
    assert command_line("canary", "abort", "-x", "--reason", "WHY") == "schemaguard canary abort --reason WHY -- -x"


def test_a_command_with_control_characters_is_one_line_that_a_shell_takes_back() -> None:
    name = "a\n\x1b[1m'\\é"
    said = command_line("promote", name)
    assert said.isprintable()
    told = subprocess.run(["bash", "-c", f"printf %s {said.split()[-1]}"], capture_output=True, check=True)
    assert told.stdout.decode() == name


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        (
            (
                "API request failed with exception HTTPConnectionPool(host='h', port=80): Max retries exceeded "
                "with url: /x (Caused by NewConnectionError('<object at 0x7f>: Failed to "
                "establish a new connection: [Errno 111] Connection refused'))"
            ),
            "the registry refused the connection",
        ),
        (
            (
                "HTTPConnectionPool(host='h', port=80): Max retries exceeded with url: /x (Caused by "
                "NameResolutionError(\"<object at 0x7f>: Failed to resolve 'h' (Name or service not known)\"))"
            ),
            "the registry's host name can't be resolved",
        ),
        (
            (
                "API request failed with timeout exception HTTPConnectionPool(host='h', port=80): "
                "Read timed out. (read timeout=10)"
            ),
            "the registry did not answer within 10 s",
        ),
        (
            (
                "HTTPConnectionPool(host='h'): Max retries exceeded with url: /x (Caused by ResponseError('too "
                "many 503 error responses'))"
            ),
            "the registry answered with HTTP status 503",
        ),
        (
            (
                "HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /x (Caused by SSLError("
                "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))"
            ),
            "no secure connection to the registry: its TLS certificate or protocol was not accepted",
        ),
        ("('Connection aborted.', RemoteDisconnected('closed'))", "the registry closed the connection"),
        ("(sqlite3.OperationalError) unable to open database file", "the registry's database file can't be opened"),
        ("(sqlite3.OperationalError) no such table: models", "no such table: models"),
        ("disk quota exceeded", "disk quota exceeded"),
    ],
)
def test_what_keeps_the_registry_from_answering_is_said_in_our_words(said: str, ours: str) -> None:
    def fails() -> None:
        raise OSError(said)

    with pytest.raises(RegistryError) as caught:
        ask("http://registry.example", "read the aliases of fraud", fails)
    assert caught.value.what == f"could not read the aliases of fraud: {ours}"
