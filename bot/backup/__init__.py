"""Taking everything that the database holds into one file, and bringing it back."""


class BackupError(Exception):
    """A backup cannot be made, read or brought back. The message says why, and what became of what was there."""
