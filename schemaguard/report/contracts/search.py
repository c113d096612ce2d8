"""What was found: the contracts, the best first, each with where its words stand."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.registry.search import FoundContract, Hit
from schemaguard.report.check.sentences import plural
from schemaguard.report.contracts import words as say
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_LABEL = 13
_HITS_SHOWN = 5
_CONTRACTS_SHOWN = 20
_CONTEXT = 60
_FOUND = "bold black on yellow"


def show(
    found: Sequence[FoundContract], words: Sequence[str], nearest: Sequence[str], console: Console, source: str
) -> None:
    """Print the contracts with their best hits; where there are none, words that look like those."""
    for each in found[:_CONTRACTS_SHOWN]:
        line(console, Text.assemble((visible(each.who.name), "bold magenta"), " (", say.roles(each.who), ")"))
        for text in _hits(each):
            line(console, text, indent=_LABEL + 2)
    if len(found) > _CONTRACTS_SHOWN:
        line(console, Text(f"… {plural(len(found) - _CONTRACTS_SHOWN, 'contract')} more: --format json shows them all"))
    several = f"{plural(len(found), 'contract')} with {visible(' and '.join(words))}"
    line(console, Text(f"{several} · {visible(source)}", "dim"))
    if nearest:
        line(console, Text(f"words like it: {visible(', '.join(nearest))}", "yellow"))


def _hits(found: FoundContract) -> Iterator[Text]:
    label = ""
    for hit in found.hits[:_HITS_SHOWN]:
        text = Text.assemble("  ", ("" if hit.field == label else hit.field, "dim"))
        text.pad_right(_LABEL + 2 - text.cell_len)
        text.append_text(_marked(hit))
        place = f"  {found.who.contract.file}:{hit.line}" if hit.line is not None else ""
        text.append(visible(place), "dim")
        yield text
        label = hit.field
    if len(found.hits) > _HITS_SHOWN:
        yield Text(f"  {'':<{_LABEL}}… {len(found.hits) - _HITS_SHOWN} more", "dim")


def _marked(hit: Hit) -> Text:
    """The text around its first hit, every hit marked; each piece is made harmless on its own."""
    start = max(hit.spans[0][0] - _CONTEXT, 0)
    end = min(hit.spans[0][1] + _CONTEXT, len(hit.text))
    text, at = Text("…" if start else ""), start
    for first, last in hit.spans:
        if first < at or last > end:
            continue
        text.append(visible(hit.text[at:first]))
        text.append(visible(hit.text[first:last]), _FOUND)
        at = last
    text.append(visible(hit.text[at:end]) + ("…" if end < len(hit.text) else ""))
    return text


def document(
    found: Sequence[FoundContract], words: Sequence[str], nearest: Sequence[str], source: str
) -> dict[str, Any]:
    """The same as one document, with every hit."""
    return {
        "version": 1,
        "source": source,
        "words": list(words),
        "nearest": list(nearest),
        "contracts": [
            {
                "name": each.who.name,
                "model": each.who.contract.model,
                "model_versions": [one.version for one in each.who.versions if one.version],
                "file": each.who.contract.file,
                "score": each.score,
                "hits": [
                    {
                        "field": hit.field,
                        "text": hit.text,
                        "line": hit.line,
                        "spans": [list(span) for span in hit.spans],
                    }
                    for hit in each.hits
                ],
            }
            for each in found
        ],
    }
