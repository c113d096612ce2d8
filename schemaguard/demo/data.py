"""Seeded card transactions, and whether each was fraud."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray

CUSTOMERS = 2_000
MERCHANTS = 200
TRANSACTIONS = 20_000
SEED = 7

CHANNELS = ("pos", "web", "app")
ENTRY_MODES = ("chip", "contactless", "online", "keyed")
RISKS = ("low", "medium", "high")
COUNTRIES = ("AT", "CH", "DE", "FR", "IT")


@dataclass(frozen=True, slots=True)
class Transactions:
    """Columns of equal length; `fraud` is what the chargebacks said later, never a column of the database."""

    customer_id: NDArray[np.int64]
    merchant_id: NDArray[np.int64]
    amount: NDArray[np.float64]
    channel: NDArray[np.str_]
    entry_mode: NDArray[np.str_]
    occurred_at: tuple[datetime, ...]
    fraud: NDArray[np.bool_]


def merchant_risks() -> NDArray[np.str_]:
    """The grade of each merchant, by id - 1."""
    return np.random.default_rng(SEED).choice(RISKS, size=MERCHANTS, p=(0.7, 0.2, 0.1))


def transactions(count: int, seed: int = SEED) -> Transactions:
    """`count` transactions; the same for the same seed."""
    draw = np.random.default_rng(seed)
    merchant_id = draw.integers(1, MERCHANTS + 1, count)
    amount = np.round(draw.lognormal(3.2, 1.1, count), 2)
    channel = draw.choice(CHANNELS, count, p=(0.6, 0.3, 0.1))
    keyed = draw.random(count) < 0.08
    contactless = draw.random(count) < 0.6
    in_shop = np.where(contactless, "contactless", "chip")
    entry_mode = np.where(keyed, "keyed", np.where(channel == "pos", in_shop, "online"))
    hour = draw.integers(0, 24, count)
    start = datetime(2026, 6, 1, tzinfo=UTC)
    days = draw.integers(0, 120, count)
    occurred_at = tuple(start + timedelta(days=int(d), hours=int(h)) for d, h in zip(days, hour, strict=True))
    risk = merchant_risks()[merchant_id - 1]
    score = -6.0 + 0.012 * amount + 1.4 * (channel == "web") + 1.6 * (risk == "high") + 0.8 * (hour < 5) + 2.0 * keyed
    fraud = draw.random(count) < 1 / (1 + np.exp(-score))
    customer_id = draw.integers(1, CUSTOMERS + 1, count)
    return Transactions(customer_id, merchant_id, amount, channel, entry_mode, occurred_at, fraud)


def honest_limits(rows: Transactions) -> dict[int, float]:
    """Customer → the largest amount that wasn't fraud: what the limits of spending are learnt from."""
    largest: dict[int, float] = {}
    for customer, amount, fraud in zip(rows.customer_id, rows.amount, rows.fraud, strict=True):
        if not fraud:
            largest[int(customer)] = max(float(amount), largest.get(int(customer), 0.0))
    return largest


def load_parties(connection: psycopg.Connection) -> None:
    """Write the customers and merchants."""
    draw = np.random.default_rng(SEED)
    customers = ((str(country),) for country in draw.choice(COUNTRIES, CUSTOMERS))
    _copy(connection, "customers (country)", customers)
    countries = draw.choice(COUNTRIES, MERCHANTS)
    merchants = (
        (f"merchant {number}", str(country), str(risk))
        for number, (country, risk) in enumerate(zip(countries, merchant_risks(), strict=True), start=1)
    )
    _copy(connection, "merchants (name, country, risk)", merchants)


def load(connection: psycopg.Connection, rows: Transactions, columns: tuple[str, ...]) -> None:
    """Write transactions as an application that knows just these columns."""
    values = [[_plain(value) for value in getattr(rows, column)] for column in columns]
    _copy(connection, f"transactions ({', '.join(columns)})", zip(*values, strict=True))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _copy(connection: psycopg.Connection, target: str, rows: Iterable[tuple[object, ...]]) -> None:
    # `target` is one of this file's own literals.
    with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
