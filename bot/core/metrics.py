"""What `/metrics` counts, in Prometheus' text form; docs/metrics.md tells what each figure is for.

Counters and histograms are this process's own. The gauges below DATABASE are read from the database when somebody
asks, so every process tells the same: never add them up.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
BRIEF_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
TURN_SECONDS_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


def _counter(name: str, about: str, *labels: str) -> Counter:
    return Counter(f"firebreak_{name}", about, labels, registry=REGISTRY)


def _gauge(name: str, about: str, *labels: str) -> Gauge:
    return Gauge(f"firebreak_{name}", about, labels, registry=REGISTRY)


def _histogram(name: str, about: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(f"firebreak_{name}", about, labels, buckets=buckets, registry=REGISTRY)


BUILD = Info("firebreak_build", "Version of the product, and the engine that the settings name.", registry=REGISTRY)

ACKS = _counter("acks", "Customer messages stored and acknowledged.")
ACK_SECONDS = _histogram("ack_seconds", "From a message's arrival to its acknowledgement.", buckets=BRIEF_SECONDS)
ACK_GROUP_SIZE = _histogram("ack_group_size", "Messages that shared a commit.", buckets=(1, 2, 5, 10, 20, 50, 100))
ACKS_FAILED = _counter("acks_failed", "Messages that could not be stored, and were refused as `unavailable`.")

TURNS = _counter("turns", "Messages that were settled, by how and by what answered.", "outcome", "engine")
TURN_SECONDS = _histogram(
    "turn_seconds", "From a message's acknowledgement to the commit of its answer.", buckets=TURN_SECONDS_BUCKETS
)
ENGINE_SECONDS = _histogram(
    "engine_seconds", "Time that an engine took to reply, or to fail.", "engine", buckets=TURN_SECONDS_BUCKETS
)
ENGINE_FAILURES = _counter("engine_failures", "Messages on which an engine failed or was too slow.", "engine")
TURN_FAILURES = _counter("turn_failures", "Tries of a turn that broke; each is tried again.")

JOB_RUNS = _counter("job_runs", "Runs of outbox jobs, by how they ended: done, retried or failed.", "kind", "result")

KEPT = _counter("kept", "Questions without an answer and wishes that were kept, by kind.", "kind")
PEOPLE_TOLD = _counter("people_told", "People told of an answer or a verdict, by kind and how.", "kind", "how")

SOCKETS = _gauge("sockets", "Open sockets of this process.", "room")
PUSHES = _counter("pushes", "Events handed to a listener of this process.")
LISTENERS_CUT_OFF = _counter("listeners_cut_off", "Times that a listener fell behind and had to read the rows again.")
RATE_LIMITED = _counter("rate_limited", "Requests and frames that a rate limit refused, by what it is on.", "limit")
LIMITS_COUNTED_ALONE = _counter("limits_counted_alone", "Events whose shared count did not answer in time.")
DATABASE_WAIT_SECONDS = _histogram(
    "database_wait_seconds",
    "Wait of a writer for the others of its process, on SQLite.",
    "writer",
    buckets=BRIEF_SECONDS,
)
PART_UP = _gauge("part_up", "Whether a part worked at the last look: 1, or 0.", "part")

# DATABASE: the same in every process.
OLDEST_TURN_SECONDS = _gauge("oldest_turn_seconds", "Age of the oldest unanswered message.")
WAITING_TURNS = _gauge("waiting_turns", "Unanswered messages.")
STUCK_TURNS = _gauge("stuck_turns", "Unanswered messages that failed on every try.")
UNCOUNTED_MESSAGES = _gauge("uncounted_messages", "Messages whose complaint could not be counted.")
JOBS = _gauge("jobs", "Outbox jobs that are not settled.", "kind", "state")
OLDEST_JOB_SECONDS = _gauge("oldest_job_seconds", "Age of the oldest job that is due.")
TICKETS = _gauge("tickets", "Tickets that are not solved.", "status")
TICKETS_LATE = _gauge("tickets_late", "Unsolved tickets past a promised time.")
ALERTS = _gauge("alerts", "Alerts that are not closed.", "phase")
PROCESSES = _gauge("processes", "Web and worker processes that were seen within the last seconds.", "part")

COUNTED = (OLDEST_TURN_SECONDS, WAITING_TURNS, STUCK_TURNS, UNCOUNTED_MESSAGES, OLDEST_JOB_SECONDS, TICKETS_LATE)
COUNTED_BY_LABEL = (JOBS, TICKETS, ALERTS, PROCESSES)


def text() -> bytes:
    return generate_latest(REGISTRY)
