"""The doors that customers come by. Parses and speaks protocols; imports `core` only."""
