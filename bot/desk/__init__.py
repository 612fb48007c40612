"""The agent's room: what we owe a customer, who holds it, and what happens to it."""
