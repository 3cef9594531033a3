"""Writes the samples of the other four systems: `python -m lead_pipeline_tests.make_system_samples`. Always the same;
each row knows what has to become of it, which follows from what was planted in it.

The people are drawn like those of make_samples.py; nobody is in these files.
"""

from collections.abc import Iterator, Sequence

from lead_pipeline_tests.make_samples import SAMPLES, Cells, Draw, Row, Sample, _spelled

#: Sample: the profile that it is made for; the second file of contacts comes after the first.
PROFILES = {
    "flow-batch-roofing.csv": "flow_batch",
    "crm-workspace-fair.csv": "crm_workspace",
    "voice-campaign-renewals.csv": "voice_campaign",
    "identity-contacts.csv": "identity_upsert",
    "identity-contacts-june.csv": "identity_upsert",
}

Planted = tuple[Cells, tuple[str, ...]]


def _with_trouble(draw: Draw, good: Sequence[Row], bad: Sequence[Row]) -> tuple[Row, ...]:
    """Spread the rows with trouble among the good ones; rows that belong together keep their order."""
    rows = draw.shuffled([*good, *bad])
    waiting = {key: iter([row for row in (*good, *bad) if row.follows == key]) for key in {r.follows for r in rows}}
    return tuple(next(waiting[row.follows]) if row.follows else row for row in rows)


def _rejected(draw: Draw, make, planted: Sequence[Planted]) -> Iterator[Row]:
    for cells, reasons in planted:
        yield Row(make(draw) | cells, "rejected", reasons)


def _warned(draw: Draw, make, planted: Sequence[Planted]) -> Iterator[Row]:
    """Rows that become leads all the same: what is wrong costs the value, or a secondary contact."""
    for cells, warnings in planted:
        yield Row(make(draw) | cells, "created", warnings)


FLOW_COLUMNS = (
    "phone", "email", "first_name", "last_name", "street", "city", "state", "postal_code", "age", "homeowner",
    "electric_bill", "credit_rating", "consent_at", "consent_url", "submitted_at", "campaign_code",
)  # fmt: skip
STATES = {"MA": "Massachusetts", "TX": "Texas", "CA": "california", "WA": "WASHINGTON"}
MOMENTS = (  # consent, then submission
    ("2026-03-14T09:30:00", "2026-03-14T09:31:00"),
    ("03/14/2026 9:30 AM", "03/14/2026 9:31 AM"),
    ("03/14/2026 09:30", "03/15/2026 18:00"),
    ("2026-03-14T09:30:00-05:00", "2026-03-14T15:00:00Z"),
)


def _flow_lead(draw: Draw) -> Cells:
    person = draw.person()
    consent, submitted = draw.one_of(MOMENTS)
    return {
        "phone": _spelled(draw.one_of(("({a}) {x}-{n}", "{a}-{x}-{n}", "+1{a}{x}{n}")), person["caller_id"]),
        "email": person["email"], "first_name": person["first_name"], "last_name": person["last_name"],
        "street": f"{draw.below(900) + 1} Roof Street", "city": person["city"],
        "state": STATES.get(person["state"], person["state"]) if draw.below(2) else person["state"],
        "postal_code": person["zip"], "age": str(25 + draw.below(50)),
        "homeowner": draw.one_of(("yes", "Y", "true")),
        "electric_bill": draw.one_of(("120", "$95.50", "1,234.50", "$1,050")),
        "credit_rating": draw.one_of(("excellent", "Good", "fair", "very good")),
        "consent_at": consent, "consent_url": "https://quotes.example.com/solar", "submitted_at": submitted,
        "campaign_code": draw.one_of(("spring-a", "spring-b")),
    }  # fmt: skip


def flow_batch(draw: Draw) -> Sample:
    """A batch of leads with a row for each way in which one can fail the flow's acceptance criteria."""
    good = [Row(_flow_lead(draw)) for _ in range(22)]
    renter = {"homeowner": "no", "electric_bill": "", "consent_at": "", "consent_url": ""}
    good.append(Row(_flow_lead(draw) | renter))  # criteria about values that are not there
    good.append(Row(_flow_lead(draw) | {"first_name": "", "street": "", "credit_rating": "", "age": ""}))
    planted: list[Planted] = [
        ({"phone": ""}, ("phone_missing",)),
        ({"phone": "555-0144"}, ("phone_too_short",)),
        ({"phone": "(951) 155-0123"}, ("phone_not_valid",)),
        ({"email": ""}, ("email_missing",)),
        ({"email": "bo at example.com"}, ("email_invalid",)),
        ({"first_name": "", "last_name": ""}, ("required_one_of_missing",)),
        ({"first_name": "Wolfeschlegelsteinhausenbergerdorff-Maximiliane-Jonas"}, ("value_too_long",)),
        ({"city": "X"}, ("value_too_short",)),
        ({"state": "Bavaria"}, ("option_invalid",)),
        ({"postal_code": "K1A 0B1"}, ("value_pattern_mismatch",)),
        ({"age": "17"}, ("number_out_of_range",)),
        ({"age": "forty"}, ("number_invalid",)),
        ({"homeowner": "maybe"}, ("boolean_invalid",)),
        ({"electric_bill": "about 200"}, ("number_invalid",)),
        ({"electric_bill": "-5"}, ("number_out_of_range",)),
        ({"credit_rating": "AAA"}, ("option_invalid",)),
        ({"consent_at": "yesterday"}, ("date_invalid",)),
        ({"consent_at": "01/02/1999 10:00"}, ("date_out_of_range",)),
        ({"consent_url": "quotes.example.com"}, ("value_pattern_mismatch",)),
        ({"consent_url": ""}, ("required_together_missing",)),
        ({"homeowner": "yes", "electric_bill": ""}, ("required_if_missing",)),
        (
            {"consent_at": "2026-03-14T10:00:00", "submitted_at": "2026-03-14T09:00:00"},
            ("value_contradictory",),
        ),
        ({"phone": "951555", "email": "", "age": "150"}, ("number_out_of_range", "phone_too_short", "email_missing")),
    ]
    rows = [*_rejected(draw, _flow_lead, planted)]
    for place in range(2):
        lead, again = _flow_lead(draw), _flow_lead(draw)
        rows += [Row(lead, follows=f"twice {place}")]
        rows += [Row(again | {"phone": lead["phone"]}, "duplicate", ("duplicate_in_file",), follows=f"twice {place}")]
    rows.append(Row({}, "skipped", ("row_blank",), text=""))
    return Sample("flow-batch-roofing.csv", FLOW_COLUMNS, _with_trouble(draw, good, rows), newline="\r\n")


CRM_COLUMNS = (
    "First Name", "Last Name", "E-mail", "Phone", "Company", "Lead Status", "Lead Source", "Lead Score", "Deal Value",
    "Tags", "Notes", "Badge colour",
)  # fmt: skip


def _crm_lead(draw: Draw) -> Cells:
    person = draw.person()
    return {
        "First Name": person["first_name"], "Last Name": person["last_name"], "E-mail": person["email"],
        "Phone": _spelled("({a}) {x}-{n}", person["caller_id"]), "Company": person["company"],
        "Lead Status": draw.one_of(("", "new", "Contacted", "QUALIFIED", "converted")),
        "Lead Source": draw.one_of(("trade fair", "web form", "referral")),
        "Lead Score": draw.one_of(("72", "8.5", "100", "")),
        "Deal Value": draw.one_of(("$12,500.00", "1,250", "980.50", "€ 3,000", "")),
        "Tags": draw.one_of(("", "fair 2026", "fair 2026, windows", "VIP,windows,", "solar")),
        "Notes": person["comments"], "Badge colour": draw.one_of(("blue", "green")),
    }  # fmt: skip


def crm_workspace(draw: Draw) -> Sample:
    """The export of a trade fair's badge scanner, opened and saved with a spreadsheet."""
    good = [Row(_crm_lead(draw)) for _ in range(24)]
    nameless = _crm_lead(draw) | {"E-mail": ""}
    good += [Row(nameless), Row(nameless)]  # nobody knows whether these are one person: two leads
    good += [Row(_crm_lead(draw) | {"E-mail": " ", "Company": ""})]
    planted: list[Planted] = [
        ({"E-mail": "elena@@example.com"}, ("email_invalid",)),
        ({"E-mail": "hugo@example"}, ("email_domain_invalid",)),
        ({"Lead Status": "open"}, ("option_invalid",)),
        ({"Lead Score": "high"}, ("number_invalid",)),
        ({"Deal Value": "a lot"}, ("number_invalid",)),
        ({"Deal Value": "1.250,00"}, ("number_invalid",)),
        ({"E-mail": "nia@-example.com", "Lead Status": "dead"}, ("option_invalid", "email_domain_invalid")),
    ]
    warned: list[Planted] = [
        ({"Phone": "see notes"}, ("phone_not_a_number",)),
        ({"Phone": "555-0123"}, ("phone_too_short",)),
    ]
    rows = [*_rejected(draw, _crm_lead, planted), *_warned(draw, _crm_lead, warned)]
    for place in range(2):
        lead, again = _crm_lead(draw), _crm_lead(draw)
        rows += [Row(lead, follows=f"twice {place}")]
        email = lead["E-mail"].upper() if place else lead["E-mail"]
        rows += [Row(again | {"E-mail": email}, "duplicate", ("duplicate_in_file",), follows=f"twice {place}")]
    return Sample("crm-workspace-fair.csv", CRM_COLUMNS, _with_trouble(draw, good, rows), newline="\r\n", bom=True)


VOICE_COLUMNS = (
    "phone_number", "first_name", "last_name", "email", "company_name", "appointment_note", "balance_due",
    "is_customer", "renewal_month", "secondary_phone_1", "secondary_1_name", "secondary_1_role", "secondary_phone_2",
    "secondary_2_name", "secondary_2_role",
)  # fmt: skip


def _contact(draw: Draw) -> Cells:
    person = draw.person()
    return {
        "phone_number": f"+1{person['caller_id']}", "first_name": person["first_name"],
        "last_name": person["last_name"], "email": person["email"], "company_name": person["company"],
        "appointment_note": person["comments"], "balance_due": draw.one_of(("0", "120.50", "75", "")),
        "is_customer": draw.one_of(("true", "false", "yes", "")), "renewal_month": draw.one_of(("June", "July")),
    }  # fmt: skip


def _family(draw: Draw) -> Cells:
    """A contact with two people behind it."""
    second, third = draw.person(), draw.person()
    return _contact(draw) | {
        "secondary_phone_1": f"+1{second['caller_id']}", "secondary_1_name": second["first_name"],
        "secondary_1_role": draw.one_of(("spouse", "parent")),
        "secondary_phone_2": _spelled("({a}) {x}-{n}", third["caller_id"]), "secondary_2_name": third["first_name"],
        "secondary_2_role": "neighbour",
    }  # fmt: skip


def voice_campaign(draw: Draw) -> Sample:
    """Contacts for renewal calls, with their families, as somebody typed them into a spreadsheet."""
    good = [Row(_contact(draw)) for _ in range(12)] + [Row(_family(draw)) for _ in range(8)]
    abroad = _contact(draw) | {"phone_number": "+44 20 7946 0017"}
    good += [
        Row(abroad),
        Row(_family(draw) | {"secondary_phone_1": "", "secondary_1_name": "", "secondary_1_role": ""}),
    ]
    planted: list[Planted] = [
        ({"phone_number": ""}, ("phone_missing",)),
        ({"phone_number": "+1 951 555 01"}, ("phone_too_short",)),
        ({"phone_number": "+1 123 555 0123"}, ("phone_not_valid",)),
        ({"phone_number": "call the office"}, ("phone_not_a_number",)),
        ({"balance_due": "ten"}, ("number_invalid",)),
        ({"balance_due": "-10"}, ("number_out_of_range",)),
        ({"is_customer": "perhaps"}, ("boolean_invalid",)),
        ({"company_name": "Alder & Pine " * 16}, ("value_too_long",)),
        ({"phone_number": "", "is_customer": "perhaps"}, ("boolean_invalid", "phone_missing")),
    ]
    same = _family(draw)
    warned: list[Planted] = [
        ({"email": "wanda.example.com"}, ("email_invalid",)),
        ({"secondary_phone_1": "555-0123"}, ("phone_too_short", "secondary_dropped")),
        ({"secondary_phone_2": ""}, ("secondary_phone_missing", "secondary_dropped")),
        ({"secondary_1_name": "Maximilian " * 10}, ("value_too_long", "secondary_dropped")),
    ]
    rows = [*_rejected(draw, _contact, planted), *_warned(draw, _family, warned)]
    rows.append(
        Row(
            same | {"secondary_phone_1": same["phone_number"]},
            reasons=("secondary_equals_primary", "secondary_dropped"),
        )
    )
    again = _family(draw)
    repeated = {"secondary_phone_2": again["secondary_phone_1"]}
    rows.append(Row(again | repeated, reasons=("secondary_repeated", "secondary_dropped")))
    lead = _contact(draw)
    rows.append(Row(lead, follows="twice"))
    rows += [
        Row(
            _contact(draw) | {"phone_number": lead["phone_number"]},
            "duplicate",
            ("duplicate_in_file",),
            follows="twice",
        )
        for _ in range(2)
    ]
    return Sample("voice-campaign-renewals.csv", VOICE_COLUMNS, _with_trouble(draw, good, rows))


IDENTITY_COLUMNS = (
    "Email", "first_name", "last_name", "Phone", "company", "city", "plan", "newsletter", "_alias_email",
    "_alias_external_id", "_alias_cookie",
)  # fmt: skip


def _known(draw: Draw) -> Cells:
    person = draw.person()
    return {
        "Email": person["email"], "first_name": person["first_name"], "last_name": person["last_name"],
        "Phone": _spelled("({a}) {x}-{n}", person["caller_id"]), "company": person["company"], "city": person["city"],
        "plan": draw.one_of(("basic", "gold")), "newsletter": draw.one_of(("yes", "no")),
        "_alias_external_id": f"CRM-{draw.below(90_000) + 10_000}",
    }  # fmt: skip


def identity_contacts(draw: Draw) -> Sample:
    """The first list of a contact base: everybody is new."""
    good = [Row(_known(draw)) for _ in range(22)]
    good += [
        Row(_known(draw) | {"_alias_email": f"second{n}@example.org", "_alias_cookie": f"ck-{n}"}) for n in range(6)
    ]
    planted: list[Planted] = [
        ({"Email": ""}, ("email_missing",)),
        ({"Email": "no address"}, ("email_invalid",)),
    ]
    warned: list[Planted] = [
        ({"Phone": "555-0123"}, ("phone_too_short",)),
        ({"_alias_email": "elena@@example.com"}, ("email_invalid",)),
    ]
    rows = [*_rejected(draw, _known, planted), *_warned(draw, _known, warned)]
    first, second = _known(draw), _known(draw)
    gave_way = "duplicate_value_dropped"
    rows += [Row(first, reasons=(gave_way,), follows="merged")]
    merged = second | {"Email": first["Email"]}
    rows += [Row(merged, "duplicate", ("duplicate_merged", gave_way), follows="merged")]
    return Sample("identity-contacts.csv", IDENTITY_COLUMNS, _with_trouble(draw, good, rows))


def identity_update(draw: Draw, before: Sample) -> Sample:
    """The list of a month later: changed contacts, the same ones, new ones, and one that belongs to two people."""
    known = [row.cells for row in before.rows if row.outcome == "created" and not row.reasons and not row.follows]
    plain = [cells for cells in known if "_alias_email" not in cells]
    aliased = [cells for cells in known if "_alias_email" in cells]
    rows = [Row(cells | {"plan": "platinum"}, "updated") for cells in plain[:8]]
    rows += [Row(cells | {"city": "", "plan": "", "company": ""}, "unchanged") for cells in plain[8:12]]
    # the same person, whose address is now written in capitals
    rows += [Row(cells | {"Email": cells["Email"].upper()}, "updated") for cells in plain[12:14]]
    rows += [Row(cells | {"_alias_cookie": f"june-{n}"}, "updated") for n, cells in enumerate(plain[14:16])]
    rows += [Row(_known(draw)) for _ in range(9)]
    # known by another address, which is a further one of somebody: that contact is updated
    rows += [
        Row({"Email": aliased[0]["_alias_email"], "first_name": aliased[0]["first_name"], "city": "Utica"}, "updated")
    ]
    two = {"Email": plain[16]["Email"], "_alias_email": plain[17]["Email"]}
    rows += [Row(_known(draw) | two, "rejected", ("match_ambiguous",))]
    rows += [Row(_known(draw) | {"Email": " "}, "rejected", ("email_missing",))]
    return Sample("identity-contacts-june.csv", IDENTITY_COLUMNS, _with_trouble(draw, [], rows))


def system_samples() -> list[Sample]:
    """Return the samples in the order in which they are imported."""
    draw = Draw(20260614)
    contacts = identity_contacts(draw)
    return [flow_batch(draw), crm_workspace(draw), voice_campaign(draw), contacts, identity_update(draw, contacts)]


if __name__ == "__main__":
    for sample in system_samples():
        (SAMPLES / sample.name).write_bytes(sample.as_bytes())
