-- Who may be called now. Nothing in the view rests on what an earlier step remembered to mark: it asks the lists that
-- are in force themselves, so that a person on one is not in it, whatever the state of the enrollment says.
alter table base.enrollments add column ended_at timestamptz; -- when what was due ended; null: due, or not known

-- One number under an old and a new form, as screening matches it (screening/phone_equivalence.py; a test compares
-- the two).
create macro base.same_number_key(key) as (case
    when key between 5210000000000 and 5219999999999 then 520000000000 + key % 10000000000
    when key between 5490000000000 and 5499999999999 then 540000000000 + key % 10000000000
    when key between 550000000000 and 559999999999 and (key // 10000000) % 10 >= 6
        then 5500000000000 + ((key // 100000000) % 100) * 1000000000 + 900000000 + key % 100000000
    else key end)::ubigint;

-- The entries that count today; destination_id is null where an entry counts for the whole company.
create view base.suppressions_in_force as
select s.kind, s.identifier_kind, s.value, d.destination_id
from main.suppressions s
left join base.destinations d on d.kind = s.destination_kind and d.name = s.destination_name;

-- The contacts that an entry in force concerns: by an identifier they are known by, or by a value of any of their leads.
create view base.suppressed_contacts as
with listed as (
    select distinct identifier_kind, destination_id,
           case when identifier_kind = 'phone' then base.same_number_key(try_cast(value as ubigint)) end as number,
           case identifier_kind when 'phone' then null when 'prefix' then ltrim(value, '+')
                when 'email' then lower(value) when 'domain' then lower(ltrim(value, '@')) else value end as value
    from base.suppressions_in_force
), held as (
    select contact_id, kind, case when kind = 'email' then lower(value) else value end as value,
           case when kind = 'phone' then key end as digits
    from base.identifiers
    union all
    select contact_id, 'phone', null, try_cast(phone as ubigint) from base.leads where phone is not null
    union all
    select contact_id, 'email', lower(email), null from base.leads where email is not null
    union all
    select contact_id, 'external_id', external_id, null from base.leads where external_id is not null
    union all
    select contact_id, 'cookie_id', cookie_id, null from base.leads where cookie_id is not null
    union all
    select contact_id, 'social', social, null from base.leads where social is not null
), lengths as (
    select distinct length(value) as length from listed where identifier_kind = 'prefix'
), hit as (
    select h.contact_id, s.destination_id
    from held h join listed s on s.identifier_kind = 'phone' and base.same_number_key(h.digits) = s.number
    where h.kind = 'phone'
    union all
    select h.contact_id, s.destination_id
    from held h join listed s on s.identifier_kind = h.kind and s.value = h.value
    union all
    select h.contact_id, s.destination_id
    from held h join listed s on s.identifier_kind = 'domain' and s.value = split_part(h.value, '@', -1)
    where h.kind = 'email'
    union all
    select h.contact_id, s.destination_id
    from (select contact_id, unnest([digits, base.same_number_key(digits)])::varchar as digits
          from held where kind = 'phone') h
    cross join lengths
    join listed s on s.identifier_kind = 'prefix' and s.value = left(h.digits, lengths.length)
)
select distinct contact_id, destination_id from hit;

-- Fails closed: nobody is callable while entries are missing that were loaded, or ended without a list that says so.
create view main.callable_leads as
select e.lead_id, l.contact_id, d.kind as destination_kind, d.name as destination_name, e.action, e.due_at,
       l.expires_at, l.phone, try_cast(l.attributes ->> 'lead_priority' as double) as priority
from base.enrollments e
join base.leads l using (lead_id)
join base.destinations d on d.destination_id = e.destination_id
where e.status = 'due' and e.due_at <= now() and l.phone is not null
  and (l.expires_at is null or l.expires_at > now())
  and not exists (select 1 from base.suppressed_contacts s
                  where s.contact_id = l.contact_id and s.destination_id is null)
  and not exists (select 1 from base.suppressed_contacts s
                  where s.contact_id = l.contact_id and s.destination_id = e.destination_id)
  and (select count(*) from base.suppressions) = (select coalesce(sum(rows_added), 0) from base.suppression_lists)
  and (select count(ended_by) from base.suppressions)
      = (select coalesce(sum(rows_ended), 0) from base.suppression_lists);
