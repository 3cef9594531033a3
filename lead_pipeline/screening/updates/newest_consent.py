"""Which of several consents a lead has: the newest as a whole, so that time, source, address and text are always of one
and the same. As SQL over a lead `l` and a row `p`.
"""

from lead_pipeline.model.fields import CONSENT_FIELDS
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.screening.lead_columns import RowSource
from lead_pipeline.store.workspace import Workspace

#: A consent without a time proves nothing: it never replaces another one, and any with a time replaces it.
_IS_NEWER = "coalesce(p.consent_at > l.consent_at, p.consent_at is not null)"
_NEWEST = "(p.consent_at, p.row_number)"


def takes_consent(profile: ImportProfile) -> str:
    """Return the condition under which the lead takes the consent of the row, by the `update_rule` of its time."""
    rule = profile.fields["consent_at"].update_rule
    if rule == "never":
        return "false"
    fills = profile.when_known == "fill" or rule == "if_existing_empty"
    return "(l.consent_at is null and p.consent_at is not null)" if fills else _IS_NEWER


def consents_after_update(profile: ImportProfile) -> dict[str, str]:
    """Return of each column of a consent what it is after an update; none when the profile keeps no consents."""
    if "consent_at" not in profile.fields:
        return {}
    return {name: f"case when {takes_consent(profile)} then p.{name} else l.{name} end" for name in CONSENT_FIELDS}


def keep_other_consents(
    workspace: Workspace, profile: ImportProfile, rows: RowSource, supplied: frozenset[str], import_no: int
) -> None:
    """Keep the consents that give way where a row meets a lead, whole: the lead's, or the row's that it does not take.

    It is to be called before the leads are written over.
    """
    if "consent_at" not in profile.fields or not any(name in supplied for name in CONSENT_FIELDS):
        return
    taken, differs = takes_consent(profile), "p.{name} is distinct from l.{name}"
    values = ", ".join(f"case when {taken} then l.{name} else p.{name} end as {name}" for name in CONSENT_FIELDS)
    workspace.run(
        f"""
        insert into base.other_consents by name
        select l.lead_id, $import_no as import_no, d.row_number, {values},
               case when {taken} then 'row' else 'lead' end as kept
        from decided_rows d join base.leads l on l.lead_id = d.known_lead join {rows.sql} p
             on p.row_number = d.row_number
        where d.outcome in ('updated', 'unchanged') and ({" or ".join(map(_is_there, CONSENT_FIELDS))})
          and ({" or ".join(differs.format(name=name) for name in CONSENT_FIELDS)})
          and (not {taken} or {" or ".join(f"l.{name} is not null" for name in CONSENT_FIELDS)})
        order by d.row_number
        """,  # noqa: S608  # names and conditions of ours
        rows.params | {"import_no": import_no},
    )


def _is_there(name: str) -> str:
    return f"p.{name} is not null"


def consents_of_merged_rows(profile: ImportProfile) -> dict[str, str]:
    """Return of each column of a consent what it is of several rows `p` of a person: of the newest consent; where none
    has a time, the last value that there is.
    """
    return {
        name: f"case when count(p.consent_at) > 0 then arg_max_null(p.{name}, {_NEWEST})"
        f" filter (p.consent_at is not null) else arg_max(p.{name}, p.row_number) end"
        for name in CONSENT_FIELDS
        if name in profile.fields
    }
