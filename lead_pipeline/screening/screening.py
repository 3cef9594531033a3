"""Judges the rows of one import against the store and each other: who is a duplicate, who is suppressed, who is new.
Writes only temporary tables; what is kept is written by committing.py, in the same transaction.
"""

from collections.abc import Sequence

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.store.lead_store import LeadStore

#: The integer an identifier is matched by. Phones: the digits of their E.164 (at most 15, ITU-T E.164 section 6), whose
#: plus is a sign to the cast. Everything else: half an MD5, which is stable between DuckDB versions where hash() is
#: not; the values themselves are compared too. A phone's value is not stored a second time.
KEY_OF = {"phone": "try_cast({value} as ubigint)", "email": "md5_number_lower({value})"}


def screen(store: LeadStore, profile: ImportProfile, parts: Sequence[str], destination_id: int) -> None:
    """Fill the temporary table `verdicts`: one line per row of the normalized `parts`, with its outcome and reasons.

    `verdicts` has row_number, line_number, outcome, reason_codes, warning_codes (null for none), hints, key, value,
    lead_row (the row whose lead it becomes or matches, if that is of this file), known_contact and known_lead.
    Duplicates are judged among rows with no other fault: neither a rejected nor a suppressed first copy must cost the
    good second one, so that rows fare in one file as they would in two.

    Raises: ScreeningError when the suppressions in the store are fewer than were recorded (screening fails closed).
    """
    require_whole_suppressions(store)
    _stage_candidates(store, profile, parts)
    _find_suppressed(store, profile, parts)
    _find_repeats(store)
    _find_known(store, profile, destination_id)
    _judge(store)


def require_whole_suppressions(store: LeadStore) -> None:
    """Raise ScreeningError unless every suppression that was ever loaded is still there."""
    there, recorded = store.rows(
        "select (select count(*) from base.suppressions),"
        " (select coalesce(sum(rows_added), 0) from base.suppression_lists)"
    )[0]
    if there != recorded:
        raise ScreeningError(
            f"The store holds {there} suppressions but {recorded} were loaded: the lists cannot be trusted, so nothing "
            "is imported. Restore the store from a backup, or load the lists again into a new one."
        )


def _stage_candidates(store: LeadStore, profile: ImportProfile, parts: Sequence[str]) -> None:
    identifier = profile.identify_by
    key = KEY_OF[identifier].format(value=identifier)
    value = "null::varchar" if identifier == "phone" else identifier
    store.run(
        f"""
        create or replace temp table candidates as
        select row_number, line_number,
               case when len(reasons) > 0 then reasons end as faults,
               case when len(warnings) > 0 then warnings end as warning_codes,
               hints,
               case when len(reasons) = 0 then {value} end as value,
               case when len(reasons) = 0 then {key} end as key
        from read_parquet($parts)
        """,  # noqa: S608  # expressions of ours, see KEY_OF
        {"parts": list(parts)},
    )


def _find_suppressed(store: LeadStore, profile: ImportProfile, parts: Sequence[str]) -> None:
    """Mark rows whose phone or email, whichever they have, is on a list: an entry suppresses the person everywhere."""
    store.run("create or replace temp table hits (row_number bigint, kind varchar)")
    listed = {kind for (kind,) in store.rows("select distinct identifier_kind from base.suppressions")}
    for kind in sorted(listed & KEY_OF.keys() & profile.fields.keys()):
        store.run(
            f"""
            insert into hits by name
            select p.row_number, s.kind
            from read_parquet($parts) p
            join base.suppressions s
              on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="p." + kind)} and s.value = p.{kind}
            where len(p.reasons) = 0
            """,  # noqa: S608  # names and expressions of ours
            {"kind": kind, "parts": list(parts)},
        )
    store.run(
        """
        create or replace temp table suppressed as
        select row_number, bool_or(kind = 'opted_out') as opted_out, bool_or(kind = 'blocked') as blocked,
               bool_or(kind = 'do_not_call') as dnc
        from hits group by row_number
        """
    )


def _find_repeats(store: LeadStore) -> None:
    """Find the keys that several good rows have: few, where a table of all keys would be as long as the file."""
    store.run(
        """
        create or replace temp table repeats as
        select key, min(row_number) as first_row,
               min(row_number) filter (suppressed.row_number is null) as first_clear_row
        from candidates left join suppressed using (row_number)
        where faults is null and key is not null group by key having count(*) > 1
        """
    )


def _find_known(store: LeadStore, profile: ImportProfile, destination_id: int) -> None:
    """Find the contact and the lead we already have for a key within the scrub scope."""
    store.run(
        """
        create or replace temp table known as
        select c.key, min(i.contact_id) as known_contact, min(l.lead_id) as known_lead
        from candidates c
        join base.identifiers i on i.key = c.key and i.kind = $kind and (c.value is null or i.value = c.value)
        left join base.leads l on l.contact_id = i.contact_id and ($company or l.destination_id = $destination_id)
        where c.faults is null group by c.key
        """,
        {
            "kind": profile.identify_by,
            "company": profile.scrub_scope == "company",
            "destination_id": destination_id,
        },
    )


def _judge(store: LeadStore) -> None:
    """Give each row its outcome: rejected before suppressed before duplicate before created, all reasons kept."""
    store.run(
        """
        create or replace temp table verdicts as
        with judged as (
            select c.row_number, c.line_number, c.faults, c.warning_codes, c.hints, c.key, c.value,
                   k.known_contact, k.known_lead,
                   case when c.faults is null then coalesce(r.first_clear_row, c.row_number) end as lead_row,
                   c.row_number > case when s.row_number is null then r.first_clear_row else r.first_row end
                       as is_repeated,
                   k.known_lead is not null as is_known,
                   s.row_number is not null as is_suppressed,
                   coalesce(s.opted_out, false) as opted_out, coalesce(s.blocked, false) as blocked,
                   coalesce(s.dnc, false) as dnc
            from candidates c
            left join repeats r using (key)
            left join known k using (key)
            left join suppressed s on s.row_number = c.row_number
        )
        select row_number, line_number, warning_codes, hints, key, value, lead_row, known_contact, known_lead,
               (case when faults = [$row_blank] then 'skipped'
                     when faults is not null then 'rejected'
                     when is_suppressed then 'suppressed'
                     when is_repeated or is_known then 'duplicate'
                     else 'created' end)::base.outcome as outcome,
               case when faults is not null then faults
                    when is_suppressed or is_repeated or is_known then list_filter(
                        [case when is_repeated then $duplicate_in_file end,
                         case when is_known then $duplicate_existing end,
                         case when opted_out then $opted_out end,
                         case when blocked then $blocked end,
                         case when dnc then $do_not_call end], lambda code: code is not null)
               end as reason_codes
        from judged
        """,
        {
            reason.value: reason.value
            for reason in (
                Reason.ROW_BLANK,
                Reason.DUPLICATE_IN_FILE,
                Reason.DUPLICATE_EXISTING,
                Reason.OPTED_OUT,
                Reason.BLOCKED,
                Reason.DO_NOT_CALL,
            )
        },
    )
