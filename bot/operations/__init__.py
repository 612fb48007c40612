"""What operators see and do: parts and their state, work that failed, figures, how much is logged. `api` is the door."""
