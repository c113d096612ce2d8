"""Reading for `check`: a copy of this process reads the later files of SQL while the earlier ones are folded here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from schemaguard.adapters.files.processes import beside, has_other_core
from schemaguard.history.history import History, Section
from schemaguard.history.sql_runner import Said, read_section

_WORTH_CHARACTERS = 60_000
"""A shorter text is read sooner than a copy is made and what it read is taken over."""
_OWN_SHARE = 0.35
"""To read and fold so much takes this process about as long as the copy takes to read the rest."""

_Key = tuple[str, int]


class ReadingAhead:
    """Reads sections of SQL; what comes late in the order is read by a copy, begun when the first one is wanted."""

    def __init__(self, sections: Sequence[Section], kept: ExitStack) -> None:
        self._sections = sections
        self._kept = kept
        self._later: frozenset[_Key] | None = None
        self._said: Mapping[_Key, Said] | None = None

    def read(self, section: Section) -> Said:
        """What a section says."""
        if self._later is None:
            self._later = self._begun(_key(section))
        if _key(section) not in self._later:
            return read_section(section)
        if self._said is None:
            self._said = self._result()
        return self._said[_key(section)]

    def _begun(self, first: _Key) -> frozenset[_Key]:
        """What is left to the copy."""
        keys = [_key(one) for one in self._sections]
        left = self._sections[keys.index(first) :] if first in keys else ()
        later = _later(left)
        if not later or not has_other_core():
            return frozenset()
        self._result = self._kept.enter_context(beside(lambda: {_key(one): read_section(one) for one in later}))
        return frozenset(map(_key, later))


def _key(section: Section) -> _Key:
    return section.file, section.first_line


def _later(sections: Sequence[Section]) -> Sequence[Section]:
    """Those behind the first third of the text; none where there is little of it."""
    total = sum(len(one.text) for one in sections)
    if total < _WORTH_CHARACTERS:
        return ()
    so_far = 0
    for number, one in enumerate(sections):
        if so_far >= total * _OWN_SHARE:
            return sections[number:]
        so_far += len(one.text)
    return ()


@contextmanager
def reading_ahead(history: History, order: Sequence[str]) -> Iterator[ReadingAhead]:
    """The reader of a history of SQL that is going to be run up in that order."""
    with ExitStack() as kept:
        yield ReadingAhead([history.scripts[one].up for one in order if one in history.scripts], kept)
