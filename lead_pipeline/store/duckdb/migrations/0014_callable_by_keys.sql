-- Who may be called is found by keys: no text of a lead is compared with one of a list, so that the answer over a large
-- store needs little memory. What counts as listed is as before.

-- As screening/phone_equivalence.py; numbers of North America, most of many stores, are spared the questions.
create or replace macro base.same_number_key(key) as (case
    when key between 10000000000 and 19999999999 then key
    when key between 5210000000000 and 5219999999999 then 520000000000 + key % 10000000000
    when key between 5490000000000 and 5499999999999 then 540000000000 + key % 10000000000
    when key between 550000000000 and 559999999999 and (key // 10000000) % 10 >= 6
        then 5500000000000 + ((key // 100000000) % 100) * 1000000000 + 900000000 + key % 100000000
    when key between 22920000000 and 22999999999 then 2290100000000 + key % 100000000
    when key between 22500000000 and 22599999999 and (key // 10000000) % 10 not in (2, 3)
        then 2250000000000 + key % 100000000 + 100000000 * case when (key // 1000000) % 10 >= 7 then 7
             when (key // 1000000) % 10 >= 4 then 5 else 1 end
    when key between 24101000000 and 24107999999 and (key // 1000000) % 10 not in (0, 3)
        then 24100000000 + key % 1000000 + 1000000 * case (key // 1000000) % 10 when 1 then 11 when 2 then 62
             when 4 then 74 when 5 then 65 when 6 then 66 else 77 end
    when key between 5710000000 and 5789999999 then 576000000000 + key % 100000000
    else key end)::ubigint;

-- The digits of a number, filled up or cut to fifteen: numbers that begin alike are then a range.
create macro base.fifteen_digits(key) as (case
    when key between 10000000000 and 99999999999 then key * 10000
    when key between 100000000000 and 999999999999 then key * 1000
    when key between 1000000000000 and 9999999999999 then key * 100
    else rpad(left(key::varchar, 15), 15, '0')::ubigint end)::ubigint;

-- The clock of the views below.
create macro base.asked_at() as now();

-- Kinds of entries that are about people rather than numbers: those of SUPPRESSIONS_OF_PEOPLE; a test compares the two.
create macro base.is_of_people(kind) as kind in ('opted_out', 'blocked', 'litigator', 'complaint');

-- The entries that count; destination_id is null where an entry counts for the whole company.
create view base.entries_in_force as
select kind, identifier_kind, key, value, destination_id from base.suppressions
where ended_by is null and (expires_at is null or expires_at > base.asked_at());

-- The numbers that are known of each contact, and all else. An email of a lead need not identify anybody.
create view base.numbers_of_contacts as
select contact_id, key as digits from base.identifiers where kind = 'phone'
union all
select contact_id, phone_key from base.leads where phone_key is not null;

create view base.other_keys_of_contacts as
select contact_id, kind, key, true as identifies from base.identifiers where kind <> 'phone'
union all
select contact_id, 'email', (md5_number(lower(email)) >> 64)::ubigint, false from base.leads where email is not null
union all
select contact_id, 'external_id', (md5_number(external_id) >> 64)::ubigint, false from base.leads where external_id is not null
union all
select contact_id, 'cookie_id', (md5_number(cookie_id) >> 64)::ubigint, false from base.leads where cookie_id is not null
union all
select contact_id, 'social', (md5_number(social) >> 64)::ubigint, false from base.leads where social is not null;

-- The contacts that an entry in force concerns, and by entries of which kinds: by an identifier they are known by, or by a
-- value of any of their leads. An entry of people also concerns whoever else is known by an identifier of theirs, or has
-- the phone of one of their leads. The same may come more than once.
create view base.suppressions_of_contacts as
with numbers as not materialized (
    select contact_id, digits, base.same_number_key(digits) as number from base.numbers_of_contacts
), prefixes as materialized (
    select (10::ubigint ** (15 - length(ltrim(value, '+'))))::ubigint as rest,
           try_cast(ltrim(value, '+') as ubigint) * rest as first, destination_id, kind
    from base.entries_in_force where identifier_kind = 'prefix' and length(ltrim(value, '+')) <= 15
), hit as materialized (
    select n.contact_id, s.destination_id, s.kind
    from numbers n join (
        select base.same_number_key(key) as number, destination_id, kind
        from base.entries_in_force where identifier_kind = 'phone'
    ) s using (number)
    union all
    select k.contact_id, s.destination_id, s.kind
    from base.other_keys_of_contacts k join base.entries_in_force s
    on s.key = k.key and s.identifier_kind = k.kind and s.identifier_kind not in ('phone', 'domain', 'prefix')
    union all
    select m.contact_id, s.destination_id, s.kind
    from (select contact_id, value from base.identifiers where kind = 'email'
          union all
          select contact_id, email from base.leads where email is not null) m
    join base.entries_in_force s
    on s.identifier_kind = 'domain' and lower(ltrim(s.value, '@')) = split_part(lower(m.value), '@', -1)
    union all
    -- Each number once for each length of prefixes that there is: so the join is by equality.
    select n.contact_id, s.destination_id, s.kind
    from (select contact_id, whole, unnest((select list(distinct rest) from prefixes)) as rest
          from (select contact_id, base.fifteen_digits(digits) as whole from numbers
                union all
                select contact_id, base.fifteen_digits(number) from numbers where number <> digits)) n
    join prefixes s on s.rest = n.rest and s.first = n.whole - n.whole % n.rest
), people as materialized (
    -- Out of a list DuckDB expects few of them: else it would look for everybody in these instead of these in everybody.
    select unnest((select list(distinct {'contact_id': contact_id, 'destination_id': destination_id, 'kind': kind})
                   from hit where base.is_of_people(kind)), max_depth := 2)
)
from hit
union all
select n.contact_id, t.destination_id, t.kind
from numbers n join (
    select distinct p.destination_id, p.kind, n.number from numbers n join people p using (contact_id)
) t using (number)
union all
select k.contact_id, t.destination_id, t.suppression
from base.other_keys_of_contacts k join (
    select distinct p.destination_id, p.kind as suppression, k.kind, k.key
    from base.other_keys_of_contacts k join people p using (contact_id) where k.identifies
) t using (kind, key);

create or replace view base.suppressed_contacts as select contact_id, destination_id from base.suppressions_of_contacts;

-- Fails closed: nobody is callable while entries are missing that were loaded, or ended without a list that says so; nor
-- is a lead whose phone is not the one that lists are asked about.
create macro base.lists_add_up() as (
    (select count(*) from base.suppressions) = (select coalesce(sum(rows_added), 0) from base.suppression_lists)
    and (select count(ended_by) from base.suppressions)
        = (select coalesce(sum(rows_ended), 0) from base.suppression_lists));

create macro base.is_due(status, due_at, expires_at, phone, phone_key) as (
    status = 'due' and due_at <= base.asked_at() and (expires_at is null or expires_at > base.asked_at())
    and phone_key = try_cast(phone as ubigint));

drop view base.suppressions_in_force;

-- What the lists say of some contacts, and of whoever shares an identifier with one of them, is found without looking at
-- all others: large tables are asked for their few keys, numbers under each form that they may have.
create macro base.older_number_key(key) as (case
    when key between 520000000000 and 529999999999 then 5210000000000 + key % 10000000000
    when key between 540000000000 and 549999999999 then 5490000000000 + key % 10000000000
    when key between 5500000000000 and 5599999999999 and (key // 10000000) % 100 >= 96
        then 550000000000 + ((key // 1000000000) % 100) * 100000000 + key % 100000000
    when key between 2290120000000 and 2290199999999 then 22900000000 + key % 100000000
    when key between 2250000000000 and 2259999999999 and (key // 10000000) % 10 not in (2, 3)
         and (key // 100000000) % 100 = case when (key // 1000000) % 10 >= 7 then 7
                                             when (key // 1000000) % 10 >= 4 then 5 else 1 end
        then 22500000000 + key % 100000000
    when key between 24100000000 and 24199999999 and (key // 1000000) % 100 in (11, 62, 74, 65, 66, 77)
        then 24100000000 + key % 1000000 + 1000000 * case (key // 1000000) % 100 when 11 then 1 when 62 then 2
             when 74 then 4 when 65 then 5 when 66 then 6 else 7 end
    when key between 576010000000 and 576089999999 then 5700000000 + key % 100000000
    end)::ubigint;

-- The same as suppressions_of_contacts, for a list of contacts.
create macro base.suppressions_among(contact_ids) as table
with asked as materialized (
    select distinct unnest(contact_ids)::bigint as contact_id
), own as materialized (
    select contact_id, 'phone' as kind, base.same_number_key(digits) as key
    from base.numbers_of_contacts semi join asked using (contact_id)
    union
    select contact_id, kind, key from base.other_keys_of_contacts semi join asked using (contact_id)
), sought as materialized (
    select distinct contact_id, kind, key as stored from own
    union all
    select distinct contact_id, kind, base.older_number_key(key) from own
    where kind = 'phone' and base.older_number_key(key) is not null
), circle as materialized (
    select contact_id as asked, contact_id from asked
    union
    select s.contact_id, i.contact_id
    from (from base.identifiers semi join sought on stored = key) i join sought s on s.stored = i.key and s.kind = i.kind
    union
    select s.contact_id, l.contact_id from base.leads l join sought s on s.stored = l.phone_key and s.kind = 'phone'
), members as materialized (
    select distinct contact_id from circle
), numbers as materialized (
    select distinct contact_id, digits, base.same_number_key(digits) as number
    from base.numbers_of_contacts semi join members using (contact_id)
), others as materialized (
    select distinct contact_id, kind, key from base.other_keys_of_contacts semi join members using (contact_id)
), forms as materialized (
    select contact_id, 'phone' as kind, number as key from numbers
    union all
    select contact_id, 'phone', base.older_number_key(number) from numbers
    where base.older_number_key(number) is not null
    union all
    from others
), entries as materialized (
    -- Out of a list DuckDB expects few keys, and asks all entries for these instead of these for all entries.
    from base.entries_in_force semi join (select unnest((select list(distinct key) from forms)) as key) using (key)
    where identifier_kind not in ('domain', 'prefix')
), domains as materialized (
    select contact_id, split_part(lower(value), '@', -1) as domain
    from base.identifiers semi join members using (contact_id) where kind = 'email'
    union
    select contact_id, split_part(lower(email), '@', -1)
    from base.leads semi join members using (contact_id) where email is not null
), hit as materialized (
    select f.contact_id, s.destination_id, s.kind
    from entries s join forms f on f.key = s.key and f.kind = s.identifier_kind
    union
    select d.contact_id, s.destination_id, s.kind
    from domains d join base.entries_in_force s
    on s.identifier_kind = 'domain' and lower(ltrim(s.value, '@')) = d.domain
    union
    select n.contact_id, s.destination_id, s.kind
    from (select contact_id, digits::varchar as digits from numbers
          union
          select contact_id, number::varchar from numbers) n
    join (select ltrim(value, '+') as prefix, destination_id, kind from base.entries_in_force
          where identifier_kind = 'prefix') s on starts_with(n.digits, s.prefix)
)
select c.asked as contact_id, h.destination_id, h.kind
from circle c join hit h using (contact_id) where c.asked = c.contact_id or base.is_of_people(h.kind);
