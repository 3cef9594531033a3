"""Finds the rows of people whom the profile's scrub rules leave out, and keeps what each rule matched. What outcome
follows does not belong here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lead_pipeline.model.errors import ScreeningError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.model.scrub.scrub_rules import Converted, ScrubRules
from lead_pipeline.screening.candidates import KEY_OF
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.screening.scrub.looking_back import earliest, looks_everywhere
from lead_pipeline.store.workspace import Workspace

#: Words are compared whatever their case and what separates them: NO_ANSWER is No answer.
_FOLDED = r"trim(regexp_replace(lower({word}), '[\s_-]+', ' ', 'g'))"

#: Which calls count: those of the destination and those that name none, since a day if there is one.
_COUNTS = f"""
    ($company or a.destination is null or {_FOLDED.format(word="a.destination")} in (
        select unnest([{_FOLDED.format(word="kind || ':' || name")}, {_FOLDED.format(word="name")}])
        from base.destinations where destination_id = $destination_id))
    and ($since is null or a.happened_at is null or a.happened_at >= $since::timestamptz)
"""  # noqa: S608
_ATTEMPTS = "sum(coalesce(attempts, dialed::integer))"

#: What a rule matched, as people read it.
_SENTENCE = """
    reason_code || ': ' || case reason_code
        when $area_codes then 'the number begins with ' || matched
        when $attempts then matched || ' attempts in ' || matches || case matches when 1 then ' call' else ' calls' end
        else case matches when 1 then 'one call' else matches || ' calls' end
            || case when matched is null then ''
                    when reason_code = $converted then ', bought by ' || matched else ', the result was ' || matched end
        end
    || case when drop_no is null then '' else
           case matches when 1 then '' else '; the last' end
           || coalesce(' on ' || strftime(happened_at, '%Y-%m-%d'), ' at a time that nobody noted')
           || coalesce(' to lead ' || lead_id, '')
           || ' (row ' || activity_row || ' of call activity ' || d.drop_id || ')'
       end
    || '.'
"""


class _CallRule(NamedTuple):
    """A rule about calls: its reason, which calls fulfil it, what they matched, and what all of them must come to."""

    reason: Reason
    fulfilled: str
    matched: str = "null"
    together: str = "true"
    words: tuple[str, ...] = ()
    number: int = 0


def mark_scrubbed(
    workspace: Workspace,
    profile: ImportProfile,
    parts: Sequence[str],
    destination_id: int,
    at: datetime,
    *,
    aliases: bool,
) -> None:
    """Add to `suppressed` the good rows that the profile's scrub rules hit, and fill `scrub_matches`: one line per row
    and rule with the newest call that it matched.

    A call is of a row when it was to a phone of the row (of any form, aliases included) or of its contact, or when it
    names a lead of its contact.

    Raises: ScreeningError when rules ask for calls and some of those that were loaded are missing.
    """
    workspace.run(
        "create or replace temp table scrub_matches (row_number bigint, reason_code varchar, drop_no integer,"
        " activity_row bigint, lead_id bigint, happened_at timestamptz, matched varchar, matches bigint)"
    )
    rules = profile.scrub.rules
    if not (rules.needs_activity or rules.area_codes):
        return
    _find_row_phones(workspace, profile, parts, aliases=aliases)
    if rules.needs_activity:
        _require_all_activity(workspace)
        scope = {
            "company": looks_everywhere(profile),
            "destination_id": destination_id,
            "since": earliest(profile, at),
        }
        _find_calls(workspace, scope)
        for rule in _call_rules(rules):
            _match_calls(workspace, rule)
    if rules.area_codes:
        _match_area_codes(workspace, rules.area_codes)
    _add_to_suppressed(workspace)


def _require_all_activity(workspace: Workspace) -> None:
    ((held, loaded),) = workspace.rows(
        "select (select count(*) from base.call_activity),"
        " (select coalesce(sum(rows_added), 0) from base.activity_drops)"
    )
    if held != loaded:
        raise ScreeningError(
            f"The store holds {held} records of calls but {loaded} were loaded: they cannot be trusted, so nothing "
            "is imported. Restore the store from a backup, or load the call activity again into a new one."
        )


def _find_row_phones(workspace: Workspace, profile: ImportProfile, parts: Sequence[str], *, aliases: bool) -> None:
    """Fill `row_phones`: the digits of the phones of each good row, its own and those of its contact."""
    digits = KEY_OF["phone"]
    sources, params = [], dict[str, Any]()
    if "phone" in profile.fields:
        sources.append(
            f"select row_number, {digits.format(value='phone')} as digits, true as is_own"  # noqa: S608
            " from read_parquet($parts) where len(reasons) = 0"
        )
        params = {"parts": list(parts)}
    if aliases:
        sources.append("select row_number, key, true from held_identifiers where kind = 'phone'")
    sources.append(
        "select m.row_number, i.key, false from matched_contacts m join base.identifiers i using (contact_id)"
        " where i.kind = 'phone'"
    )
    sources.append(
        f"select m.row_number, {digits.format(value='l.phone')}, false"  # noqa: S608
        " from matched_contacts m join base.leads l using (contact_id)"
    )
    workspace.run(
        f"""
        create or replace temp table row_phones as
        select row_number, digits, {same_number_key("digits")} as same_number, bool_or(is_own) as is_own
        from ({" union all ".join(sources)}) where digits is not null group by row_number, digits
        """,  # noqa: S608  # expressions of ours
        params,
    )


def _find_calls(workspace: Workspace, scope: dict[str, Any]) -> None:
    """Fill `row_calls`: the calls of each row that count."""
    workspace.run(
        f"""
        create or replace temp table row_calls as
        select p.row_number, a.* exclude (row_number), a.row_number as activity_row
        from base.call_activity a
        join (select distinct row_number, same_number from row_phones) p
            on {same_number_key("a.phone_key")} = p.same_number
        where {_COUNTS}
        union
        select m.row_number, a.* exclude (row_number), a.row_number as activity_row
        from base.call_activity a join matched_contacts m on m.contact_id = a.contact_id
        where {_COUNTS}
        """,  # noqa: S608  # expressions of ours
        scope,
    )


def _call_rules(rules: ScrubRules) -> list[_CallRule]:
    found = []
    if rules.dialed:
        found.append(_CallRule(Reason.PRIOR_DIALED, "dialed", "disposition"))
    if rules.connected:
        found.append(_CallRule(Reason.PRIOR_CONNECTED, "connected", "disposition"))
    if isinstance(rules.converted, Converted):
        listed = f"converted and (buyer is null or {_is_listed('buyer')})"
        found.append(_CallRule(Reason.PRIOR_CONVERTED, listed, "buyer", words=rules.converted.buyers))
    elif rules.converted:
        found.append(_CallRule(Reason.PRIOR_CONVERTED, "converted", "buyer"))
    if rules.dispositions:
        listed = _is_listed("disposition")
        found.append(_CallRule(Reason.PRIOR_DISPOSITION, listed, "disposition", words=rules.dispositions))
    if rules.attempts is not None:
        enough = f"{_ATTEMPTS} >= $number"
        tried = "coalesce(attempts, dialed::integer) > 0"
        found.append(_CallRule(Reason.PRIOR_ATTEMPTS, tried, f"{_ATTEMPTS}::varchar", enough, number=rules.attempts))
    return found


def _is_listed(column: str) -> str:
    folded = _FOLDED.format(word=column)
    return f"{folded} in (select {_FOLDED.format(word='word')} from (select unnest($words) as word))"  # noqa: S608


def _match_calls(workspace: Workspace, rule: _CallRule) -> None:
    # The newest call; of several at one time, or of none with a time, the one that was loaded last.
    newest = "(coalesce(happened_at, '-infinity'::timestamptz), drop_no, activity_row)"
    matched = rule.matched
    if matched in ("disposition", "buyer"):
        matched = f"arg_max_null({matched}, {newest})"
    params: dict[str, Any] = {"reason": rule.reason.value}
    if rule.words:
        params["words"] = list(rule.words)
    if rule.number:
        params["number"] = rule.number
    workspace.run(
        f"""
        insert into scrub_matches by name
        select row_number, $reason as reason_code, arg_max(drop_no, {newest}) as drop_no,
               arg_max(activity_row, {newest}) as activity_row, arg_max_null(lead_id, {newest}) as lead_id,
               arg_max_null(happened_at, {newest}) as happened_at, {matched} as matched, count(*) as matches
        from row_calls where {rule.fulfilled} group by row_number having {rule.together}
        """,  # noqa: S608  # expressions of ours
        params,
    )


def _match_area_codes(workspace: Workspace, prefixes: Sequence[str]) -> None:
    workspace.run(
        """
        insert into scrub_matches by name
        select row_number, $reason as reason_code, min(prefix) as matched, count(distinct prefix) as matches
        from row_phones join (select unnest($prefixes) as prefix) listed on starts_with('+' || digits, prefix)
        where is_own group by row_number
        """,
        {"reason": Reason.AREA_CODE_LISTED.value, "prefixes": list(prefixes)},
    )


def _add_to_suppressed(workspace: Workspace) -> None:
    order = "list_position($codes, reason_code)"
    workspace.run(
        f"""
        create or replace temp table suppressed as
        select row_number, list_concat(coalesce(s.codes, []), coalesce(m.codes, [])) as codes,
               nullif(concat_ws(' ', s.hint, m.hint), '') as hint
        from suppressed s
        full join (
            select row_number, list(reason_code order by {order}) as codes,
                   string_agg(hint, ' ' order by {order}) as hint
            from (select m.*, {_SENTENCE} as hint
                  from scrub_matches m left join base.activity_drops d using (drop_no))
            group by row_number
        ) m using (row_number)
        """,  # noqa: S608  # expressions of ours
        {
            "codes": [reason.value for reason in Reason],
            "area_codes": Reason.AREA_CODE_LISTED.value,
            "attempts": Reason.PRIOR_ATTEMPTS.value,
            "converted": Reason.PRIOR_CONVERTED.value,
        },
    )


def keep_scrub_hits(workspace: Workspace, import_no: int) -> None:
    """Keep what the scrub rules matched in the rows that are suppressed."""
    workspace.run(
        "insert into base.scrub_hits by name select $import_no as import_no, m.* from scrub_matches m"
        " semi join (select row_number from decided_rows where outcome = 'suppressed') d using (row_number)"
        " order by row_number",
        {"import_no": import_no},
    )
