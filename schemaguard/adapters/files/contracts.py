"""Reads a folder of contracts."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.contracts.contract import Contract, ContractFile
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass

if TYPE_CHECKING:
    from schemaguard.verification.frames.contract import FrameContract

PATTERNS = ("*.odcs.yaml", "*.odcs.yml")


def contract(file: str | Path) -> "FrameContract":
    """The contract in a file, as a serving process wants it: `schemaguard.contract(…).frame_schema()`.

    ContractError with file:line:column where it can't be used.
    """
    # What judges data takes long to import; a check of migrations has none to judge.
    from schemaguard.verification.frames.contract import FrameContract

    return FrameContract.of(read_file(Path(file), Path.cwd()).contract)


def read_contracts(folder: Path, root: Path) -> tuple[Contract, ...]:
    """Every contract in the folder and below it, in order of their paths; files are named relative to `root`.

    Raises ContractError where one can't be used, or two bind the same model version.
    """
    return tuple(file.contract for file in read_files(folder, root))


def read_files(folder: Path, root: Path) -> tuple[ContractFile, ...]:
    """As `read_contracts`, with the documents."""
    files = sorted({file for pattern in PATTERNS for file in folder.rglob(pattern)})
    read = tuple(read_file(file, root) for file in files)
    _refuse_doubles(tuple(each.contract for each in read))
    return read


def read_file(file: Path, root: Path) -> ContractFile:
    """The contract in one file."""
    # YAML and the standard's schema take long to import; a project without contracts must not wait for them.
    from schemaguard.contracts import document, odcs

    try:
        name = file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        name = str(file)
    try:
        size = file.stat().st_size
        if size > 4 * document.LARGEST_BYTES:
            # Nobody needs it in memory to know that it is not a contract.
            raise ContractError(f"the file has {size:,} bytes", at=f"{name}:1:1", next="a contract names columns only")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContractError("there is no such file", at=name, next="name a contract file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(
            f"the contract can't be read: {error}", at=f"{name}:1:1", next="correct the file"
        ) from error
    known = _KNOWN.get((file, name))
    if known is not None and known.is_still(text, file):
        return known.found
    beside: dict[str, str | None] = {}

    def read_beside(wanted: str) -> str | None:
        beside[wanted] = _beside(file, wanted)
        return beside[wanted]

    found = odcs.parse_file(text, name, read_beside)
    _KNOWN[file, name] = _Known(_digest(text), found, {each: _digest(of) for each, of in beside.items()})
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file was read as; as long as neither it nor what lies beside it has changed, it is that."""

    digest: str
    found: ContractFile
    beside: Mapping[str, str]
    """File beside it → the digest of its text."""

    def is_still(self, text: str, file: Path) -> bool:
        """Whether the file, now with this text, would be read as the same."""
        return self.digest == _digest(text) and all(
            _digest(_beside(file, each)) == digest for each, digest in self.beside.items()
        )


_KNOWN: dict[tuple[Path, str], _Known] = {}
"""The files that this process has read: a thousand contracts take seconds, and a server reads them at every change."""


def _digest(text: str | None) -> str:
    return "" if text is None else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _beside(file: Path, name: str) -> str | None:
    """The text of a file beside the contract; nothing outside of its folder is read."""
    try:
        wanted = (file.parent / name).resolve()
        if not wanted.is_relative_to(file.parent.resolve()) or not wanted.is_file():
            return None
        return wanted.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError, RuntimeError):
        return None


ELSEWHERE = "-o FILE writes to another place, -o - to standard output"


def write_new(files: Mapping[Path, str], way_out: str = ELSEWHERE) -> None:
    """Write files that aren't there yet: all of them, or none. ContractError where one is there, or can't be written.

    A file that is there with just that text stays as it is. `way_out` says what to do about one with another text.
    """
    missing = {file: text for file, text in files.items() if not _has(file, text)}
    made: list[Path] = []
    try:
        for file, text in missing.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                made.append(file)
                opened.write(text)
    except OSError as error:
        for file in made:
            file.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise ContractError("the file already exists", at=str(error.filename), next=way_out) from error
        raise ContractError(
            f"the file can't be written: {error.strerror}",
            at=str(error.filename),
            next="check the folder's permissions",
        ) from error


def _has(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _refuse_doubles(contracts: tuple[Contract, ...]) -> None:
    bound: dict[tuple[str, str], Contract] = {}
    for contract in contracts:
        for version in contract.model_versions:
            other = bound.setdefault((contract.model, version), contract)
            if other is not contract:
                raise ContractError(
                    f"{contract.model}@{version} has two contracts",
                    at=f"{contract.file} and {other.file}",
                    next="leave one of them: a model version has one contract",
                )
