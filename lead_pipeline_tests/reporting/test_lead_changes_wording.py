"""What people read of leads that were there: in sentences, tables, numbers and JSON, the same everywhere."""

from lead_pipeline.model.lead_management.leads_changed import LeadsChanged
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.reporting.lead_changes_wording import lead_changes_sentences, lead_changes_table
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.summary import markdown_summary, metadata_numbers, result_as_json
from lead_pipeline_tests.reporting.results import finished

CHANGED = (
    LeadsChanged(change="expired", destination="schedule:main", leads=12),
    LeadsChanged(change="moved", destination="schedule:main", to="schedule:a|b`c", leads=1),
    LeadsChanged(change="moved", destination="offer:roofs", to="schedule:x", leads=2),
    LeadsChanged(change="suppressed", destination="schedule:main", leads=3),
    LeadsChanged(change="reopened", destination="schedule:main", leads=1),
)


def test_a_sentence_says_how_many_leads_of_which_destination_what_was_done_to():
    assert lead_changes_sentences(finished(lead_changes=CHANGED)) == (
        "12 leads of schedule:main expired.",
        "1 lead of schedule:main was moved to schedule:a|b`c.",
        "2 leads of offer:roofs were moved to schedule:x.",
        "3 leads of schedule:main may not be called any more.",
        "1 lead of schedule:main may be started again.",
    )


def test_of_what_is_only_supposed_a_sentence_says_what_would_be():
    for supposed in (
        finished(lead_changes=CHANGED, dry_run=True),
        finished(lead_changes=CHANGED, status=ImportStatus.AWAITING_APPROVAL),
    ):
        assert lead_changes_sentences(supposed)[:2] == (
            "12 leads of schedule:main would expire.",
            "1 lead of schedule:main would be moved to schedule:a|b`c.",
        )


def test_each_change_is_a_number_to_plot_over_all_destinations():
    numbers = metadata_numbers(finished(lead_changes=CHANGED))
    found = {name: number for name, number in numbers.items() if name.startswith("leads_")}
    assert found == {"leads_expired": 12, "leads_moved": 3, "leads_suppressed": 3, "leads_reopened": 1}
    assert not any(name.startswith("leads_") for name in metadata_numbers(finished()))


def test_json_has_every_destination():
    assert result_as_json(finished(lead_changes=CHANGED))["lead_changes"][1] == {
        "change": "moved", "destination": "schedule:main", "to": "schedule:a|b`c", "leads": 1,
    }  # fmt: skip


def test_the_table_stays_a_table_whatever_a_destination_is_called():
    table = lead_changes_table(finished(lead_changes=CHANGED))
    assert {line.count("|") for line in table.splitlines()} == {5}
    assert table in markdown_summary(finished(lead_changes=CHANGED))
    assert lead_changes_table(finished()) == ""


def test_the_report_says_it_too():
    assert "12 leads of schedule:main expired." in report_as_html(finished(lead_changes=CHANGED))
