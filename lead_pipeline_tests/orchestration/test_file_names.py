import pytest

from lead_pipeline_tests.orchestration.watching import leads

NAME = "Zyxwanda Qorvel.csv"


@pytest.mark.parametrize(
    "content", [leads(1), "colour\nred\n", leads(1) + "\x00" * 50], ids=["good", "no phone", "zeros"]
)
def test_the_name_of_a_dropped_file_reaches_no_tag_and_no_event(watching, content):
    watching.drop(NAME, content)
    watching.execute(watching.tick())
    (run,) = watching.instance.get_runs()
    assert run.tags["lead_pipeline/file"] == "Z….csv"
    kept = [str(run.tags), *(str(event) for event in watching.instance.all_logs(run.run_id))]
    assert [text for text in kept if "Zyxwanda Qorvel" in text] == []
