"""What the service counts, in Prometheus' names and units."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from wattloom.rpc.server import BUCKETS_S


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self, *, waiting: Callable[[], int], unpublished: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.calls = Counter(
            "wattloom_identity_calls",
            "Calls ended, by method and gRPC status code.",
            ["method", "code"],
            registry=self.registry,
        )
        self.issued = Counter(
            "wattloom_identity_issued", "Certificates issued, by what for.", ["kind"], registry=self.registry
        )
        self.revoked = Counter(
            "wattloom_identity_revoked", "Certificates taken back by a registrar.", registry=self.registry
        )
        self.batch = Histogram(
            "wattloom_identity_batch_orders",
            "Certificates in one durable write.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "wattloom_identity_issue_seconds",
            "Time from a judged request to its durable certificate.",
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._gauge("wattloom_identity_waiting_orders", "Judged and not written yet.", waiting)
        self._gauge(
            "wattloom_identity_unpublished", "Announcements that the ledger does not know yet.", unpublished
        )

    @contextmanager
    def issuing(self, kind: str) -> Iterator[None]:
        """Count and time one certificate, unless it is refused."""
        started = perf_counter()
        yield
        self.issued.labels(kind).inc()
        self._seconds.observe(perf_counter() - started)

    def _gauge(self, name: str, words: str, read: Callable[[], int]) -> None:
        Gauge(name, words, registry=self.registry).set_function(read)
