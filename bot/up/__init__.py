"""`firebreak up`: the product's processes, started in order, kept alive, and stopped together."""
