"""Which stage of an import is at work in another process, by the folders that it writes; and how busy its processors
are in each. Measuring memory and disk does not belong here.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

#: Stages by the folder that they write; what is behind them has none.
_WRITTEN = {
    ".raw_leads.tmp": "raw_leads",
    ".mapped_leads.tmp": "mapped_leads",
    ".normalized_leads.tmp": "normalized_leads",
}
START = "start and end"


def stage_of(home: Path) -> str:
    """Return the stage that is at work, by what it writes."""
    parts = home / "staging" / "parts"
    names = {path.name for path in parts.glob("*/.*.tmp")}
    stage = next((stage for name, stage in _WRITTEN.items() if name in names), "")
    if stage:
        return stage
    if any(parts.glob("*/normalized_leads")):
        return "commit"
    return "report" if any(parts.glob("*/committed.json")) else START


@dataclass
class Busy:
    """Seconds that a stage took, and seconds of processors that it used meanwhile."""

    seconds: float = 0.0
    processors: float = 0.0

    @property
    def utilization(self) -> float:
        """Return the share of all cores that was used."""
        return self.processors / (self.seconds * (os.cpu_count() or 1)) if self.seconds else 0.0


@dataclass
class Utilization:
    """How busy a process is, stage by stage; `look` at it often."""

    home: Path
    pid: int
    by_stage: dict[str, Busy] = field(default_factory=lambda: defaultdict(Busy))
    _before: tuple[float, float] = field(default_factory=lambda: (time.perf_counter(), 0.0))

    def look(self) -> None:
        """Count what was used since the last look for the stage that is at work now."""
        now, used = time.perf_counter(), self._used()
        if used is None:
            return
        seconds, processors = now - self._before[0], used - self._before[1]
        busy = self.by_stage[stage_of(self.home)]
        busy.seconds += seconds
        busy.processors += processors
        self._before = now, used

    def _used(self) -> float | None:
        """Return the seconds of processors that the process used, all threads; None when it has ended."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return None
        user, system = stat.rpartition(")")[2].split()[11:13]  # the name before may have spaces, see proc(5)
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
