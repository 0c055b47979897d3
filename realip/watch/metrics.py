"""The metrics that Prometheus hears: of every target the last verdict, and when it was."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, Metric

from realip import __version__
from realip.verify import Verdict
from realip.watch.rounds import Round

__all__ = ["Metrics"]

_CREATED = "_created"
"""How the library names a counter's second series, with its birth: one that nobody asks for, of every target and verdict."""


class _Registry(CollectorRegistry):
    """Without those series. The library's own switch is for the whole process, which may have other metrics."""

    def collect(self) -> Iterator[Metric]:
        """Every family of metrics."""
        for family in super().collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith(_CREATED)]
            yield family


class Metrics:
    """The metrics of a watch. Labels are the targets and the five verdicts, so their number never grows."""

    def __init__(self, targets: Iterable[str], every: float) -> None:
        """All series are there from the start: an alert on one that is missing would never fire."""
        self.registry = registry = _Registry()
        self._verdict = Gauge(
            "realip_verdict",
            "1 for the verdict of the target's last round, 0 for the others; all 0 before the first round ended",
            ["target", "verdict"],
            registry=registry,
        )
        self._rounds = Counter(
            "realip_rounds", "Rounds that ended, by their verdict", ["target", "verdict"], registry=registry
        )
        self._probes = Gauge(
            "realip_probes",
            "Probes of the target's last round, by their verdict",
            ["target", "verdict"],
            registry=registry,
        )
        self._last = Gauge(
            "realip_last_round_timestamp_seconds",
            "When the target's last round ended, 0: none yet",
            ["target"],
            registry=registry,
        )
        self._preserved = Gauge(
            "realip_last_preserved_timestamp_seconds",
            "When the last round ended in which the application saw its client's own address, 0: none yet",
            ["target"],
            registry=registry,
        )
        self._seconds = Gauge(
            "realip_round_duration_seconds", "How long the target's last round took", ["target"], registry=registry
        )
        interval = Gauge("realip_interval_seconds", "Time from one round to the next", ["target"], registry=registry)
        Info("realip_build", "The version of realip", registry=registry).info({"version": __version__})
        for target in targets:
            interval.labels(target).set(every)
            for gauge in (self._last, self._preserved, self._seconds):
                gauge.labels(target)
            for verdict in Verdict:
                for by_verdict in (self._verdict, self._rounds, self._probes):
                    by_verdict.labels(target, verdict.value)

    def hear(self, done: Round) -> None:
        """Take a round in."""
        ended = done.began.timestamp() + done.seconds
        counts = {} if done.report is None else done.report.counts
        for verdict in Verdict:
            self._verdict.labels(done.target, verdict.value).set(verdict is done.verdict)
            self._probes.labels(done.target, verdict.value).set(counts.get(verdict, 0))
        self._rounds.labels(done.target, done.verdict.value).inc()
        self._seconds.labels(done.target).set(done.seconds)
        self._last.labels(done.target).set(ended)
        if done.verdict is Verdict.PRESERVED:
            self._preserved.labels(done.target).set(ended)
