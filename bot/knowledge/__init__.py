"""The editor's room."""
