-- Who may be called now, by the clocks where people are, and who may be called next when. A lead has the number of one
-- answer to where its person is: there are few hundred different ones, so that clocks are turned for these only.

-- For every window and set of zones within which calling is legal, until when: the first moment behind `asked` at which it
-- is not in one of the zones. That is a closing, or where clocks are put back or forward then, up to an hour before.
create macro base.calling_ends(asked) as table
with windows as (
    select distinct coalesce(s.opens, 480) as opens, coalesce(s.closes, 1260) as closes,
           coalesce(s.days, [1, 2, 3, 4, 5, 6, 7]) as days
    from base.destinations left join base.destination_settings s using (destination_id)
), zones as (
    select time_zone_set, unnest(time_zones) as zone from base.time_zone_sets
), closings as (
    select w.*, z.time_zone_set, z.zone,
           timezone(zone, date_trunc('day', timezone(zone, asked)) + to_minutes(closes)) as closing
    from windows w cross join zones z
), candidates as (
    select *, unnest([closing, closing - interval 30 minutes, closing - interval 60 minutes,
           time_bucket(interval 30 minutes, closing), time_bucket(interval 30 minutes, closing - interval 30 minutes)])
           as moment
    from closings
)
select opens, closes, days, time_zone_set, min(moment) as until
from candidates
where moment > asked and (moment = closing or not base.is_within_window(timezone(zone, moment), opens, closes, days))
group by opens, closes, days, time_zone_set;

-- What holds for each destination, where no file says otherwise: from 8 to 21 o'clock, every day, and nobody of whom
-- nothing says where they are.
create view base.rules_of_destinations as
select d.destination_id, d.kind as destination_kind, d.name as destination_name, coalesce(s.opens, 480) as opens,
       coalesce(s.closes, 1260) as closes, coalesce(s.days, [1, 2, 3, 4, 5, 6, 7]) as days, s.assumed_zone_set,
       s.max_attempts, coalesce(s.actions, []) as actions, coalesce(s.completed_by, ['converted']) as completed_by,
       dense_rank() over (order by
       coalesce(s.opens, 480), coalesce(s.closes, 1260), coalesce(s.days, [1, 2, 3, 4, 5, 6, 7])) as window_no
from base.destinations d left join base.destination_settings s using (destination_id);

-- What the clocks say, by window and set of zones; a set that never has a legal time has none.
create view base.clocks as
with windows as (
    select distinct window_no, opens, closes, days from base.rules_of_destinations
), times as materialized (
    from base.next_calling_times(base.asked_at())
), ends as materialized (
    from base.calling_ends(base.asked_at())
)
select w.window_no, z.time_zone_set, z.time_zones, z.evidence as time_zone_evidence,
       z.disagree as time_zones_disagree,
       list_transform(z.time_zones, lambda zone: strftime(timezone(zone, base.asked_at()), '%a %H:%M')) as local_times,
       case when len(z.time_zones) = 0 then 'time_zone_unknown'
            when t.next_at <= base.asked_at() then 'callable' else 'outside_window' end as verdict,
       t.next_at, case when t.next_at <= base.asked_at() then e.until end as callable_until
from windows w cross join (
    from base.time_zone_sets union all by name
    select 0 as time_zone_set, [] as time_zones, [] as evidence, false as disagree -- nothing says where the person is
) z
left join times t on t.opens = w.opens and t.closes = w.closes and t.days = w.days and t.time_zone_set = z.time_zone_set
left join ends e on e.opens = w.opens and e.closes = w.closes and e.days = w.days and e.time_zone_set = z.time_zone_set;

create macro base.has_action(action, actions, attempts, max_attempts) as (
    (len(actions) = 0 or action <= len(actions)) and attempts < coalesce(max_attempts, 2147483647));

-- Who is due, whatever lists and clocks say: for an action that there is, not expired, not called too often. Fails closed:
-- nobody is while entries are missing that were loaded, or ended without a list that says so; nor is a lead whose phone is
-- not the one that lists are asked about.
create view base.due_leads as
select e.lead_id, l.contact_id, r.destination_kind, r.destination_name, e.action, e.due_at, l.expires_at, l.phone,
       try_cast(l.attributes ->> 'lead_priority' as double) as priority,
       coalesce(r.actions[e.action]."do", 'call') as action_kind, e.attempts,
       coalesce(e.max_attempts, r.max_attempts) as max_attempts, e.destination_id, r.window_no,
       coalesce(nullif(l.time_zone_set, 0), r.assumed_zone_set, 0) as time_zone_set
from base.enrollments e
join base.leads l using (lead_id)
join base.rules_of_destinations r on r.destination_id = e.destination_id
where base.is_due(e.status, e.due_at, l.expires_at, l.phone, l.phone_key)
  and base.has_action(e.action, r.actions, e.attempts, coalesce(e.max_attempts, r.max_attempts))
  and base.lists_add_up();

-- The same of some leads: both large tables are asked for these before anything is joined, which DuckDB does not think of.
create macro base.due_among(lead_ids) as table
with asked as materialized (
    select distinct unnest(lead_ids)::bigint as lead_id
), leads as materialized (
    select l.* from base.leads l join asked using (lead_id)
), enrolled as materialized (
    select e.* from base.enrollments e join asked using (lead_id)
)
select e.lead_id, l.contact_id, r.destination_kind, r.destination_name, e.action, e.due_at, l.expires_at, l.phone,
       try_cast(l.attributes ->> 'lead_priority' as double) as priority,
       coalesce(r.actions[e.action]."do", 'call') as action_kind, e.attempts,
       coalesce(e.max_attempts, r.max_attempts) as max_attempts, e.destination_id, r.window_no,
       coalesce(nullif(l.time_zone_set, 0), r.assumed_zone_set, 0) as time_zone_set
from enrolled e
join leads l using (lead_id)
join base.rules_of_destinations r on r.destination_id = e.destination_id
where base.is_due(e.status, e.due_at, l.expires_at, l.phone, l.phone_key)
  and base.has_action(e.action, r.actions, e.attempts, coalesce(e.max_attempts, r.max_attempts))
  and base.lists_add_up();

-- Of those, who is on no list. One join: under a limit, two with one materialized CTE never end (DuckDB 2.0.0).
create view base.reachable as
select l.*
from base.due_leads l
anti join base.suppressed_contacts c
    on c.contact_id = l.contact_id and (c.destination_id is null or c.destination_id = l.destination_id);

-- The same of some leads, without looking at all others.
create macro base.reachable_among(lead_ids) as table
with due as materialized (
    from base.due_among(lead_ids)
), suppressed as materialized (
    from base.suppressions_among((select list(contact_id) from due))
)
select l.* from due l
where not exists (select 1 from suppressed s where s.contact_id = l.contact_id
                  and (s.destination_id is null or s.destination_id = l.destination_id));

-- Who may be called when it is time to.
create view main.reachable_leads as
select * exclude (destination_id, window_no, time_zone_set) from base.reachable;

create macro main.reachable_among(lead_ids) as table
select * exclude (destination_id, window_no, time_zone_set) from base.reachable_among(lead_ids);

-- Every reachable lead, and when it may be called: now, next at some time, or nobody knows where the person is.
create view main.calling_times as
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.action_kind, r.due_at, r.expires_at,
       r.phone, r.priority, r.attempts, r.max_attempts, c.* exclude (window_no, time_zone_set)
from base.reachable r join base.clocks c using (window_no, time_zone_set);

create macro main.calling_times_among(lead_ids) as table
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.action_kind, r.due_at, r.expires_at,
       r.phone, r.priority, r.attempts, r.max_attempts, c.* exclude (window_no, time_zone_set)
from base.reachable_among(lead_ids) r join base.clocks c using (window_no, time_zone_set);

-- Whom a dialer may call now.
create or replace view main.callable_leads as
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.due_at, r.expires_at, r.phone,
       r.priority, r.action_kind, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.callable_until
from base.reachable r join (from base.clocks where verdict = 'callable') c using (window_no, time_zone_set);

create macro main.callable_among(lead_ids) as table
select r.lead_id, r.contact_id, r.destination_kind, r.destination_name, r.action, r.due_at, r.expires_at, r.phone,
       r.priority, r.action_kind, r.attempts, r.max_attempts, c.time_zones, c.time_zone_evidence, c.callable_until
from base.reachable_among(lead_ids) r
join (from base.clocks where verdict = 'callable') c using (window_no, time_zone_set);
