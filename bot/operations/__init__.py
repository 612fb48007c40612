"""What operators see and do: the parts, work that failed, figures, how much is logged. `api` is the door."""
