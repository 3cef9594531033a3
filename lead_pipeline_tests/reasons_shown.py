"""A small file for each reason that makes the pipeline give it. Whoever registers a reason adds its example here:
`model/test_reasons_shown.py` imports every one.
"""

import gzip
import io
import zipfile
from dataclasses import dataclass, field

from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.suppression_kinds import WARNING_OF_LET_THROUGH

_PHONE = {"type": "phone", "required": True}
_GOOD = "+1 201 555 0123"


@dataclass(frozen=True)
class Example:
    """A file under a small profile. By default the last row is the one that gets the reason."""

    content: str | bytes
    #: Rules of further fields, and changed rules of the phone.
    fields: dict[str, dict[str, object]] = field(default_factory=dict)
    #: Other keys of the profile.
    profile: dict[str, object] = field(default_factory=dict)
    #: Files imported before under the same profile.
    before: tuple[str, ...] = ()
    #: Suppression lists loaded before: kind, content.
    lists: tuple[tuple[str, str], ...] = ()
    #: Drops of call activity loaded before.
    calls: tuple[str, ...] = ()
    #: The content is a drop of call activity, and no file of leads.
    of_calls: bool = False
    #: How many rows get the reason.
    rows: int = 1
    #: The file is dropped into the inbox, for what is said only of a dropped file.
    dropped: bool = False
    #: The file is dropped into a folder of the inbox that no profile has the name of.
    unclaimed: bool = False

    def as_bytes(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content

    def as_profile(self) -> dict[str, object]:
        """Return the profile of the example: a phone, and what the example adds."""
        return {
            "name": "shown",
            "destination": {"kind": "list", "name": "shown"},
            "default_region": "US",
            "fields": {**self.fields, "phone": {**_PHONE, **self.fields.get("phone", {})}},
            **self.profile,
        }


def _requiring(content: str, **required: object) -> Example:
    fields: dict[str, dict[str, object]] = {"state": {"type": "text"}} if "state" in content else {}
    return Example(content, fields, {"lead_management": {"require": required}})


def _phone(written: str, **rule: object) -> Example:
    return Example(f"phone,name\n{written},Ana\n", {"phone": dict(rule)})


def _email(written: str, **rule: object) -> Example:
    return Example(f"phone,email\n{_GOOD},{written}\n", {"email": {"type": "email", **rule}})


def _value(written: str, **rule: object) -> Example:
    return Example(f"phone,expires_in\n{_GOOD},{written}\n", {"expires_in": dict(rule)})


def _attribute(written: str, **rule: object) -> Example:
    return Example(f"phone,extra\n{_GOOD},{written}\n", profile={"attributes": {"extra": rule}})


def _rows_of(content: str, rule: dict[str, object], **kind: object) -> Example:
    fields = {name: {"type": "text", **kind} for name in ("status", "notes")}
    return Example(content, fields, {"row_rules": [rule]})


def _secondary(phone_1: str, name_1: str, phone_2: str, name_2: str, on_invalid: str = "reject") -> Example:
    columns = "phone,secondary_phone_1,secondary_1_name,secondary_phone_2,secondary_2_name"
    contacts = {"max": 2, "on_invalid": on_invalid, "variables": {"name": {"type": "text"}}}
    row = f"{_GOOD},{phone_1},{name_1},{phone_2},{name_2}"
    return Example(f"{columns}\n{row}\n", profile={"secondary_contacts": contacts})


def _called(columns: str, row: str, **rules: object) -> Example:
    return Example(f"phone\n{_GOOD}\n", profile={"scrub": {"rules": rules}}, calls=(f"{columns}\n{row}\n",))


def _consent(time: str, source: str = "", ip: str = "", **demanded: object) -> Example:
    columns = "phone,consent_at,consent_source,consent_ip"
    return Example(f"{columns}\n{_GOOD},{time},{source},{ip}\n", profile={"consent": demanded})


def _let_through(kind: str) -> Example:
    off = {"scrub": {"rules": {kind: False}}}
    return Example(f"phone\n{_GOOD}\n", profile=off, lists=((kind, "phone\n(201) 555-0123\n"),))


def _archive_with_password() -> bytes:
    """Return a zip archive that says of its one file that it is encrypted (bit 0 of the flags, APPNOTE 4.4.4)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("leads.csv", f"phone\n{_GOOD}\n")
    content = bytearray(made.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _workbook(error: str) -> bytes:
    """Return the least workbook (ECMA-376) with a header, a good row, and a row whose cell shows an error."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    text = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'.format
    rows = (
        text("A1", "phone") + text("B1", "name"),
        text("A2", "+1 201 555 0100") + text("B2", "Bo"),
        text("A3", _GOOD) + f'<c r="B3" t="e"><v>{error}</v></c>',
    )
    sheet = "".join(f'<row r="{place}">{cells}</row>' for place, cells in enumerate(rows, start=1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="leads" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


SHOWN: dict[Reason, Example] = {
    # of a file
    Reason.FILE_UNREADABLE: Example(gzip.compress(f"phone\n{_GOOD}\n".encode())[:-12]),
    Reason.FILE_TYPE_UNSUPPORTED: Example(b"%PDF-1.7 phone numbers"),
    Reason.FILE_EMPTY: Example("phone,name\n"),
    Reason.FILE_ENCRYPTED: Example(_archive_with_password()),
    Reason.FILE_PROFILE_UNUSABLE: Example(f"phone\n{_GOOD}\n", unclaimed=True),
    Reason.FILE_ALREADY_IMPORTED: Example(f"phone\n{_GOOD}\n", before=(f"phone\n{_GOOD}\n",), dropped=True),
    Reason.HEADER_MISSING: Example(f",,\n{_GOOD},a,b\n"),
    Reason.REQUIRED_COLUMN_UNMAPPED: Example("name,city\nAna,Bonn\n"),
    Reason.FILE_COLUMNS_UNKNOWN: Example(
        "wood,price\noak,12\n", {"phone": {"required": False}}, {"rows_without_identifier": "create"}
    ),
    # of a row
    Reason.ROW_TOO_MANY_CELLS: Example(f"phone,name,note\n{_GOOD},Ana,roof, garage and shed\n"),
    Reason.ROW_TOO_FEW_CELLS: Example(f"phone,name,note\n{_GOOD},Ana\n"),
    Reason.ROW_BLANK: Example(f"phone,name,note\n{_GOOD},Ana,x\n,,\n"),
    Reason.ROW_HEADER_AGAIN: Example(f"phone,name\n{_GOOD},Ana\nphone,name\n"),
    Reason.ROW_FOOTER: Example(f"phone,name,note\n{_GOOD},Ana,x\nTotal: 1 record,,\n"),
    Reason.ROW_TEST_LEAD: Example(f"phone,name\n{_GOOD},Ana\np:<test lead: dummy data for phone_number>,x\n"),
    Reason.ROW_NOTHING_KEPT: Example(
        f"phone,city\n{_GOOD},Bonn\n,Kiel\n",
        {"phone": {"required": False}},
        {"rows_without_identifier": "create", "other_columns": "ignore"},
    ),
    Reason.QUOTE_UNCLOSED: Example(f'phone,name,note\n{_GOOD},Ana,"roof\n'),
    Reason.ENCODING_INVALID: Example(
        b"phone,name,note\n2015550100,Zo\xc3\xab,x\n2015550101,Ren\xc3\xa9e,y\n2015550123,Ana,caf\xe9\n"
    ),
    # of a value
    Reason.REQUIRED_MISSING: Example(f"phone,company\n{_GOOD},\n", {"company": {"type": "text", "required": True}}),
    Reason.REQUIRED_IF_MISSING: _rows_of(
        f"phone,status,notes\n{_GOOD},lost,\n",
        {"rule": "required_if", "field": "notes", "when": "status", "values": ["lost"]},
    ),
    Reason.REQUIRED_ONE_OF_MISSING: _rows_of(
        f"phone,status,notes\n{_GOOD},,\n", {"rule": "one_of", "fields": ["status", "notes"]}
    ),
    Reason.REQUIRED_TOGETHER_MISSING: _rows_of(
        f"phone,status,notes\n{_GOOD},lost,\n", {"rule": "together", "fields": ["status", "notes"]}
    ),
    Reason.VALUE_TOO_SHORT: Example(f"phone,company\n{_GOOD},A\n", {"company": {"type": "text", "min_length": 2}}),
    Reason.VALUE_TOO_LONG: Example(
        f"phone,company\n{_GOOD},Alder & Pine\n", {"company": {"type": "text", "max_length": 5}}
    ),
    Reason.VALUE_PATTERN_MISMATCH: Example(
        f"phone,postal_code\n{_GOOD},AB12\n", {"postal_code": {"type": "text", "pattern": "[0-9]{5}"}}
    ),
    Reason.VALUE_CONTRADICTORY: _rows_of(
        f"phone,status,notes\n{_GOOD},2026-02-01,2026-01-31\n",
        {"rule": "compare", "field": "status", "is": "less_or_equal", "than": "notes"},
        type="date",
    ),
    Reason.NUMBER_INVALID: _value("2 days", type="integer"),
    Reason.NUMBER_OUT_OF_RANGE: _value("-24", type="integer", min=0),
    Reason.BOOLEAN_INVALID: Example(f"phone,notes\n{_GOOD},perhaps\n", {"notes": {"type": "boolean"}}),
    Reason.DATE_INVALID: _attribute("31/12/2026", type="date"),
    Reason.DATE_OUT_OF_RANGE: _attribute("2026-12-31", type="date", max="2020-12-31"),
    Reason.DATE_AMBIGUOUS: Example(
        f"phone,time\n{_GOOD},2026-01-02T10:00Z\n{_GOOD},03/04/2026 10:00 UTC\n", of_calls=True
    ),
    Reason.DATE_ZONE_MISSING: Example(
        f"phone,time\n{_GOOD},2026-01-02T10:00Z\n{_GOOD},2026-01-02 10:00\n", of_calls=True
    ),
    Reason.OPTION_INVALID: _attribute("green", type="option", options=["red", "blue"]),
    Reason.SPREADSHEET_ERROR: Example(_workbook("#N/A")),
    Reason.SPREADSHEET_DAMAGE: _phone("1.20156E+10"),
    Reason.VALUE_DAMAGED: Example(f"phone,first_name\n{_GOOD},Jos\u00c3\u00a9\n", {"first_name": {"type": "text"}}),
    Reason.VALUE_REPAIRED: Example("phone,name\n12015550123.0,Ana\n", profile={"repair": "safe"}),
    # of a phone
    Reason.NAME_NOT_SPLIT: Example(
        f"phone,name\n{_GOOD},Rosa del Pilar Vega\n",
        {name: {"type": "text"} for name in ("first_name", "last_name")}
        | {"full_name": {"type": "text", "column": "name"}},
        profile={"split_full_name": True},
    ),
    Reason.PHONE_MISSING: _phone("n/a"),
    Reason.PHONE_MULTIPLE: _phone("2015550123 / 2015550199"),
    Reason.PHONE_NOT_A_NUMBER: _phone("call after 5pm"),
    Reason.PHONE_COUNTRY_UNKNOWN: _phone("+999 555 0123"),
    Reason.PHONE_TOO_SHORT: _phone("201 555 01"),
    Reason.PHONE_TOO_LONG: _phone("201555012345"),
    Reason.PHONE_LENGTH_INVALID: _phone("+61 491 570 156 78"),
    Reason.PHONE_NOT_VALID: _phone("(201) 155-0123"),
    Reason.PHONE_FORMAT_NOT_ALLOWED: _phone("201 555 0123", format="international"),
    Reason.PHONE_TYPE_NOT_ALLOWED: _phone("+1 800 555 0199", allow_types=["mobile"]),
    Reason.PHONE_EXTENSION_NOT_ALLOWED: _phone("201 555 0123 x45", allow_extension=False),
    # of a secondary contact
    Reason.SECONDARY_PHONE_MISSING: _secondary("", "Bo", "", ""),
    Reason.SECONDARY_PHONE_SUPPRESSED: Example(
        f"phone,name\n{_GOOD} / 2015550188,Ana\n",
        {"phone": {"multiple": "secondary"}},
        lists=(("do_not_call", "phone\n201-555-0188\n"),),
    ),
    Reason.SECONDARY_EQUALS_PRIMARY: _secondary("(201) 555-0123", "Bo", "", ""),
    Reason.SECONDARY_REPEATED: _secondary("(201) 555-0124", "Bo", "2015550124", "Cy"),
    Reason.SECONDARY_DROPPED: _secondary("201 555 01", "Bo", "", "", on_invalid="drop"),
    # of an email
    Reason.EMAIL_MISSING: _email("", required=True),
    Reason.EMAIL_INVALID: _email("ana at example.com"),
    Reason.EMAIL_DOMAIN_INVALID: _email("ana@example..com"),
    Reason.EMAIL_DISPOSABLE: _email("ana@mailinator.com"),
    Reason.EMAIL_ROLE: _email("info@example.com"),
    Reason.EMAIL_DOMAIN_TYPO: _email("ana@gmial.com"),
    # of a consent
    Reason.CONSENT_MISSING: _consent(""),
    Reason.CONSENT_UNREADABLE: _consent("03/04/2026"),
    Reason.CONSENT_IN_THE_FUTURE: _consent("2999-01-01"),
    Reason.CONSENT_TOO_OLD: _consent("2020-01-01", max_age_days=30),
    Reason.CONSENT_SOURCE_MISSING: _consent("2020-01-01", sources=["web form"]),
    Reason.CONSENT_SOURCE_NOT_ALLOWED: _consent("2020-01-01", "partner", sources=["web form"]),
    Reason.CONSENT_IP_INVALID: _consent("2020-01-01", "", "203.0.113"),
    # of what leads must have
    Reason.LINE_TYPE_NOT_ALLOWED: _requiring("phone\n+44 20 7946 0958\n", line_types=["mobile"]),
    Reason.TIME_ZONE_UNKNOWN: _requiring("phone,state\n+882 16 1234 5678,\n", time_zone="known"),
    Reason.CONSENT_NOT_THERE: _requiring(f"phone,consent_at\n{_GOOD},\n", consent="there"),
    # of who it is
    Reason.IDENTIFIER_MISSING: Example(
        f"phone,external_id\n{_GOOD},\n", {"external_id": {"type": "text"}}, {"identify_by": "external_id"}
    ),
    Reason.DUPLICATE_IN_FILE: Example(f"phone\n{_GOOD}\n(201) 555-0123\n"),
    Reason.DUPLICATE_MERGED: Example(
        f"phone,name\n{_GOOD},\n(201) 555-0123,Ana\n", profile={"duplicates_in_file": "merge"}
    ),
    Reason.DUPLICATE_VALUE_DROPPED: Example(
        f"phone,name\n{_GOOD},Ana\n(201) 555-0123,Bo\n", profile={"duplicates_in_file": "merge"}
    ),
    Reason.DUPLICATE_IN_FILE_REFUSED: Example(
        f"phone\n{_GOOD}\n(201) 555-0123\n", profile={"duplicates_in_file": "reject_all"}, rows=2
    ),
    Reason.DUPLICATE_EXISTING: Example("phone\n(201) 555-0123\n", before=(f"phone\n{_GOOD}\n",)),
    Reason.DUPLICATE_EXISTING_REFUSED: Example(
        "phone\n(201) 555-0123\n", profile={"on_duplicate": "reject"}, before=(f"phone\n{_GOOD}\n",)
    ),
    Reason.MATCH_AMBIGUOUS: Example(
        f"phone,_alias_email\n{_GOOD},bo@example.com\n",
        profile={"write_mode": "upsert", "aliases": {"email": {}}},
        before=(f"phone,_alias_email\n{_GOOD},ana@example.com\n2015550199,bo@example.com\n",),
    ),
    Reason.MATCH_MISSING: Example(f"phone\n{_GOOD}\n", profile={"write_mode": "update_only"}),
    Reason.MATCH_NAME_DIFFERS: Example(
        f"phone,first_name\n{_GOOD},Bo\n",
        {"first_name": {"type": "text"}},
        profile={"write_mode": "upsert"},
        before=(f"phone,first_name\n{_GOOD},Ana\n",),
    ),
    # of people who may not be contacted
    Reason.OPTED_OUT: Example(f"phone\n{_GOOD}\n", lists=(("opted_out", "phone\n(201) 555-0123\n"),)),
    Reason.BLOCKED: Example(f"phone\n{_GOOD}\n", lists=(("blocked", "phone\n(201) 555-0123\n"),)),
    Reason.DO_NOT_CALL: Example(f"phone\n{_GOOD}\n", lists=(("do_not_call", "phone\n(201) 555-0123\n"),)),
    Reason.LITIGATOR: Example(f"phone\n{_GOOD}\n", lists=(("litigator", "phone\n(201) 555-0123\n"),)),
    Reason.REASSIGNED: Example(f"phone\n{_GOOD}\n", lists=(("reassigned", "phone\n(201) 555-0123\n"),)),
    Reason.COMPLAINT: Example(f"phone\n{_GOOD}\n", lists=(("complaint", "phone\n(201) 555-0123\n"),)),
    # of people who were called before
    Reason.PRIOR_DIALED: _called("phone", _GOOD, dialed=True),
    Reason.PRIOR_CONNECTED: _called("phone,connected", f"{_GOOD},yes", connected=True),
    Reason.PRIOR_CONVERTED: _called("phone,sold", f"{_GOOD},yes", converted=True),
    Reason.PRIOR_DISPOSITION: _called("phone,disposition", f"{_GOOD},Wrong number", dispositions=["wrong_number"]),
    Reason.PRIOR_ATTEMPTS: _called("phone,attempts", f"{_GOOD},5", attempts=5),
    Reason.AREA_CODE_LISTED: Example(f"phone\n{_GOOD}\n", profile={"scrub": {"rules": {"area_codes": ["+1201"]}}}),
    # of people on lists whom the profile lets through
    **{code: _let_through(kind) for kind, code in WARNING_OF_LET_THROUGH.items()},
}
