"""Overrides: findings of the contract family that somebody answers for, until a day, for one model version each.

They stand in a file with the contracts. That is the whole of it:

    version: 1
    overrides:
      - rule: breaks-reader
        object: transactions.channel
        for: fraud@7
        until: 2026-12-31
        reason: the column has been empty since March
        approved_by: grace
        asked_by: ada
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass

if TYPE_CHECKING:
    from schemaguard.contracts.placed import Document

VERSION = 1
KEYS = ("rule", "object", "for", "until", "reason", "approved_by", "asked_by")
_TOP = ("version", "overrides")
_EXAMPLE = "let schemaguard override write the file"


@dataclass(frozen=True, slots=True)
class Override:
    """One rule on one object may fire for one model version (or consumer: empty `version`) up to and including a day.

    `object` is spelled as findings spell it, without `public`.
    """

    rule: str
    object: str
    model: str
    version: str
    until: date
    reason: str
    approved_by: str
    asked_by: str
    file: str = ""
    line: int = 1

    @property
    def name(self) -> str:
        """For whom, such as `fraud@7`."""
        return f"{self.model}@{self.version}" if self.version else self.model

    @property
    def key(self) -> tuple[str, str, str]:
        """What there is one override of: rule, object, for whom; the order in the file."""
        return self.rule, self.object, self.name

    @property
    def words(self) -> str:
        """Until when and on whose word, as a report gives it."""
        return f"overridden for {self.name} until {self.until}, approved by {self.approved_by}: {self.reason}"

    def holds(self, day: date) -> bool:
        """Whether it isn't over."""
        return day <= self.until


def spelled(name: str) -> str:
    """An object as findings spell it: what is in `public` without its schema."""
    return name.removeprefix("public.")


def whom(text: str) -> tuple[str, str]:
    """(model, version) of `fraud@7`; the version is empty for a consumer."""
    model, _, version = text.strip().partition("@")
    return model, version


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, as far as names can tell."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def parse(text: str, file: str) -> tuple[Override, ...]:
    """The overrides of a file, in its order; ContractError with file:line:column where it is malformed."""
    if is_blank(text):
        return ()
    # YAML takes long to import, and most projects have no such file.
    from schemaguard.contracts.document import read

    return tuple(_overrides(read(text, file)))


def is_blank(text: str) -> bool:
    """Whether there are comments at most."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _unknown(key: str, known: tuple[str, ...], at: str) -> ContractError:
    from schemaguard.contracts.standard import unknown_key

    return unknown_key(key, known, at)


def _overrides(document: "Document") -> Iterator[Override]:
    data = document.data
    if not isinstance(data, dict):
        raise ContractError("the overrides file must be a mapping", at=document.at(()), next=_EXAMPLE)
    for key in data:
        if key not in _TOP:
            raise _unknown(key, _TOP, document.at((key,)))
    if data.get("version") != VERSION:
        raise ContractError(
            f"unsupported version {data.get('version')!r} of the overrides file",
            at=document.at(("version",)),
            next="version: 1",
        )
    entries = data.get("overrides")
    if not isinstance(entries, list):
        raise ContractError("overrides must be a list", at=document.at(("overrides",)), next=_EXAMPLE)
    seen: set[tuple[str, str, str]] = set()
    for number in range(len(entries)):
        override = _override(document, number)
        if override.key in seen:
            raise ContractError(
                f"{override.rule} on {override.object} is overridden twice for {override.name}",
                at=document.at(("overrides", number)),
                next="remove one of the two",
            )
        seen.add(override.key)
        yield override


def _override(document: "Document", number: int) -> Override:
    path = ("overrides", number)
    entry = document.data["overrides"][number]
    if not isinstance(entry, dict):
        raise ContractError(
            "an override must be a mapping", at=document.at(path), next=f"write its keys: {', '.join(KEYS)}"
        )
    for key in entry:
        if key not in KEYS:
            raise _unknown(key, KEYS, document.at((*path, key)))
    texts = {key: _text(document, number, key) for key in KEYS}
    try:
        until = date.fromisoformat(texts["until"])
    except ValueError as error:
        raise ContractError(
            f"until: {texts['until']!r} is not a date",
            at=document.at((*path, "until")),
            next="a date such as 2026-12-31",
        ) from error
    if is_same_person(texts["approved_by"], texts["asked_by"]):
        raise ContractError(
            f"{texts['approved_by']} approves an override that {texts['asked_by']} asked for",
            at=document.at((*path, "approved_by")),
            next="somebody else has to approve it",
        )
    model, version = whom(texts["for"])
    line, _ = document.place(path)
    return Override(
        texts["rule"], spelled(texts["object"]), model, version, until, texts["reason"], texts["approved_by"],
        texts["asked_by"], document.file, line,
    )  # fmt: skip


def _text(document: "Document", number: int, key: str) -> str:
    path = ("overrides", number)
    value = document.data["overrides"][number].get(key)
    if value is None:
        raise ContractError(f"the override has no {key}", at=document.at(path), next=f"add {key}: …")
    if not isinstance(value, str) or not value.strip():
        raise ContractError(f"{key}: {value!r} is not text", at=document.at((*path, key)), next="write it in quotes")
    return value.strip()
