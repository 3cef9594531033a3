"""A home in which everything happened that pages show: imports of all ends, a source that gets worse, sequels, an
import that waits, one that is queued, one that was refused.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.manifests import Manifest
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.support import Stages, call_schedule, staging

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"

#: In a cell of a rejected row, and nowhere where it has no business.
CANARY = "canary.petrel@example.net"


@dataclass(frozen=True)
class Prepared:
    """The home, and the ids of the imports in it."""

    root: Path
    messy: str
    corrected: str
    clean: str
    waits: str
    queued: str
    refused: str
    worse: str  # the last file of the source that gets worse
    canary: str


def prepared(root: Path) -> Prepared:
    """Make the home; takes some seconds."""
    with staging(root) as stages:
        (list_ := root / "blocked.csv").write_bytes((SAMPLES / "blocked-numbers.csv").read_bytes())
        stages.suppress(list_)
        clean = stages.file(SAMPLES / "spring-webinar.csv", call_schedule())
        messy = stages.file(SAMPLES / "messy-purchased-list.csv", call_schedule())
        corrected = stages.file(SAMPLES / "messy-corrected.csv", call_schedule())
        worse = [_week(stages, week, bad) for week, bad in enumerate((2, 3, 2, 3, 2, 2, 3, 2, 3, 2, 21))][-1]
        canary = _file(stages, "canary", f"phone,Mail\n12,{CANARY}\n2125550188,ok@example.com\n")
        waits = _file(stages, "january", "phone,Mail\n13,a@example.com\n2125550177,b@example.com\n", approval="manual")
        (broken := root / "photo.csv").write_bytes(bytes(range(256)) * 20)
        refused = stages.file(broken, fair())
        queued = _staged(stages.home, "next", "phone,Mail\n2125550166,c@example.com\n").import_id
        ids = (messy, corrected, clean, waits, refused, worse, canary)
    found = dict(zip(("messy", "corrected", "clean", "waits", "refused", "worse", "canary"), ids, strict=True))
    return Prepared(root=root, queued=queued, **{name: result.import_id for name, result in found.items()})


def fair(**changes: object) -> ImportProfile:
    """Return a small profile."""
    base = {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {
            "phone": {"type": "phone", "required": True},
            "email": {"type": "email", "on_invalid": "blank", "column": "Mail"},
        },
    }
    return ImportProfile.model_validate(base | changes)


def _week(stages: Stages, week: int, bad: int) -> ImportResult:
    rows = [f"213{5550100 + 100 * week + number},w{week}n{number}@example.com" for number in range(60 - bad)]
    return _file(stages, f"week {week + 1:02}", "\n".join(["phone,Mail", *rows, *["12,x@example.com"] * bad]), "solar")


def _file(stages: Stages, name: str, text: str, profile: str = "fair", **changes: object) -> ImportResult:
    return stages.run(_staged(stages.home, name, text, profile, **changes))


def _staged(home: Home, name: str, text: str, profile: str = "fair", **changes: object) -> Manifest:
    folder = home.inbox / profile / ("acme" if profile == "solar" else "")
    folder.mkdir(parents=True, exist_ok=True)
    (path := folder / f"{name}.csv").write_text(text)
    return stage_import(home, path, fair(name=profile, **changes), now=datetime.now(UTC), from_inbox=True)
