"""A contract as a notebook shows it: a table of its columns, every name escaped."""

from html import escape

from schemaguard.contracts.contract import Contract, ContractTable, Promise


def contract_html(contract: Contract) -> str:
    """The contract as HTML that needs no style of its own."""
    owner = f" · {escape(contract.owner)}" if contract.owner else ""
    until = f" · until {contract.supported_until:%Y-%m-%d}" if contract.supported_until else ""
    head = f"<p><b>{escape(contract.who)}</b> · contract {escape(contract.version)}{owner}{until}</p>"
    titles = "".join(f"<th scope='col'>{title}</th>" for title in ("column", "type", "promise"))
    rows = "".join(_rows(part) for part in contract.tables)
    return f"{head}<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def _rows(part: ContractTable) -> str:
    verb = "reads" if part.access == "read" else "writes"
    key = f", upserts on ({escape(', '.join(part.upsert_key))})" if part.upsert_key else ""
    head = f"<tr><th colspan='3' scope='rowgroup'>{verb} {escape(str(part.table))}{key}</th></tr>"
    return head + "".join(_row(promise) for promise in part.promises)


def _row(promise: Promise) -> str:
    kind = escape(str(promise.type)) if promise.type is not None else "any"
    return f"<tr><td>{escape(promise.column)}</td><td>{kind}</td><td>{escape(promise.in_words)}</td></tr>"
