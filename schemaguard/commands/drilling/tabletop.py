"""tabletop: people drill at a table; what they answer, and how fast, is kept."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from schemaguard.adapters.control import drills
from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.commands.drill import file_name, playbook_in_force, scenarios_named
from schemaguard.commands.site import Site
from schemaguard.commands.watched import read_playbook
from schemaguard.playbooks.drills import Scenario, TabletopAnswer
from schemaguard.playbooks.playbook import PlaybookRoles

Ask = Callable[[Scenario, PlaybookRoles], str]
"""Shows a scenario and who does what, and gives what people answer; empty where nobody does."""


def tabletop(site: Site, model: str, scenarios: tuple[str, ...], out: Path, ask: Ask) -> Path | None:
    """Ask every scenario's question, and keep the answers with their times; the folder, None where nobody answered.

    The ledger says that it was done, and by whom; the answers stay in the file.
    """
    playbook = read_playbook(playbook_in_force(site, model))
    answers = []
    for scenario in scenarios_named(scenarios or playbook.drills.scenarios):
        began = time.monotonic()
        answer = ask(scenario, playbook.roles)
        if answer:
            answers.append(TabletopAnswer(scenario.name, answer, time.monotonic() - began))
    if not answers:
        return None
    from schemaguard.report.drill import tabletop_markdown

    at = datetime.now(UTC)
    folder = site.here / out / f"{at:%Y-%m-%d}-{file_name(model)}"
    make_folder(folder)
    replace_text(folder / "tabletop.md", tabletop_markdown(model, at, answers))
    site.database.ask(lambda c: drills.write_tabletop(c, site.actor, model, len(answers)))
    return folder
