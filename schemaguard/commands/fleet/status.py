"""fleet status: the generation, who has gone with it, what each member shows, and what the newest run has come to."""

from schemaguard.commands.fleet.looking import ask_each
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.commands.fleet.run import standing
from schemaguard.fleet.manifest import FleetMember
from schemaguard.fleet.standing import FleetStanding, MemberStanding
from schemaguard.frozen import replace


def status(fleet: Fleet, members: tuple[FleetMember, ...]) -> FleetStanding:
    """The fleet now, with a look at each of these members; one that can't be asked is named with the reason."""
    from schemaguard.adapters.fleet.looking import look

    known = standing(fleet)
    seen, unreachable = ask_each(fleet, members, lambda url: look(url, with_catalog=False))
    asked = {each.name for each in members}

    def told(each: MemberStanding) -> MemberStanding:
        if each.name in unreachable:
            return replace(each, error=unreachable[each.name])
        its = seen[each.name]
        return replace(each, heads=its.heads, serves=its.serves, unfinished=its.unfinished, prepared=its.prepared)

    return replace(known, members=tuple(told(each) for each in known.members if each.name in asked))
