"""`kill -9` while articles are published, imported, rebuilt and followed by vectors; then nothing may be wrong."""
