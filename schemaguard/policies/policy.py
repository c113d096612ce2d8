"""A policy as a value: its files and their digest."""

import hashlib
from importlib.resources import files

from schemaguard.errors import SchemaguardError
from schemaguard.frozen import dataclass

PACKAGE = "schemaguard.policy"
"""The Rego package whose `allow` and `deny` are the answer."""
SHIPPED = "default"
"""The setting that stands for the policy that comes with schemaguard."""
SHIPPED_FILE, SHIPPED_TESTS = "default.rego", "default.test.yaml"


class PolicyError(SchemaguardError):
    """A policy can't be used or evaluated: `at` is file:line where a line is known."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One file, by the name that errors give it, with its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RegoPolicy:
    """All modules that are evaluated together."""

    modules: tuple[PolicyFile, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of every module's name and text, in hexadecimal: the same wherever the folder lies."""
        digest = hashlib.sha256()
        for module in self.modules:
            for part in (module.name.rsplit("/", 1)[-1], module.text):
                data = part.encode()
                digest.update(len(data).to_bytes(8) + data)
        return digest.hexdigest()


def shipped_policy() -> RegoPolicy:
    """The policy that comes with schemaguard."""
    return RegoPolicy((PolicyFile(SHIPPED_FILE, _shipped(SHIPPED_FILE)),))


def shipped_tests() -> PolicyFile:
    """The tests of the policy that comes with schemaguard."""
    return PolicyFile(SHIPPED_TESTS, _shipped(SHIPPED_TESTS))


def _shipped(name: str) -> str:
    return (files("schemaguard.policies") / name).read_text(encoding="utf-8")
