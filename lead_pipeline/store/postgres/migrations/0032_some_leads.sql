-- What the views say of some leads, without looking at all others: functions under the names, and with the columns, that the
-- macros of the embedded store have. A reader sees no table, so that these ask with the rights of their owner, and only
-- whoever is allowed to calls them.

-- The integer that an identifier other than a phone is matched by: the upper half of its MD5, whose bytes DuckDB reads from the
-- last to the first (md5_number); a test compares the two.
create function base.key_of_value(value text) returns bigint language sql stable parallel safe as $$
select ('x' || string_agg(substr(digest, 33 - 2 * nth, 2), '' order by nth))::bit(64)::bigint
from (select md5(convert_to(value, 'UTF8')) as digest) hashed, generate_series(1, 8) as nth
$$;

-- As screening/phone_equivalence.py; a test compares the two.
create function base.older_number_key(key bigint) returns bigint language sql immutable parallel safe as $$
select case
    when key between 520000000000 and 529999999999 then 5210000000000 + key % 10000000000
    when key between 540000000000 and 549999999999 then 5490000000000 + key % 10000000000
    when key between 5500000000000 and 5599999999999 and (key / 10000000) % 100 >= 96
        then 550000000000 + ((key / 1000000000) % 100) * 100000000 + key % 100000000
    when key between 2290120000000 and 2290199999999 then 22900000000 + key % 100000000
    when key between 2250000000000 and 2259999999999 and (key / 10000000) % 10 not in (2, 3)
         and (key / 100000000) % 100 = case when (key / 1000000) % 10 >= 7 then 7
                                            when (key / 1000000) % 10 >= 4 then 5 else 1 end
        then 22500000000 + key % 100000000
    when key between 24100000000 and 24199999999 and (key / 1000000) % 100 in (11, 62, 74, 65, 66, 77)
        then 24100000000 + key % 1000000 + 1000000 * case (key / 1000000) % 100 when 11 then 1 when 62 then 2
             when 74 then 4 when 65 then 5 when 66 then 6 else 7 end
    when key between 576010000000 and 576089999999 then 5700000000 + key % 100000000
    end
$$;

create view base.entries_in_force as
select kind, identifier_kind, key, value, destination_id from base.suppressions
where ended_by is null and (expires_at is null or expires_at > base.asked_at());

create view base.numbers_of_contacts as
select contact_id, key as digits from base.identifiers where kind = 'phone'
union all
select contact_id, phone_key from base.leads where phone_key is not null;

create view base.other_keys_of_contacts as
select contact_id, kind, key from base.identifiers where kind <> 'phone'
union all
select contact_id, 'email', base.key_of_value(lower(email)) from base.leads where email is not null
union all
select contact_id, 'external_id', base.key_of_value(external_id) from base.leads where external_id is not null
union all
select contact_id, 'cookie_id', base.key_of_value(cookie_id) from base.leads where cookie_id is not null
union all
select contact_id, 'social', base.key_of_value(social) from base.leads where social is not null;

-- The same as suppressions_of_contacts, for some contacts: theirs, and of whoever shares an identifier with them those of people.
create function base.suppressions_among(contact_ids bigint[])
returns table (contact_id bigint, destination_id integer, kind text) language sql stable parallel safe as $$
with asked as materialized (
    select distinct unnest(contact_ids) as contact_id
), own as materialized (
    select n.contact_id, 'phone' as kind, base.same_number_key(n.digits) as key
    from asked join base.numbers_of_contacts n using (contact_id)
    union
    select k.contact_id, k.kind, k.key from asked join base.other_keys_of_contacts k using (contact_id)
), sought as materialized (
    select o.contact_id, o.kind, o.key from own o
    union
    select o.contact_id, o.kind, base.older_number_key(o.key) from own o
    where o.kind = 'phone' and base.older_number_key(o.key) is not null
), circle as materialized (
    select a.contact_id as asked, a.contact_id from asked a
    union
    select s.contact_id, i.contact_id from sought s join base.identifiers i on i.kind = s.kind and i.key = s.key
    union
    select s.contact_id, l.contact_id from sought s join base.leads l on l.phone_key = s.key where s.kind = 'phone'
), members as materialized (
    select distinct c.contact_id from circle c
), numbers as materialized (
    select distinct n.contact_id, n.digits, base.same_number_key(n.digits) as number
    from members join base.numbers_of_contacts n using (contact_id)
), forms as materialized (
    select n.contact_id, 'phone' as kind, n.number as key from numbers n
    union
    select n.contact_id, 'phone', base.older_number_key(n.number) from numbers n
    where base.older_number_key(n.number) is not null
    union
    select k.contact_id, k.kind, k.key from members join base.other_keys_of_contacts k using (contact_id)
), domains as materialized (
    select i.contact_id, split_part(lower(i.value), '@', -1) as domain
    from members join base.identifiers i using (contact_id) where i.kind = 'email'
    union
    select l.contact_id, split_part(lower(l.email), '@', -1)
    from members join base.leads l using (contact_id) where l.email is not null
), hit as materialized (
    select f.contact_id, s.destination_id, s.kind
    from forms f join base.entries_in_force s on s.key = f.key and s.identifier_kind = f.kind
    where s.identifier_kind not in ('domain', 'prefix')
    union
    select d.contact_id, s.destination_id, s.kind
    from domains d join base.entries_in_force s
    on s.identifier_kind = 'domain' and lower(ltrim(s.value, '@')) = d.domain
    union
    select n.contact_id, s.destination_id, s.kind
    from (select contact_id, digits::text as digits from numbers
          union select contact_id, number::text from numbers) n
    join base.entries_in_force s
    on s.identifier_kind = 'prefix' and length(ltrim(s.value, '+')) <= 15 and starts_with(n.digits, ltrim(s.value, '+'))
)
select c.asked, h.destination_id, h.kind
from circle c join hit h using (contact_id)
where c.asked = c.contact_id or h.kind in ('opted_out', 'blocked', 'litigator', 'complaint')
$$;

-- Who is due, whatever lists and clocks say. Fails closed: nobody is while entries are missing that were loaded, or ended
-- without a list that says so; nor is a lead whose phone is not the one that lists are asked about.
create view base.due_leads as
select e.lead_id, l.contact_id, r.destination_kind, r.destination_name, e.action, e.due_at, l.expires_at, l.phone,
       base.priority_of(l.attributes) as priority,
       coalesce(r.actions -> (e.action - 1) ->> 'do', 'call') as action_kind, e.attempts,
       coalesce(e.max_attempts, r.max_attempts) as max_attempts, r.opens, r.closes, r.days,
       coalesce(nullif(l.time_zone_set, 0), r.assumed_zone_set, 0) as time_zone_set, e.destination_id
from base.enrollments e
join base.leads l using (lead_id)
join base.rules_of_destinations r on r.destination_id = e.destination_id
where e.status = 'due' and e.due_at <= base.asked_at() and (l.expires_at is null or l.expires_at > base.asked_at())
  and case when pg_input_is_valid(l.phone, 'bigint') then l.phone_key = l.phone::bigint end
  and (json_array_length(r.actions) = 0 or e.action <= json_array_length(r.actions))
  and e.attempts < coalesce(e.max_attempts, r.max_attempts, 2147483647)
  and (select count(*) from base.suppressions) = (select coalesce(sum(rows_added), 0) from base.suppression_lists)
  and (select count(ended_by) from base.suppressions)
      = (select coalesce(sum(rows_ended), 0) from base.suppression_lists);

-- Of those, who is on no list.
create or replace view base.reachable as
with suppressed as (
    select distinct contact_id, destination_id from base.suppressions_of_contacts
)
select d.lead_id, d.contact_id, d.destination_kind, d.destination_name, d.action, d.due_at, d.expires_at, d.phone,
       d.priority, d.action_kind, d.attempts, d.max_attempts, d.opens, d.closes, d.days, d.time_zone_set
from base.due_leads d
where not exists (select 1 from suppressed s where s.contact_id = d.contact_id and s.destination_id is null)
  and not exists (select 1 from suppressed s
                  where s.contact_id = d.contact_id and s.destination_id = d.destination_id);

create function base.reachable_among(lead_ids bigint[]) returns setof base.reachable
language sql stable parallel safe as $$
with due as materialized (
    select * from base.due_leads d where d.lead_id = any (lead_ids)
), suppressed as materialized (
    select * from base.suppressions_among((select array_agg(distinct contact_id) from due))
)
select d.lead_id, d.contact_id, d.destination_kind, d.destination_name, d.action, d.due_at, d.expires_at, d.phone,
       d.priority, d.action_kind, d.attempts, d.max_attempts, d.opens, d.closes, d.days, d.time_zone_set
from due d
where not exists (select 1 from suppressed s
                  where s.contact_id = d.contact_id
                    and (s.destination_id is null or s.destination_id = d.destination_id))
$$;

-- What readers call. Few rows are looked up in large tables: to compile such a question takes longer than to answer it, and a
-- jump costs little (as in the commits of imports).
create function public.reachable_among(lead_ids bigint[]) returns setof public.reachable_leads
language sql stable security definer
set search_path = pg_catalog, pg_temp set jit = off set random_page_cost = 1.1 as $$
select lead_id, contact_id, destination_kind, destination_name, action, due_at, expires_at, phone, priority, action_kind,
       attempts, max_attempts
from base.reachable_among(lead_ids)
$$;

create function public.calling_times_among(lead_ids bigint[]) returns setof public.calling_times
language sql stable security definer
set search_path = pg_catalog, pg_temp set jit = off set random_page_cost = 1.1 as $$
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.action_kind, r.due_at, r.expires_at,
       r.phone, r.priority, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.time_zones_disagree,
       c.local_times, c.verdict, c.next_at, c.callable_until
from base.reachable_among(lead_ids) r join base.clocks c using (opens, closes, days, time_zone_set)
$$;

create function public.callable_among(lead_ids bigint[]) returns setof public.callable_leads
language sql stable security definer
set search_path = pg_catalog, pg_temp set jit = off set random_page_cost = 1.1 as $$
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.due_at, r.expires_at, r.phone,
       r.priority, r.action_kind, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.callable_until
from base.reachable_among(lead_ids) r join base.clocks c using (opens, closes, days, time_zone_set)
where c.verdict = 'callable'
$$;

revoke execute on function public.reachable_among(bigint[]), public.calling_times_among(bigint[]),
    public.callable_among(bigint[]) from public;
