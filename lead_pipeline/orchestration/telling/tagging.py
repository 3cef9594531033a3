"""The tags of a run that say what came of its imports: a list of runs can be filtered by them, not by a sentence."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from lead_pipeline.importing.engine import Report
from lead_pipeline.orchestration.defining.naming import HOME

#: How the imports of a run ended: one status, or of several how many of each, for people to read.
STATUS = "lead_pipeline/status"

_WAITING = "awaiting_approval"

#: Whether any import of a run waits for a person now. It stops being so when the last of them was decided about.
WAITS = f"lead_pipeline/{_WAITING}"

_YES, _NO = "true", "false"

#: What the tags of single imports begin with.
_OF_AN_IMPORT = "lead_pipeline/import."


def statuses_of(reports: Sequence[Report]) -> str:
    """Return how imports ended: `completed`, or of several `8 completed, 2 awaiting_approval`."""
    return _said(Counter(report.result.status.value for report in reports))


def _said(counted: Counter[str]) -> str:
    several = counted.total() > 1
    return ", ".join(f"{files} {status}" if several else status for status, files in counted.most_common() if files > 0)


def import_tag(import_id: str) -> str:
    """Return the tag that has the status of one import: Dagster allows no `@` and no second slash in it."""
    return f"{_OF_AN_IMPORT}{import_id.replace('@', '.')}"


def tag_run(context: dg.AssetExecutionContext, reports: Sequence[Report]) -> None:
    """Tag this run with how its imports ended, and take from earlier runs that they wait for those of this one."""
    of_home = {HOME: context.run.tags[HOME]} if HOME in context.run.tags else {}
    _end_waiting(context.instance, reports, of_home)
    context.instance.add_run_tags(context.run.run_id, tags_of(reports))


def tags_of(reports: Sequence[Report]) -> dict[str, str]:
    """Return a tag for each status that occurs, and one for each import of which nothing was imported."""
    found = {report.result.status.value for report in reports}
    return {
        STATUS: statuses_of(reports),
        **{f"lead_pipeline/{status}": _YES for status in sorted(found)},
        **{import_tag(one.result.import_id): one.result.status.value for one in reports if not one.is_committed},
    }


def _end_waiting(instance: dg.DagsterInstance, reports: Sequence[Report], of_home: Mapping[str, str]) -> None:
    """Another home in the same Dagster may have an import of the same file, about which nobody has decided."""
    ended = {import_tag(one.result.import_id): one.result.status.value for one in reports if not one.waits}
    if not ended:
        return
    for run in instance.get_runs(filters=dg.RunsFilter(tags={WAITS: _YES, **of_home})):
        decided = {tag: status for tag, status in ended.items() if run.tags.get(tag) == _WAITING}
        if decided:
            instance.add_run_tags(run.run_id, decided | _as_it_is_now(run.tags, decided.values()))


def _as_it_is_now(tags: Mapping[str, str], decided: Collection[str]) -> dict[str, str]:
    """Return what is to be said of a run as a whole, when so many of its imports that waited ended so."""
    counted = _counted(tags.get(STATUS, ""))
    counted[_WAITING] -= len(decided)
    counted.update(decided)
    return {STATUS: _said(counted), WAITS: _YES if counted[_WAITING] > 0 else _NO}


def _counted(said: str) -> Counter[str]:
    """Return what `_said` was made of."""
    parts = [part.rpartition(" ") for part in said.split(", ")]
    return Counter({status: int(number or 1) for number, _, status in parts})
