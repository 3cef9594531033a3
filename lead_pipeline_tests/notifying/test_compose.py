"""The email about an import: who gets it, what it says in both forms, and where its links lead."""

import re

import pytest

from lead_pipeline.model.outcomes import ImportStatus, Outcome
from lead_pipeline.model.policies import Notify
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import RowCounts
from lead_pipeline.notifying.compose import Links, compose, should_notify
from lead_pipeline_tests.reporting.results import clean, file_facts, finished, refused
from lead_pipeline_tests.reporting.test_report import Page

ALWAYS = Notify(email=("ann@example.com",))
PROBLEMS = Notify(email=("ann@example.com",), when="problems")


def waiting(**changes):
    return finished(
        status=ImportStatus.AWAITING_APPROVAL, message="The profile 'x' has a person approve each import.", **changes
    )


def cancelled():
    return finished(status=ImportStatus.CANCELLED, message="Drop the file again to start anew.")


TOLD = {
    "clean": (clean(), True, False),
    "rejects": (finished(), True, True),
    "duplicates alone": (finished(rows_read=3, counts=RowCounts(created=1, duplicate=2)), True, False),
    "refused": (refused(), True, True),
    "waits": (waiting(rows_read=3, counts=RowCounts(created=3)), True, True),
    "failed": (refused(status=ImportStatus.FAILED), True, True),
    "cancelled": (cancelled().model_copy(update={"counts": RowCounts(created=3)}), True, False),
}


@pytest.mark.parametrize(("result", "always", "problems"), TOLD.values(), ids=TOLD)
def test_who_wants_problems_only_gets_no_other_email(result, always, problems):
    assert should_notify(ALWAYS, result) is always
    assert should_notify(PROBLEMS, result) is problems


@pytest.fixture
def links(tmp_path):
    return Links(tmp_path)


def shown(result, links):
    """Return the subject, and both forms as words without markup."""
    message = compose(result, links)
    return message.subject, " ".join(message.text.split()), " ".join(Page(message.html).text.split())


SUBJECTS = {
    "clean": (clean(), "messy.csv: imported (240 created)"),
    "rejects": (
        finished(),
        "messy.csv: imported, with rejects (240 created, 29 duplicate, 12 suppressed, 34 rejected, 6 skipped)",
    ),
    "refused": (refused(), "messy.csv: refused"),
    "waits": (waiting(rows_read=3, counts=RowCounts(created=2, rejected=1)),
              "messy.csv: waiting for approval (2 created, 1 rejected)"),
    "cancelled": (cancelled(), "messy.csv: cancelled"),
    "failed": (refused(status=ImportStatus.FAILED), "messy.csv: failed"),
}  # fmt: skip


@pytest.mark.parametrize(("result", "subject"), SUBJECTS.values(), ids=SUBJECTS)
def test_the_subject_says_file_and_outcome(links, result, subject):
    assert compose(result, links).subject == subject


def test_both_forms_say_counts_and_each_reason_with_what_to_do(links):
    _, text, html = shown(finished(), links)
    for form in (text, html):
        for outcome in Outcome:
            rows = finished().counts.of(outcome)
            assert (f"{rows} {outcome.value}" in form) is (rows > 0)
        for found in finished().reasons:
            info = REASONS[Reason(found.code)]
            assert info.title in form
            assert found.code in form
            assert info.guidance.replace("`", "") in form.replace("`", "")
        assert "lines 4, 10 …" in form
        assert "321 rows" in form


def test_of_a_refused_file_both_forms_say_why_and_count_nothing(links):
    for form in shown(refused("messy.csv has no column 'caller_id' & <more>."), links)[1:]:
        assert "no column 'caller_id' & <more>." in form
        assert "rows" not in form


def test_what_waits_is_said_with_the_commands_for_this_home(links):
    for form in shown(waiting(), links)[1:]:
        assert f"lead-pipeline --home {links.home} approve messy@3fa9c1d2e0b7" in form
        assert f"lead-pipeline --home {links.home} cancel messy@3fa9c1d2e0b7" in form
        assert "would become" in form
        assert "approve each import" in form


def test_a_home_with_spaces_can_be_copied_into_a_shell(tmp_path):
    assert f"--home '{tmp_path}/my data' approve" in compose(waiting(), Links(tmp_path / "my data")).text


@pytest.mark.parametrize("result", [finished(), refused(), cancelled()])
def test_where_nobody_has_to_decide_no_command_is_shown(links, result):
    assert "lead-pipeline" not in compose(result, links).text


def test_layout_changes_and_notices_are_in_the_email(links):
    result = finished(layout_changes=("The column 'zip' is missing.",), notices=("A note.",))
    for form in shown(result, links)[1:]:
        assert "Note: The column 'zip' is missing." in form
        assert "Note: A note." in form


ADDRESSES = {
    "none given": ("", "file://{home}/reports/messy%403fa9c1d2e0b7/{name}"),
    "with a slash": ("https://files.example/leads/", "https://files.example/leads/messy%403fa9c1d2e0b7/{name}"),
    "without": ("https://files.example/leads", "https://files.example/leads/messy%403fa9c1d2e0b7/{name}"),
}


@pytest.mark.parametrize(("base", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_links_lead_to_the_error_report_and_the_report(tmp_path, base, address):
    message = compose(finished(), Links(tmp_path, base))
    for name in ("rejected.csv", "report.html"):
        wanted = address.format(home=tmp_path, name=name)
        assert f"{wanted}\n" in message.text
        assert f'href="{wanted}"' in message.html
    assert "rejected.csv" not in compose(clean(), Links(tmp_path, base)).text


def test_a_hostile_name_stays_text_in_both_forms_and_on_its_line(links):
    name = "<img src=x onerror=alert(1)>\r\nBcc: eve@example.com\x1b[31m.csv"
    message = compose(finished(file=file_facts(file_name=name)), links)
    page = Page(message.html)
    assert not page.tags() & {"img", "script"}
    assert "<img src=x" in page.text
    assert "<img src=x" in message.text
    assert not re.search(r"[\r\x1b]", message.text + message.html + message.subject)
    assert "\n" not in message.subject
    assert message.text.splitlines()[0].endswith(".csv")
