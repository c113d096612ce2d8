"""Keeps the last snapshot, and takes a new one as soon as a file was written or anything was done in the database."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from schemaguard.commands.serve import Judgement, Snapshot, folder_mark, judge, take
from schemaguard.commands.site import Site
from schemaguard.errors import SchemaguardError

LOOK_S = 1.0
"""How often, at most, it is looked whether anything has changed."""
OLDEST_S = 60.0
"""What nothing tells of, such as a table that somebody made by hand, is seen after this time."""

JUDGE_S = 5.0
"""How long a page waits for the verdicts on the revisions; where they take longer, pages say so meanwhile."""


class Shelf:
    """The snapshot that pages are made from; many threads may ask."""

    def __init__(self, open_site: Callable[[], Site], *, look_s: float = LOOK_S, oldest_s: float = OLDEST_S) -> None:
        self._open_site = open_site
        self._look_s, self._oldest_s = look_s, oldest_s
        self._lock = threading.Lock()
        self._found: Snapshot | SchemaguardError | None = None
        self._mark = ""
        self._looked = self._taken = 0.0
        self._folders: tuple[Path, ...] = ()
        self._watching: Site | None = None
        self._is_renewing = False
        self._judged: tuple[str, Judgement] | None = None
        self._judging = ""
        """What is being judged now."""

    @property
    def is_ready(self) -> bool:
        """Whether there is a snapshot."""
        return isinstance(self._found, Snapshot)

    def snapshot(self) -> Snapshot:
        """Everything as of now, or as of the last change. What can't be used is raised as it was when it was taken."""
        with self._lock:
            now = time.monotonic()
            if self._found is None or (now - self._looked >= self._look_s and self._look()):
                self._take()
            elif now - self._taken >= self._oldest_s and not self._is_renewing:
                self._is_renewing = True
                threading.Thread(target=self._renew, daemon=True).start()
            found = self._found
        if isinstance(found, SchemaguardError):
            raise found
        assert found is not None
        return found

    def _look(self) -> bool:
        """Whether anything has changed since the last snapshot."""
        self._looked = time.monotonic()
        return self._current_mark() != self._mark

    def _current_mark(self) -> str:
        return f"{self._database_mark()}\n{folder_mark(self._folders)}"

    def _database_mark(self) -> str:
        if self._watching is None:
            self._watching = self._open_site()
        try:
            return self._watching.database.mark() if self._watching.environment.database_url else ""
        except SchemaguardError as error:
            self._watching.close()
            self._watching = None
            return error.what

    def _take(self) -> None:
        # Looked at before anything is read: what changes meanwhile is seen at the next look.
        site = self._open_site()
        self._folders = self._folders or _folders(site, None)
        mark = self._current_mark()
        self._put(_read(site), mark, site)

    def _put(self, found: Snapshot | SchemaguardError, mark: str, site: Site) -> None:
        """Show what was read, with its verdicts."""
        try:
            if isinstance(found, Snapshot) and found.histories:
                found = self._with_verdicts(found)
        except SchemaguardError as error:
            found = error
        more = _folders(site, found if isinstance(found, Snapshot) else None)
        if set(more) != set(self._folders):
            self._folders = more
            mark = self._current_mark()
        self._found, self._mark = found, mark
        self._looked = self._taken = time.monotonic()

    def _with_verdicts(self, found: Snapshot) -> Snapshot:
        """The snapshot with its verdicts, if they are known or come soon; otherwise they are put into it later."""
        key = f"{found.book.window.entries}\n{folder_mark(_folders(self._open_site(), found))}"
        if self._judged is not None and self._judged[0] == key:
            return found.with_judgement(self._judged[1])
        if self._judging == key:
            return found
        self._judging = key
        done: list[Judgement] = []
        is_late = threading.Event()
        at_work = threading.Thread(target=self._judge, args=(key, found, done, is_late), daemon=True)
        at_work.start()
        at_work.join(JUDGE_S)
        if done:
            self._judged, self._judging = (key, done[0]), ""
            return found.with_judgement(done[0])
        is_late.set()
        # It may have come between the two.
        return found.with_judgement(done[0]) if done else found

    def _judge(self, key: str, snapshot: Snapshot, done: list[Judgement], is_late: threading.Event) -> None:
        """Find the verdicts; those that come late are put into the snapshot, if it is still the one that is shown."""
        try:
            with self._open_site() as site:
                done.append(judge(site, snapshot))
        except SchemaguardError as error:
            snapshot.problems = (*snapshot.problems, error)
            return
        if not is_late.is_set():
            return
        with self._lock:
            self._judged, self._judging = (key, done[0]), ""
            if self._found is snapshot:
                self._found = snapshot.with_judgement(done[0])

    def _renew(self) -> None:
        """Read everything again while pages are made from what was read before: nobody waits for it."""
        try:
            site = self._open_site()
            with self._lock:
                mark, taken = self._current_mark(), self._taken
            found = _read(site)
            with self._lock:
                # Somebody who has seen a change may have read it meanwhile.
                if self._taken == taken:
                    self._put(found, mark, site)
        finally:
            self._is_renewing = False


def _read(site: Site) -> Snapshot | SchemaguardError:
    """Everything as of now, or why it can't be read."""
    try:
        with site:
            return take(site).prepare()
    except SchemaguardError as error:
        return error


def _folders(site: Site, snapshot: Snapshot | None) -> tuple[Path, ...]:
    """The folders that a snapshot was read from."""
    found = {site.contracts_folder: None}
    if site.config.file is not None:
        found[site.config.file] = None
    for each in snapshot.histories if snapshot is not None else ():
        for run in each.replay.runs:
            found[(site.here / run.revision.file).parent] = None
    return tuple(found)
