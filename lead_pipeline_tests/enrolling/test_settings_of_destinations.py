"""What the store keeps of the files of destinations."""

from datetime import timedelta

import pytest

from lead_pipeline.enrolling.settings_of_destinations import keep_settings
from lead_pipeline.model.lead_management.destination_settings import Action, CallingWindow, DestinationSettings
from lead_pipeline_tests.enrolling.managed_world import AT, HOUR
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

SOLAR = DestinationSettings(
    kind="schedule",
    name="solar",
    actions=(Action(do="call"), Action(do="sms", after=timedelta(hours=2))),
    calling_window=CallingWindow(opens=540, closes=1020, days=("sat", "mon")),
    unknown_time_zone="America/New_York",
    max_attempts=4,
)


def kept(world):
    return world.workspace.rows(
        "select d.kind, d.name, opens, closes, days, z.time_zones, max_attempts, actions, set_at"
        " from base.destination_settings s join base.destinations d using (destination_id)"
        " left join base.time_zone_sets z on z.time_zone_set = s.assumed_zone_set order by all"
    )


def test_everything_that_a_file_says_is_kept(world):
    keep_settings(world.workspace, [SOLAR, DestinationSettings(kind="flow", name="new")], AT)
    assert kept(world) == [
        ("flow", "new", 480, 1260, [1, 2, 3, 4, 5, 6, 7], None, None, [], AT),
        ("schedule", "solar", 540, 1020, [1, 6], ["America/New_York"], 4,
         [{"do": "call", "after_seconds": 0}, {"do": "sms", "after_seconds": 7200}], AT),
    ]  # fmt: skip


def test_nothing_is_written_where_nothing_changed(world):
    keep_settings(world.workspace, [SOLAR], AT)
    keep_settings(world.workspace, [SOLAR], AT + HOUR)
    assert [row[-1] for row in kept(world)] == [AT]


@pytest.mark.parametrize(
    "change",
    [
        {"max_attempts": None},
        {"unknown_time_zone": "fail_closed"},
        {"actions": ()},
        {"calling_window": CallingWindow()},
    ],
)
def test_what_a_file_says_now_replaces_what_it_said(world, change):
    changed = SOLAR.model_copy(update=change)
    keep_settings(world.workspace, [SOLAR], AT)
    keep_settings(world.workspace, [changed], AT + HOUR)
    now = kept(world)
    world.workspace.run("delete from base.destination_settings")
    keep_settings(world.workspace, [changed], AT + HOUR)
    assert now == kept(world)


def test_a_file_that_is_gone_says_nothing_any_more(world):
    keep_settings(world.workspace, [SOLAR], AT)
    keep_settings(world.workspace, [], AT + HOUR)
    assert kept(world) == []


def test_an_import_is_due_after_the_delay_of_its_own_schedule_whatever_others_say():
    delays = {"main": "2h", "other": "3 days"}
    with quick_folder() as folder, staging(folder / "data") as stages:
        (folder / "data" / "destinations").mkdir()
        for name, delay in delays.items():
            text = f"kind: schedule\nname: {name}\nactions:\n  - {{do: call, after: {delay}}}\n"
            (folder / "data" / "destinations" / f"{name}.yaml").write_text(text)
        (folder / "leads.csv").write_text("caller_id\n2125550101\n")
        stages.file(folder / "leads.csv", call_schedule())
        ((delay,),) = stages.rows("select e.due_at - l.created_at from enrollments e join leads l using (lead_id)")
    assert delay == 2 * HOUR


def test_a_file_that_spells_the_name_otherwise_than_the_store_is_kept_once(world):
    spelled = SOLAR.model_copy(update={"name": "SOLAR"})
    for hours in range(3):
        keep_settings(world.workspace, [spelled], AT + hours * HOUR)
    ((*_, set_at),) = kept(world)
    assert set_at == AT
