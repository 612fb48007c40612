"""What customers asked in vain, or wished for: clusters of what means the same, and who was told."""
