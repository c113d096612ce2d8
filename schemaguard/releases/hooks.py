"""Hooks: whom to tell of a switch once it is committed, and what they are told."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from schemaguard.frozen import dataclass
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Operation

TARGET = "hook:"
"""What the target of a hook's delivery begins with; the hook's name follows."""
SIGNATURE = "X-Schemaguard-Signature"
"""The header that carries the signature of what a webhook is sent."""


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One call that isn't made yet."""

    id: int
    hook: str
    model: str
    operation: int
    payload: Mapping[str, Any]


def told(operation: Operation, plan: Plan) -> Mapping[str, Any]:
    """What a hook is told of a switch of one model."""
    return {
        "event": "switched",
        "kind": plan.kind.value,
        "from": plan.from_version,
        "to": plan.to_version,
        "version": plan.active_after,
        "epoch": plan.epoch + 1,
        "actor": operation.intent.actor,
        "reason": operation.intent.reason,
        "metric": operation.intent.metric,
        "opened_at": operation.opened_at.isoformat(),
    }


def body(delivery: HookDelivery) -> bytes:
    """What is sent: the same bytes however often it is tried."""
    said = {**delivery.payload, "id": delivery.id, "model": delivery.model, "operation": delivery.operation}
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signature(sent: bytes, key: bytes) -> str:
    """HMAC-SHA256 of the body, as `sha256=HEX`; see RFC 2104."""
    return f"sha256={hmac.new(key, sent, hashlib.sha256).hexdigest()}"
