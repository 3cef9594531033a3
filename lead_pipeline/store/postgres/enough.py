"""Which rows of the store suffice for a transaction: what its keys can touch, and no guess. Where keys cannot tell, all
rows of the tables do. How rows are fetched does not belong here.
"""

from lead_pipeline.store.postgres.filling import Enough, FilledWorkspace
from lead_pipeline.store.postgres.listed import fetch_listed
from lead_pipeline.store.postgres.touched import fetch_touched
from lead_pipeline.store.records import ImportKeys, Keys, ListKeys

#: All rows of whatever is read.
EVERYTHING = Enough()

#: Who became a lead by a later import: of leads only these are asked for.
HISTORY = Enough({"leads": "lead_id in (select lead_id from base.sequel_rows)"})

_OF_PEOPLE = "contact_id in (select contact_id from touched)"
_OF_LEADS = "lead_id in (select l.lead_id from base.leads l join touched using (contact_id))"

_LEFT_OUT = "outcome not in ('created', 'updated', 'unchanged')"

#: Records of calls by any number, or of any lead, of the people; by their place, for no single index has both.
_CALLS = """
    ctid = any (array(
        select a.ctid from base.call_activity a join listed_keys k on a.phone_key = k.key
        union select a.ctid from base.call_activity a join touched t on a.contact_id = t.contact_id))
"""

#: The imports that a file with these columns could continue (screening/sequels). What is looked for there has the same
#: limit; the destination is compared there.
_EARLIER = """
    import_no in (
        select import_no from (
            select import_no, row_number() over (partition by destination_id order by import_no desc) as nth
            from base.imports
            where profile = {profile} and header_key = {header_key} and started_at <= {started_at}::timestamptz
              and status in ('completed', 'completed_with_rejects')
              and rows_rejected + rows_suppressed + rows_skipped > 0
        ) earlier where nth <= 20)
"""

#: Those that could continue it, likewise.
_LATER = """
    import_no in (
        select import_no from (
            select import_no, row_number() over (partition by destination_id order by import_no) as nth
            from base.imports
            where profile = {profile} and header_key = {header_key} and started_at > {started_at}::timestamptz
              and sequel_of is null and status in ('completed', 'completed_with_rejects')
        ) later where nth <= 20)
"""

#: The one whose left-out rows it judges again, under each number that the ledger has of it.
_JUDGED = "import_no in (select import_no from base.imports where import_id = {judges_again})"

#: An import, the ones that it continues, and the ones that continue it.
_FAMILY = """
    select f.import_no from base.imports f, (select sequel_of from base.imports where import_no = {import_no}) i
    where f.import_no in ({import_no}, i.sequel_of) or f.sequel_of in ({import_no}, i.sequel_of)
"""

#: The imports that leads come from, or that changed them last.
_OF_THEIR_LEADS = """
    import_no in (select unnest(array[l.import_no, l.updated_by]) from base.leads l where {leads})
"""

_COMMITTED = "status in ('completed', 'completed_with_rejects')"

#: Of these imports, which may be long: the rows of the leads that this one can have, and those that were left out; of
#: one that is judged again all. By their place: no single index has these, and PostgreSQL would rather look through all
#: rows. Screening says where it needs more of a later one.
_ROWS_OF_OTHERS = """
    ctid = any (array(
        select o.ctid from base.row_outcomes o where {earlier} and {left_out}
        union select o.ctid from base.row_outcomes o where {later} and {left_out}
        union select o.ctid from base.row_outcomes o where {earlier} and {of_leads}
        union select o.ctid from base.row_outcomes o where {later} and {of_leads}
        union select o.ctid from base.row_outcomes o where {judged}))
"""


def restrict(workspace: FilledWorkspace, keys: Keys) -> None:
    """Have a workspace be filled with the rows that suffice for a transaction with these keys."""
    if isinstance(keys, ImportKeys) and not keys.manages_people:
        fetch_touched(workspace, keys)
        workspace.enough = _enough_for_import(keys)
    if isinstance(keys, ListKeys) and (keys.parts or len(keys.values)) and fetch_listed(workspace, keys):
        of_leads = ("enrollments", "secondary_contacts", "enrollment_events", "withheld_attributes")
        workspace.enough = Enough(dict.fromkeys(of_leads, "lead_id in (select lead_id from leads_here)"))


def _enough_for_import(keys: ImportKeys) -> Enough:
    known = {
        "profile": _quoted(keys.profile),
        "header_key": "null" if keys.header_key is None else int(keys.header_key),
        "started_at": _quoted("infinity" if keys.started_at is None else keys.started_at.isoformat()),
        "judges_again": _quoted(keys.judges_again),
    }
    earlier, later, judged = (one.format(**known) for one in (_EARLIER, _LATER, _JUDGED))
    of_their_leads = _OF_THEIR_LEADS.format(leads=_OF_PEOPLE)
    others = f"{earlier} or {later} or {judged}"
    rows = _ROWS_OF_OTHERS.format(earlier=earlier, later=later, judged=judged, left_out=_LEFT_OUT, of_leads=_OF_LEADS)
    of_leads = ("enrollments", "secondary_contacts", "enrollment_events", "differing_values", "other_consents",
                "withheld_attributes")  # fmt: skip
    return Enough(
        {
            **dict.fromkeys(("contacts", "do_not_contact"), _OF_PEOPLE),
            **dict.fromkeys(of_leads, _OF_LEADS),
            **dict.fromkeys(("rejected_rows", "sequel_rows"), others),
            "row_outcomes": rows,
            "imports": f"identity = {_quoted(keys.identity)} or {others} or {of_their_leads}",
            "call_activity": _CALLS,
        }
    )


def number_of_import(workspace: FilledWorkspace, import_id: str) -> int:
    """Return the number of an import, under which it is looked up; -1 when the store does not have it."""
    found = workspace.there.rows("select import_no from base.imports where import_id = $1", [import_id])
    return max((int(number) for (number,) in found), default=-1)


def enough_for_import_meant(import_no: int) -> Enough:
    """Return which rows suffice to show an import, or to say which one may have been meant where there is none."""
    return HISTORY if import_no < 0 else enough_for_import_no(import_no)


def enough_for_import_no(import_no: int) -> Enough:
    """Return which rows suffice to show or count those of an import: its rows, those of the imports that it continues
    or that continue it, and their leads.
    """
    family = _FAMILY.format(import_no=import_no)
    of_family, of_sequels = f"import_no in ({family})", f"import_no in ({family}) or first_import_no in ({family})"
    events = (
        f"(cause = 'import' and cause_no = {import_no}) or (cause = 'list' and cause_no in (select l.list_no"  # noqa: S608
        " from base.suppression_lists l join base.imports i on i.import_id = l.list_id"
        f" where i.import_no = {import_no}))"
    )
    changed = f"select l.lead_id from base.enrollment_events l where {events}"  # noqa: S608
    leads = f"""lead_id in (
        select l.lead_id from base.leads l where l.import_no = {import_no}
        union all select o.lead_id from base.row_outcomes o where o.{of_family} and o.lead_id is not null
        union all select s.lead_id from base.sequel_rows s where {of_sequels}
        union all {changed}
        union all select l.copied_from from base.leads l where l.lead_id in ({changed}))
    """  # noqa: S608  # a number of ours
    return Enough(
        {
            "imports": _imports_of(import_no),
            "row_outcomes": of_family,
            "rejected_rows": of_family,
            "sequel_rows": of_sequels,
            "differing_values": f"import_no = {import_no}",
            "scrub_hits": f"import_no = {import_no}",
            "enrollment_events": events,
            "leads": leads,
        }
    )


def _imports_of(import_no: int) -> str:
    """Return the condition of an import, and of all whose rows its rows are, or that have rows of it."""
    family = _FAMILY.format(import_no=import_no)
    return f"""import_no in ({family}
        union all select s.first_import_no from base.sequel_rows s where s.import_no in ({family})
        union all select s.import_no from base.sequel_rows s where s.first_import_no in ({family}))
    """  # noqa: S608  # a number of ours


def enough_for_identity(identity: str) -> Enough:
    """Return which rows suffice to say what became of an import, or to write that nothing came of it."""
    return Enough({"imports": f"identity = {_quoted(identity)}"})


def enough_for_layouts(profile: str, limit: int, before: str) -> Enough:
    """Return which rows suffice for the layouts of the last imports of a profile before an import."""
    earlier = f"select min(b.import_no) from base.imports b where b.identity = {_quoted(before)} and b.{_COMMITTED}"  # noqa: S608
    last = (
        f"select i.import_no from base.imports i where i.profile = {_quoted(profile)} and i.layout <> ''"  # noqa: S608
        f" and i.{_COMMITTED} and i.import_no < coalesce(({earlier}), 2147483647)"
        f" order by i.import_no desc limit {int(limit)}"
    )
    return Enough({"imports": f"identity = {_quoted(before)} or import_no in ({last})"})


def enough_for_leads(import_no: int) -> Enough:
    """Return which rows suffice to publish the leads of an import: these, and of its rows those that changed a lead or
    say why.
    """
    of_it = f"import_no = {import_no}"
    told = f"{of_it} and (outcome = 'updated' or reason_codes is not null or warning_codes is not null)"
    leads = f"""lead_id in (
        select m.lead_id from base.leads m where m.{of_it}
        union all select o.lead_id from base.row_outcomes o where o.{of_it} and o.outcome = 'updated')
    """  # noqa: S608  # a number of ours
    imports = f"{of_it} or {_OF_THEIR_LEADS.format(leads=leads)}"
    return Enough({"row_outcomes": told, "leads": leads, "imports": imports})


def enough_for_rejected(import_no: int) -> Enough:
    """Return which rows suffice to publish those of an import that did not become leads: these, what they met, and the
    rows of the imports that it continues.
    """
    family = _FAMILY.format(import_no=import_no)
    met = (
        f"select o.lead_id from base.row_outcomes o where o.import_no = {import_no} and {_LEFT_OUT}"  # noqa: S608
        " and o.lead_id is not null"
    )
    return enough_for_import_no(import_no).also(
        row_outcomes=f"import_no in ({family}) and (import_no <> {import_no} or {_LEFT_OUT})",
        leads=f"lead_id in ({met})",
        imports=f"{_imports_of(import_no)} or {_OF_THEIR_LEADS.format(leads=f'lead_id in ({met})')}",
    )


def enough_for_recovered(import_no: int) -> Enough:
    """Return which rows suffice to publish those of an import that became leads by a later one."""
    enough = enough_for_import_no(import_no)
    came_again = f"select s.lead_id from base.sequel_rows s where {enough.conditions['sequel_rows']}"  # noqa: S608  # ours
    return enough.also(leads=f"lead_id in ({came_again})")


def enough_for_warned(import_no: int) -> Enough:
    """Return which rows suffice to publish those of an import that were imported with warnings."""
    of_it = f"import_no = {import_no}"
    return Enough({"row_outcomes": f"{of_it} and warning_codes is not null", "imports": of_it})


def _quoted(text: str) -> str:
    """Return a text as a literal of SQL: conditions bind nothing. Backslashes mean nothing in it."""
    return "'" + text.replace("'", "''") + "'"
