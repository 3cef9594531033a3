-- What makes a list one to rely on: when its content was delivered last, what it lost since a person last said that it is
-- as it should be, and every delivery that was refused, also of files of which nobody knows which list they were for.
alter table base.suppression_lists add column delivered_at timestamptz; -- when this content was delivered last
alter table base.suppression_lists add column entries_kept bigint default 0; -- not ended, for rows could not be read
alter table base.suppression_lists add column entries_trusted bigint; -- what its entries in force are compared with

update base.suppression_lists set entries_after = (
    select count(*) from base.suppressions s join base.suppression_lists l using (list_no)
    where l.name = suppression_lists.name and s.ended_by is null
) where entries_after is null;
update base.suppression_lists set entries_before = coalesce(entries_before, entries_after);
update base.suppression_lists set delivered_at = coalesce(staged_at, loaded_at),
    entries_trusted = greatest(entries_before, entries_after);

-- That a person looked at a list, and relies on it as it is: what it lost and which deliveries were refused is settled.
create table base.accepted_lists (
    name varchar not null,
    list_no integer not null,           -- the version that was looked at
    entries_trusted bigint not null,    -- what it was compared with until then
    entries_after bigint not null,
    note varchar not null,              -- why, in the words of whoever accepted it
    accepted_at timestamptz not null
);

-- Made again: name and kind are null where nobody knows which list a file was for.
alter table base.refused_lists rename to refused_lists_before;
create table base.refused_lists (
    list_id varchar not null,
    name varchar,
    kind varchar,
    destination varchar,                -- kind:name; null: the whole company
    file_name varchar not null,
    file_sha256 varchar not null,
    message varchar not null,
    staged_at timestamptz not null,     -- when it was delivered
    refused_at timestamptz not null
);
insert into base.refused_lists by name select *, refused_at as staged_at from base.refused_lists_before;
drop table base.refused_lists_before cascade;

create or replace view main.refused_lists as from base.refused_lists;

create view main.accepted_lists as
select a.name, l.version, l.list_id, a.entries_trusted, a.entries_after, a.note, a.accepted_at
from base.accepted_lists a join base.suppression_lists l using (list_no);

create or replace view main.suppression_lists as
select l.list_id, l.name, l.version, l.kind, l.mode, d.kind as destination_kind, d.name as destination_name, l.file_name,
       l.file_sha256, l.rows_read, l.rows_added, l.rows_known, l.rows_ended, l.rows_rejected, l.entries_before,
       l.entries_after, l.loaded_at, l.entries_kept, l.entries_trusted, l.delivered_at
from base.suppression_lists l left join base.destinations d using (destination_id);

-- Attributes that are phones, by destination: where a list that comes later has to look. Of imports before this table
-- those count that any lead has a number in E.164 in.
create table base.phone_attributes (destination_id integer not null, name varchar not null);
insert into base.phone_attributes
select distinct l.destination_id, a.key
from (select destination_id, attributes from base.leads where attributes is not null and contains(attributes, '"+')) l,
     json_each(l.attributes) a
where regexp_full_match(a.value ->> '$', '\+[1-9][0-9]{6,14}');

-- Attributes of type phone that were taken out of a lead, for the number came onto a list.
create table base.withheld_attributes (
    lead_id bigint not null,
    name varchar not null,
    value varchar using compression zstd not null,
    reason varchar not null,            -- reason code of the suppression
    list_no integer not null,           -- the version of the list that it was on
    withheld_at timestamptz not null
);

create view main.withheld_attributes as
select w.lead_id, w.name, w.value, w.reason, l.list_id, w.withheld_at
from base.withheld_attributes w join base.suppression_lists l using (list_no);

-- One number under its old forms and today's, of more countries; as screening/phone_equivalence.py.
create or replace macro base.same_number_key(key) as (case
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

-- The contacts that an entry in force concerns: by an identifier they are known by, or by a value of any of their leads.
-- An entry of people also concerns whoever else is known by an identifier of theirs, or has the phone of one of their
-- leads. The kinds are those of SUPPRESSIONS_OF_PEOPLE; a test compares the two.
create or replace view base.suppressed_contacts as
with listed as (
    select distinct kind in ('opted_out', 'blocked', 'litigator', 'complaint') as of_people, identifier_kind,
           destination_id,
           case when identifier_kind = 'phone' then base.same_number_key(try_cast(value as ubigint)) end as number,
           case identifier_kind when 'phone' then null when 'prefix' then ltrim(value, '+')
                when 'email' then lower(value) when 'domain' then lower(ltrim(value, '@')) else value end as value
    from base.suppressions_in_force
), held as (
    select contact_id, kind, case when kind = 'email' then lower(value) else value end as value,
           case when kind = 'phone' then key end as digits, true as identifies
    from base.identifiers
    union all
    select contact_id, 'phone', null, try_cast(phone as ubigint), true from base.leads where phone is not null
    union all
    select contact_id, 'email', lower(email), null, false from base.leads where email is not null
    union all
    select contact_id, 'external_id', external_id, null, false from base.leads where external_id is not null
    union all
    select contact_id, 'cookie_id', cookie_id, null, false from base.leads where cookie_id is not null
    union all
    select contact_id, 'social', social, null, false from base.leads where social is not null
), lengths as (
    select distinct length(value) as length from listed where identifier_kind = 'prefix'
), hit as (
    select h.contact_id, s.destination_id, s.of_people
    from held h join listed s on s.identifier_kind = 'phone' and base.same_number_key(h.digits) = s.number
    where h.kind = 'phone'
    union all
    select h.contact_id, s.destination_id, s.of_people
    from held h join listed s on s.identifier_kind = h.kind and s.value = h.value
    union all
    select h.contact_id, s.destination_id, s.of_people
    from held h join listed s on s.identifier_kind = 'domain' and s.value = split_part(h.value, '@', -1)
    where h.kind = 'email'
    union all
    select h.contact_id, s.destination_id, s.of_people
    from (select contact_id, unnest([digits, base.same_number_key(digits)])::varchar as digits
          from held where kind = 'phone') h
    cross join lengths
    join listed s on s.identifier_kind = 'prefix' and s.value = left(h.digits, lengths.length)
), theirs as (
    select distinct h.kind, h.value, base.same_number_key(h.digits) as number, p.destination_id
    from held h join (select distinct contact_id, destination_id from hit where of_people) p using (contact_id)
    where h.identifies
)
select contact_id, destination_id from hit
union
select h.contact_id, t.destination_id
from held h join theirs t on t.kind = 'phone' and t.number = base.same_number_key(h.digits) where h.kind = 'phone'
union
select h.contact_id, t.destination_id from held h join theirs t on t.kind = h.kind and t.value = h.value;
