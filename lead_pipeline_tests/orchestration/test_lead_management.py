"""What imports do to leads that are there, in Dagster's UI; and files of destinations that cannot be used."""

from lead_pipeline_tests.orchestration.test_list_drops import execute
from lead_pipeline_tests.support import query

TWO = "caller_id\n2125550101\n2125550102\n"


def destination_file(watching, text):
    folder = watching.home.root / "destinations"
    folder.mkdir(exist_ok=True)
    (folder / "main.yaml").write_text(f"kind: schedule\nname: main\n{text}\n", encoding="utf-8")


def test_a_run_says_how_many_leads_it_stopped_as_a_number_and_of_which_destination_in_a_table(watching):
    first = watching.profile("first")
    again = watching.profile("again", lead_management={"on_match": {"schedule": "stop"}})
    watching.drop("a.csv", TWO, folder=first)
    assert execute(watching, watching.tick()) == [True]
    watching.drop("b.csv", TWO, folder=again)
    (run,) = watching.execute(watching.tick())
    metadata = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in run.all_events
        if event.is_step_materialization
    }["import_report"]
    assert metadata["leads_stopped"].value == 2
    assert "| stopped | `schedule:main` |  | 2 |" in metadata["summary"].value


def test_a_dropped_file_waits_while_a_file_of_destinations_is_wrong_and_is_imported_when_it_is_not(watching):
    destination_file(watching, "max_attempts: many")
    path = watching.drop("a.csv", TWO, folder=watching.profile("waits"))
    for _ in range(10):  # more often than an import that fails for another reason is tried
        assert execute(watching, watching.tick()) == [False]
        watching.pass_time(700)
    assert path.exists()
    assert "main.yaml, line 3" in watching.waiting()[0].waits_for
    destination_file(watching, "max_attempts: 4")
    assert execute(watching, watching.tick()) == [True]
    assert query(watching.home.root, "select distinct max_attempts from enrollments") == [(4,)]
    assert not path.exists()
