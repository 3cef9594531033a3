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
from lead_pipeline.screening.phone_equivalence import same_number_key
from lead_pipeline.screening.scrub.looking_back import earliest, looks_everywhere
from lead_pipeline.store.workspace import Workspace

#: Words are compared whatever their case and what separates them: NO_ANSWER is No answer.
_FOLDED = r"trim(regexp_replace(lower({word}), '[\s_-]+', ' ', 'g'))"

#: Which calls count: those of the destination and those that name none, since a day if there is one. What calls name is
#: compared once for each spelling of it.
_OF_DESTINATION = f"""
    (destination is null or destination in (
        select destination from (select distinct destination from found_calls)
        where {_FOLDED.format(word="destination")} in (
            select unnest([{_FOLDED.format(word="kind || ':' || name")}, {_FOLDED.format(word="name")}])
            from base.destinations where destination_id = $destination_id)))
"""  # noqa: S608
_IN_TIME = "($since is null or happened_at is null or happened_at >= $since::timestamptz)"
_CALL_COLUMNS = (
    "drop_no", "activity_row", "lead_id", "buyer", "disposition", "dialed", "connected", "converted", "attempts",
    "happened_at",
)  # fmt: skip
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
    destination_id: int,
    at: datetime,
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
    if rules.needs_activity:
        _require_all_activity(workspace)
        _find_numbers_of_rows(workspace)
        _find_calls(workspace)
        _keep_calls_that_count(workspace, profile, destination_id, at)
        for rule in _call_rules(rules):
            _match_calls(workspace, rule)
    if rules.area_codes:
        _match_area_codes(workspace, rules.area_codes)
    _add_to_suppressed(workspace)


def _require_all_activity(workspace: Workspace) -> None:
    held = workspace.calls_held()
    loaded = int(workspace.one("select coalesce(sum(rows_added), 0) from base.activity_drops"))
    if held != loaded:
        raise ScreeningError(
            f"The store holds {held} records of calls but {loaded} were loaded: they cannot be trusted, so nothing "
            "is imported. Restore the store from a backup, or load the call activity again into a new one."
        )


def _find_numbers_of_rows(workspace: Workspace) -> None:
    """Fill `numbers_of_rows`: the numbers by which calls are of a row, its own and those of its contact; some twice."""
    workspace.run(
        """
        create or replace temp table numbers_of_rows as
        select row_number, key as number from row_values where kind = 'phone' and row_number is not null
        union all
        select m.row_number, v.key from matched_contacts m join contact_values v using (contact_id)
        where v.kind = 'phone'
        """
    )


def _find_calls(workspace: Workspace) -> None:
    """Fill `found_calls`: the calls to any number that is sought, and those that name a lead of a contact of the rows;
    one that is both stands there twice.
    """
    names = {"activity_row": "a.row_number as activity_row"}
    columns = ", ".join(names.get(name, f"a.{name}") for name in (*_CALL_COLUMNS, "destination"))
    workspace.run(
        f"""
        create or replace temp table found_calls as
        select a.rowid as call_id, {same_number_key("a.phone_key")} as number, null::bigint as contact_id, {columns}
        from base.call_activity a semi join sought_keys s on a.phone_key = s.key
        union all
        select a.rowid, null, a.contact_id, {columns} from base.call_activity a
        semi join matched_contacts using (contact_id)
        """  # noqa: S608  # names and expressions of ours
    )


def _keep_calls_that_count(workspace: Workspace, profile: ImportProfile, destination_id: int, at: datetime) -> None:
    """Fill `row_calls`: the calls of each row that count, each once."""
    params: dict[str, Any] = {"since": earliest(profile, at)}
    counts = _IN_TIME
    if not looks_everywhere(profile):
        counts, params = f"{_IN_TIME} and {_OF_DESTINATION}", params | {"destination_id": destination_id}
    columns = ", ".join(_CALL_COLUMNS)
    workspace.run(
        f"""
        create or replace temp table row_calls as
        with counting as (select call_id, number, contact_id from found_calls where {counts}),
        to_numbers as (select call_id, {columns} from found_calls where contact_id is null),
        calls as (
            from to_numbers union all
            select call_id, {columns} from found_calls anti join to_numbers using (call_id) where contact_id is not null
        ),
        of_rows as (
            select p.row_number, c.call_id from counting c join numbers_of_rows p using (number)
            union
            select m.row_number, c.call_id from counting c join matched_contacts m using (contact_id)
        )
        select r.row_number, {columns} from of_rows r join calls using (call_id)
        """,  # noqa: S608  # names and expressions of ours
        params,
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
    """Return the condition that one of $words is in a column of `row_calls`; each spelling is compared once."""
    words = f"select {_FOLDED.format(word='word')} from (select unnest($words) as word)"  # noqa: S608  # ours
    spellings = f"select distinct {column} as word from row_calls"  # noqa: S608  # a name of ours
    return f"{column} in (select word from ({spellings}) where {_FOLDED.format(word='word')} in ({words}))"  # noqa: S608


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
        with listed as (select unnest($prefixes) as prefix),
        numbers as (select row_number, '+' || digits as phone from row_values where kind = 'phone'),
        beginnings as (
            select row_number, left(phone, length) as prefix
            from numbers cross join (select distinct length(prefix) as length from listed) where row_number is not null
        )
        select row_number, $reason as reason_code, min(prefix) as matched, count(distinct prefix) as matches
        from beginnings join listed using (prefix) group by row_number
        """,
        {"reason": Reason.AREA_CODE_LISTED.value, "prefixes": list(prefixes)},
    )


def _add_to_suppressed(workspace: Workspace) -> None:
    # Each code is there once: to sort the lists is far quicker than aggregates with an order of their own.
    workspace.run(
        f"""
        create or replace temp table suppressed as
        select row_number, list_concat(coalesce(s.codes, []), coalesce(m.codes, [])) as codes,
               nullif(concat_ws(' ', s.hint, m.hint), '') as hint
        from suppressed s
        full join (
            select row_number, list_transform(found, lambda one: one.code) as codes,
                   array_to_string(list_transform(found, lambda one: one.hint), ' ') as hint
            from (select row_number, list_sort(list({{'nth': nth, 'code': reason_code, 'hint': hint}})) as found
                  from (select row_number, reason_code, list_position($codes, reason_code) as nth, {_SENTENCE} as hint
                        from scrub_matches m left join base.activity_drops d using (drop_no))
                  group by row_number)
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
