"""The files that let a code host run `schemaguard check` on each pull request, from the package's templates."""

from importlib.resources import files as resources

from schemaguard import __version__
from schemaguard.frozen import dataclass
from schemaguard.history.sources import Files

GITHUB, GITLAB = ".github/workflows/schemaguard.yml", ".gitlab-ci.yml"
GITLAB_BESIDE = ".gitlab/ci/schemaguard.yml"
HOSTS = ("github", "gitlab", "none")


@dataclass(frozen=True, slots=True)
class CiFile:
    """A file for a code host, and what a person has to add to a file that is there already."""

    path: str
    text: str
    to_do: str = ""


def ci_file(host: str, files: Files) -> CiFile | None:
    """The file that the host needs; None for a host that is none."""
    if host == "github":
        return CiFile(GITHUB, _template("github.yml"))
    if host == "gitlab":
        if not files.is_file(GITLAB):
            return CiFile(GITLAB, _template("gitlab.yml"))
        return CiFile(
            GITLAB_BESIDE, _template("gitlab.yml"), f"add to {GITLAB}:  include: [{{local: {GITLAB_BESIDE}}}]"
        )
    return None


def is_there(host: str, files: Files, workflow_files: tuple[str, ...]) -> bool:
    """Whether the host runs schemaguard already."""
    paths = {"github": workflow_files, "gitlab": (GITLAB, GITLAB_BESIDE)}.get(host, ())
    return any("schemaguard check" in (files.read(path) or "") for path in paths)


def _template(name: str) -> str:
    text = resources("schemaguard.adoption").joinpath("templates", name).read_text(encoding="utf-8")
    return text.replace("@VERSION@", __version__)
