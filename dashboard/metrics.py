"""linli in numbers for Prometheus, read from the stores when somebody asks; a store that is down is a number too."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from dashboard.services import Services
from linli.errors import StoreDown
from linli.store import outbox, overview, rejections


def registry_for(services: Services, registry: CollectorRegistry | None = None) -> CollectorRegistry:
    """Return a registry with linli's own numbers; a fresh one also tells about the process."""
    if registry is None:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
    registry.register(LinliCollector(services))
    return registry


class LinliCollector(Collector):
    """Reads the numbers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Yield every number as it is now."""
        yield from self._pipeline()
        yield from self._troubles()
        yield from self._spool()
        try:
            yield from self._stored()
            up = 1
        except StoreDown:
            up = 0
        yield GaugeMetricFamily("linli_care_up", "1 while the care database answers.", value=up)

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: the names are known without asking the stores at the start."""
        yield from ()

    def _pipeline(self) -> Iterator[Metric]:
        counts = dict(self._services.counts())
        waiting = counts.pop("waiting", 0)
        yield GaugeMetricFamily("linli_messages_waiting", "Messages in memory, not stored yet.", value=waiting)
        for name in sorted({"messages", "signals", "rejections", "ignored"} | counts.keys()):
            text = f"How many {name} went through the pipeline since the start."
            yield CounterMetricFamily(f"linli_{name}", text, value=counts.get(name, 0))

    def _troubles(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("linli_trouble", "1 for each part of linli that does not work.", labels=["part"])
        for part, works in self._services.health.parts().items():
            family.add_metric([part], 0 if works else 1)
        yield family

    def _spool(self) -> Iterator[Metric]:
        if self._services.spool is None:
            return
        try:
            spooled = self._services.spool()
        except StoreDown:
            return
        age = 0.0 if spooled.since is None else self._services.clock.now().timestamp() - spooled.since / 1000
        yield GaugeMetricFamily("linli_unsent_bytes", "What waits to be sent to InfluxDB.", value=spooled.size)
        yield GaugeMetricFamily("linli_unsent_batches", "The same, in batches.", value=spooled.batches)
        yield GaugeMetricFamily(
            "linli_unsent_age_seconds", "How long the oldest of it has waited.", value=max(age, 0.0)
        )
        yield GaugeMetricFamily("linli_refused_lines", "Signals that InfluxDB has refused.", value=spooled.refused)

    def _stored(self) -> Iterator[Metric]:
        with self._services.care.read() as connection:
            alerts = overview.tally(connection)
            notices = outbox.counts(connection)
            refused = rejections.count(connection)
        family = GaugeMetricFamily("linli_alerts", "Alerts on record.", labels=["kind", "state"])
        for (kind, state), count in sorted(alerts.items()):
            family.add_metric([kind, state], count)
        yield family
        waiting = GaugeMetricFamily("linli_outbox", "Notices by where they are on their way.", labels=["state"])
        for state, count in sorted(notices.items()):
            waiting.add_metric([state], count)
        yield waiting
        yield CounterMetricFamily("linli_stored_rejections", "Messages ever refused.", value=refused)
