"""Decides the outcome of each row by what is known of it: the one place that says what becomes of a row and why.
Finding out whose a row is, and who may not be contacted, does not belong here.
"""

from datetime import datetime

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import SKIPPED_CODES, Reason
from lead_pipeline.model.scrub.scrub_rules import ExistingLead
from lead_pipeline.screening.scrub.looking_back import earliest, looks_everywhere
from lead_pipeline.store.workspace import Workspace

#: The codes that are given here, bound under their own names.
_GIVEN_HERE = (
    Reason.DUPLICATE_IN_FILE, Reason.DUPLICATE_MERGED, Reason.DUPLICATE_IN_FILE_REFUSED,
    Reason.DUPLICATE_EXISTING, Reason.DUPLICATE_EXISTING_REFUSED, Reason.MATCH_AMBIGUOUS, Reason.MATCH_MISSING,
)  # fmt: skip

#: What is known of each row, gathered. Of several rows of a person, which are `repeated` and which is the one that is
#: imported (for `reject_all` any of them, for none is) depends on `duplicates_in_file`.
_KNOWN = """
    select c.*, m.contact_id as known_contact, a.hint as ambiguity_hint, s.hint as suppression_hint,
           s.codes as suppression_codes,
           case when c.faults is null and a.row_number is null then l.lead_id end as known_lead,
           case when c.faults is null and a.row_number is null
                then coalesce(case when $in_file = 'last' then d.last_unsuppressed_row
                                   else d.first_unsuppressed_row end, c.row_number) end as lead_row,
           a.row_number is not null as is_ambiguous,
           s.row_number is not null as is_suppressed,
           s.row_number is not null and coalesce(c.row_number > d.first_row, false) as is_suppressed_again,
           s.row_number is null and c.faults is null and a.row_number is null
               and coalesce(d.unsuppressed_rows > 1 and case $in_file when 'reject_all' then true
                                                              when 'last' then c.row_number < d.last_unsuppressed_row
                                                              else c.row_number > d.first_unsuppressed_row end,
                            false) as is_repeated
    from candidates c
    left join duplicated_people d using (person)
    left join matched_contacts m on m.row_number = c.row_number
    left join leads_here l on l.contact_id = m.contact_id
    left join suppressed s on s.row_number = c.row_number
    left join ambiguous_rows a on a.row_number = c.row_number
"""

#: What the profile says about rows of people who are there, and of people who are not.
_BY_POLICY = """
    select *,
           known_lead is not null and $when_known = 'reject' as is_refused,
           known_lead is null and $write_mode = 'update_only' as is_missing,
           known_lead is not null and $when_known = 'skip' as is_left_alone
    from known
"""

_OUTCOME = """
    (case when len(faults) = 1 and list_contains($skipping, faults[1]) then 'skipped'
          when faults is not null or is_ambiguous then 'rejected'
          when is_suppressed then 'suppressed'
          when is_refused or is_missing then 'rejected'
          when is_repeated and $in_file = 'reject_all' then 'rejected'
          when is_repeated or is_left_alone then 'duplicate'
          when known_lead is not null then 'updated'
          else 'created' end)::base.outcome
"""

#: In the order of the registry, null for none.
_REASON_CODES = """
    case when faults is not null then faults
         when is_ambiguous or is_suppressed or is_refused or is_missing or is_repeated or is_left_alone
         then list_concat(
             case when is_suppressed_again then [$duplicate_in_file]
                  when is_suppressed or is_refused or is_missing or not is_repeated then []
                  when $in_file = 'reject_all' then [$duplicate_in_file_refused]
                  when $in_file = 'merge' and not is_left_alone then [$duplicate_merged]
                  else [$duplicate_in_file] end,
             case when is_left_alone then [$duplicate_existing]
                  when is_refused and not is_suppressed then [$duplicate_existing_refused] else [] end,
             case when is_ambiguous then [$match_ambiguous]
                  when is_missing and not is_suppressed then [$match_missing] else [] end,
             coalesce(suppression_codes, []::varchar[]))
    end
"""


#: Leads of other destinations that are enrolled here too.
_ENROLLED_HERE = """
    or lead_id in (select lead_id from base.enrollments semi join contact_leads using (lead_id)
                   where destination_id = $destination_id)
"""


def find_leads_here(workspace: Workspace, profile: ImportProfile, destination_id: int, at: datetime) -> None:
    """Fill `leads_here`: the lead that a matched contact has within the scrub scope.

    Of several anywhere (`scope: company`) it is the one of this destination, else the oldest. What the profile says of
    statuses and days is about other destinations: two leads of a person in this one would be called twice.
    One that is enrolled here as well is of this one too, and one whose place a new lead takes is not.
    """
    rule = profile.scrub.rules.existing_lead
    statuses = [status.lower() for status in rule.statuses] if isinstance(rule, ExistingLead) else None
    workspace.run(
        f"""
        create or replace temp table leads_here as
        select contact_id, arg_min(lead_id, (destination_id <> $destination_id, lead_id)) as lead_id
        from contact_leads anti join replaced_leads using (lead_id)
        where destination_id = $destination_id {_ENROLLED_HERE if _are_leads_added(workspace) else ""}
           or ($elsewhere and ($since is null or updated_at >= $since::timestamptz)
               and ($statuses is null or list_contains($statuses::varchar[], lower(trim(status)))))
        group by contact_id
        """,  # noqa: S608  # a condition of ours
        {
            "elsewhere": looks_everywhere(profile) and bool(rule),
            "since": earliest(profile, at),
            "statuses": statuses,
            "destination_id": destination_id,
        },
    )


def _are_leads_added(workspace: Workspace) -> bool:
    """Return whether any lead was ever enrolled in another destination than its own."""
    return bool(workspace.rows("select 1 from base.enrollment_events where change = 'added' limit 1"))


def decide_outcomes(workspace: Workspace, profile: ImportProfile) -> None:
    """Fill `decided_rows`, one line per row with its outcome and reasons.

    Rejected comes before suppressed before duplicate, and all reasons are kept. Rows of one person are compared among
    those with no other fault: neither a rejected nor a suppressed first copy must cost the good second one, so that
    rows fare in one file as they would in two.
    """
    workspace.run(
        f"""
        create or replace temp table decided_rows as
        with known as ({_KNOWN}), by_policy as ({_BY_POLICY})
        select row_number, line_number, warning_codes, key, value, lead_row, known_contact, known_lead,
               nullif(concat_ws(' ', hints, ambiguity_hint, suppression_hint), '') as hints,
               {_OUTCOME} as outcome, {_REASON_CODES} as reason_codes
        from by_policy
        """,  # noqa: S608  # expressions of ours, see above
        {
            "when_known": profile.when_known,
            "write_mode": profile.write_mode,
            "in_file": profile.duplicates_in_file,
            "skipping": SKIPPED_CODES,
            **{reason.value: reason.value for reason in _GIVEN_HERE},
        },
    )
