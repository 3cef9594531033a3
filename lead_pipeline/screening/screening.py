"""Judges the rows of one import against the store and each other: who is a duplicate, who is suppressed, who is new.
Writes only temporary tables; what is kept is written by committing.py, in the same transaction.
"""

from collections.abc import Sequence

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.store.lead_store import LeadStore

#: The integer an identifier is matched by. Phones: the digits of their E.164 (at most 15, ITU-T E.164 section 6).
#: Everything else: half an MD5, which is stable between DuckDB versions where hash() is not; the values themselves
#: are compared too. A phone's value is not stored a second time.
KEY_OF = {"phone": "try_cast(ltrim({value}, '+') as ubigint)", "email": "md5_number_lower({value})"}


def screen(store: LeadStore, profile: ImportProfile, parts: Sequence[str], destination_id: int) -> None:
    """Fill the temporary table `verdicts`: one line per row of the normalized `parts`, with its outcome and reasons.

    `verdicts` has row_number, line_number, outcome, reason_codes, warning_codes (null for none), hints, key, value,
    first_row (the first good row with the same key), known_contact and known_lead. Duplicates are judged among rows
    with no other fault: a rejected first copy must not cost the good second one.

    Raises: ScreeningError when the suppressions in the store are fewer than were recorded (screening fails closed).
    """
    require_whole_suppressions(store)
    _stage_candidates(store, profile, parts)
    _find_firsts_and_known(store, profile, destination_id)
    _find_suppressed(store, profile, parts)
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
    store.run(
        "create or replace temp table suppressed (row_number bigint, opted_out boolean, blocked boolean, dnc boolean)"
    )


def _find_firsts_and_known(store: LeadStore, profile: ImportProfile, destination_id: int) -> None:
    """Find the first good row of each key, and the contact and lead we already have for it within the scrub scope."""
    store.run(
        """
        create or replace temp table firsts as
        select key, any_value(value) as value, min(row_number) as first_row
        from candidates where faults is null and key is not null group by key
        """
    )
    company = profile.scrub_scope == "company"
    store.run(
        """
        create or replace temp table known as
        select f.key, min(i.contact_id) as known_contact, min(l.lead_id) as known_lead
        from firsts f
        join base.identifiers i on i.key = f.key and i.kind = $kind and (f.value is null or i.value = f.value)
        left join base.leads l on l.contact_id = i.contact_id and ($company or l.destination_id = $destination_id)
        group by f.key
        """,
        {"kind": profile.identify_by, "company": company, "destination_id": destination_id},
    )


def _find_suppressed(store: LeadStore, profile: ImportProfile, parts: Sequence[str]) -> None:
    """Mark rows whose phone or email, whichever they have, is on a list: an entry suppresses the person everywhere."""
    listed = {kind for (kind,) in store.rows("select distinct identifier_kind from base.suppressions")}
    for kind in sorted(listed & KEY_OF.keys() & profile.fields.keys()):
        store.run(
            f"""
            insert into suppressed by name
            select p.row_number, bool_or(s.kind = 'opted_out') as opted_out, bool_or(s.kind = 'blocked') as blocked,
                   bool_or(s.kind = 'do_not_call') as dnc
            from read_parquet($parts) p
            join base.suppressions s
              on s.identifier_kind = $kind and s.key = {KEY_OF[kind].format(value="p." + kind)} and s.value = p.{kind}
            where len(p.reasons) = 0 group by p.row_number
            """,  # noqa: S608  # names and expressions of ours
            {"kind": kind, "parts": list(parts)},
        )


def _judge(store: LeadStore) -> None:
    """Give each row its outcome: rejected before suppressed before duplicate before created, all reasons kept."""
    store.run(
        """
        create or replace temp table verdicts as
        with listed as (
            select row_number, bool_or(opted_out) as opted_out, bool_or(blocked) as blocked, bool_or(dnc) as dnc
            from suppressed group by row_number
        ), judged as (
            select c.row_number, c.line_number, c.faults, c.warning_codes, c.hints, c.key, c.value, f.first_row,
                   k.known_contact, k.known_lead,
                   f.first_row is not null and c.row_number <> f.first_row as is_repeated,
                   k.known_lead is not null as is_known,
                   s.row_number is not null as is_suppressed,
                   coalesce(s.opted_out, false) as opted_out, coalesce(s.blocked, false) as blocked,
                   coalesce(s.dnc, false) as dnc
            from candidates c
            left join firsts f using (key)
            left join known k using (key)
            left join listed s on s.row_number = c.row_number
        )
        select row_number, line_number, warning_codes, hints, key, value, first_row, known_contact, known_lead,
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
