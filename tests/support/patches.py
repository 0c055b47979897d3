"""Pod templates, and patches of them that somebody might write, from a seed."""

import random
from typing import Any

BASE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}, "annotations": {"example.com/a": "1"}, "finalizers": ["example.com/x", "example.com/y"]},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "app:1",
                "args": ["--a", "--b"],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}],
                "ports": [{"containerPort": 8080}, {"containerPort": 9090, "name": "metrics"}],
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1"}},
                "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 5},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "conf", "mountPath": "/etc/app"}],
            },
            {"name": "side", "image": "side:1"},
        ],
        "volumes": [{"name": "data", "emptyDir": {}}, {"name": "conf", "configMap": {"name": "web"}}],
        "nodeSelector": {"role": "web", "zone": "a"},
        "tolerations": [{"key": "web", "operator": "Exists"}],
        "imagePullSecrets": [{"name": "one"}, {"name": "two"}],
        "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a.example.com"]}],
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway"} for key in ("zone", "node")
        ],
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 30,
    },
}  # fmt: skip


def patch(seed: int) -> dict[str, Any]:
    """A patch of `BASE`; now and then one that an API server refuses."""
    return _Writer(random.Random(seed)).template()  # noqa: S311 - a test's data


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def _some(self, **fields: Any) -> dict[str, Any]:
        """Some of these fields, each made only then."""
        return {name.replace("__", "/"): make() for name, make in fields.items() if self._chance.random() < 0.3}

    def _one(self, *values: Any) -> Any:
        return self._chance.choice(values)

    def _entries(self, key: str, names: list[Any], entry: Any, order: str) -> dict[str, Any]:
        """Entries of a merging list, some of them taken away, all of them replaced at times, with their order at times."""
        chosen = self._chance.sample(names, self._chance.randint(0, min(3, len(names))))
        said = [
            {key: name, "$patch": "delete"} if self._chance.random() < 0.2 else {key: name, **entry(name)}
            for name in chosen
        ]
        if order and self._chance.random() < 0.3:
            ordered = self._chance.sample(names, len(names))
            said.sort(key=lambda entry: ordered.index(entry[key]))  # or a server refuses
            return {order: said, f"$setElementOrder/{order}": [{key: name} for name in ordered]}
        if self._chance.random() < 0.1:
            said.append({"$patch": "replace"})
        return {order: said}

    def template(self) -> dict[str, Any]:
        found = self._some(metadata=self._metadata)
        found["spec"] = self._spec()
        return found

    def _metadata(self) -> dict[str, Any]:
        said = self._some(
            annotations=lambda: self._map(["example.com/a", "example.com/b"]),
            labels=lambda: self._map(["app", "tier"]),
            finalizers=lambda: self._chance.sample(["example.com/z", "example.com/y", "example.com/w"], 2),
        )
        if self._chance.random() < 0.3:
            said["$deleteFromPrimitiveList/finalizers"] = [self._one("example.com/x", "example.com/q")]
        return said

    def _map(self, keys: list[str]) -> dict[str, Any]:
        if self._chance.random() < 0.2:
            return {"$patch": "replace", **dict.fromkeys(keys, "z")}
        return {key: self._one("x", "y", None) for key in keys if self._chance.random() < 0.6}

    def _spec(self) -> dict[str, Any]:
        found = self._some(
            nodeSelector=lambda: self._map(["role", "zone", "disk"]),
            tolerations=lambda: self._one(None, [], [{"key": "other", "operator": "Exists"}]),
            securityContext=lambda: self._one({"runAsUser": 1000}, {"$patch": "delete"}, {"seccompProfile": None}),
            terminationGracePeriodSeconds=lambda: self._one(60, None),
            priorityClassName=lambda: self._one(None, None),
            hostNetwork=lambda: self._one(*(True, False)),
            dnsConfig=lambda: {"nameservers": ["10.0.0.9"], "searches": None},
        )
        lists: dict[str, tuple[str, list[Any], Any]] = {
            "containers": ("name", ["app", "side", "new"], self._container),
            "volumes": ("name", ["data", "conf", "new"], self._volume),
            "imagePullSecrets": ("name", ["one", "two", "three"], lambda _: {}),
            "hostAliases": ("ip", ["10.0.0.1", "10.0.0.2"], lambda _: {"hostnames": [self._one("b.example.com", "c.example.com")]}),
            "topologySpreadConstraints": ("topologyKey", ["zone", "node", "rack"], self._spread),
        }  # fmt: skip
        for name, (key, names, entry) in lists.items():
            if self._chance.random() < 0.4:
                found |= self._entries(key, names, entry, name)
        return found

    def _spread(self, _: str) -> dict[str, Any]:
        return {"maxSkew": self._one(1, 2), "whenUnsatisfiable": self._one("ScheduleAnyway", "DoNotSchedule")}

    def _volume(self, _: str) -> dict[str, Any]:
        said: dict[str, Any] = self._one(
            {"emptyDir": {}},
            {"emptyDir": {"medium": "Memory"}, "$retainKeys": ["name", "emptyDir"]},
            {"configMap": {"name": "other"}, "$retainKeys": ["name", "configMap"]},
            {"emptyDir": None, "configMap": {"name": "other", "items": [{"key": "a", "path": "a"}]}},
            {"secret": {"secretName": "web"}, "$retainKeys": ["configMap"]},
        )
        return said

    def _container(self, name: str) -> dict[str, Any]:
        found = self._some(
            args=lambda: self._one(["--c"], None, []),
            workingDir=lambda: "/tmp",
            resources=lambda: {
                "limits": {
                    "memory": self._one("1Gi", 1073741824),
                    "cpu": self._one("2", None if name == "app" else "3"),
                }
            },
            readinessProbe=lambda: self._one(
                {"httpGet": {"path": "/", "port": "metrics"}, "tcpSocket": None},
                {"exec": {"command": ["true"]}, "$retainKeys": ["exec"]},
                {"periodSeconds": 9},
                None,
            ),
            securityContext=lambda: {"capabilities": {"drop": ["ALL"]}, "privileged": None},
        )
        if name == "new" or self._chance.random() < 0.2:
            found["image"] = "new:1"
        lists: dict[str, tuple[str, list[Any], Any]] = {
            "env": ("name", ["A", "B", "C", "D"], lambda _: {"value": self._one("9", "8")}),
            "ports": ("containerPort", [8080, 9090, 7070], lambda port: {"name": f"p{port}"}),
            "volumeMounts": ("mountPath", ["/data", "/etc/app", "/new"], lambda _: {"name": self._one("data", "conf")}),
        }
        for field, (key, names, entry) in lists.items():
            if self._chance.random() < 0.4:
                found |= self._entries(key, names, entry, field)
        return found
