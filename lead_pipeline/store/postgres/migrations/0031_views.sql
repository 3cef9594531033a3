-- The views for people and programs, under the names and with the columns that they have in the embedded store. Nested values
-- are JSON here. They are the only thing that a reader needs to see, and nothing that imports do waits for them.
create function base.asked_at() returns timestamptz language sql stable parallel safe as 'select now()';

-- As screening/phone_equivalence.py; a test compares the two.
create function base.same_number_key(key bigint) returns bigint language sql immutable parallel safe as $$
select case
    when key between 10000000000 and 19999999999 then key
    when key between 5210000000000 and 5219999999999 then 520000000000 + key % 10000000000
    when key between 5490000000000 and 5499999999999 then 540000000000 + key % 10000000000
    when key between 550000000000 and 559999999999 and (key / 10000000) % 10 >= 6
        then 5500000000000 + ((key / 100000000) % 100) * 1000000000 + 900000000 + key % 100000000
    when key between 22920000000 and 22999999999 then 2290100000000 + key % 100000000
    when key between 22500000000 and 22599999999 and (key / 10000000) % 10 not in (2, 3)
        then 2250000000000 + key % 100000000 + 100000000 * case when (key / 1000000) % 10 >= 7 then 7
             when (key / 1000000) % 10 >= 4 then 5 else 1 end
    when key between 24101000000 and 24107999999 and (key / 1000000) % 10 not in (0, 3)
        then 24100000000 + key % 1000000 + 1000000 * case (key / 1000000) % 10 when 1 then 11 when 2 then 62
             when 4 then 74 when 5 then 65 when 6 then 66 else 77 end
    when key between 5710000000 and 5789999999 then 576000000000 + key % 100000000
    else key end
$$;

create function base.priority_of(attributes text) returns double precision language sql immutable parallel safe as $$
select case when pg_input_is_valid(value, 'double precision') then value::double precision end
from (select attributes::json ->> 'lead_priority' as value) given
$$;

create view public.recovered_rows as
with became as (
    select s.*, i.import_id as sequel_id,
           row_number() over (partition by s.first_import_no, s.first_row_number
                              order by s.import_no, s.row_number) as nth
    from base.sequel_rows s join base.imports i using (import_no)
    where i.status in ('completed', 'completed_with_rejects')
      and (s.outcome = 'created' or (s.outcome in ('updated', 'unchanged') and s.first_outcome <> 'duplicate'))
      and exists (select 1 from base.leads l where l.lead_id = s.lead_id)
)
select f.import_id, b.first_row_number as row_number, b.first_outcome, b.sequel_id as recovered_by,
       b.row_number as recovered_row_number, b.outcome, b.lead_id
from became b join base.imports f on f.import_no = b.first_import_no
where b.nth = 1;

create view public.imports as
select i.import_id, i.status, i.profile, d.kind as destination_kind, d.name as destination_name, i.file_name,
       i.file_sha256, i.file_bytes, i.rows_read, i.rows_created, i.rows_updated, i.rows_unchanged, i.rows_duplicate,
       i.rows_suppressed, i.rows_rejected, i.rows_skipped, i.contacts_created, i.suppressions_known, i.message,
       i.profile_fingerprint, i.started_at, i.committed_at, f.import_id as sequel_of,
       coalesce(r.recovered, 0) as rows_recovered, coalesce(s.still_rejected, 0) as rows_still_rejected
from base.imports i join base.destinations d using (destination_id)
left join base.imports f on f.import_no = i.sequel_of
left join (select import_id, count(*) as recovered from public.recovered_rows group by import_id) r
       on r.import_id = i.import_id
left join (select import_no, count(*) as still_rejected from base.sequel_rows
           where not is_changed and outcome = 'rejected' and first_outcome = 'rejected' group by import_no) s
       on s.import_no = i.import_no;

create view public.leads as
select l.lead_id, l.contact_id, d.kind as destination_kind, d.name as destination_name, l.phone, l.email,
       l.first_name, l.last_name, l.full_name, l.company, l.street, l.city, l.state, l.postal_code, l.country,
       l.remote_ip, l.notes, l.status, l.source, l.lead_score, l.deal_value, l.tags, l.external_id, l.cookie_id,
       l.social, l.phone_extension, l.phone_type, l.phone_region, l.phone_time_zones, l.phone_national,
       l.expires_at, l.attributes, i.import_id, l.row_number, u.import_id as updated_import_id, l.created_at,
       l.updated_at, l.consent_at, l.consent_source, l.consent_ip, l.consent_text_hash
from base.leads l
join base.destinations d using (destination_id)
join base.imports i using (import_no)
left join base.imports u on u.import_no = l.updated_by;

create view public.contacts as
select c.contact_id, i.kind as identifier_kind, coalesce(i.value, '+' || i.key) as identifier, c.created_at
from base.contacts c join base.identifiers i using (contact_id);

create view public.secondary_contacts as
select s.lead_id, s.position, s.phone, s.attributes, i.import_id,
       case when s.reason is null then 'callable' else 'suppressed' end as status, s.reason
from base.secondary_contacts s join base.imports i using (import_no);

create view public.companies as
select c.company_id, d.kind as destination_kind, d.name as destination_name, c.name, i.import_id, c.created_at
from base.companies c join base.destinations d using (destination_id) join base.imports i using (import_no);

create view public.tags as
select t.tag_id, d.kind as destination_kind, d.name as destination_name, t.name, i.import_id, t.created_at
from base.tags t join base.destinations d using (destination_id) join base.imports i using (import_no);

create view public.row_outcomes as
select i.import_id, o.row_number, o.line_number, o.outcome, coalesce(o.reason_codes, '{}') as reason_codes,
       coalesce(o.warning_codes, '{}') as warning_codes, o.hints, o.lead_id,
       coalesce(o.reason_columns, '[]') as reason_columns
from base.row_outcomes o join base.imports i using (import_no);

create view public.rejected_leads as
select i.import_id, r.row_number, r.line_number, r.outcome, coalesce(r.reason_codes, '{}') as reason_codes, r.hints,
       r.raw, coalesce(r.reason_columns, '[]') as reason_columns
from base.rejected_rows r join base.imports i using (import_no);

create view public.differing_values as
with members as (
    select v.import_no, v.row_number, v.lead_id, 'attribute.' || name as field, v.lead_value::json ->> name as lead_value,
           v.row_value::json ->> name as row_value, v.kept
    from base.differing_values v, json_object_keys(v.lead_value::json) as name
    where v.field = 'attributes'
), whole as (
    select import_no, row_number, lead_id, field, lead_value, row_value, kept
    from base.differing_values where field <> 'attributes'
    union all
    select * from members where lead_value is distinct from row_value
)
select i.import_id, w.row_number, w.lead_id, w.field, w.lead_value, w.row_value, w.kept
from whole w join base.imports i using (import_no);

create view public.consents as
select l.lead_id, 'current' as state, l.consent_at, l.consent_source, l.consent_ip, l.consent_text_hash,
       null::text as import_id, null::bigint as row_number
from base.leads l
where l.consent_at is not null or l.consent_source is not null or l.consent_ip is not null
   or l.consent_text_hash is not null
union all
select o.lead_id, case o.kept when 'row' then 'replaced' else 'not_taken' end, o.consent_at, o.consent_source,
       o.consent_ip, o.consent_text_hash, i.import_id, o.row_number
from base.other_consents o join base.imports i using (import_no);

create view public.suppression_lists as
select l.list_id, l.name, l.version, l.kind, l.mode, d.kind as destination_kind, d.name as destination_name, l.file_name,
       l.file_sha256, l.rows_read, l.rows_added, l.rows_known, l.rows_ended, l.rows_rejected, l.entries_before,
       l.entries_after, l.loaded_at, l.entries_kept, l.entries_trusted, l.delivered_at
from base.suppression_lists l left join base.destinations d using (destination_id);

create view public.refused_lists as
select list_id, name, kind, destination, file_name, file_sha256, message, staged_at, refused_at from base.refused_lists;

create view public.accepted_lists as
select a.name, l.version, l.list_id, a.entries_trusted, a.entries_after, a.note, a.accepted_at
from base.accepted_lists a join base.suppression_lists l using (list_no);

create view public.suppression_rows as
select l.list_id, l.name, l.version, r.row_number, r.line_number, r.outcome,
       coalesce(r.reason_codes, '{}') as reason_codes
from base.suppression_rows r join base.suppression_lists l using (list_no);

create view public.suppression_history as
select s.kind, s.identifier_kind, s.value, s.reason, d.kind as destination_kind, d.name as destination_name, s.country,
       s.listed_on, s.source, s.expires_at, l.name as list_name, l.version as list_version, l.list_id, s.added_at,
       e.list_id as ended_by_list_id, s.ended_at
from base.suppressions s join base.suppression_lists l using (list_no)
left join base.suppression_lists e on e.list_no = s.ended_by
left join base.destinations d on d.destination_id = s.destination_id;

create view public.suppressions as
select kind, identifier_kind, value, reason, list_id, added_at, destination_kind, destination_name, country, listed_on,
       source, expires_at, list_name, list_version
from public.suppression_history
where ended_at is null and (expires_at is null or expires_at > base.asked_at());

create view public.withheld_attributes as
select w.lead_id, w.name, w.value, w.reason, l.list_id, w.withheld_at
from base.withheld_attributes w join base.suppression_lists l using (list_no);

create view public.call_activity as
select d.drop_id, a.row_number, '+' || a.phone_key as phone, a.lead_id, a.destination, a.buyer, a.disposition, a.dialed,
       a.connected, a.converted, a.attempts, a.happened_at, d.loaded_at
from base.call_activity a join base.activity_drops d using (drop_no);

create view public.activity_drops as
select drop_id, file_name, file_sha256, rows_read, rows_added, rows_known, rows_rejected, loaded_at
from base.activity_drops;

create view public.activity_rows as
select d.drop_id, r.row_number, r.line_number, r.outcome, coalesce(r.reason_codes, '{}') as reason_codes
from base.activity_drops d join (
    select drop_no, row_number, line_number, outcome, reason_codes from base.activity_rows
    union all
    select distinct drop_no, row_number, null::bigint, 'added', null::text[] from base.call_activity
) r using (drop_no);

create view public.scrub_hits as
with ledger as (
    select import_no, row_number, reason_code, case when reason_code = 'duplicate_existing' then lead_id end as lead_id
    from (select import_no, row_number, lead_id, outcome, unnest(reason_codes) as reason_code
          from base.row_outcomes where outcome in ('suppressed', 'duplicate')) given
    where reason_code = 'duplicate_existing'
       or (outcome = 'suppressed' and reason_code <> 'area_code_listed'
           and not starts_with(reason_code, 'prior_') and not starts_with(reason_code, 'duplicate_'))
), every as (
    select import_no, row_number, reason_code, drop_no, activity_row, lead_id, happened_at, matched, matched_kind, list_no,
           listed_on, matches
    from base.scrub_hits
    union all
    select g.import_no, g.row_number, g.reason_code, null, null, g.lead_id, null, null, null, null, null, 1
    from ledger g where not exists (
        select 1 from base.scrub_hits h
        where h.import_no = g.import_no and h.row_number = g.row_number and h.reason_code = g.reason_code)
)
select i.import_id, e.row_number,
       case e.reason_code when 'duplicate_existing' then 'existing_lead' when 'area_code_listed' then 'area_codes'
                          when 'prior_disposition' then 'dispositions'
                          else replace(e.reason_code, 'prior_', '') end as rule,
       e.reason_code, s.name as list_name, s.version as list_version, s.list_id, e.matched_kind, e.matched,
       case when e.list_no is not null then coalesce(e.listed_on, (s.loaded_at at time zone 'UTC')::date)
            when e.reason_code = 'duplicate_existing' then (l.created_at at time zone 'UTC')::date
            else (e.happened_at at time zone 'UTC')::date end as matched_on,
       e.lead_id, o.import_id as lead_import_id, d.drop_id, e.activity_row, e.happened_at, e.matches
from every e join base.imports i using (import_no)
left join base.activity_drops d using (drop_no)
left join base.suppression_lists s using (list_no)
left join base.leads l on l.lead_id = e.lead_id and e.reason_code = 'duplicate_existing'
left join base.imports o on o.import_no = l.import_no;

create view public.enrollments as
select e.lead_id, d.name as schedule, e.action,
       case when e.status in ('due', 'stopped') and l.expires_at <= base.asked_at() then 'expired'
            when e.status = 'due' and e.due_at > base.asked_at() then 'waiting' else e.status end as status,
       e.due_at, l.expires_at, l.phone, base.priority_of(l.attributes) as priority, e.reason,
       d.kind as destination_kind, e.attempts, coalesce(e.max_attempts, s.max_attempts) as max_attempts, i.import_id,
       c.command_id, e.started_at, e.ended_at
from base.enrollments e
join base.destinations d using (destination_id)
join base.leads l using (lead_id)
left join base.destination_settings s on s.destination_id = e.destination_id
left join base.imports i on i.import_no = e.import_no
left join base.lead_commands c on c.command_no = e.command_no;

create view public.lead_commands as
select command_id, command, conditions, settings, leads, enrollments, note, "at" from base.lead_commands;

create view public.enrollment_events as
select e.lead_id, d.kind as destination_kind, d.name as destination_name, e.change, e."before" ->> 'status' as status_before,
       e."after" ->> 'status' as status_after, (e."after" ->> 'action')::integer as "action",
       (e."after" ->> 'due_at')::timestamptz as due_at, e."after" ->> 'reason' as reason,
       b.kind || ':' || b.name as destination_before, e."before", e."after", e.cause,
       case e.cause when 'import' then i.import_id when 'list' then l.list_id when 'activity' then a.drop_id
                    else c.command_id end as cause_id, e."at"
from base.enrollment_events e
join base.destinations d using (destination_id)
left join base.destinations b on b.destination_id = (e."before" ->> 'destination_id')::integer
left join base.imports i on e.cause = 'import' and i.import_no = e.cause_no
left join base.suppression_lists l on e.cause = 'list' and l.list_no = e.cause_no
left join base.activity_drops a on e.cause = 'activity' and a.drop_no = e.cause_no
left join base.lead_commands c on e.cause = 'command' and c.command_no = e.cause_no;

-- The contacts that an entry in force concerns, and by entries of which kinds: by an identifier they are known by, or by a
-- value of any of their leads. An entry of people also concerns whoever else is known by an identifier of theirs, or has
-- the phone of one of their leads. The same may come more than once. As in the embedded store, by values instead of keys.
create view base.suppressions_of_contacts as
with entries as (
    select kind, identifier_kind, key, case when identifier_kind = 'email' then lower(value) else value end as value,
           destination_id
    from base.suppressions where ended_by is null and (expires_at is null or expires_at > base.asked_at())
), numbers as (
    select contact_id, key as digits, base.same_number_key(key) as number from base.identifiers where kind = 'phone'
    union all
    select contact_id, phone_key, base.same_number_key(phone_key) from base.leads where phone_key is not null
), others as (
    select contact_id, kind, value, true as identifies from base.identifiers where kind <> 'phone'
    union all
    select contact_id, 'email', lower(email), false from base.leads where email is not null
    union all
    select contact_id, 'external_id', external_id, false from base.leads where external_id is not null
    union all
    select contact_id, 'cookie_id', cookie_id, false from base.leads where cookie_id is not null
    union all
    select contact_id, 'social', social, false from base.leads where social is not null
), hit as (
    select n.contact_id, s.destination_id, s.kind
    from numbers n join entries s on s.identifier_kind = 'phone' and base.same_number_key(s.key) = n.number
    union all
    select k.contact_id, s.destination_id, s.kind
    from others k join entries s on s.identifier_kind = k.kind and s.value = k.value
    where s.identifier_kind not in ('phone', 'domain', 'prefix')
    union all
    select k.contact_id, s.destination_id, s.kind
    from others k join entries s
    on s.identifier_kind = 'domain' and lower(ltrim(s.value, '@')) = split_part(lower(k.value), '@', -1)
    where k.kind = 'email'
    union all
    select n.contact_id, s.destination_id, s.kind
    from (select contact_id, digits::text as digits from numbers
          union select contact_id, number::text from numbers) n
    cross join (select distinct length(ltrim(value, '+')) as digits from entries where identifier_kind = 'prefix') long
    join entries s on s.identifier_kind = 'prefix' and ltrim(s.value, '+') = left(n.digits, long.digits)
    where long.digits <= 15
), people as (
    select distinct contact_id, destination_id, kind from hit
    where kind in ('opted_out', 'blocked', 'litigator', 'complaint')
)
select contact_id, destination_id, kind from hit
union all
select n.contact_id, t.destination_id, t.kind
from numbers n join (
    select distinct p.destination_id, p.kind, n.number from numbers n join people p using (contact_id)
) t using (number)
union all
select k.contact_id, t.destination_id, t.suppression
from others k join (
    select distinct p.destination_id, p.kind as suppression, k.kind, k.value
    from others k join people p using (contact_id) where k.identifies
) t using (kind, value);

create function base.is_within_window(local_time timestamp, opens integer, closes integer, days integer[])
returns boolean language sql immutable parallel safe as $$
select extract(hour from local_time) * 60 + extract(minute from local_time) >= opens
   and extract(hour from local_time) * 60 + extract(minute from local_time) < closes
   and extract(isodow from local_time)::integer = any (days)
$$;

create view base.rules_of_destinations as
select d.destination_id, d.kind as destination_kind, d.name as destination_name, coalesce(s.opens, 480) as opens,
       coalesce(s.closes, 1260) as closes, coalesce(s.days, '{1,2,3,4,5,6,7}') as days, s.assumed_zone_set,
       s.max_attempts, coalesce(s.actions, '[]') as actions
from base.destinations d left join base.destination_settings s using (destination_id);

-- What the clocks say, by window and set of zones: when calling is within the window in each of the zones, from now on, and
-- until when. As base.next_calling_times and base.calling_ends of the embedded store.
create view base.clocks as
with windows as (
    select distinct opens, closes, days from base.rules_of_destinations
), zones as (
    select time_zone_set, unnest(time_zones) as zone from base.time_zone_sets
), candidates as (
    select w.*, z.time_zone_set,
           greatest(base.asked_at(),
                    timezone(zone, date_trunc('day', timezone(zone, base.asked_at())) + make_interval(days => day)
                                   + make_interval(mins => opens))) as moment
    from windows w cross join zones z cross join generate_series(0, 9) as day
    union
    select w.*, s.time_zone_set, base.asked_at() from windows w cross join base.time_zone_sets s
), legal as (
    select c.opens, c.closes, c.days, c.time_zone_set, c.moment
    from candidates c join zones z using (time_zone_set)
    group by c.opens, c.closes, c.days, c.time_zone_set, c.moment
    having bool_and(base.is_within_window(timezone(z.zone, c.moment), c.opens, c.closes, c.days))
), times as (
    select opens, closes, days, time_zone_set, min(moment) as next_at
    from legal group by opens, closes, days, time_zone_set
), closings as (
    select w.*, z.time_zone_set, z.zone,
           timezone(zone, date_trunc('day', timezone(zone, base.asked_at())) + make_interval(mins => closes)) as closing
    from windows w cross join zones z
), ends as (
    select c.opens, c.closes, c.days, c.time_zone_set, min(m.moment) as until
    from closings c cross join lateral (values
        (closing), (closing - interval '30 minutes'), (closing - interval '60 minutes'),
        (date_bin('30 minutes', closing, 'epoch')), (date_bin('30 minutes', closing - interval '30 minutes', 'epoch'))
    ) m (moment)
    where m.moment > base.asked_at()
      and (m.moment = closing
           or not base.is_within_window(timezone(zone, m.moment), c.opens, c.closes, c.days))
    group by c.opens, c.closes, c.days, c.time_zone_set
), sets as (
    select time_zone_set, time_zones, evidence, disagree from base.time_zone_sets
    union all
    select 0, '{}', '{}', false -- nothing says where the person is
)
select w.opens, w.closes, w.days, z.time_zone_set, z.time_zones, z.evidence as time_zone_evidence,
       z.disagree as time_zones_disagree,
       array(select to_char(timezone(zone, base.asked_at()), 'Dy HH24:MI')
             from unnest(z.time_zones) with ordinality as one (zone, nth) order by nth) as local_times,
       case when cardinality(z.time_zones) = 0 then 'time_zone_unknown'
            when t.next_at <= base.asked_at() then 'callable' else 'outside_window' end as verdict,
       t.next_at, case when t.next_at <= base.asked_at() then e.until end as callable_until
from windows w cross join sets z
left join times t using (opens, closes, days, time_zone_set)
left join ends e using (opens, closes, days, time_zone_set);

-- Who is due and on no list, whatever clocks say. Fails closed: nobody is while entries are missing that were loaded, or
-- ended without a list that says so; nor is a lead whose phone is not the one that lists are asked about.
create view base.reachable as
with suppressed as (
    select distinct contact_id, destination_id from base.suppressions_of_contacts
)
select e.lead_id, l.contact_id, r.destination_kind, r.destination_name, e.action, e.due_at, l.expires_at, l.phone,
       base.priority_of(l.attributes) as priority,
       coalesce(r.actions -> (e.action - 1) ->> 'do', 'call') as action_kind, e.attempts,
       coalesce(e.max_attempts, r.max_attempts) as max_attempts, r.opens, r.closes, r.days,
       coalesce(nullif(l.time_zone_set, 0), r.assumed_zone_set, 0) as time_zone_set
from base.enrollments e
join base.leads l using (lead_id)
join base.rules_of_destinations r on r.destination_id = e.destination_id
where e.status = 'due' and e.due_at <= base.asked_at() and (l.expires_at is null or l.expires_at > base.asked_at())
  and case when pg_input_is_valid(l.phone, 'bigint') then l.phone_key = l.phone::bigint end
  and (json_array_length(r.actions) = 0 or e.action <= json_array_length(r.actions))
  and e.attempts < coalesce(e.max_attempts, r.max_attempts, 2147483647)
  and (select count(*) from base.suppressions) = (select coalesce(sum(rows_added), 0) from base.suppression_lists)
  and (select count(ended_by) from base.suppressions)
      = (select coalesce(sum(rows_ended), 0) from base.suppression_lists)
  and not exists (select 1 from suppressed s where s.contact_id = l.contact_id and s.destination_id is null)
  and not exists (select 1 from suppressed s
                  where s.contact_id = l.contact_id and s.destination_id = e.destination_id);

create view public.reachable_leads as
select lead_id, contact_id, destination_kind, destination_name, action, due_at, expires_at, phone, priority, action_kind,
       attempts, max_attempts
from base.reachable;

create view public.calling_times as
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.action_kind, r.due_at, r.expires_at,
       r.phone, r.priority, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.time_zones_disagree,
       c.local_times, c.verdict, c.next_at, c.callable_until
from base.reachable r join base.clocks c using (opens, closes, days, time_zone_set);

create view public.callable_leads as
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.due_at, r.expires_at, r.phone,
       r.priority, r.action_kind, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.callable_until
from base.reachable r join base.clocks c using (opens, closes, days, time_zone_set)
where c.verdict = 'callable';
