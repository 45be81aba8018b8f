"""The metrics of this process, for Prometheus."""

from collections.abc import Callable, Iterator
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from infrastructure.append.group_commit import GroupCommit

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Metrics:
    """One registry per process; none is global, so that each test has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._gauge = partial(Gauge, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        self._requests = counter(
            "kith_requests", "Requests answered.", ("method", "route", "status")
        )
        self._seconds = Histogram(
            "kith_request_seconds",
            "Seconds from request to answer.",
            ("method",),
            buckets=SECONDS,
            registry=self.registry,
        )
        # Looking up a labelled metric takes longer than counting.
        self._figures: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.lag_events = self._gauge(
            "kith_projection_lag_events", "Events a read model is behind.", ("read_model",)
        )
        self.lag_seconds = self._gauge(
            "kith_projection_lag_seconds",
            "Age of the first event a read model lacks.",
            ("read_model",),
        )
        self.webhooks_due = self._gauge(
            "kith_webhook_due", "Deliveries of webhooks that wait to be tried, up to 100,000."
        )
        self._deliveries = counter(
            "kith_webhook_deliveries",
            "Attempts of this process to deliver, by what became of them.",
            ("outcome",),
        )

        self.sync_waiting = self._gauge(
            "kith_sync_waiting", "Meetings that wait to be written into a calendar."
        )
        self.sync_waiting_seconds = self._gauge(
            "kith_sync_waiting_seconds", "Age of the first meeting that waits."
        )
        self.sync_unread_seconds = self._gauge(
            "kith_sync_unread_seconds",
            "Time since the account was read that nobody has read for longest; suspended ones "
            "don't count.",
        )
        self.sync_channels = self._gauge(
            "kith_sync_channels", "Calendars whose service sends notices of changes."
        )
        self._visits = counter(
            "kith_sync_visits",
            "Visits of accounts by this process, by what became of them.",
            ("outcome",),
        )

    def count_visit(self, outcome: str) -> None:
        """`outcome` is done, failed, suspended or overtaken."""
        self._visits.labels(outcome).inc()

    def count_delivery(self, outcome: str) -> None:
        """`outcome` is delivered, retried or failed."""
        self._deliveries.labels(outcome).inc()

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if method in METHODS else "other", route or "none", status)
        figures = self._figures.get(key)
        if figures is None:
            requests, times = self._requests.labels(*key), self._seconds.labels(key[0])
            figures = self._figures[key] = (requests, times)
        figures[0].inc()
        figures[1].observe(seconds)

    def watch(self, appender: GroupCommit) -> None:
        """Report the appends of this process."""
        self.registry.register(_Appends(appender))

    def watch_relay(self, lag: Callable[[], int], owner: Callable[[], bool]) -> None:
        """Report whether this process relays, and how far it is behind the log."""
        self._gauge(
            "kith_relay_owner", "1 in the one process that relays the log to Kafka."
        ).set_function(owner)
        self._gauge(
            "kith_relay_lag_events",
            "Events that Kafka hasn't acknowledged; 0 where another process relays.",
        ).set_function(lag)

    def watch_streams(self, count: Callable[[], int]) -> None:
        """Report the event streams that this process holds open."""
        self._gauge(
            "kith_event_streams", "Event streams that clients hold open here."
        ).set_function(count)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)


class _Appends(Collector):
    def __init__(self, appender: GroupCommit):
        self._appender = appender

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        counts = self._appender.counts
        yield CounterMetricFamily("kith_append_batches", "Commits.", value=counts.batches)
        yield CounterMetricFamily("kith_append_jobs", "Commands committed.", value=counts.jobs)
        yield CounterMetricFamily("kith_append_events", "Events committed.", value=counts.events)
        yield GaugeMetricFamily(
            "kith_append_queue", "Commands waiting to be appended.", value=self._appender.queued
        )
