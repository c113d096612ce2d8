"""Writes docs/rules/: a page a rule, from its record and its examples, and the list of all of them.

python docs/write_rules.py
"""

from collections.abc import Iterator
from pathlib import Path

from schemaguard.finding import Family
from schemaguard.rules import RULES
from schemaguard.rules.rule import Rule

FOLDER = Path(__file__).parent / "rules"
EXAMPLES = Path(__file__).parent.parent / "tests" / "fixtures" / "rules"
_ABOUT = {
    Family.CONTRACT: "a model version inside its release window would break",
    Family.DESTRUCTIVE: "data is lost",
    Family.CLIENTS: "running code would fail the moment it commits",
    Family.BLOCKING: "it locks out traffic",
    Family.REVERSIBILITY: "model and schema could not go back together",
    Family.HYGIENE: "it can't be read, can't run, or hurts later",
}
_HEAD = """# The rules

What `schemaguard check` looks for, written by `docs/write_rules.py`. `schemaguard explain RULE` says the same in a
terminal; it also takes a rule's name in another linter. An error fails the check, a warning is shown, a note only with
`--verbose`; `[tool.schemaguard.rules]` changes it, but for the contract family.

On the 312 revisions of six public histories, each judged as a pull request (`benchmarks/alarms.py`), one rule of these
fires on more than one in four: `varchar-limit`, a note, on 31 in 100. Those projects give nearly every text a length,
and nobody sees the note who doesn't ask for it. `wide-lock` and `long-lock-hold` follow, on 24 in 100 each: Alembic
sends a revision as one transaction, and every fourth of these takes ACCESS EXCLUSIVE on several tables, or works
through one behind such a lock, which servers show. How much that is, production's sizes say
(`schemaguard facts`).
"""


def pages() -> dict[str, str]:
    """File → its text."""
    found = {f"{rule.id}.md": page(rule) for rule in RULES}
    found["README.md"] = _HEAD + "".join(_family(family) for family in Family)
    return found


def _family(family: Family) -> str:
    rows = [
        f"| [`{rule.id}`]({rule.id}.md) | {rule.when} | {severity(rule)} | {', '.join(rule.aliases)} |\n"
        for rule in RULES
        if rule.family is family
    ]
    head = f"\n## {family.value}: {_ABOUT[family]}\n\n| rule | fires on | severity | elsewhere |\n|---|---|---|---|\n"
    return head + "".join(rows)


def severity(rule: Rule) -> str:
    """As the list of rules shows it."""
    return f"{rule.severity.value}, opt-in" if rule.opt_in else rule.severity.value


def page(rule: Rule) -> str:
    """The page of one rule."""
    lines = [
        f"# {rule.id}",
        "",
        f"{rule.family.value} · {severity(rule)}",
        "",
        f"**Fires on** {rule.when}.",
        "",
        f"**Effect:** {rule.effect}.",
        "",
        f"**Instead:** {rule.instead}.",
        "",
    ]
    if rule.aliases:
        lines += [f"**Elsewhere:** {', '.join(rule.aliases)}.", ""]
    return "\n".join(lines) + "".join(_examples(rule))


def _examples(rule: Rule) -> Iterator[str]:
    for kind, title in (("bad", "It fires"), ("good", "It is silent")):
        for ending, language in (("sql", "sql"), ("py", "python")):
            file = EXAMPLES / rule.id / f"{kind}.{ending}"
            if file.exists():
                # The lines of a body stand as deep as upgrade() wants them, but for the first.
                text = file.read_text(encoding="utf-8").strip().replace("\n    op.", "\nop.")
                yield f"\n## {title}\n\n```{language}\n{text}\n```\n"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.md"):
        stale.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
