"""What `/metrics` shows, in Prometheus' text form."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
ACKS = Counter("firebreak_acks", "Customer messages stored and acknowledged.", registry=REGISTRY)
GROUP = Histogram(
    "firebreak_ack_group_size", "Messages that shared a commit.", buckets=(1, 2, 5, 10, 20, 50, 100), registry=REGISTRY
)
SOCKETS = Gauge("firebreak_sockets", "Open customer sockets of this process.", registry=REGISTRY)
QUEUE_AGE = Gauge("firebreak_oldest_turn_seconds", "Age of the oldest unanswered message.", registry=REGISTRY)
WAITING_TURNS = Gauge("firebreak_waiting_turns", "Unanswered messages.", registry=REGISTRY)
FAILED_JOBS = Gauge("firebreak_failed_jobs", "Outbox jobs that gave up.", registry=REGISTRY)
OPEN_TICKETS = Gauge("firebreak_open_tickets", "Tickets that are not solved.", registry=REGISTRY)
OPEN_ALERTS = Gauge("firebreak_open_alerts", "Alerts that are not closed.", registry=REGISTRY)
ANSWERS = Gauge("firebreak_answered_turns", "Turns answered since the beginning.", ["engine"], registry=REGISTRY)


def text() -> bytes:
    return generate_latest(REGISTRY)
