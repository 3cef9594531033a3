"""The consent of each row is there where it has to be, not in the future, not too old, from a source that counts."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from lead_pipeline.model.contracts import ContractError
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline_tests.rooms import judged_rows, profile_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PHONE = "+12015550123"


def judged(cells, *, fields=None, at=NOW, **consent):
    """Return reasons and warnings of rows, one for each cell or each dict of cells."""
    by = profile_of(consent=consent, **({"fields": fields} if fields else {}))
    rows = [cell if isinstance(cell, dict) else {"consent_at": cell} for cell in cells]
    columns = dict.fromkeys(name for row in rows for name in row)
    texts = {"phone": [PHONE] * len(rows)} | {name: [row.get(name) for row in rows] for name in columns}
    return judged_rows(by, texts, at=at)


def reasons(*cells, **consent):
    return [tuple(codes) for codes in judged(cells, **consent)["reasons"]]


def one(cell, **consent):
    (codes,) = reasons(cell, **consent)
    return codes


GOOD = "2026-11-28T10:00:00Z"


@pytest.mark.parametrize("cell", [None, "", "  ", "n/a", "-"])
def test_a_row_without_a_consent_is_rejected_where_one_is_required(cell):
    assert reasons(cell, GOOD) == [("consent_missing",), ()]
    assert reasons(cell, GOOD, required=False) == [(), ()]


def test_a_file_without_a_column_of_consents_is_refused_where_one_is_required():
    with pytest.raises(RequiredColumnUnmappedError, match="consent_at"):
        judged_rows(profile_of(consent={}), {"phone": [PHONE]}, at=NOW)
    rows = judged_rows(profile_of(consent={"required": False}), {"phone": [PHONE]}, at=NOW)
    assert rows["reasons"].to_list() == [[]]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    "cell", ["yes", "03/04/2026", "2026-02-30", "last week", "0000-00-00", "1764410400", "2026-13-01T00:00Z"]
)
def test_a_time_that_cannot_be_read_or_could_be_two_days_is_no_consent(cell, required):
    assert one(cell, required=required) == ("consent_unreadable",)


def test_a_day_is_read_as_the_profile_says_and_not_otherwise():
    fields = {"consent_at": {"type": "datetime", "formats": ["%d/%m/%Y %H:%M"]}}
    rows = judged(["03/04/2026 10:00", "04/13/2026 10:00"], fields=fields)
    assert rows["consent_at"].to_list() == [datetime(2026, 4, 3, 10, tzinfo=UTC), None]
    assert rows["reasons"].to_list() == [[], ["consent_unreadable"]]


@pytest.mark.parametrize(
    ("cell", "is_future"),
    [
        # the zone is written: five minutes ahead, as clocks differ
        ("2026-11-29T12:05:00Z", False),
        ("2026-11-29T12:05:01Z", True),
        ("2026-11-29T14:05:00+02:00", False),
        ("2026-11-29T14:05:01+0200", True),
        ("2026-11-29 14:06:00.5 +02", True),
        # nobody says the zone: as far ahead as the clocks of Kiribati
        ("2026-11-30T02:00:00", False),
        ("2026-11-30T02:00:01", True),
        ("2026-11-30", False),
        ("2026-12-01", True),
        ("2099-01-01", True),
    ],
)
def test_nobody_consents_in_the_future(cell, is_future):
    assert one(cell) == (("consent_in_the_future",) if is_future else ())
    assert one(cell, required=False) == (("consent_in_the_future",) if is_future else ())


@pytest.mark.parametrize(
    ("cell", "is_future"),
    [("2026-11-29T07:05:00", False), ("2026-11-29T07:05:01", True), ("2026-11-29", False), ("2026-11-30", True)],
)
def test_the_zone_that_the_profile_says_leaves_no_hours_over(cell, is_future):
    """It is seven in New York."""
    assert one(cell, timezone="America/New_York") == (("consent_in_the_future",) if is_future else ())


def test_a_zone_is_said_once():
    time = {"type": "datetime", "timezone": "Europe/Berlin"}
    with pytest.raises(ValidationError, match=r"Europe/Berlin, and `consent:` says America/New_York"):
        profile_of(consent={"timezone": "America/New_York"}, fields={"consent_at": time})
    profile_of(consent={"timezone": "Europe/Berlin"}, fields={"consent_at": time})
    by = profile_of(consent={"timezone": "Europe/Berlin"}, fields={"consent_at": {"type": "datetime"}})
    assert by.fields["consent_at"].timezone == "Europe/Berlin"


def test_a_consent_may_be_so_many_days_old_and_no_older():
    oldest = NOW - timedelta(days=30)
    older = oldest - timedelta(seconds=1)
    cells = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (oldest, older)]
    assert reasons(*cells, max_age_days=30) == [(), ("consent_too_old",)]
    assert reasons(*cells, max_age_days=30, required=False) == [(), ("consent_too_old",)]
    assert reasons("1999-01-01") == [()]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Web Form", None),
        ("web_form", None),
        (" WEB-FORM ", None),
        ("https://www.example.com/solar?x=1", None),
        ("example.com", None),
        ("http://example.com:8080/a", None),
        ("https://example.com.evil.test/", "consent_source_not_allowed"),
        ("https://evil.test/example.com", "consent_source_not_allowed"),
        ("web form 2", "consent_source_not_allowed"),
        ("", "consent_source_missing"),
        (None, "consent_source_missing"),
    ],
)
def test_only_consents_from_listed_sources_count(source, code):
    row = {"consent_at": GOOD, "consent_source": source}
    assert one(row, sources=["web form", "example.com"]) == ((code,) if code else ())
    assert one(row) == ()


def test_a_source_is_asked_for_beside_a_consent_alone():
    row = {"consent_at": None, "consent_source": None}
    assert one(row, required=False, sources=["web form"]) == ()
    assert one({"consent_at": "soon", "consent_source": None}, sources=["web form"]) == (
        "consent_unreadable", "consent_source_missing",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7:54321", "203.0.113.7"),
        ("2001:DB8::0007", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", None),
        ("unknown", None),
        ("203.0.113", None),
        ("203.0.113.256", None),
        ("203.0.113.07", None),
        ("203.0.113.7, 10.0.0.1", None),
        ("fe80::1%eth0", None),
        ("2.03113E+08", None),
    ],
)
def test_an_address_is_kept_in_one_form(written, kept):
    rows = judged([{"consent_at": GOOD, "consent_ip": written}])
    assert rows["consent_ip"].to_list() == [kept]
    is_bad = kept is None and bool(written)
    assert rows["reasons"].to_list() == [["consent_ip_invalid"] if is_bad else []]


def test_what_breaks_a_demand_may_be_blanked_where_no_consent_is_required():
    fields = {
        "consent_at": {"type": "datetime", "on_invalid": "blank"},
        "consent_ip": {"type": "text", "on_invalid": "blank"},
    }
    rows = judged([{"consent_at": "2099-01-01", "consent_ip": "x"}], fields=fields, required=False)
    assert rows["reasons"].to_list() == [[]]
    assert rows["warnings"].to_list() == [["consent_in_the_future", "consent_ip_invalid"]]
    assert rows.select("consent_at", "consent_ip").row(0) == (None, None)
    with pytest.raises(ValidationError, match="cannot be blanked"):
        profile_of(fields=fields, consent={})


@pytest.mark.parametrize("key", ["default", "constant"])
def test_a_required_consent_is_never_made_up_by_the_profile(key):
    fields = {"consent_at": {"type": "datetime", key: "2026-01-01"}}
    with pytest.raises(ValidationError, match="the same for all"):
        profile_of(fields=fields, consent={})
    profile_of(fields=fields, consent={"required": False})


def test_all_faults_of_a_row_are_said():
    row = {"consent_at": "2020-01-01", "consent_source": "x", "consent_ip": "y"}
    assert one(row, sources=["web form"], max_age_days=30) == (
        "consent_too_old", "consent_source_not_allowed", "consent_ip_invalid",
    )  # fmt: skip


def test_consents_are_never_judged_without_a_clock():
    with pytest.raises(ContractError, match="at what time"):
        judged([GOOD], at=None)


def test_a_profile_has_all_fields_of_a_consent_or_none():
    assert set(CONSENT_FIELDS) <= profile_of(consent={}).fields.keys()
    assert set(CONSENT_FIELDS) <= profile_of(fields={"consent_source": {"type": "text"}}).fields.keys()
    assert not set(CONSENT_FIELDS) & profile_of().fields.keys()
    by = profile_of(consent={"max_age_days": 9})
    assert by.model_validate_json(by.model_dump_json()) == by


def test_a_profile_that_only_keeps_consents_demands_nothing_of_them():
    by = profile_of(fields={"consent_at": {"type": "datetime"}})
    rows = judged_rows(by, {"phone": [PHONE] * 2, "consent_at": ["2099-01-01", None]})
    assert rows["reasons"].to_list() == [[], []]
