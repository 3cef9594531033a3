"""Lists of real systems through the whole job: every count, lead and line number worked out by reading the file with
the csv module and asking phonenumbers, and held against counts that somebody else made of the same files.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.results import ImportResult
from lead_pipeline_tests.normalizing.corpora import corpus
from lead_pipeline_tests.reference_importer import NO_CUSTOMS, Customs, Row, import_rows, judge_phone, records
from lead_pipeline_tests.support import Importing, importing, query, quick_folder, staging

PHONE, EMAIL = "phone", "email"


_ROWS: dict[str, list[Row]] = {}


@dataclass(frozen=True)
class RealList:
    """A file of the corpora and the small profile that somebody would write for it."""

    file: str
    identifier: str  # the column that says who somebody is
    region: str | None = "US"
    identify_by: str = PHONE
    fields: dict[str, dict[str, object]] = field(default_factory=dict)
    customs: Customs = NO_CUSTOMS
    #: Why the counts made by others say another thing than ours, by the name of the count.
    differs: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.file.rpartition("/")[2].removesuffix(".csv").lower().replace("-", "_").replace(".", "_")

    @property
    def path(self) -> Path:
        return corpus(self.file)

    def rows(self) -> list[Row]:
        """Return what the reference makes of the list on its own."""
        if self.name not in _ROWS:
            _ROWS[self.name] = import_rows(self.path.read_bytes(), self.profile(), customs=self.customs)
        return _ROWS[self.name]

    def profile(self) -> ImportProfile:
        identifier = {"type": self.identify_by, "column": self.identifier, "required": True}
        return ImportProfile.model_validate(
            {
                "name": self.name,
                "destination": {"kind": "list", "name": self.name},
                "default_region": self.region,
                "identify_by": self.identify_by,
                "fields": {self.identify_by: identifier, **self.fields},
            }
        )


#: A column named like one of our own gets a number, for everybody to see: `attributes` is what all of these are.
RENAMED = {"attributes": "attributes_2"}


def text(column: str) -> dict[str, object]:
    return {"type": "text", "column": column}


SECOND_PHONE = {"phones_valid": "they count two or three phone columns, the profile reads the first"}
SECOND_PHONE |= {"phones_nonempty": SECOND_PHONE["phones_valid"], "distinct_valid_e164": SECOND_PHONE["phones_valid"]}

LISTS = [
    RealList(
        "leads-synthetic-lists/us-500.csv",
        "phone1",
        fields={
            "email": {"type": "email"},
            "first_name": text("first_name"),
            "last_name": text("last_name"),
            "company": text("company_name"),
            "street": text("address"),
            "postal_code": text("zip"),
        },
        differs=SECOND_PHONE,
    ),
    RealList("leads-synthetic-lists/salescrm_Contacts.csv", "Phone", fields={"full_name": text("FullName")}),
    RealList("leads-crm-fixtures/atomic-crm/contacts.csv", "phone_work", differs=SECOND_PHONE),
    RealList(
        "leads-crm-fixtures/mautic/fakeleaddata.csv",
        "email",
        region=None,
        identify_by=EMAIL,
        fields={"postal_code": text("zipcode"), "remote_ip": text("ip")},
        differs=dict.fromkeys(
            ("phones_nonempty", "phones_valid", "distinct_valid_e164"), "its phones are kept as an attribute"
        ),
    ),
    RealList("leads-crm-fixtures/listmonk/subs.csv", "email", identify_by=EMAIL, fields={"full_name": text("name")}),
    RealList("leads-crm-fixtures/salesforce/karimlm_Leads.csv", "Phone", region=None),
    RealList("leads-crm-fixtures/odoo/res.partner.csv", "Mobile"),
    RealList(
        "registries/us_imls_libraries_2014.csv",
        "PHONE",
        fields={"postal_code": text("ZIP")},
        customs=Customs(none=frozenset({"-3"})),  # the survey's code for libraries that are closed
    ),
    RealList(
        "registries/us_altfuel_a.csv",
        "Station Phone",
        fields={"postal_code": text("ZIP")},
        customs=Customs(none=frozenset({"NA"}), several_phones=re.compile(r"\d  \d")),
    ),
    RealList("registries/uk_nhs_epraccur_header.csv", "Telephone", region="GB"),
    RealList(
        "registries/ar_bibliotecas.csv",
        "Mail",
        region="AR",
        identify_by=EMAIL,
        fields={"full_name": text("Nombre")},
        differs=dict.fromkeys(
            ("phones_nonempty", "phones_valid", "distinct_valid_e164"), "its numbers are spread over two columns"
        ),
        customs=Customs(none=frozenset({"s/d"})),  # sin datos
    ),
    RealList("registries/de_schools_hessen.csv", "phone", region="DE", differs=SECOND_PHONE),
    RealList("registries/tr_spam_numbers.csv", "number", region=None),
]
#: Imported after the numbers reported to the FTC were loaded; the counts of the others are of lists on their own.
HOSPITALS = RealList("registries/us_cms_hospitals.csv", "Phone Number", fields={"postal_code": text("ZIP Code")})
BY_NAME = {one.name: one for one in LISTS}


@pytest.fixture(scope="module")
def here() -> Iterator[Importing]:
    """Give one home for all lists: each has a destination of its own, so none is another's duplicate."""
    corpus("README.md")
    with quick_folder() as folder, importing(folder) as home:
        yield home


@cache
def facts(file: str) -> dict[str, str]:
    with corpus("reference-facts/lead_file_facts.csv").open(newline="", encoding="utf-8") as lines:
        return next((row for row in csv.DictReader(lines) if row["file"] == file), {})


def own_counts(one: RealList, rows: list[Row]) -> dict[str, int]:
    """Return what the reference found under the names that the counts made by others have."""
    header = [column.strip() for column in next(records(one.path.read_bytes()))[1]]
    place = header.index(one.identifier)
    written = [row.cells[place] for row in rows if row.cells[place].strip() not in {"", *one.customs.none}]
    good = [row for row in rows if row.outcome in ("created", "duplicate")]
    kind, distinct = (
        ("phones", "distinct_valid_e164") if one.identify_by == PHONE else ("emails", "distinct_valid_emails")
    )
    return {
        "data_rows": len(rows),
        "columns": len(header),
        f"{kind}_nonempty": len(written),
        f"{kind}_valid": len(good),
        distinct: len({row.values[one.identify_by] for row in good}),
    }


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_a_real_list_becomes_what_its_rows_and_phonenumbers_say(here, one):
    profile = one.profile()
    expected = one.rows()
    result = here.file(one.path, profile)
    assert result.rows_read == len(expected)
    assert_counts(result, expected, profile)
    assert_ledger(here, result, expected)
    assert_leads(here, result, expected, profile)


def assert_counts(result: ImportResult, expected: list[Row], profile: ImportProfile) -> None:
    """Created are the distinct identifiers, duplicates the other good rows, rejected all the rest."""
    outcomes = Counter(row.outcome for row in expected)
    assert counted(result) == outcomes
    good = [row for row in expected if row.outcome in ("created", "duplicate")]
    assert result.counts.created == len({row.values[profile.identify_by] for row in good})
    assert result.counts.duplicate == len(good) - result.counts.created
    assert result.counts.rejected == len(expected) - len(good) - outcomes["skipped"]
    decisive = {reason.code: reason.count for reason in result.reasons if reason.outcome != "warning"}
    assert decisive == Counter(code for row in expected for code in row.reasons)


def counted(result: ImportResult) -> dict[str, int]:
    return {name: count for name, count in result.counts.model_dump().items() if count}


def assert_ledger(here: Importing, result: ImportResult, expected: list[Row]) -> None:
    """Every row has its own outcome, and stands on the line on which the csv module saw it start."""
    found = query(
        here.home.root,
        "select row_number, line_number, outcome, reason_codes from row_outcomes where import_id = ? order by 1",
        result.import_id,
    )
    assert found == [(row.row_number, row.line_number, row.outcome, row.reasons) for row in expected]


def assert_leads(here: Importing, result: ImportResult, expected: list[Row], profile: ImportProfile) -> None:
    """A lead has the canonical values of its row, and as attributes the text of that row's other cells."""
    by_number = {row.row_number: row for row in expected if row.outcome == "created"}
    leads = query(
        here.home.root,
        f"select row_number, attributes, {', '.join(profile.fields)} from leads where import_id = ? order by 1",
        result.import_id,
    )
    assert [lead[0] for lead in leads] == list(by_number)
    for number, attributes, *values in leads:
        row = by_number[number]
        own = {RENAMED.get(name, name): text for name, text in row.attributes.items()}
        assert json.loads(attributes or "{}") == own
        assert dict(zip(profile.fields, values, strict=True)) == row.values


@pytest.mark.parametrize("one", [*LISTS, HOSPITALS], ids=lambda one: one.name)
def test_the_reference_counts_as_others_counted_or_says_why_not(one):
    theirs, rows = facts(one.file), one.rows()
    if not theirs:
        pytest.skip("nobody else counted this file")
    ours = own_counts(one, rows)
    different = {name for name, count in ours.items() if int(theirs[name]) != count}
    assert different == set(one.differs) & set(ours), f"ours {ours}, theirs {[theirs[name] for name in ours]}"


def test_zips_that_lost_their_zeros_before_they_came_are_kept_and_pointed_out(here):
    one = BY_NAME["us_500"]
    result = here.file(one.path, one.profile())
    with one.path.open(newline="", encoding="utf-8") as lines:
        short = [row["zip"] for row in csv.DictReader(lines) if len(row["zip"]) < 5]
    assert len(short) > 50
    assert {told.code: told.count for told in result.reasons} == {"value_damaged": len(short)}
    kept = query(here.home.root, "select postal_code from leads where import_id = ?", result.import_id)
    assert sorted(code for (code,) in kept if len(code) < 5) == sorted(short)


#: Lists with codes that begin with zeros, and how many of them do. (Those of us-500 had lost theirs before they came.)
ZEROS = [("us_imls_libraries_2014", "postal_code", "ZIP"), ("ar_bibliotecas", "attributes ->> 'Cod_Loc'", "Cod_Loc")]


@pytest.mark.parametrize(("name", "stored", "column"), ZEROS, ids=[name for name, *_ in ZEROS])
def test_codes_keep_their_leading_zeros(here, name, stored, column):
    one = BY_NAME[name]
    result = here.file(one.path, one.profile())
    with one.path.open(newline="", encoding="utf-8") as lines:
        written = [row[column] for row in csv.DictReader(lines)]
    leads = query(
        here.home.root,
        f"select row_number, {stored} from leads where import_id = ? order by 1",
        result.import_id,
    )
    assert [code for _, code in leads] == [written[number - 1] for number, _ in leads]
    assert sum(code.startswith("0") for _, code in leads) > 200


NO_IDENTIFIER = [
    ("leads-synthetic-lists/zoho_Accounts.csv", "phone", "ACCOUNTID, Account Name"),
    ("leads-synthetic-lists/salescrm_Leads.csv", "phone", "LeadID, ContactID"),
    ("leads-crm-fixtures/odoo/o2m_customers_contacts.csv", "Phone", "Name, Is a company"),
]


@pytest.mark.parametrize(("file", "column", "there"), NO_IDENTIFIER, ids=[file for file, *_ in NO_IDENTIFIER])
def test_a_list_without_the_identifying_column_is_quarantined_with_a_sentence(file, column, there):
    one = RealList(file, column)
    with quick_folder() as folder, staging(folder) as home:
        result = home.file(one.path, one.profile())
        assert (result.status, result.rows_read, result.counts.total) == ("quarantined", None, 0)
        assert [(reason.code, reason.outcome) for reason in result.reasons] == [("required_column_unmapped", "file")]
        assert f"'{column}'" in result.message
        assert there in result.message
        (note,) = home.home.quarantine.rglob(f"{result.import_id}*.reason.txt")
        assert result.message in note.read_text()
        assert home.rows("select (select count(*) from leads), (select count(*) from row_outcomes)") == [(0, 0)]


def test_the_rejected_file_of_a_registry_dropped_back_creates_nothing(here):
    one = BY_NAME["uk_nhs_epraccur_header"]
    profile = one.profile()
    first = here.file(one.path, profile)
    rejected = here.home.root / str(first.rejected_file)

    content = rejected.read_bytes()
    back = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    expected = [row for row in one.rows() if row.outcome != "created"]
    header = next(records(one.path.read_bytes()))[1]
    assert [[row[column] for column in header] for row in back] == [row.cells for row in expected]
    assert [row["_reasons"] for row in back] == ["; ".join(row.reasons) for row in expected]
    assert [(int(row["_row_number"]), int(row["_line_number"])) for row in back] == [
        (row.row_number, row.line_number) for row in expected
    ]

    before = query(here.home.root, "select count(*) from leads")
    again = here.file(rejected, profile)
    numbers = Counter(str(row.values["phone"]) for row in expected if row.outcome == "duplicate")
    assert (again.rows_read, again.counts.created, again.counts.updated) == (len(expected), 0, 0)
    assert again.counts.rejected == first.counts.rejected
    assert again.counts.duplicate == first.counts.duplicate == numbers.total()
    codes = {reason.code: reason.count for reason in again.reasons}
    assert codes["duplicate_existing"] == numbers.total(), "the lead that each of them repeats is known by now"
    assert codes["duplicate_in_file"] == numbers.total() - len(numbers), "and some repeat one another"
    assert query(here.home.root, "select count(*) from leads") == before


FTC = "registries/us_ftc_dnc_all_reported.csv"


def test_numbers_reported_to_the_ftc_are_not_called():
    ftc, theirs = corpus(FTC), facts(FTC)
    with ftc.open(newline="", encoding="utf-8") as lines:
        reported = [row["Company_Phone_Number"] for row in csv.DictReader(lines)]
    listed = {judge_phone(number, "US")[0]: "do_not_call" for number in reported}
    listed.pop(None, None)
    with quick_folder() as folder, importing(folder) as home:
        loaded = home.launcher.load_list(stage_list(home.home, ftc, "do_not_call", "US", now=utc_now()))
        assert loaded["rows_read"] == len(reported) == int(theirs["data_rows"])
        unreadable = int(theirs["phones_parse_error"])
        assert loaded["rows_rejected"] == unreadable
        assert loaded["rows_added"] + loaded["rows_known"] == len(reported) - unreadable
        assert loaded["rows_added"] >= len(listed), "numbers that are merely possible are listed too"

        profile = HOSPITALS.profile()
        expected = import_rows(HOSPITALS.path.read_bytes(), profile, listed=listed)
        result = home.file(HOSPITALS.path, profile)
        assert counted(result) == Counter(row.outcome for row in expected)
        assert result.counts.suppressed > 0
        assert_ledger(home, result, expected)
        assert_leads(home, result, expected, profile)
