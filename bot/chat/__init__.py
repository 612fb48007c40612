"""The customer's room."""
