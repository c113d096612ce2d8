"""Where a page's links lead: to a server, or from file to file of a static site."""

from typing import Protocol

from schemaguard.frozen import dataclass
from schemaguard.web import addresses


class Links(Protocol):
    """How addresses are written in a page."""

    @property
    def is_static(self) -> bool:
        """Whether there is no server behind the pages: nothing can be searched then."""

    def page(self, address: str) -> str:
        """Another page."""

    def form(self, address: str, form: str) -> str:
        """The same page as `json` or `md`."""

    def asset(self, name: str) -> str:
        """A style sheet, a script or a picture."""


def file_of(address: str, form: str) -> str:
    """The file of a page in a static site, without a slash before it."""
    return f"{(address if address != addresses.OVERVIEW else '/index').removeprefix('/')}.{form}"


@dataclass(frozen=True, slots=True)
class ServedLinks:
    """Links to a server; `root` is what stands before every address, behind a proxy."""

    root: str = ""

    @property
    def is_static(self) -> bool:
        """A server answers."""
        return False

    def page(self, address: str) -> str:
        """Another page."""
        return f"{self.root}{address}"

    def form(self, address: str, form: str) -> str:
        """The same page as `json` or `md`."""
        return f"{self.root}/{file_of(address, form)}"

    def asset(self, name: str) -> str:
        """A style sheet, a script or a picture."""
        return f"{self.root}/assets/{name}"


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links from the file of one page to others, relative, so that a folder can lie anywhere."""

    up: str

    @property
    def is_static(self) -> bool:
        """No server answers."""
        return True

    def page(self, address: str) -> str:
        """Another page's file."""
        path, mark, part = address.partition("#")
        return f"{self.up}{file_of(path, 'html')}{mark}{part}" if path else address

    def form(self, address: str, form: str) -> str:
        """The same page's file in another form."""
        return f"{self.up}{file_of(address, form)}"

    def asset(self, name: str) -> str:
        """A file beside the pages."""
        return f"{self.up}assets/{name}"


def links_from(address: str) -> FileLinks:
    """The links of a page of a static site."""
    return FileLinks("../" * file_of(address, "html").count("/"))
