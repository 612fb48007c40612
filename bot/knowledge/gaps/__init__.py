"""Questions that could not be answered, or whose answer did not help."""
