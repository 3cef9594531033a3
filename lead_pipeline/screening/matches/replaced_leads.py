"""Finds the leads whose place new leads take, where the profile says that existing ones expire. That they expire is
written elsewhere.
"""

from collections.abc import Sequence

from lead_pipeline.model.fields import member_pointer
from lead_pipeline.model.lead_management.on_match import ExpireByToken
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.matches.rows_of_changes import choose_leads
from lead_pipeline.screening.phone_equivalence import in_each_form, same_number_key
from lead_pipeline.store.workspace import Workspace

#: Whether a lead is in a destination, or is enrolled there as well as in its own.
IS_HERE = (
    "({it}.destination_id = $here"
    " or {it}.lead_id in (select lead_id from base.enrollments where destination_id = $here))"
)

_NONE = "create or replace temp table replaced_leads (row_number bigint, lead_id bigint, contact_id bigint)"


def find_replaced_leads(
    workspace: Workspace, profile: ImportProfile, parts: Sequence[str], destination_id: int
) -> None:
    """Fill `replaced_leads`: the leads with the phone of a good row, in this destination; where the profile names a
    token, those with the same token too, in any destination.

    They make no row a duplicate, whether they are live or have expired before. Not among them is a lead that was
    suppressed, or whose person said so in a file that no list remembers: a new lead instead of it would be due.
    """
    expired = profile.lead_management.on_match.expire_existing
    if not expired:
        workspace.run(_NONE)
        return
    token = expired.token if isinstance(expired, ExpireByToken) else None
    of_row, of_lead = (f"json_extract_string({it}.attributes, $token)" for it in ("p", "l"))
    digits = KEY_OF["phone"].format(value="p.phone")
    where = IS_HERE.format(it="l") if token is None else f"{of_lead} = s.token"
    bound = {"here": destination_id} if token is None else {"token": member_pointer(token)}
    workspace.run(
        f"""
        create or replace temp table replaced_leads as
        with phones as (
            select p.row_number, 'phone' as kind, {same_number_key(digits)} as key,
                   {"null::varchar" if token is None else of_row} as token
            from read_parquet($parts) p where len(p.reasons) = 0 and p.phone is not null
        ), sought as ({in_each_form("phones", "row_number", "token")})
        select distinct s.row_number, l.lead_id, l.contact_id
        from sought s join base.leads l on l.phone_key = s.key
        anti join (select lead_id from base.enrollments where status = 'suppressed') e on e.lead_id = l.lead_id
        anti join (select contact_id from base.do_not_contact where lifted_at is null) n
            on n.contact_id = l.contact_id
        where {where}
        """,  # noqa: S608  # expressions of ours
        {"parts": list(parts)} | bound,
    )


def find_leads_to_expire(workspace: Workspace) -> int:
    """Fill `managed_rows` (row_number, lead_id) and `managed_leads` with the leads that rows really take the place of;
    return how many these are.

    A row that is rejected, suppressed or repeated becomes no lead, and takes nobody's place.
    """
    workspace.run(
        """
        create or replace temp table managed_rows as
        select row_number, r.lead_id from replaced_leads r
        join (select row_number from decided_rows where outcome = 'created') d using (row_number)
        union
        select d.row_number, r.lead_id from replaced_leads r
        join decided_rows d on d.known_contact = r.contact_id and d.outcome = 'created'
        """
    )
    return choose_leads(workspace)
