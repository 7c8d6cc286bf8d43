"""What the gateway counts, in Prometheus' names and units."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from wattloom.chaincode.api.execution import Status
from wattloom.rpc.server import BUCKETS_S


class Metrics:
    """The counters of one gateway, in a registry of their own."""

    def __init__(self, *, pending: Callable[[], int], height: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.calls = Counter(
            "wattloom_gateway_calls",
            "Calls ended, by method and gRPC status code.",
            ["method", "code"],
            registry=self.registry,
        )
        committed = Counter(
            "wattloom_gateway_submissions",
            "Submitted transactions that a block holds, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self._committed = {status.value: committed.labels(status.name.lower()) for status in Status}
        self._seconds = Histogram(
            "wattloom_gateway_submit_seconds",
            "Time from receiving a transaction to its durable block.",
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._gauge("wattloom_gateway_pending_transactions", "Received and not in a block yet.", pending)
        self._gauge("wattloom_ledger_height", "Height of the last block that the gateway has seen.", height)

    def committed(self, status: int, seconds: float) -> None:
        """Count a transaction that a block holds."""
        self._committed[status].inc()
        self._seconds.observe(seconds)

    def _gauge(self, name: str, words: str, read: Callable[[], int]) -> None:
        Gauge(name, words, registry=self.registry).set_function(read)
