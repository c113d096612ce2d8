"""An expansion as revision files of an Alembic history, from the project's own template, which isn't executed."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from posixpath import basename, dirname, join

from schemaguard.errors import UsageError
from schemaguard.expanding.act import PHASES, Act, ExpansionPhase, Waiting
from schemaguard.expanding.expand import Split
from schemaguard.frozen import dataclass
from schemaguard.history.revision import Revision
from schemaguard.sql.writing.code import Code, indented
from schemaguard.sql.writing.operations import executed

TEMPLATE = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''
"""What `alembic init` writes, where the project has no template of its own."""
_NOTHING_TO_UNDO = "# schemaguard: ignore-file no-downgrade -- what was filled in may stay\n    pass"
_SLOT = re.compile(r"\$\{([^}]*)\}")
_DEFAULT_NAME = "%(rev)s_%(slug)s"
_SLUG_LENGTH = 40
_LONGEST_ID = 32
"""Alembic's version table has room for that many characters."""
_HEX = re.compile(r"[0-9a-f]{10,32}")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of an expansion."""

    phase: ExpansionPhase
    revision: str
    path: str
    text: str
    replaces: bool = False
    """Whether it takes the place of the revision that was split."""


@dataclass(frozen=True, slots=True)
class AlembicStyle:
    """How a project writes its revision files."""

    template: str = TEMPLATE
    options: Mapping[str, str] | None = None
    """What the [alembic] section says."""


def alembic_files(
    split: Split, revision: Revision, style: AlembicStyle, taken: Iterable[str], now: datetime
) -> tuple[WrittenFile, ...]:
    """The files, in their order. The contract revision keeps the identifier, so that what follows it still does.

    Raises UsageError where an identifier is taken: the revision was split before.
    """
    phases = [phase for phase in PHASES if phase == "contract" or split.expansion.part(phase).up]
    down = revision.down
    files: list[WrittenFile] = []
    for phase in phases:
        is_last = phase == "contract"
        own = revision.id if is_last else _identifier(revision.id, phase)
        if not is_last and own in set(taken):
            raise UsageError(
                f"there is a revision {own} already: {revision.id} was split before",
                next="remove its expand and backfill revisions first, or edit them",
            )
        message = f"{revision.message or revision.id} ({phase})".strip()
        text = _text(split, phase, (own, down, revision), message, style, now)
        path = revision.file if is_last else _path(revision, own, message, style, now)
        files.append(WrittenFile(phase, own, path, text, is_last))
        down = (own,)
    return tuple(files)


def _identifier(of: str, phase: str) -> str:
    """An identifier like the project's own ones, the same each time."""
    if _HEX.fullmatch(of):
        return sha256(f"{of} {phase}".encode()).hexdigest()[: len(of)]
    named = f"{of}_{phase}"
    return named if len(named) <= _LONGEST_ID else sha256(named.encode()).hexdigest()[:12]


def _path(revision: Revision, own: str, message: str, style: AlembicStyle, now: datetime) -> str:
    options = style.options or {}
    pattern = options.get("file_template", _DEFAULT_NAME).replace("%%", "%")
    slug = "_".join(re.findall(r"\w+", message)).lower()
    limit = int(options.get("truncate_slug_length") or _SLUG_LENGTH)
    if len(slug) > limit:
        slug = slug[:limit].rsplit("_", 1)[0] + "_"
    values = {
        "rev": own, "slug": slug, "epoch": int(now.timestamp()), "year": now.year, "month": now.month, "day": now.day,
        "hour": now.hour, "minute": now.minute, "second": now.second,
    }  # fmt: skip
    try:
        name = pattern % values
    except (KeyError, TypeError, ValueError):
        name = _DEFAULT_NAME % values
    return join(dirname(revision.file), f"{basename(name) or own}.py")


def _text(
    split: Split, phase: ExpansionPhase, identity: tuple[str, tuple[str, ...], Revision], message: str,
    style: AlembicStyle, now: datetime,
) -> str:  # fmt: skip
    own, down, revision = identity
    part = split.expansion.part(phase)
    up, down_code = _body(part.up), _body(part.down)
    waits = _waits(split.expansion.waits) if phase == "contract" else []
    upgrades = indented("\n".join((*waits, *up.lines))) if up.lines or waits else ""
    if up.lines == () and waits:
        upgrades += "\n    pass"
    downgrades = indented("\n".join(down_code.lines)).strip() or _NOTHING_TO_UNDO
    imports = dict.fromkeys((*up.imports, *down_code.imports))
    parents: object = down[0] if len(down) == 1 else (down or None)
    is_last = phase == "contract"
    values = {
        "message": message.replace('"', "'").replace("\\", ""),
        "up_revision": own,
        "down_revision|comma,n": ", ".join(down),
        "create_date": str(now.replace(tzinfo=None)),
        'importsifimportselse""': "\n".join(line for line in imports if line not in style.template),
        "repr(up_revision)": _repr(own),
        "repr(down_revision)": _repr(parents),
        "repr(branch_labels)": _repr(revision.branch_labels or None) if is_last else "None",
        "repr(depends_on)": _repr(revision.depends_on or None) if phase == PHASES[0] else "None",
        'upgradesifupgradeselse"pass"': upgrades.strip() or "pass",
        'downgradesifdowngradeselse"pass"': downgrades,
    }
    rendered = _rendered(style.template, values)
    return rendered if rendered is not None else _rendered(TEMPLATE, values) or ""


def _repr(value: object) -> str:
    return repr(value).replace("'", '"') if isinstance(value, str) and '"' not in value else repr(value)


def _rendered(template: str, values: Mapping[str, str]) -> str | None:
    """The template with its known slots filled; None where it has others, or lines of code."""
    if re.search(r"^\s*(?:%(?!%)|<%)", template, re.MULTILINE):
        return None
    unknown = [slot for slot in _SLOT.findall(template) if re.sub(r"\s+", "", slot).replace("'", '"') not in values]
    if unknown or not all(word in template for word in ("upgrades", "downgrades", "repr(up_revision)")):
        return None
    text = _SLOT.sub(lambda slot: values[re.sub(r"\s+", "", slot[1]).replace("'", '"')], template)
    return text.rstrip() + "\n"


def _waits(waits: Iterable[Waiting]) -> list[str]:
    return [f"# schemaguard: waits-for {one}" for one in dict.fromkeys(map(str, waits))]


def _body(acts: tuple[Act, ...]) -> Code:
    """The acts as code; those that need transactions of their own share a block that gives them one each."""
    lines: list[str] = []
    imports: list[str] = []
    block: list[str] = []

    def close() -> None:
        if block:
            lines.append("with op.get_context().autocommit_block():")
            lines.extend(indented("\n".join(block)).split("\n"))
            block.clear()

    for one in acts:
        code = executed(one.changes[0], one.sql) if len(one.changes) == 1 else executed_whole(one.sql)
        comment = [f"# {one.note}"] if one.note else []
        imports.extend(code.imports)
        own = code.lines[0] == "with op.get_context().autocommit_block():"
        if not one.alone:
            close()
            lines.extend((*comment, *code.lines))
        elif own:
            block.extend((*comment, *(line.removeprefix("    ") for line in code.lines[1:])))
        else:
            block.extend((*comment, *code.lines))
    close()
    return Code(tuple(lines), tuple(dict.fromkeys(imports)))


def executed_whole(sql: str) -> Code:
    """A text of which no single change is known."""
    from schemaguard.sql.writing.code import statement

    return Code.of(statement(sql))
