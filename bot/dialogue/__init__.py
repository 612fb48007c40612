"""A turn: from a stored customer message to what we say and do about it."""
