-- When people may be called. A person's clock may be in several zones (a number is taken along, a state lies in two):
-- a call has to be within the window in each of them.

-- Every answer to where the people of leads are: a few hundred different ones.
create table base.time_zone_sets (
    time_zone_set integer not null,
    time_zones varchar[] not null,
    evidence varchar[],                 -- number, postal_code, state, country; destination: assumed
    disagree boolean                    -- number and address show different clocks
);

alter table base.leads add column time_zone_set integer; -- 0: nothing says where the person is; null: not asked yet

-- What files in destinations/ say, as it was when the destination was last used.
create table base.destination_settings (
    destination_id integer not null,
    opens integer not null,             -- minutes since midnight, the person's time
    closes integer not null,
    days integer[] not null,            -- ISO: Monday is 1
    assumed_zone_set integer,           -- whose clock counts for people of unknown zone; null: nobody calls them
    max_attempts integer,
    actions struct("do" varchar, after_seconds bigint)[] not null,
    fingerprint varchar not null,
    set_at timestamptz not null,
    completed_by varchar[]              -- dispositions, in lower case; null: converted
);

create macro base.is_within_window(local_time, opens, closes, days) as (
    extract(hour from local_time) * 60 + extract(minute from local_time) >= opens
    and extract(hour from local_time) * 60 + extract(minute from local_time) < closes
    and list_contains(days, extract(isodow from local_time)::integer));

-- For every window and set of zones the first moment from `asked` on at which calling is within the window in each of
-- the zones; no row where there is none in the next nine days, as for the numbers of half the world. A candidate is now,
-- or an opening in one of the zones; of an opening that the clocks skip or repeat, the later moment is taken.
create macro base.next_calling_times(asked) as table
with windows as (
    select distinct coalesce(s.opens, 480) as opens, coalesce(s.closes, 1260) as closes,
           coalesce(s.days, [1, 2, 3, 4, 5, 6, 7]) as days
    from base.destinations left join base.destination_settings s using (destination_id)
), zones as (
    select time_zone_set, unnest(time_zones) as zone from base.time_zone_sets
), candidates as (
    select w.*, z.time_zone_set,
           greatest(asked, timezone(zone, date_trunc('day', timezone(zone, asked)) + to_days(day::integer)
                                          + to_minutes(opens))) as moment
    from windows w cross join zones z cross join (select unnest(range(0, 10)) as day)
    union
    select w.*, s.time_zone_set, asked as moment from windows w cross join base.time_zone_sets s
), legal as (
    select c.* from candidates c join zones z using (time_zone_set)
    group by all
    having bool_and(base.is_within_window(timezone(z.zone, moment), opens, closes, days))
)
select opens, closes, days, time_zone_set, min(moment) as next_at
from legal group by opens, closes, days, time_zone_set;
