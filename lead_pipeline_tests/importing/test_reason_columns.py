"""Every reason that is about a value names the column that the value is in, wherever reasons are."""

from rich.console import Console

from lead_pipeline.cli.import_views import import_panel
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reporting.report import report_as_html
from lead_pipeline.reporting.summary import markdown_summary, result_as_json
from lead_pipeline_tests.support import Stages

FIELDS = {
    "phone": {"type": "phone", "column": "caller"},
    "expires_in": {"type": "integer", "column": "Hours"},
    "email": {"type": "email", "on_invalid": "blank", "column": "Mail"},
    "city": {"type": "text"},
}
ATTRIBUTES = {"budget": {"type": "integer", "column": "Budget EUR"}}
ROWS = """caller,Hours,Mail,Budget EUR
201 555 0123,48,ana@example.com,100
201 555 0124,soon,bo@example,much
201 555 0125,later,cy@example.com,1
12,1,dee@example,2
"""


def profile(**changes: object) -> ImportProfile:
    base = {"name": "fair", "destination": {"kind": "list", "name": "fair"}, "default_region": "US"}
    return ImportProfile.model_validate(base | {"fields": FIELDS, "attributes": ATTRIBUTES} | changes)


def imported(stages: Stages, text: str = ROWS, **changes: object):
    file = stages.home.root / "fair.csv"
    file.write_text(text)
    return stages.file(file, profile(**changes))


def columns_of(stages: Stages, view: str) -> dict[int, list[tuple[str, str, str]]]:
    rows = stages.rows(f"select row_number, reason_columns from {view} where len(reason_columns) > 0 order by 1")
    return {row: [(one["code"], one["field"], one["column"]) for one in found] for row, found in rows}


def test_the_ledger_has_code_field_and_column_of_reasons_and_warnings(stages):
    imported(stages)
    assert columns_of(stages, "row_outcomes") == {
        2: [
            ("number_invalid", "expires_in", "Hours"),
            ("number_invalid", "attribute.budget", "Budget EUR"),
            ("email_domain_invalid", "email", "Mail"),
        ],
        3: [("number_invalid", "expires_in", "Hours")],
        4: [("phone_too_short", "phone", "caller"), ("email_domain_invalid", "email", "Mail")],
    }


def test_rejected_leads_have_them_too(stages):
    imported(stages)
    assert columns_of(stages, "rejected_leads").keys() == {2, 3, 4}
    assert columns_of(stages, "rejected_leads")[3] == [("number_invalid", "expires_in", "Hours")]


def test_which_column_fails_most_is_one_query(stages):
    imported(stages)
    sql = """select one."column", count(*) from (select unnest(reason_columns) as one from rejected_leads)
             where one.code = 'number_invalid' group by 1 order by 2 desc"""
    assert stages.rows(sql) == [("Hours", 2), ("Budget EUR", 1)]


def test_json_report_page_and_terminal_name_the_columns(stages):
    result = imported(stages)
    reasons = {one["code"]: one["columns"] for one in result_as_json(result)["reasons"]}
    assert reasons == {
        "number_invalid": {"Hours": 2, "Budget EUR": 1},
        "phone_too_short": {"caller": 1},
        "email_domain_invalid": {"Mail": 2},
    }
    said = "Hours (2), Budget EUR (1)"
    assert said in report_as_html(result)
    assert said in markdown_summary(result)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(import_panel(result))
    assert f"{said}: Value is not a number" in captured.get()


def test_a_field_that_no_column_supplies_is_named_as_a_field(stages):
    imported(stages, "caller\n201 555 0123\n", fields=FIELDS | {"city": {"type": "text", "required": True}})
    assert columns_of(stages, "row_outcomes") in ({}, {1: [("required_missing", "city", None)]})


def test_a_rule_about_several_values_names_each(stages):
    rule = {"rule": "together", "fields": ["email", "city"]}
    imported(stages, "caller,Mail,city\n201 555 0123,ana@example.com,\n", row_rules=[rule])
    assert columns_of(stages, "rejected_leads") == {
        1: [("required_together_missing", "email", "Mail"), ("required_together_missing", "city", "city")]
    }


def test_a_column_whose_header_may_be_a_value_is_named_by_its_position(stages):
    fields = {"phone": {"type": "phone", "column": "column_1"}, "email": {"type": "email", "column": "column_2"}}
    text = "201 555 0123,ana@example.com\n201 555 0124,bo@example\n201 555 0125,cy@example.com\n"
    imported(stages, text, fields=fields, attributes={}, reading={"header": False})
    assert columns_of(stages, "rejected_leads") == {2: [("email_domain_invalid", "email", "column_2")]}
