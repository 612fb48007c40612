"""Articles from files, and back into files."""
