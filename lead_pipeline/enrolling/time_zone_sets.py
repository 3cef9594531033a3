"""Numbers the sets of time zones that the clocks of people may show: there are few of them beside the leads."""

from collections.abc import Sequence

from lead_pipeline.store.workspace import Workspace


def number_of_time_zones(workspace: Workspace, time_zones: Sequence[str]) -> int:
    """Return the number of a set of time zones, which is recorded when it is new."""
    zones = sorted(set(time_zones))
    found = workspace.rows("select time_zone_set from base.time_zone_sets where time_zones = $zones", {"zones": zones})
    if found:
        return int(found[0][0])
    number = int(workspace.one("select coalesce(max(time_zone_set), 0) + 1 from base.time_zone_sets"))
    workspace.run("insert into base.time_zone_sets values ($number, $zones)", {"number": number, "zones": zones})
    return number
