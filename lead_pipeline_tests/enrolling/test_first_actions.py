"""A lead is due when the first action of its own destination is, whatever other destinations say."""

from datetime import timedelta

from lead_pipeline_tests.support import call_schedule, quick_folder, staging

DELAYS = {"main": "0", "solar": "30m", "roofs": "2 days"}


def test_each_destination_has_the_delay_of_its_own_first_action():
    with quick_folder() as folder, staging(folder / "data") as stages:
        written = stages.home.root / "destinations"
        written.mkdir()
        for name, delay in DELAYS.items():
            actions = f"[{{do: call, after: {delay}}}, {{do: call, after: 1h}}]"
            text = f"kind: schedule\nname: {name}\nactions: {actions}\n"
            (written / f"{name}.yaml").write_text(text, encoding="utf-8")
        for number, name in enumerate(DELAYS):
            file = folder / f"{name}.csv"
            file.write_text(f"caller_id\n212555010{number}\n", encoding="utf-8")
            stages.file(file, call_schedule(destination={"kind": "schedule", "name": name}))
        waits = stages.rows("select schedule, due_at - started_at from enrollments order by 1")
    assert dict(waits) == {"main": timedelta(0), "solar": timedelta(minutes=30), "roofs": timedelta(days=2)}
