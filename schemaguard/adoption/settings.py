"""The settings file that a repository gets: schemaguard.toml, with the reason behind each line."""

import json
from collections.abc import Iterator, Sequence

from schemaguard.adoption.migrations import FoundHistory
from schemaguard.adoption.signs import Sign
from schemaguard.frozen import dataclass

SETTINGS = "schemaguard.toml"


@dataclass(frozen=True, slots=True)
class WantedSettings:
    """What the settings file is to say."""

    histories: tuple[FoundHistory, ...]
    contracts: str = "contracts"
    postgresql: Sign | None = None
    registry: Sign | None = None
    baseline: str | None = None
    assumed: tuple[str, ...] = ()
    """Lines that a person has to complete, such as `settings.DB.SCHEMA = "…"`."""


def render_settings(wanted: WantedSettings) -> str:
    """The text of the file; what wasn't found stands there as a comment."""
    return "\n".join(_lines(wanted)) + "\n"


def _lines(wanted: WantedSettings) -> Iterator[str]:
    yield "# What schemaguard judges here. The same lines may stand under [tool.schemaguard] in pyproject.toml."
    yield "# Every key: docs/configuration.md, or `schemaguard check --help` for what the command line overrules."
    for history in wanted.histories:
        yield f"# {json.dumps(history.path, ensure_ascii=False)[1:-1]}: {history.in_words}"
    yield f"migrations = {_paths([history.path for history in wanted.histories])}"
    yield f"contracts = {json.dumps(wanted.contracts)}"
    if wanted.postgresql is not None:
        yield f"postgresql = {wanted.postgresql.value}  # {wanted.postgresql.file} starts it"
    else:
        yield "postgresql = 16  # the version in production, 15 to 18: nothing here says it"
    if wanted.baseline is not None:
        yield ""
        yield "# Today's findings are accepted; what is new fails. Delete the file to see them again."
        yield f"baseline = {json.dumps(wanted.baseline)}"
    yield ""
    yield "# adopt = true                  # for the first weeks: only broken contracts fail, all else warns"
    yield '# applied_by = "schemaguard"    # once env.py imports schemaguard.guard: drops become retirements'
    if wanted.registry is not None and wanted.registry.value:
        yield f"# {wanted.registry.file} is a registry: export SCHEMAGUARD_REGISTRY_URI={wanted.registry.value}"
    yield ""
    yield "# [rules]                       # `schemaguard explain` lists them"
    yield '# drop-column = "warning"        # error, warning, note or off'
    if wanted.assumed:
        yield ""
        yield "# What only a deployment knows: complete these lines, then more statements are understood."
        yield "# [assume]"
        yield from (f"# {line}" for line in wanted.assumed)


def _paths(paths: Sequence[str]) -> str:
    quoted = [json.dumps(path, ensure_ascii=False) for path in paths]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
