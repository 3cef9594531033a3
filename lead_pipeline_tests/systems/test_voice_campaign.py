"""`voice_campaign`, sentence by sentence: contacts for an assistant's calling campaign."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import xlsxwriter
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.model.destination import Destination
from lead_pipeline.notifying.delivery import deliver
from lead_pipeline_tests.mail_server import mail_server
from lead_pipeline_tests.systems.homes import counts, home_of, now

HEADER = ["phone_number", "first_name", "company_name", "balance_due", "is_customer", "renewal_month"]
SECOND = ["secondary_phone_1", "secondary_1_name", "secondary_1_role"]
THIRD = ["secondary_phone_2", "secondary_2_name", "secondary_2_role"]
NOBODY = ["", "", ""]


@pytest.fixture(scope="module")
def voice():
    with home_of("voice_campaign") as system:
        yield system


def row(number=0, **changes):
    cells = {
        "phone_number": f"+1951555{100 + number:04}",
        "first_name": "Ana",
        "company_name": "Dune",
        "balance_due": "120.50",
        "is_customer": "yes",
        "renewal_month": "June",
    }
    return list((cells | changes).values())


def people(voice, profile):
    """Return the secondary contacts of each lead of the campaign: position, phone, what is known of them."""
    rows = voice.stages.rows(
        "select l.phone, s.position, s.phone, s.attributes from leads l left join secondary_contacts s using (lead_id)"
        " where l.destination_name = ? order by l.lead_id, s.position",
        profile.destination.name,
    )
    found: dict[str, list[tuple[int, str, dict[str, object]]]] = {}
    for lead, position, phone, attributes in rows:
        found.setdefault(lead, []).extend([(position, phone, json.loads(attributes or "{}"))] if phone else [])
    return list(found.values())


# CSV and Excel


def test_an_excel_file_is_imported_like_the_csv(voice):
    path = voice.root.parent / "contacts.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Contacts")
        for place, cells in enumerate([HEADER, row(1), row(2, is_customer="")]):
            for column, text in enumerate(cells):
                sheet.write_string(place, column, text)
    by_excel, by_csv = voice.aimed("excel"), voice.aimed("csv")
    assert counts(voice.stages.file(path, by_excel)) == {"created": 2}
    voice.imported(by_csv, HEADER, row(1), row(2, is_customer=""))
    columns = ("phone", "first_name", "attributes")
    assert voice.leads(by_excel, *columns) == voice.leads(by_csv, *columns)


# phone_number required


def test_phone_number_is_required(voice):
    refused = voice.imported(voice.profile(), ["phone", "first_name"], ["+19515550123", "Ana"])
    assert refused.status == "quarantined"
    assert "'phone_number'" in refused.message
    result = voice.imported(voice.aimed("required"), HEADER, row(1, phone_number=" "), row(2))
    assert voice.verdicts(result) == [("rejected", ("phone_missing",)), ("created", ())]


# variables as the assistant defines them: name, type (text, number, boolean), required, max length, each validated


VARIABLES = """attributes:
  pet: {type: text, required: true, max_length: 10}
  visits: {type: integer, min: 0}
"""


@pytest.mark.parametrize(
    ("pet", "visits", "verdict"),
    [
        ("dog", "3", ("created", ())),
        ("", "3", ("rejected", ("required_missing",))),
        ("hippopotamus", "3", ("rejected", ("value_too_long",))),
        ("dog", "three", ("rejected", ("number_invalid",))),
        ("dog", "-1", ("rejected", ("number_out_of_range",))),
        ("dog", "", ("created", ())),
    ],
)
def test_a_variable_is_held_against_what_the_assistant_defines(voice, pet, visits, verdict):
    profile = voice.aimed(f"variables {pet} {visits}", VARIABLES)
    result = voice.imported(profile, [*HEADER, "pet", "visits"], [*row(1), pet, visits])
    assert voice.verdicts(result) == [verdict]


def test_variables_keep_their_type_and_others_stay_text(voice):
    profile = voice.aimed("typed", VARIABLES)
    voice.imported(profile, [*HEADER, "pet", "visits"], [*row(1), "dog", "3"])
    assert voice.attributes(profile) == [
        {
            "company_name": "Dune",
            "balance_due": 120.5,
            "is_customer": True,
            "renewal_month": "June",
            "pet": "dog",
            "visits": 3,
        }
    ]


def test_a_required_variable_without_a_column_refuses_the_file(voice):
    result = voice.imported(voice.aimed("lacking", VARIABLES), HEADER, row(1))
    assert result.status == "quarantined"
    assert "attribute 'pet'" in result.message


# phone format International, or National with a country


@pytest.mark.parametrize(
    ("said", "number", "verdict"),
    [
        ("", "+1 951 555 0101", "created"),
        ("", "(951) 555-0102", "created"),
        ("", "+44 20 7946 0103", "created"),
        ("fields: {phone: {format: international}}", "+1 951 555 0104", "created"),
        ("fields: {phone: {format: international}}", "(951) 555-0105", "rejected"),
        ("fields: {phone: {format: national}}", "(951) 555-0106", "created"),
        ("fields: {phone: {format: national}}", "+44 20 7946 0107", "rejected"),
        ("fields: {phone: {format: national}}\ndefault_region: GB", "020 7946 0108", "created"),
    ],
)
def test_numbers_are_written_as_the_profile_asks(voice, said, number, verdict):
    result = voice.imported(voice.aimed(f"format {number}", said), HEADER, row(1, phone_number=number))
    reasons = () if verdict == "created" else ("phone_format_not_allowed",)
    assert voice.verdicts(result) == [(verdict, reasons)]


# secondary contacts, 0 to 10 per lead …, kept in calling order


def test_secondary_contacts_are_kept_in_calling_order_with_what_is_known_of_them(voice):
    profile = voice.aimed("order")
    later = [*NOBODY, "(951) 555-0177", "Bo", "neighbour"]
    voice.imported(
        profile,
        [*HEADER, *SECOND, *THIRD],
        [*row(1), "+1 951 555 0171", "Eve", "spouse", "951-555-0172", "", "parent"],
        [*row(2), *later],
        [*row(3), *NOBODY, *NOBODY],
    )
    assert people(voice, profile) == [
        [
            (1, "+19515550171", {"name": "Eve", "role": "spouse"}),
            (2, "+19515550172", {"role": "parent"}),
        ],
        [(1, "+19515550177", {"name": "Bo", "role": "neighbour"})],
        [],
    ]


def test_ten_secondary_contacts_are_kept_and_an_eleventh_column_is_a_variable(voice):
    profile = voice.aimed("eleven")
    header = [*HEADER, *(f"secondary_phone_{place}" for place in range(1, 12))]
    voice.imported(profile, header, [*row(1), *(f"+195155501{place:02}" for place in range(50, 61))])
    ((*ten,),) = people(voice, profile)
    assert [phone for _, phone, _ in ten] == [f"+195155501{place}" for place in range(50, 60)]
    assert voice.attributes(profile)[0]["secondary_phone_11"] == "+19515550160"


# each validated by the same phone rules, each different from the primary and from one another, variables independently


TROUBLE = [
    (["555", "Eve", "spouse"], NOBODY, ("phone_too_short", "secondary_dropped"), []),
    (["+19515550101", "Eve", ""], NOBODY, ("secondary_equals_primary", "secondary_dropped"), []),
    (["+19515550171", "Eve", ""], ["951 555 0171", "Bo", ""], ("secondary_repeated", "secondary_dropped"), ["Eve"]),
    (["", "Eve", ""], ["+19515550172", "Bo", ""], ("secondary_phone_missing", "secondary_dropped"), ["Bo"]),
    (["+19515550173", "E" * 101, ""], ["+19515550174", "Bo", ""], ("value_too_long", "secondary_dropped"), ["Bo"]),
    (["call her", "Eve", ""], ["+19515550175", "Bo", ""], ("phone_not_a_number", "secondary_dropped"), ["Bo"]),
]


@pytest.mark.parametrize("on_invalid", ["drop", "reject"])
def test_a_bad_secondary_is_reported_without_costing_the_lead_or_rejects_the_row(voice, on_invalid):
    profile = voice.aimed(f"trouble {on_invalid}", f"secondary_contacts: {{on_invalid: {on_invalid}}}")
    rows = [[*row(1, phone_number=f"+195155501{n:02}"), *a, *b] for n, (a, b, _, _) in enumerate(TROUBLE)]
    rows[1][0] = "+19515550101"
    result = voice.imported(profile, [*HEADER, *SECOND, *THIRD], *rows)
    if on_invalid == "drop":
        assert voice.verdicts(result) == [("created", codes) for _, _, codes, _ in TROUBLE]
        kept = [[person.get("name") for _, _, person in each] for each in people(voice, profile)]
        assert kept == [names for _, _, _, names in TROUBLE]
    else:
        wanted = [tuple(code for code in codes if code != "secondary_dropped") for _, _, codes, _ in TROUBLE]
        assert voice.verdicts(result) == [("rejected", codes) for codes in wanted]


def test_what_is_told_of_a_bad_secondary_names_it_by_its_number(voice):
    result = voice.imported(
        voice.aimed("named"), [*HEADER, *SECOND, *THIRD], [*row(1), "+19515550171", "Eve", "", "12", "Bo", ""]
    )
    assert "secondary 2: phone_too_short" in str(voice.hints(result)[0])


def test_secondary_phones_follow_the_format_of_the_lead_s(voice):
    profile = voice.aimed("same rules", "fields: {phone: {format: international}}")
    result = voice.imported(profile, [*HEADER, *SECOND], [*row(1), "(951) 555-0171", "Eve", "spouse"])
    assert voice.verdicts(result) == [("created", ("phone_format_not_allowed", "secondary_dropped"))]


def test_variables_of_secondary_contacts_have_rules_of_their_own(voice):
    said = """secondary_contacts:
  variables:
    role: {type: option, options: [spouse, parent], on_invalid: blank}
    age: {type: integer, min: 18}"""
    profile = voice.aimed("own rules", said)
    header = [*HEADER, *SECOND, "secondary_1_age"]
    result = voice.imported(
        profile, header, [*row(1), "+19515550171", "Eve", "aunt", "40"], [*row(2), "+19515550172", "Bo", "parent", "7"]
    )
    assert voice.verdicts(result) == [
        ("created", ("option_invalid",)),
        ("created", ("number_out_of_range", "secondary_dropped")),
    ]
    assert people(voice, profile) == [[(1, "+19515550171", {"name": "Eve", "age": 40})], []]


# Duplicates by phone are refused. Assigned to a campaign.


def test_a_phone_that_the_campaign_has_is_refused(voice):
    profile = voice.aimed("duplicates")
    voice.imported(profile, HEADER, row(1))
    result = voice.imported(profile, HEADER, row(1, first_name="Eve"), row(2), row(2, first_name="Eve"))
    assert voice.verdicts(result) == [
        ("duplicate", ("duplicate_existing",)),
        ("created", ()),
        ("duplicate", ("duplicate_in_file",)),
    ]
    assert voice.leads(profile, "first_name") == [("Ana",), ("Ana",)]


def test_contacts_are_assigned_to_the_campaign_of_the_profile_or_of_the_import(voice):
    voice.imported(voice.aimed("spring"), HEADER, row(1))
    aimed = voice.profile().with_destination(Destination.parse("campaign:autumn"))
    voice.imported(aimed, HEADER, row(1))
    found = "select destination_kind, destination_name from leads where destination_name in ('spring', 'autumn')"
    assert sorted(voice.stages.rows(found)) == [("campaign", "autumn"), ("campaign", "spring")]


# A sample file to download


def test_a_sample_file_is_filled_in_and_imported(voice, tmp_path: Path):
    file = tmp_path / "contacts.csv"
    home = ["--home", str(tmp_path / "home")]
    result = CliRunner().invoke(main, [*home, "profiles", "sample", "voice_campaign", "--output", str(file)])
    assert result.exit_code == 0
    assert counts(voice.stages.file(file, voice.aimed("sample"))) == {"created": 2}


# An email notification when the import ends: counts, failed rows, a link to the error report, over real SMTP


def test_an_email_tells_counts_failed_rows_and_where_the_error_report_is():
    with mail_server() as mailbox, home_of("voice_campaign", mailbox.environment()) as voice:
        profile = voice.aimed("told", "notify: {email: [ana@example.com, bo@example.com]}")
        result = voice.imported(
            profile, HEADER, row(1), row(2), row(3, phone_number="123"), row(4, is_customer="maybe")
        )
        assert deliver(voice.stages.home, now(), mailbox.environment(), print) == 1
    (message,), (recipients,) = mailbox.messages, mailbox.recipients
    assert set(recipients) == {"ana@example.com", "bo@example.com"}
    text = message.get_body(("plain",)).get_content()
    assert re.search(r"created:?\s+2\b|\b2\s+created", text)
    assert re.search(r"rejected:?\s+2\b|\b2\s+rejected", text)
    assert "boolean_invalid" in text
    assert f"{voice.root.as_uri()}/{result.rejected_file}" in unquote(text)
    assert "0101" not in text
    assert "+1951" not in text


def test_without_an_address_nobody_is_told(voice):
    assert voice.profile().notify is None


# The error report holds the original row, a description of each error and guidance, and is re-importable after fixing


def test_the_error_report_goes_round(voice):
    profile = voice.aimed("round")
    header = [*HEADER, "Rückruf; wann?"]
    result = voice.imported(
        profile,
        header,
        [*row(1), "nie"],
        [*row(2, phone_number="12", is_customer="maybe"), "=1+1"],
        [*row(3, balance_due="-1"), 'um "acht", spät'],
    )
    report = voice.rejected_file(result)
    assert [line["_reasons"] for line in report] == ["boolean_invalid; phone_too_short", "number_out_of_range"]
    assert all("." in line["_guidance"] for line in report)
    original = dict(zip(header, [*row(3, balance_due="-1"), 'um "acht", spät'], strict=True))
    assert {name: report[1][name] for name in header} == original | {"balance_due": report[1]["balance_due"]}
    text = (voice.root / str(result.rejected_file)).read_text(encoding="utf-8-sig")
    fixed = text.replace("\n12,", "\n9515550102,").replace(",maybe,", ",no,").replace("'-1", "1").replace(",-1,", ",1,")
    again = voice.stages.file(voice.text(fixed), profile)
    assert counts(again) == {"created": 2}
    assert [attributes.get("Rückruf; wann?") for attributes in voice.attributes(profile)] == [
        "nie",
        "=1+1",
        'um "acht", spät',
    ]
