"""What a repository says of its surroundings: the version of its PostgreSQL, its model registry, its code host."""

import re
from posixpath import join

from schemaguard.config import POSTGRESQL_VERSIONS
from schemaguard.frozen import dataclass
from schemaguard.history.sources import Files

_COMPOSE = (
    "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "docker/compose.yaml",
    "docker/docker-compose.yml", ".gitlab-ci.yml", ".tool-versions", "mise.toml",
)  # fmt: skip
_SERVER = re.compile(
    r"(?:\bpostgres(?:ql)?|pgvector/pgvector|timescale/timescaledb(?:-ha)?|postgis/postgis)[:\s=\"']+(?:latest-)?(?:pg)?(\d\d)\b"
)
_MLFLOW = re.compile(r"^\s*[\"']?mlflow(?:-skinny)?\b", re.MULTILINE | re.IGNORECASE)
_REQUIREMENTS = ("pyproject.toml", "requirements.txt", "requirements.in", "setup.cfg", "Pipfile", "environment.yml")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a file says."""

    value: str
    file: str


def postgresql_version(files: Files) -> Sign | None:
    """The PostgreSQL version that compose files and workflows start; the oldest supported one where they differ."""
    found: list[Sign] = []
    for path in (*_COMPOSE, *workflows(files)):
        versions = _SERVER.findall(files.read(path) or "")
        found += [Sign(version, path) for version in versions if int(version) in POSTGRESQL_VERSIONS]
    return min(found, key=lambda sign: int(sign.value), default=None)


def model_registry(files: Files) -> Sign | None:
    """The MLflow store that lies here, or (with an empty value) the file that asks for MLflow."""
    if files.is_file("mlflow.db"):
        return Sign("sqlite:///mlflow.db", "mlflow.db")
    for path in _REQUIREMENTS:
        if _MLFLOW.search(files.read(path) or ""):
            return Sign("", path)
    return None


def code_host(files: Files) -> str | None:
    """`github` or `gitlab`, as folders, files and remotes of the repository say; None where nothing says so."""
    if workflows(files):
        return "github"
    if files.is_file(".gitlab-ci.yml"):
        return "gitlab"
    remotes = files.read(".git/config") or ""
    if "github" in remotes:
        return "github"
    if "gitlab" in remotes:
        return "gitlab"
    return "github" if files.names(".github") is not None else None


def workflows(files: Files) -> tuple[str, ...]:
    """The workflow files of GitHub Actions."""
    folder = ".github/workflows"
    return tuple(join(folder, name) for name in files.names(folder) or () if name.endswith((".yml", ".yaml")))


def uses_pre_commit(files: Files) -> bool:
    """Whether the repository has hooks of pre-commit."""
    return files.is_file(".pre-commit-config.yaml")
