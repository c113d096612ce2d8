"""publish: bind a contract to a model version, for good, and make its views."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.adapters.files.data_versions import read_data_versions
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.commands.contracts.validate import unfit_to_serve
from schemaguard.commands.policing import question_of, require_allowed
from schemaguard.commands.site import Site
from schemaguard.contracts.contract import ContractFile
from schemaguard.contracts.difference import difference
from schemaguard.contracts.views import ContractViews, contract_views
from schemaguard.errors import ContractError, RegistryError, UsageError, command_line
from schemaguard.frozen import replace
from schemaguard.registry.publication import BoundContract, Publication, Published
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.lookahead import Unmet

TAG = "schemaguard.contract"
_SHOWN_DIFFERENCES = 20
_FIT = CatalogFit()


def find(files: tuple[ContractFile, ...], model: str, version: str | None, folder: str, verb: str) -> ContractFile:
    """The file that speaks for a model version, or for a consumer.

    Raises UsageError where none does, with what to try next for the verb that asks.
    """
    of_model = [file for file in files if file.contract.model == model]
    for file in of_model:
        if version in file.contract.model_versions or (version is None and file.contract.is_consumer):
            return file
    known = sorted({version for file in of_model for version in file.contract.model_versions})
    if of_model and version is None:
        raise UsageError(
            f"{model} is a model: which version is meant?",
            at=f"{folder}: contracts for {', '.join(known)}",
            next=command_line("contracts", verb, model, "VERSION"),
        )
    others = sorted({file.contract.model for file in files})
    where = f"contracts for {model} {', '.join(known)}" if known else f"contracts of {', '.join(others) or 'nobody'}"
    raise UsageError(
        f"no contract speaks for {model}{f' {version}' if version is not None else ''}",
        at=f"{folder}: {where}",
        next=_how_to_get_one(model, version),
    )


def _how_to_get_one(model: str, version: str | None) -> str:
    if version is None:
        return "write one: schemaguard contracts show prints an example"
    infer = command_line("contracts", "infer", model, version)
    share = command_line("contracts", "publish", model, version, "--same-as", "VERSION")
    return f"{infer}, or to share the contract of another version: {share}"


def published_with(model: str, other: str, database: ControlDatabase) -> ContractFile:
    """The contract that another version of the model was published with. UsageError where there is none."""
    mine = [each for each in database.bound() if each.contract.model == model and each.version]
    for each in mine:
        if each.version == other:
            return ContractFile(each.contract, each.document)
    raise UsageError(
        f"{model} {other} was never published",
        at=f"published: {', '.join(each.version for each in mine) or 'none'}",
        next="name one of them",
    )


def publish_contract(
    site: Site, model: str, version: str | None, *, same_as: str | None = None, accept: str | None = None
) -> Published:
    """Bind the contract that speaks for a version, or for a consumer (None); `same_as`: that of another version.

    `accept` says why a draft, or what `validate` calls INVALID, is published all the same; the ledger keeps it.

    Raises UsageError where none speaks for it, and what `publish` raises.
    """
    if same_as is not None and version is None:
        raise UsageError(
            "--same-as needs a version of a model",
            next=command_line("contracts", "publish", model, "VERSION", "--same-as", same_as),
        )
    if same_as is None:
        file = find(site.contract_files(), model, version, site.relative(site.contracts_folder), "publish")
    else:
        file = published_with(model, same_as, site.database)
    folder = site.here / Path(file.contract.file).parent
    data = read_data_versions(site.config.root, [folder]) if version is not None else {}
    accepted = {} if same_as is not None else _accepted(file, site, accept)
    if site.policy is not None and version is not None:
        require_allowed(site, question_of(site, "publish", (model, version), accept or ""))
    registry = site.registry if version is not None else None
    return publish(file, version, registry, site.database, site.actor, data, accepted)


def _accepted(file: ContractFile, site: Site, accept: str | None) -> Mapping[str, Any]:
    """What is wrong with a contract that isn't bound yet, with the reason to bind it all the same.

    ContractError where something is and nobody gives a reason.
    """
    contract = file.contract
    if any(each.contract.digest in contract.digests for each in site.database.bound()):
        return {}
    catalog = site.database.catalog()
    # What the database doesn't give is told by itself, and can't be accepted.
    wrong = () if _FIT.unmet(contract, catalog) else unfit_to_serve(contract, catalog, site.now().date())
    if wrong and accept is None:
        told = "\n       ".join(wrong)
        raise ContractError(
            f"the contract of {contract.model} isn't to be bound for good:\n       {told}",
            at=contract.file,
            next="correct it, or say why it is published all the same: --accept REASON (the ledger keeps it)",
        )
    return {"reason": accept, "wrong": list(wrong)} if wrong else {}


def publish(
    file: ContractFile,
    version: str | None,
    registry: MlflowRegistry | None,
    database: ControlDatabase,
    actor: str,
    data: Mapping[str, str] | None = None,
    accepted: Mapping[str, Any] | None = None,
) -> Published:
    """Bind a contract to a version that the registry knows; binding it again changes nothing.

    `data` are the digests of what the version was made from, and `accepted` what was wrong and why that is all right:
    both for the ledger.

    Raises RegistryError where the registry doesn't know the version, and ContractError where the version is bound to
    another contract or the database doesn't give what is promised; then nothing was changed.
    """
    artifact = _artifact(file.contract.model, version, registry) if version is not None and registry else None
    publication = Publication(file.contract, file.document, version, actor, artifact, data or {}, accepted or {})
    remarks: tuple[str, ...] = ()
    # A registry that hangs must keep nobody from going back: it is asked before the lock and after it.
    if _before(publication, database.bound()) is None:
        publication, remarks = _signed(publication, registry)
    database.lock()
    catalog = database.catalog()
    before = _before(publication, database.bound())
    if before is None:
        _check_promises(publication, _FIT.unmet(publication.contract, catalog))
    views = contract_views(file.contract, database.view_schema(publication), catalog)
    if before is None:
        database.publish(publication, views)
    database.unlock()
    if registry is not None and version is not None:
        _tag(publication, views, registry)
    return Published(publication, views, before is None, remarks)


def _signed(publication: Publication, registry: MlflowRegistry | None) -> tuple[Publication, tuple[str, ...]]:
    """With the signature that the registry has of the version, where the contract brings none of its own.

    Where it can't be read, that is said and doesn't stand in the way: the artifact may be where only servers come.
    """
    contract = publication.contract
    if publication.version is None or registry is None or contract.signature is not None:
        return publication, ()
    try:
        signature = registry.signature(contract.model, publication.version)
    except RegistryError as error:
        return publication, (f"nothing is held against its signature: {error.what}",)
    return replace(publication, contract=replace(contract, signature=signature)), ()


def _artifact(model: str, version: str, registry: MlflowRegistry) -> str | None:
    if not registry.has_model(model):
        raise RegistryError(
            f"the registry has no model {model!r}",
            at=registry.place,
            next="register it in MLflow, then publish its contract",
        )
    if not registry.has_version(model, version):
        raise RegistryError(
            f"the registry has no {model} {version}",
            at=f"{registry.place}: versions {', '.join(registry.versions(model)) or 'none'}",
            next="register it in MLflow, then publish its contract",
        )
    return registry.artifact_uri(model, version)


def _before(publication: Publication, bound: tuple[BoundContract, ...]) -> BoundContract | None:
    """What the version is bound to already; ContractError, with the difference, where that is another contract."""
    contract, version = publication.contract, publication.version or ""
    mine = [each for each in bound if (each.contract.model, each.version) == (contract.model, version)]
    same = next((each for each in mine if each.contract.digest in contract.digests), None)
    if same is not None or not mine or publication.version is None:
        return same
    lines = difference(mine[0].document, publication.document)
    more = [f"… and {len(lines) - _SHOWN_DIFFERENCES} more"] if len(lines) > _SHOWN_DIFFERENCES else []
    told = "\n       ".join([*lines[:_SHOWN_DIFFERENCES], *more])
    raise ContractError(
        f"{publication.name} is bound to another contract, and that can't be changed:\n       {told}",
        at=f"{contract.file}; published {mine[0].published_at:%Y-%m-%d %H:%M} by {mine[0].published_by}",
        next="take the change back, or publish it for a new version",
    )


def _check_promises(publication: Publication, unmet: tuple[Unmet, ...]) -> None:
    if not unmet:
        return
    contract = publication.contract
    told = "\n       ".join(each.message for each in unmet)
    raise ContractError(
        f"the database doesn't give {publication.name} what its contract promises:\n       {told}",
        at=contract.file,
        next="apply the migration that the contract was written for, or correct the contract; nothing was changed",
    )


def _tag(publication: Publication, views: ContractViews, registry: MlflowRegistry) -> None:
    contract = publication.contract
    assert publication.version is not None
    tags = {
        TAG: contract.digest,
        f"{TAG}.id": contract.id,
        f"{TAG}.version": contract.version,
        f"{TAG}.file": contract.file,
        f"{TAG}.views": views.schema if views.views else "",
    }
    try:
        registry.tag(contract.model, publication.version, tags)
    except RegistryError as error:
        again = ("contracts", "publish", contract.model, publication.version)
        raise RegistryError(
            f"{publication.name} is published, but its tags could not be written: {error.what}",
            at=error.at,
            next=f"once the registry answers again: {command_line(*again)}",
        ) from error
