"""The customer's path: acknowledgements, answered turns, order, faults and races."""
