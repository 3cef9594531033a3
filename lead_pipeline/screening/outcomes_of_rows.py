"""Judges the rows of one import by what is known of them: the one place that says what becomes of a row and why.
Finding out whose a row is belongs in identities.py, who may not be contacted in suppressed.py.
"""

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.store.duckdb.lead_store import LeadStore

#: The row of a person that is imported, by `duplicates_in_file`; for reject_all any of them, for none is.
_KEPT_ROW = {
    "first": "first_clear_row", "merge": "first_clear_row", "last": "last_clear_row", "reject_all": "first_clear_row",
}  # fmt: skip

#: Which of a person's several rows are not imported for it.
_REPEATED = {
    "first": "c.row_number > r.first_clear_row", "merge": "c.row_number > r.first_clear_row",
    "last": "c.row_number < r.last_clear_row", "reject_all": "true",
}  # fmt: skip

_GIVEN_HERE = (
    Reason.ROW_BLANK, Reason.DUPLICATE_IN_FILE, Reason.DUPLICATE_MERGED, Reason.DUPLICATE_IN_FILE_REFUSED,
    Reason.DUPLICATE_EXISTING, Reason.DUPLICATE_EXISTING_REFUSED, Reason.MATCH_AMBIGUOUS, Reason.MATCH_MISSING,
    Reason.OPTED_OUT, Reason.BLOCKED, Reason.DO_NOT_CALL,
)  # fmt: skip


def find_leads_here(store: LeadStore, profile: ImportProfile, destination_id: int) -> None:
    """Fill `leads_here` (contact_id, lead_id): the lead that a matched contact has within the scrub scope.

    Of several anywhere (`scrub_scope: company`) it is the one of this destination, else the oldest.
    """
    store.run(
        """
        create or replace temp table leads_here as
        select contact_id, arg_min(lead_id, (destination_id <> $destination_id, lead_id)) as lead_id
        from base.leads semi join matched using (contact_id)
        where $company or destination_id = $destination_id group by contact_id
        """,
        {"company": profile.scrub_scope == "company", "destination_id": destination_id},
    )


def judge_rows(store: LeadStore, profile: ImportProfile) -> None:
    """Fill `verdicts`, one line per row with its outcome and reasons; `updated` may turn out to be `unchanged` later.

    `verdicts`: row_number, line_number, outcome, reason_codes, warning_codes (null for none), hints, key and value (of
    the row's own identifier), lead_row (the row of this file whose lead it becomes or matches), known_contact,
    known_lead.

    Rejected comes before suppressed before duplicate, and all reasons are kept. Rows of one person are judged among
    those with no other fault: neither a rejected nor a suppressed first copy must cost the good second one, so that
    rows fare in one file as they would in two.
    """
    store.run(
        f"""
        create or replace temp table verdicts as
        with known as (
            select c.*, m.contact_id as known_contact, a.hint as clash, s.hint as listed_by,
                   s.opted_out, s.blocked, s.dnc,
                   case when c.faults is null and a.row_number is null then l.lead_id end as known_lead,
                   case when c.faults is null and a.row_number is null
                        then coalesce(r.{_KEPT_ROW[profile.duplicates_in_file]}, c.row_number) end as lead_row,
                   a.row_number is not null as is_ambiguous,
                   s.row_number is not null as is_suppressed,
                   s.row_number is not null and coalesce(c.row_number > r.first_row, false) as is_suppressed_again,
                   s.row_number is null and c.faults is null and a.row_number is null
                       and coalesce(r.clear_rows > 1 and {_REPEATED[profile.duplicates_in_file]}, false) as is_repeated
            from candidates c
            left join repeats r using (person)
            left join matched m on m.row_number = c.row_number
            left join leads_here l on l.contact_id = m.contact_id
            left join suppressed s on s.row_number = c.row_number
            left join ambiguous a on a.row_number = c.row_number
        ), judged as (
            select *,
                   known_lead is not null and $when_known = 'reject' as is_refused,
                   known_lead is null and $write_mode = 'update_only' as is_missing,
                   known_lead is not null and $when_known = 'skip' as is_left_alone
            from known
        )
        select row_number, line_number, warning_codes, key, value, lead_row, known_contact, known_lead,
               nullif(concat_ws(' ', hints, clash, listed_by), '') as hints,
               (case when faults = [$row_blank] then 'skipped'
                     when faults is not null or is_ambiguous then 'rejected'
                     when is_suppressed then 'suppressed'
                     when is_refused or is_missing then 'rejected'
                     when is_repeated and $in_file = 'reject_all' then 'rejected'
                     when is_repeated or is_left_alone then 'duplicate'
                     when known_lead is not null then 'updated'
                     else 'created' end)::base.outcome as outcome,
               case when faults is not null then faults
                    when is_ambiguous or is_suppressed or is_refused or is_missing or is_repeated or is_left_alone
                    then list_filter(
                        [case when is_suppressed_again then $duplicate_in_file
                              when is_suppressed or is_refused or is_missing or not is_repeated then null
                              when $in_file = 'reject_all' then $duplicate_in_file_refused
                              when $in_file = 'merge' and not is_left_alone then $duplicate_merged
                              else $duplicate_in_file end,
                         case when is_left_alone then $duplicate_existing
                              when is_refused and not is_suppressed then $duplicate_existing_refused end,
                         case when is_ambiguous then $match_ambiguous
                              when is_missing and not is_suppressed then $match_missing end,
                         case when opted_out then $opted_out end,
                         case when blocked then $blocked end,
                         case when dnc then $do_not_call end], lambda code: code is not null)
               end as reason_codes
        from judged
        """,  # noqa: S608  # expressions of ours
        {
            "when_known": profile.when_known,
            "write_mode": profile.write_mode,
            "in_file": profile.duplicates_in_file,
            **{reason.value: reason.value for reason in _GIVEN_HERE},
        },
    )
