"""The temporary tables that steps of screening share: what each holds, and which step fills it. They live as long as
the workspace's connection, and each import replaces them. A table that only one module uses is not listed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A temporary table. `filled_by` is the function that leaves it as described; others only read it."""

    holds: str
    columns: tuple[str, ...]
    filled_by: str


_IDENTIFIER = ("kind", "key", "value")

SHARED_TABLES: dict[str, SharedTable] = {
    "candidates": SharedTable(
        "One line per row. `faults` and `warning_codes` are null for none; `value` and `key` are of the row's own "
        "identifier, null in a faulty row and in one without; `person` is equal in rows of one person.",
        ("row_number", "line_number", "faults", "warning_codes", "hints", "value", "key", "person"),
        "load_candidates, and for person group_rows_by_person",
    ),
    "held_identifiers": SharedTable(
        "Where there are aliases, one line per identifier of the good rows. `code` is one number that distinguishes "
        "identifiers of all kinds.",
        ("row_number", *_IDENTIFIER, "is_alias", "code"),
        "load_candidates",
    ),
    "known_identifiers": SharedTable(
        "Where there are aliases, the identifiers of the rows that the store knows, and whose they are.",
        ("row_number", "code", "kind", "is_alias", "contact_id"),
        "match_contacts",
    ),
    "matched_contacts": SharedTable(
        "The rows whose identifiers belong to one contact; rows that join it by another row's identifier have no key.",
        ("row_number", "contact_id", "key"),
        "match_contacts, and for joined rows group_rows_by_person",
    ),
    "row_values": SharedTable(
        "The identifiers in the good rows, own and aliases, and with a null for the row their further phones. `key` of "
        "a phone is that of all its forms, `digits` those of this form; `value` is null for phones.",
        ("row_number", *_IDENTIFIER, "digits"),
        "gather_values",
    ),
    "people_of_rows": SharedTable(
        "The contacts that good rows name by anything in them, where lists of people are in force; and those whose "
        "phone (`number`) is a further one of some row: then `row_number` is null.",
        ("row_number", "number", "contact_id"),
        "find_people_of_rows",
    ),
    "found_identifiers": SharedTable(
        "The identifiers in the store that any row could hold: their key is one of `row_values`, in any form.",
        (*_IDENTIFIER, "contact_id"),
        "find_identifiers",
    ),
    "contact_values": SharedTable(
        "What the contacts in `matched_contacts` and `people_of_rows` are known by, and all that their leads "
        "(`lead_id`) could be known by; keys, values and digits as in `row_values`.",
        ("contact_id", "lead_id", *_IDENTIFIER, "digits"),
        "gather_contacts",
    ),
    "contact_leads": SharedTable(
        "The leads of these, of any destination.",
        ("lead_id", "contact_id", "destination_id", "status", "updated_at", "phone_key", "email", "external_id",
         "cookie_id", "social"),
        "gather_contacts",
    ),
    "values_that_say_so": SharedTable(
        "The identifiers in rows that say of themselves that their person may not be contacted, faulty rows too; as in "
        "`row_values`.",
        ("row_number", *_IDENTIFIER, "digits"),
        "mark_suppressed",
    ),
    "contacts_that_say_so": SharedTable(
        "The contacts that these rows name, with the kind of suppression.",
        ("row_number", "kind", "contact_id"),
        "mark_suppressed",
    ),
    "reached_numbers": SharedTable(
        "The further phones of rows that belong to people who are on a list, by another identifier perhaps; `number` "
        "is the key that all forms share, `elsewhere` as in `suppressed_people`.",
        ("number", "elsewhere"),
        "mark_suppressed",
    ),
    "ambiguous_rows": SharedTable(
        "The rows whose identifiers belong to several contacts or people, all named in the hint.",
        ("row_number", "hint"),
        "match_contacts, and for people of the same file group_rows_by_person",
    ),
    "leads_here": SharedTable(
        "The lead that a matched contact has within the scrub scope.", ("contact_id", "lead_id"), "find_leads_here"
    ),
    "replaced_leads": SharedTable(
        "Where existing leads are to expire, those whose place a new lead would take, and of which row that is. They "
        "make no row a duplicate.",
        ("row_number", "lead_id", "contact_id"),
        "find_replaced_leads",
    ),
    "rows_elsewhere": SharedTable(
        "The rows that would change a lead of another destination, and which one that is.",
        ("row_number", "destination_id"),
        "find_rows_elsewhere",
    ),
    "suppressed_people": SharedTable(
        "The suppressions in force for the destination that anything in the rows, or of their contacts, could match; "
        "`key` of a phone is that of all its forms; `kind` is the code of a warning where the profile switches the "
        "rule off; `entry_id` is the rowid of the entry; `elsewhere` is the destination that it is of, if another one: "
        "then it counts for rows in `rows_elsewhere` alone.",
        ("kind", "identifier_kind", "value", "key", "entry_id", "list_no", "listed_on", "expires_at", "elsewhere"),
        "find_entries_of_rows",
    ),
    "listed_people": SharedTable(
        "The entries of a list that is being loaded and suppress, new or known; `key` as in `suppressed_people`; "
        "`destination_id` null for the whole company.",
        ("identifier_kind", "value", "key", "destination_id"),
        "add_suppressions",
    ),
    "list_terms": SharedTable(
        "One line of the list that is being loaded: when, and the only destination that it holds for, null for all.",
        ("loaded_at", "scope"),
        "add_suppressions",
    ),
    "suppression_hits": SharedTable(
        "One line per good row and entry that hits it, and where it is not the row itself that is on the list, whose "
        "identifier or value is. A row that says so itself has no entry.",
        ("row_number", "kind", "entry_id", "contact_id", "lead_id", "hint"),
        "mark_suppressed",
    ),
    "sought_keys": SharedTable(
        "The keys of everything that rows and their contacts hold, phones under each of their forms; as often as it "
        "occurs, some of them null.",
        ("key",),
        "find_entries_of_rows",
    ),
    "list_hints": SharedTable(
        "What is said of rows that entries hit, in sentences; `lets_through` marks those whose rule the profile "
        "switches off.",
        ("row_number", "lets_through", "hint"),
        "find_list_hits",
    ),
    "suppressed": SharedTable(
        "The good rows that a suppression hits: the reason codes of all that do, in registry order; and a hint where "
        "none of them is of an identifier in the row.",
        ("row_number", "codes", "hint"),
        "mark_suppressed, and for what scrub rules hit mark_scrubbed",
    ),
    "let_through": SharedTable(
        "The good rows that only suppressions hit whose rule the profile switches off: the codes that warn of them.",
        ("row_number", "codes", "hint"),
        "mark_suppressed",
    ),
    "duplicated_people": SharedTable(
        "The people whom several good rows are of.",
        ("person", "first_row", "first_unsuppressed_row", "last_unsuppressed_row", "unsuppressed_rows"),
        "group_rows_by_person",
    ),
    "decided_rows": SharedTable(
        "One line per row with what becomes of it. `reason_codes` and `warning_codes` are null for none; `key` and "
        "`value` are of the row's own identifier; `lead_row` is the row of this file whose lead it becomes or matches.",
        ("row_number", "line_number", "warning_codes", "key", "value", "lead_row", "known_contact", "known_lead",
         "hints", "outcome", "reason_codes"),
        "decide_outcomes, and for updates that change nothing find_updates",
    ),
    "new_identifiers": SharedTable(
        "Where there are aliases, what a row adds to its contact, merged rows included. Without aliases it is empty: "
        "then a new contact has its row's own identifier, and a known one gets no other.",
        ("row_number", *_IDENTIFIER),
        "find_new_identifiers",
    ),
    "new_leads": SharedTable(
        "The lead and contact that each created row becomes.",
        ("row_number", "key", "value", "is_new_contact", "lead_id", "contact_id"),
        "write_import",
    ),
    "updates": SharedTable(
        "The leads that change: `import_row`, the row that changes them, then the new version of the lead, every "
        "column of base.leads that is in use; `new_secondaries` where their further contacts may change; and "
        "was_<name> for each change.",
        ("import_row", "lead_id"),
        "find_updates",
    ),
    "managed_rows": SharedTable(
        "The leads that were there and that a change at hand is about, and the rows that choose them.",
        ("row_number", "lead_id"),
        "find_leads_to_expire or find_matched_leads",
    ),
    "managed_leads": SharedTable(
        "The same leads, each once; and those that a command is about. Enrolling changes them.",
        ("lead_id",),
        "choose_leads",
    ),
    "rows_of_changes": SharedTable(
        "In a dry run, the rows that chose the leads whose enrollments change, and what these changes are.",
        ("row_number", "lead_id", "change", "destination", "to"),
        "list_rows_of_changes",
    ),
    "lead_changes": SharedTable(
        "In a dry run, one line per changed value of a lead: before and after as text.",
        ("row_number", "lead_id", "field", "before", "after"),
        "list_changes",
    ),
}  # fmt: skip
