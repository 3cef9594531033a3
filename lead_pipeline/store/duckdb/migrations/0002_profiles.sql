-- What import profiles need besides the main job: further fields of a lead, leads that imports change, the names of
-- companies and tags there are, variables of secondary contacts, and the layout of the files that were imported.
alter table base.leads add column status varchar;
alter table base.leads add column source varchar using compression zstd;
alter table base.leads add column lead_score double;
alter table base.leads add column deal_value double;
alter table base.leads add column tags varchar[];
alter table base.leads add column external_id varchar using compression zstd;
alter table base.leads add column cookie_id varchar using compression zstd;
alter table base.leads add column social varchar using compression zstd;
alter table base.leads add column updated_by integer; -- number of the import that changed the lead last; null: none did

alter table base.secondary_contacts add column attributes varchar using compression zstd; -- a JSON object, or null

alter table base.imports add column layout varchar default ''; -- the file's columns as JSON; '' for imports before it

insert into base.counters values ('company_id', 0), ('tag_id', 0);

-- The companies and tags that a destination has leads of. Names are told apart without letter case and outer blanks
-- and keep the spelling that came first.
create table base.companies (
    company_id bigint not null,
    destination_id integer not null,
    name varchar not null,
    import_no integer not null,         -- the import that brought it
    created_at timestamptz not null
);

create table base.tags (
    tag_id bigint not null,
    destination_id integer not null,
    name varchar not null,
    import_no integer not null,
    created_at timestamptz not null
);

insert into base.companies by name
with known as (
    select destination_id, arg_min(trim(company), lead_id) as name, arg_min(import_no, lead_id) as import_no,
           min(created_at) as created_at, min(lead_id) as first_lead
    from base.leads where trim(company) <> '' group by destination_id, lower(trim(company))
)
select row_number() over (order by first_lead) as company_id, * exclude (first_lead) from known;
update base.counters set value = (select count(*) from base.companies) where name = 'company_id';

-- Emails are told apart without letter case. Of several contacts that were known by one address in several spellings,
-- the one with the small letters keeps it, else the oldest.
create temp table spelled as
select lower(value) as value, min(contact_id) as contact_id, arg_min(import_no, contact_id) as import_no
from base.identifiers where kind = 'email' and value <> lower(value) group by lower(value);
delete from base.identifiers where kind = 'email' and value <> lower(value);
insert into base.identifiers by name
select 'email' as kind, md5_number_lower(value) as key, value, contact_id, import_no
from spelled anti join (select value from base.identifiers where kind = 'email') known using (value);
drop table spelled;

create or replace view main.leads as
select l.lead_id, l.contact_id, d.kind as destination_kind, d.name as destination_name, l.phone, l.email,
       l.first_name, l.last_name, l.full_name, l.company, l.street, l.city, l.state, l.postal_code, l.country,
       l.remote_ip, l.notes, l.status, l.source, l.lead_score, l.deal_value, l.tags, l.external_id, l.cookie_id,
       l.social, l.phone_extension, l.phone_type, l.phone_region, l.phone_time_zones, l.phone_national,
       l.expires_at, l.attributes, i.import_id, l.row_number, u.import_id as updated_import_id, l.created_at,
       l.updated_at
from base.leads l
join base.destinations d using (destination_id)
join base.imports i using (import_no)
left join base.imports u on u.import_no = l.updated_by;

create or replace view main.secondary_contacts as
select s.lead_id, s.position, s.phone, s.attributes, i.import_id
from base.secondary_contacts s join base.imports i using (import_no);

create view main.companies as
select c.company_id, d.kind as destination_kind, d.name as destination_name, c.name, i.import_id, c.created_at
from base.companies c join base.destinations d using (destination_id) join base.imports i using (import_no);

create view main.tags as
select t.tag_id, d.kind as destination_kind, d.name as destination_name, t.name, i.import_id, t.created_at
from base.tags t join base.destinations d using (destination_id) join base.imports i using (import_no);
