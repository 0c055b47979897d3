"""The stand-in for the Tencent Cloud provider: the bridge's rules for plans, `cloud.py` for what happens."""

import json
from collections.abc import Mapping
from typing import Any

from tests.engine.standins import tencent_resources
from tests.engine.standins.calls import Call, CallLog
from tests.engine.standins.cloud import Cloud, Record
from tests.engine.standins.faults import Faults, Refusal
from tests.engine.standins.server import Difference, StandIn
from tests.engine.standins.tencent_reads import READS, Reading
from tests.engine.standins.tencent_schema import SCHEMA, Schema
from tests.engine.standins.values import UNKNOWN, Secret, Unknown

__all__ = ["TencentCloud"]

EMPTY: tuple[Any, ...] = (None, "", [], {}, False, 0)


def at(path: str, key: str) -> str:
    """A path one level deeper."""
    return f"{path}.{key}" if path else key


def differences(schema: Schema, path: str, new: Any, old: Any) -> list[str]:
    """The schema paths (without list indices) at which new inputs differ from a state."""
    if isinstance(new, Unknown):
        return [path]
    if isinstance(new, Mapping) and isinstance(old, Mapping) and path != "tags":
        found = []
        for key in sorted(new.keys() | old.keys()):
            deeper = at(path, key)
            if key not in new or new[key] is None:
                fills_in = deeper in schema.computed or deeper in schema.filled
                if not fills_in and old[key] not in (*EMPTY, schema.defaults.get(deeper)):
                    found.append(deeper)
            else:
                found += differences(schema, deeper, new[key], old.get(key))
        return found
    if isinstance(new, list) and isinstance(old, list) and path not in schema.unordered and len(new) == len(old):
        return sorted({name for a, b in zip(new, old, strict=True) for name in differences(schema, path, a, b)})
    if isinstance(new, list) and isinstance(old, list) and path in schema.unordered:
        return [] if sorted(map(_in_one_order, new)) == sorted(map(_in_one_order, old)) else [path]
    if new in EMPTY and old in EMPTY:
        return []
    return [] if new == old else [path]


def _in_one_order(value: Any) -> str:
    """The same text for the same value: a message's fields come in another order each time."""
    return json.dumps(value, sort_keys=True, default=repr)


class TencentCloud(StandIn):
    """The package `tencentcloud`."""

    package = "tencentcloud"
    distribution = "tencentcloud-iac-pulumi"

    def __init__(self, cloud: Cloud, log: CallLog, faults: Faults) -> None:
        super().__init__(log, faults)
        self.cloud = cloud

    def configure(self, caller: str, settings: dict[str, Any]) -> None:
        """Any account will do."""

    def diff_settings(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        return Difference([key for key in changed if key != "version"])

    def check(self, kind: str, inputs: dict[str, Any]) -> dict[str, str]:
        if kind not in SCHEMA:
            return {"": f"the stand-in does not model {kind}"}
        known = SCHEMA[kind].known
        return {key: "the stand-in does not model this property" for key in inputs if key not in known}

    def diff(self, kind: str, old_inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> Difference:
        schema = SCHEMA[kind]
        state = {key: value for key, value in old.items() if key not in schema.computed and key != "id"}
        changed = differences(schema, "", new, state)
        replaces = [
            path
            for path in changed
            if any(path == forced or path.startswith(f"{forced}.") for forced in schema.force_new)
        ]
        # The bridge: a resource that the plugin would have named, but the program did, is deleted before its successor.
        return Difference(changed, replaces, delete_first=bool(replaces) and schema.named and bool(new.get("name")))

    def plan(self, kind: str, old: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        schema = SCHEMA[kind]
        top = {key: UNKNOWN for key in [*schema.computed, *schema.filled] if "." not in key}
        return self._marked(schema, {**(old or top), **schema.defaults, **inputs})

    @staticmethod
    def _marked(schema: Schema, state: dict[str, Any]) -> dict[str, Any]:
        return {key: Secret(value) if key in schema.secret and value != "" else value for key, value in state.items()}

    def _state(self, record: Record) -> dict[str, Any]:
        schema = SCHEMA[record.type]
        filled = {key: value for key, value in schema.filled.items() if "." not in key}
        state = {**filled, **schema.defaults, **record.imported, **record.inputs, **record.computed}
        for path, value in schema.filled.items():
            head, _, tail = path.partition(".")
            if tail and isinstance(state.get(head), dict):
                state[head] = {tail: value, **state[head]}
        return self._marked(schema, state)

    def create(self, caller: str, call: Call, inputs: dict[str, Any], seconds: float) -> tuple[str, dict[str, Any]]:
        schema = SCHEMA[call.type]
        self.cloud.take_time(call.type.rpartition(":")[2])
        with self.cloud.lock:
            record = Record(call.type, "", call.urn, {**schema.defaults, **inputs})
            tencent_resources.behaviour(call.type).create(self.cloud, record)
            record.id = record.id or self.cloud.next_id(schema.label)
            self.cloud.add(record)
            return record.id, self._state(record)

    def read(
        self, caller: str, call: Call, inputs: dict[str, Any], *, imported: bool
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        with self.cloud.lock:
            record = self.cloud.records.get((call.type, call.id))
            if record is None:
                return None
            behaviour = tencent_resources.behaviour(call.type)
            behaviour.refresh(self.cloud, record)
            if imported:
                return self._imported(record, behaviour.imported(self.cloud, record))
            live = {key: record.inputs.get(key, value) for key, value in inputs.items()}
            return live, self._state(record)

    def _imported(self, record: Record, filled: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What an import reads: no inputs were there to compare with, so whatever can be an input and says something is one."""
        schema, reading = SCHEMA[record.type], READS.get(record.type, Reading())
        if not reading.importer:
            raise Refusal("StandIn.NoImporter", f"resource {record.type} doesn't support import")
        record.imported = {**reading.imported, **filled}
        state = {key: value for key, value in self._state(record).items() if key not in reading.forgotten}
        inputs = {
            key: value
            for key, value in state.items()
            if key in schema.known and key not in schema.computed and value not in (*EMPTY, schema.defaults.get(key))
        }
        return inputs, state

    def update(
        self, caller: str, call: Call, old: dict[str, Any], inputs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        schema = SCHEMA[call.type]
        with self.cloud.lock:
            record = self.cloud.records.get((call.type, call.id))
            if record is None:
                raise Refusal("ResourceNotFound", f"{call.id} does not exist")
            new = {**schema.defaults, **inputs}
            changed = differences(schema, "", new, {**record.inputs, **{k: record.inputs.get(k) for k in new}})
            stuck = [path for path in changed if path in schema.refused]
            if stuck:
                raise Refusal("InvalidParameter", f"argument `{stuck[0]}` cannot be changed")
            tencent_resources.behaviour(call.type).update(self.cloud, record, new)
            record.inputs = new
            return self._state(record)

    def delete(self, caller: str, call: Call, state: dict[str, Any]) -> None:
        with self.cloud.lock:
            record = self.cloud.records.get((call.type, call.id))
            if record is None:
                return  # gone already, which the provider takes for success
            tencent_resources.behaviour(call.type).delete(self.cloud, record)
            del self.cloud.records[call.type, call.id]

    def invoke(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if token.endswith("getZonesByProduct"):
            return {"zones": [{"name": "ap-guangzhou-3"}, {"name": "ap-guangzhou-6"}], "id": "zones", **arguments}
        if token.endswith("getNetworkAccountType"):
            return {"networkAccountType": self.cloud.account_type, "id": "account"}
        return super().invoke(token, arguments)
