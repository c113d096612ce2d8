"""What a manifest says, and what is refused of one, with its line."""

import pytest

from schemaguard.errors import ConfigError
from schemaguard.fleet.manifest import FleetManifest, OnFailure, parse_manifest

WHOLE = """\
fleet: tenants
control: {env: FLEET_URL}
at_once: 8
stop_after: 3
on_failure: leave behind
members:
  - url: {env: TENANTS_URL}
    databases: [a, "007", 'x"y']
    groups: [eu]
    canary: [a]
  - name: "Big One"
    url: {file: big.url}
    database: app
    groups: [us, large]
    registry: sqlite:///mlflow.db
    alias: champion-us
"""


def parsed(text: str) -> FleetManifest:
    return parse_manifest(text, "fleet.yaml", lambda name: {"tenants.txt": ["t1", "t2"]}[name])


def test_a_manifest_lists_its_members_in_order_with_what_they_share() -> None:
    found = parsed(WHOLE)
    assert [(each.name, each.database, each.groups, each.is_canary) for each in found.members] == [
        ("a", "a", ("eu",), True), ("007", "007", ("eu",), False), ('x"y', 'x"y', ("eu",), False),
        ("Big One", "app", ("us", "large"), False),
    ]  # fmt: skip
    policy = found.policy
    assert (policy.at_once, policy.stop_after, policy.attempts) == (8, 3, 3)
    assert policy.on_failure is OnFailure.LEAVE_BEHIND


def test_databases_come_from_a_file_beside_the_manifest() -> None:
    text = "fleet: f\ncontrol: {env: F}\nmembers:\n  - {url: {env: U}, databases: {file: tenants.txt}, canary: true}\n"
    assert [(each.name, each.is_canary) for each in parsed(text).members] == [("t1", True), ("t2", True)]


def test_members_are_chosen_by_group_and_by_name() -> None:
    found = parsed(WHOLE)
    assert [each.name for each in found.chosen(("large",), ("a",))] == ["a", "Big One"]
    with pytest.raises(ConfigError, match="no group eus"):
        found.chosen(("eus",), ())
    with pytest.raises(ConfigError, match="no member b"):
        found.chosen((), ("b",))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret@h/d",
        "postgresql://h/d?password=s3cret",
        "postgresql://h/d?user=ada&sslpassword=s3cret",
        "host=h dbname=d password=s3cret",
        "postgresql://ada:s3/cret@h/d",
        "postgresql+psycopg://ada:s3cret@h:5432/d",
        "POSTGRESQL://ada:s3cret@h/d",
    ],
)
def test_a_password_in_a_manifest_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="with a password") as caught:
        parsed(f"fleet: f\ncontrol: {{env: F}}\nmembers:\n  - name: a\n    url: {url}\n")
    assert "s3" not in str(caught.value)
    assert caught.value.at == "fleet.yaml:5:10"


@pytest.mark.parametrize("url", ["postgresql://ada@h:5432/d", "host=h dbname=d", "postgresql:///d?host=/run/pg"])
def test_a_url_without_a_password_may_stand_in_a_manifest(url: str) -> None:
    (found,) = parsed(f"fleet: f\ncontrol: {{env: F}}\nmembers:\n  - name: a\n    url: {url}\n").members
    assert found.url.value == url


@pytest.mark.parametrize(
    ("said", "what", "at"),
    [
        ("members: []", "members must be a list of databases", "3:10"),
        ("members: [{name: a}]", "the member has no url", "3:11"),
        ("members: [{url: {env: U}}]", "either a name or databases", "3:11"),
        ("members: [{name: a, url: {env: U, file: f}}]", "from env or from file", "3:26"),
        ("members: [{name: a, url: {}}]", "from env or from file", "3:26"),
        ("members: [{name: 7, url: {env: U}}]", "name must be a text", "3:18"),
        ("members: [{url: {env: U}, databases: [1, 2]}]", "databases must be a list of names", "3:38"),
        ("members: [{url: {env: U}, databases: [a], canary: [b]}]", "canary names none", "3:51"),
        ("members: [{name: a, url: {env: U}, groups: eu}]", "groups must be a list", "3:44"),
        ("members: [{name: a, url: {env: U}}, {name: a, url: {env: V}}]", "two members are called a", "3:10"),
        ("members: [{name: a, url: {env: U}}]\nat_once: 0", "at_once must be a number from 1", "4:10"),
        ("members: [{name: a, url: {env: U}}]\nat_once: true", "at_once must be a number from 1", "4:10"),
        ("members: [{name: a, url: {env: U}}]\non_failure: ignore", "on_failure can't be used", "4:13"),
        ("members: [{name: a, url: {env: U}}]\nstop: 1", "unknown key 'stop'", "4:7"),
        ("members: [{name: a, url: {env: U}, pasword: x}]", "unknown key 'pasword'", "3:45"),
        ("members: [{name: a, url: {env: U}, 'postgresql://a:s3cret@h': x}]", "something that is not a key", "3:63"),
    ],
)
def test_what_cant_be_used_is_said_with_its_place(said: str, what: str, at: str) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        parsed(f"fleet: f\ncontrol: {{env: F}}\n{said}\n")
    assert caught.value.at == f"fleet.yaml:{at}"
