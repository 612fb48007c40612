"""What a process costs: processor time and memory, read from the system."""

import os
from pathlib import Path


def with_words(*words: str) -> int:
    """The id of the process whose command line holds all of `words`."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and all(word in _command(entry) for word in words):
            return int(entry.name)
    raise RuntimeError(f"no process with {words} runs")


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Resident memory; pages that several processes share are counted in proportion."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"the memory of process {pid} is not told")


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
