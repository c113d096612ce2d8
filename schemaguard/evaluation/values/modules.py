"""The modules of the project: their source is found and parsed, and only what is asked for of them is evaluated."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname, join, normpath

from schemaguard.evaluation.values.bindings import bindings, star_imports
from schemaguard.evaluation.values.objects import Unsupported, Value
from schemaguard.history.parsing import parse
from schemaguard.history.sources import Files, is_folder

MOST_SOURCE_CHARACTERS = 2_000_000
_MARK = "schemaguard"


@dataclass(eq=False)
class ProjectModule:
    """A module of the project; `names` fills as its names are asked for."""

    name: str
    file: str
    source: str
    body: list[ast.stmt]
    package: str = ""
    """What a relative import starts from."""
    is_revision: bool = False
    names: dict[str, Value] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    """Top-level statements that were evaluated, or are being so, by id()."""

    @cached_property
    def index(self) -> dict[str, list[ast.stmt]]:
        """Name → the top-level statements that bind or change it."""
        return bindings(self.body)

    @cached_property
    def stars(self) -> tuple[ast.ImportFrom, ...]:
        """Its `from … import *`."""
        return star_imports(self.body)

    @property
    def knows_alembic(self) -> bool:
        """Whether its code could use Alembic by itself."""
        return "alembic" in self.source

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the source."""
        return self.source.splitlines()

    @cached_property
    def comments(self) -> dict[int, str]:
        """Line → the comment on it, without its marker; empty where none of them speaks to us."""
        if _MARK not in self.source:
            return {}
        return dict(_comments(self.source))

    def segment(self, node: ast.expr) -> str:
        """The source of an expression, as it stands there."""
        if node.end_lineno is None or node.end_col_offset is None:
            return ""
        lines = [line.encode() for line in self.lines[node.lineno - 1 : node.end_lineno]]
        if not lines:
            return ""
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode(errors="replace")

    def comments_beside(self, node: ast.AST) -> tuple[str, ...]:
        """The comments on the lines of a node, and on the lines right above it that are nothing but comments."""
        if not self.comments:
            return ()
        first = int(getattr(node, "lineno", 1))
        last = int(getattr(node, "end_lineno", None) or first)
        while first - 1 in self.comments and self.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return tuple(self.comments[line] for line in range(first, last + 1) if line in self.comments)


def _comments(source: str) -> Iterator[tuple[int, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError):
        return


@dataclass(slots=True)
class Modules:
    """Finds the modules of a project in its folders of source."""

    files: Files
    roots: tuple[str, ...]
    found: dict[str, ProjectModule | None] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    """The files that were read, or looked for in vain, since somebody emptied this."""
    _out_of_reach: dict[int, tuple[str, frozenset[str]]] = field(default_factory=dict)
    _trees: dict[str, list[ast.stmt] | str] = field(default_factory=dict)
    """File → its statements, or why it has none: code may ask for a module in a loop."""

    def revision(self, file: str) -> ProjectModule:
        """The module in a revision file, anew: what an earlier evaluation left in it is forgotten.

        Raises Unsupported where it can't be parsed.
        """
        # As Alembic names it.
        name = re.sub(r"\W", "_", basename(file))
        module = self._load(name, file, _package_of(file, self.roots, self.files))
        if module is None:
            raise Unsupported(f"there is no {file}")
        module.is_revision = True
        return module

    def read(self, path: str) -> str | None:
        """The text of a file inside of the project's folders of source, None where there is none."""
        where = normpath(path)
        if where.startswith("..") or not any(_is_inside(where, root) for root in self.roots):
            return None
        self.sources.add(where)
        return self.files.read(where)

    def forget(self) -> None:
        """Forget what modules hold, so that every revision finds them as a fresh process would."""
        self.found = {name: None for name, module in self.found.items() if module is None}

    def find(self, name: str) -> ProjectModule | None:
        """The module of a dotted name, None where the project has none."""
        if name not in self.found:
            self.found[name] = self._find(name)
        module = self.found[name]
        if module is None:
            # A file that appears there would change what is found.
            self.sources.update(self._candidates(name))
        elif module.file:
            self.sources.add(module.file)
        return module

    def known_out_of_reach(self, statement: ast.stmt) -> str | None:
        """Why a statement of a module couldn't be evaluated for another revision, as it can't for any."""
        why, sources = self._out_of_reach.get(id(statement), (None, frozenset[str]()))
        self.sources |= sources
        return why

    def keep_out_of_reach(self, statement: ast.stmt, why: str) -> None:
        """Remember that a statement, whose tree is kept, couldn't be evaluated."""
        self._out_of_reach[id(statement)] = why, frozenset(self.sources)

    def _bases(self, name: str) -> list[str]:
        """Where a module may be, without its ending: below each root, then in the package that a root is inside of.

        A package needs no `__init__.py`, so that nothing but an import tells where the outermost one begins.
        """
        path = name.replace(".", "/")
        top = name.partition(".")[0]
        around = [root[: root.rindex(f"/{top}/")] for root in self.roots if f"/{top}/" in root]
        within = [path for root in self.roots if root.startswith(f"{top}/")]
        return [normpath(join(root, path)) for root in dict.fromkeys((*self.roots, *around))] + within[:1]

    def _candidates(self, name: str) -> list[str]:
        bases = self._bases(name)
        return [file for base in bases for file in (f"{base}.py", join(base, "__init__.py"))]

    def _find(self, name: str) -> ProjectModule | None:
        bases = self._bases(name)
        for base in bases:
            for file, package in ((f"{base}.py", name.rpartition(".")[0]), (join(base, "__init__.py"), name)):
                if self.files.is_file(file):
                    return self._load(name, file, package)
        for base in bases:
            if is_folder(self.files, base):
                return ProjectModule(name, "", "", [], name)
        return None

    def _load(self, name: str, file: str, package: str) -> ProjectModule | None:
        source = self.files.read(file)
        if source is None:
            return None
        self.sources.add(file)
        if file not in self._trees:
            self._trees[file] = _parsed(source, file)
        tree = self._trees[file]
        if isinstance(tree, str):
            raise Unsupported(tree)
        return ProjectModule(name, file, source, tree, package)


def _is_inside(path: str, root: str) -> bool:
    folder = normpath(root)
    return not path.startswith("/") if folder == "." else path.startswith(f"{folder}/")


def _parsed(source: str, file: str) -> list[ast.stmt] | str:
    """The statements of a source, or why there are none."""
    if len(source) > MOST_SOURCE_CHARACTERS:
        return f"{file} has more than {MOST_SOURCE_CHARACTERS:,} characters"
    try:
        return parse(source).body
    except SyntaxError as error:
        return f"{file}:{error.lineno or 1} is not valid Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{file} is not valid Python: {error or type(error).__name__}"


def _package_of(file: str, roots: tuple[str, ...], files: Files) -> str:
    """The dotted name of the package that a file is in, as seen from the innermost root that holds it."""
    folder = dirname(file) or "."
    parts: list[str] = []
    while files.is_file(join(folder, "__init__.py")):
        parts.insert(0, basename(folder))
        parent = dirname(folder)
        if parent in ("", folder):
            break
        folder = parent
    if parts:
        return ".".join(parts)
    for root in roots:
        if root != "." and normpath(folder) != normpath(root) and normpath(folder).startswith(normpath(root) + "/"):
            return normpath(folder)[len(normpath(root)) + 1 :].replace("/", ".")
    return normpath(folder).replace("/", ".") if normpath(folder) != "." else ""
