"""Writes who the leads are of: new contacts, and the identifiers that contacts come to be known by."""

from datetime import datetime

from lead_pipeline.model.errors import StoreError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.store.workspace import Workspace


def find_new_identifiers(workspace: Workspace, *, aliases: bool) -> None:
    """Fill `new_identifiers`: what a row adds to its contact, merged rows included.

    Without aliases it stays empty: then a new contact has its row's own identifier, and a known one gets no other.
    """
    workspace.run(
        "create or replace temp table new_identifiers (row_number bigint, kind varchar, key ubigint, value varchar)"
    )
    if not aliases:
        return
    workspace.run(
        """
        insert into new_identifiers by name
        select distinct d.lead_row as row_number, h.kind, h.key, h.value
        from held_identifiers h
        join decided_rows d using (row_number)
        anti join (select distinct code from known_identifiers) known on known.code = h.code
        where d.outcome in ('created', 'updated') or list_contains(d.reason_codes, $merged)
        """,
        {"merged": Reason.DUPLICATE_MERGED.value},
    )


def write_contacts(
    workspace: Workspace, profile: ImportProfile, import_no: int, at: datetime, *, aliases: bool
) -> None:
    """Write the contacts of the new leads, and the new identifiers of all."""
    workspace.run(
        "insert into base.contacts by name select contact_id, $import_no as import_no, $at as created_at"
        " from new_leads where is_new_contact",
        {"import_no": import_no, "at": at},
    )
    if not aliases:
        workspace.run(
            "insert into base.identifiers by name select $kind as kind, key, value, contact_id,"
            " $import_no as import_no from new_leads where is_new_contact and key is not null",
            {"kind": profile.identify_by, "import_no": import_no},
        )
        return
    workspace.run(
        """
        insert into base.identifiers by name
        select i.kind, i.key, i.value, coalesce(n.contact_id, d.known_contact) as contact_id, $import_no as import_no
        from new_identifiers i join decided_rows d using (row_number) left join new_leads n using (row_number)
        order by i.row_number, i.kind
        """,
        {"import_no": import_no},
    )


#: So many identifiers of an import are looked through at a time: what that takes does not grow with the file. But there
#: are so many parts at most, for each looks at all identifiers of the store, and long files are given more memory.
_IDENTIFIERS_TOGETHER, _MOST_PARTS = 2_000_000, 8


def require_one_contact_per_identifier(workspace: Workspace, import_no: int) -> None:
    """Check what a unique index would: no identifier of this import belongs to two contacts; raises StoreError."""
    fresh = int(workspace.one("select count(*) from base.identifiers where import_no = ?", [import_no]))
    parts = min(-(-fresh // _IDENTIFIERS_TOGETHER), _MOST_PARTS)
    doubled = sum(_doubled(workspace, import_no, part, parts) for part in range(parts))
    if doubled:
        raise StoreError(
            f"{doubled} identifiers would belong to two contacts; nothing was written. Please report this."
        )


def _doubled(workspace: Workspace, import_no: int, part: int, parts: int) -> int:
    """Count the identifiers of two contacts among those of the import whose keys leave `part` when divided by `parts`.

    By their integers first, and these from a table of their own: normally none is there twice, no value has to be
    unpacked, and DuckDB knows which side is the short one. Of a hundred million identifiers that is 0.3 s, not 9.
    """
    workspace.run(
        "create or replace temp table keys_added as"
        " select key from base.identifiers where import_no = $import_no and key % $parts = $part",
        {"import_no": import_no, "part": part, "parts": parts},
    )
    workspace.run(
        """
        create or replace temp table keys_twice as
        select kind, key from base.identifiers semi join keys_added using (key)
        group by kind, key having count(*) > 1
        """
    )
    if not workspace.one("select count(*) from keys_twice"):
        return 0
    doubled = workspace.one(
        """
        select count(*) from (
            select i.kind, i.key, i.value from base.identifiers i semi join keys_twice using (kind, key)
            group by i.kind, i.key, i.value having count(*) > 1)
        """
    )
    return int(doubled)
