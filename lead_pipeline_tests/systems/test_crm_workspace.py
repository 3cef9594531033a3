"""`crm_workspace`, sentence by sentence: leads for a CRM workspace."""

import pytest

from lead_pipeline_tests.systems.homes import counts, home_of

HEADER = [
    *("first_name", "last_name", "email", "phone", "company", "status", "source", "lead_score", "deal_value"),
    *("tags", "notes"),
]


@pytest.fixture(scope="module")
def crm():
    with home_of("crm_workspace") as system:
        yield system


def row(name="ana", **changes):
    cells = dict.fromkeys(HEADER, "") | {"first_name": name.title(), "email": f"{name}@example.com"}
    return list((cells | changes).values())


# Fields first_name, last_name, email, phone, company, status, source, lead_score, deal_value, tags, notes


def test_every_field_is_kept_as_what_it_is(crm):
    profile = crm.aimed("fields")
    cells = ["Ana", "Silva", "ana@example.com", "(951) 555-0123", "Alder & Pine", "Qualified", "fair", "72.5"]
    crm.imported(profile, HEADER, [*cells, "$12,500.50", "VIP, windows ,VIP", "call back, soon"])
    assert crm.leads(profile, *HEADER) == [
        (
            *("Ana", "Silva", "ana@example.com", "+19515550123", "Alder & Pine", "qualified", "fair", 72.5, 12500.5),
            *(["VIP", "windows"], "call back, soon"),
        )
    ]


# company (created if it does not exist)


def test_a_company_is_created_if_it_does_not_exist(crm):
    profile = crm.aimed("companies")
    crm.imported(profile, HEADER, row("a", company="Alder & Pine"), row("b", company="alder & pine "), row("c"))
    crm.imported(profile, HEADER, row("d", company="ALDER & PINE"), row("e", company="Dune Energy"))
    known = "select name from companies where destination_name = 'companies' order by company_id"
    assert crm.stages.rows(known) == [("Alder & Pine",), ("Dune Energy",)]


# status (new, contacted, qualified, converted, lost; default new)


@pytest.mark.parametrize("status", ["new", "contacted", "qualified", "converted", "lost"])
@pytest.mark.parametrize("spelled", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_a_status_is_one_of_five_whatever_its_letter_case(statuses, status, spelled):
    assert statuses[spelled(status)] == ("created", status)


def test_without_a_status_a_lead_is_new(statuses, crm):
    assert statuses[""] == ("created", "new")
    profile = crm.aimed("no status")
    crm.imported(profile, ["email"], ["ana@example.com"])
    assert crm.leads(profile, "status") == [("new",)]


def test_another_status_is_rejected(statuses):
    assert statuses["open"] == ("rejected", None)


@pytest.fixture(scope="module")
def statuses(crm):
    """One file with every spelling: status in the file -> outcome and status of the lead."""
    profile = crm.aimed("statuses")
    words = ["new", "contacted", "qualified", "converted", "lost"]
    spelled = list(dict.fromkeys([*words, *map(str.upper, words), *map(str.title, words), "", "open"]))
    result = crm.imported(profile, HEADER, *(row(f"n{n}", status=one) for n, one in enumerate(spelled)))
    kept = dict(crm.leads(profile, "email", "status"))
    return {
        one: (outcome, kept.get(f"n{n}@example.com"))
        for n, (one, (outcome, _)) in enumerate(zip(spelled, crm.verdicts(result), strict=True))
    }


def test_words_of_one_s_own_can_be_mapped_to_a_status(crm):
    profile = crm.aimed("mapped", "fields: {status: {value_map: {open: new, won: converted}}}")
    result = crm.imported(profile, HEADER, row("a", status="Open"), row("b", status="WON"), row("c", status="dead"))
    assert crm.leads(profile, "status") == [("new",), ("converted",)]
    assert crm.verdicts(result)[2] == ("rejected", ("option_invalid",))


# lead_score, deal_value (numbers, with locale formats as the profile says)


@pytest.mark.parametrize(
    ("said", "written", "value"),
    [
        ("", "1,234.5", 1234.5),
        ("", "$ 1,000", 1000.0),
        ("", "7", 7.0),
        ("fields: {deal_value: {locale: de}}", "1.234,50 €", 1234.5),
        ("fields: {deal_value: {locale: fr}}", "1 234,50", 1234.5),
    ],
)
def test_numbers_are_read_in_the_locale_of_the_profile(crm, said, written, value):
    profile = crm.aimed(f"locale {written}", said)
    crm.imported(profile, HEADER, row(deal_value=written))
    assert crm.leads(profile, "deal_value") == [(value,)]


def test_what_is_no_number_in_that_locale_is_rejected_and_not_misread(crm):
    result = crm.imported(
        crm.aimed("numbers"), HEADER, row("a", deal_value="1.234,50"), row("b", lead_score="high"), row("c")
    )
    assert crm.verdicts(result) == [
        ("rejected", ("number_invalid",)),
        ("rejected", ("number_invalid",)),
        ("created", ()),
    ]


# tags (comma-separated names, created and added, never removed)


def test_tags_are_created_and_added_and_never_removed(crm):
    profile = crm.aimed("tags")
    crm.imported(profile, HEADER, row("a", tags="VIP, windows"), row("b", tags="vip"))
    crm.imported(profile, HEADER, row("c", tags="solar,windows"))
    known = "select name from tags where destination_name = 'tags' order by tag_id"
    assert crm.stages.rows(known) == [("VIP",), ("windows",), ("solar",)]
    updating = crm.aimed("tags", "write_mode: upsert\non_duplicate: update")
    result = crm.imported(updating, HEADER, row("a", tags="solar"), row("b", tags=""))
    assert counts(result) == {"updated": 1, "unchanged": 1}
    assert dict(crm.leads(profile, "email", "tags")) == {
        "a@example.com": ["VIP", "windows", "solar"],
        "b@example.com": ["vip"],
        "c@example.com": ["solar", "windows"],
    }


# Columns not recognised are ignored but can be mapped; single columns can be set to 'do not import'


def test_columns_are_recognised_by_what_they_are_called(crm):
    profile = crm.aimed("recognised")
    header = ["First Name", "Nachname", "E-mail Address", "Mobile Phone", "Organisation", "Shoe size"]
    result = crm.imported(profile, header, ["Ana", "Silva", "ana@example.com", "9515550123", "Dune", "42"])
    assert crm.leads(profile, "first_name", "last_name", "email", "phone", "company", "attributes") == [
        ("Ana", "Silva", "ana@example.com", "+19515550123", "Dune", None)
    ]
    assert "Shoe size" not in result.file.mapping.values()


def test_a_column_that_is_not_recognised_can_be_mapped(crm):
    said = "fields: {company: {column: Works at}}\nattributes: {shoe_size: {type: integer, column: Shoe size}}"
    profile = crm.aimed("mapped by hand", said)
    crm.imported(profile, ["email", "Works at", "Shoe size"], ["ana@example.com", "Dune", "42"])
    assert crm.leads(profile, "company") == [("Dune",)]
    assert crm.attributes(profile) == [{"shoe_size": 42}]


def test_a_single_column_can_be_left_out(crm):
    profile = crm.aimed("left out", "ignore_columns: [Work phone]")
    crm.imported(profile, ["email", "Work phone", "Company"], ["ana@example.com", "9515550123", "Dune"])
    assert crm.leads(profile, "phone", "company") == [(None, "Dune")]


# A row whose email exists in the workspace is skipped, not updated; rows without an email are new leads


def test_a_known_email_is_skipped_and_its_lead_stays_as_it_is(crm):
    profile = crm.aimed("known")
    crm.imported(profile, HEADER, row("ana", company="Dune", status="contacted"))
    result = crm.imported(profile, HEADER, row("ana", company="Alder", email="ANA@Example.com"), row("bo"))
    assert crm.verdicts(result) == [("duplicate", ("duplicate_existing",)), ("created", ())]
    assert crm.leads(profile, "company", "status")[0] == ("Dune", "contacted")


def test_an_email_of_another_workspace_is_no_duplicate(crm):
    crm.imported(crm.aimed("ours"), HEADER, row("eve"))
    assert crm.verdicts(crm.imported(crm.aimed("theirs"), HEADER, row("eve"))) == [("created", ())]


def test_rows_without_an_email_are_new_leads_each_time(crm):
    profile = crm.aimed("nameless")
    nobody = row("", first_name="Ana", email="", phone="9515550123")
    assert counts(crm.imported(profile, HEADER, nobody, nobody)) == {"created": 2}
    assert counts(crm.imported(profile, HEADER, nobody, row("bo"))) == {"created": 2}
    contacts = {contact for (contact,) in crm.leads(profile, "contact_id")}
    assert len(contacts) == 4


def test_a_bad_email_is_no_missing_one(crm):
    result = crm.imported(crm.aimed("bad"), HEADER, row("a", email="a@@example.com"), row("b", email="n/a"))
    assert crm.verdicts(result) == [("rejected", ("email_invalid",)), ("created", ())]


def test_a_bad_phone_costs_the_phone(crm):
    profile = crm.aimed("phones")
    result = crm.imported(profile, HEADER, row("a", phone="555"), row("b", phone="9515550123"))
    assert crm.verdicts(result) == [("created", ("phone_too_short",)), ("created", ())]
    assert crm.leads(profile, "phone") == [(None,), ("+19515550123",)]


# Progress shows total, processed, imported, skipped (duplicate, invalid, suppressed, blank or unchanged), errors


def test_progress_counts_total_processed_imported_skipped_and_errors(crm):
    profile = crm.aimed("progress")
    crm.imported(profile, HEADER, row("known"))
    rows = [row("a"), row("b"), row("known"), row("a"), row("c", status="open"), row("d", email="d@@example.com")]
    progress = crm.imported(profile, HEADER, *rows).progress
    assert progress.model_dump() == {"total": 6, "processed": 6, "imported": 2, "skipped": 4, "errors": 2}
