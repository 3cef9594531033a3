-- The first schema. Tables live in `base` and are ours alone; the views in `main` are what people and checks read.
-- No primary keys and no indexes on purpose: see docs/decisions/0003-one-transaction-no-indexes.md. Text is compressed
-- with zstd: DuckDB 2.0's own choice makes the file twice as large and the insert four times as slow.
create schema base;

create type base.outcome as enum
    ('created', 'updated', 'unchanged', 'duplicate', 'suppressed', 'rejected', 'skipped');

create table base.counters (name varchar not null, value bigint not null);
insert into base.counters values ('import_no', 0), ('destination_id', 0), ('contact_id', 0), ('lead_id', 0);

create table base.destinations (
    destination_id integer not null,
    kind varchar not null,
    name varchar not null
);

create table base.imports (
    import_no integer not null,
    import_id varchar not null,
    identity varchar not null,          -- SHA-256 over profile name and content: what makes an import the same import
    status varchar not null,
    profile varchar not null,
    profile_fingerprint varchar not null,
    destination_id integer not null,
    file_name varchar not null,
    file_sha256 varchar not null,
    file_bytes bigint not null,
    rows_read bigint,
    rows_created bigint not null,
    rows_updated bigint not null,
    rows_unchanged bigint not null,
    rows_duplicate bigint not null,
    rows_suppressed bigint not null,
    rows_rejected bigint not null,
    rows_skipped bigint not null,
    contacts_created bigint not null,
    suppressions_known bigint not null, -- how many suppressions the rows were screened against
    message varchar not null,
    started_at timestamptz not null,
    committed_at timestamptz not null
);

create table base.contacts (
    contact_id bigint not null,
    import_no integer not null,
    created_at timestamptz not null
);

create table base.identifiers (
    kind varchar not null,
    key ubigint not null,               -- phone: the digits of its E.164; else the lower half of the value's MD5
    value varchar using compression zstd, -- null for phones, whose key says it all
    contact_id bigint not null,
    import_no integer not null
);

create table base.leads (
    lead_id bigint not null,
    contact_id bigint not null,
    destination_id integer not null,
    phone varchar using compression zstd,
    email varchar using compression zstd,
    first_name varchar using compression zstd,
    last_name varchar using compression zstd,
    full_name varchar using compression zstd,
    company varchar using compression zstd,
    street varchar using compression zstd,
    city varchar using compression zstd,
    state varchar using compression zstd,
    postal_code varchar using compression zstd,
    country varchar using compression zstd,
    remote_ip varchar using compression zstd,
    notes varchar using compression zstd,
    phone_extension varchar using compression zstd,
    phone_type varchar,
    phone_region varchar,
    phone_time_zones varchar[],
    phone_national varchar using compression zstd,
    expires_at timestamptz,
    attributes varchar using compression zstd,
    import_no integer not null,
    row_number bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table base.secondary_contacts (
    lead_id bigint not null,
    position integer not null,          -- calling order, from 1
    phone varchar using compression zstd not null,
    import_no integer not null
);

create table base.enrollments (
    lead_id bigint not null,
    destination_id integer not null,
    action integer not null,            -- 1 is the first action of the schedule
    status varchar not null,
    due_at timestamptz not null,
    import_no integer not null
);

create table base.row_outcomes (
    import_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome base.outcome not null,
    reason_codes varchar[],             -- null for none
    warning_codes varchar[],            -- null for none
    hints varchar,                      -- sentences about this row's values, such as a probable original
    lead_id bigint                      -- the lead that the row became or matched
);

create table base.rejected_rows (
    import_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome base.outcome not null,
    reason_codes varchar[],
    hints varchar,
    raw varchar using compression zstd not null -- the row as it stood in the file, as a JSON object
);

create table base.suppression_lists (
    list_no integer not null,
    list_id varchar not null,
    identity varchar not null,
    kind varchar not null,
    file_name varchar not null,
    file_sha256 varchar not null,
    rows_read bigint not null,
    rows_added bigint not null,
    rows_known bigint not null,
    rows_rejected bigint not null,
    loaded_at timestamptz not null
);

create table base.suppressions (
    kind varchar not null,              -- blocked, opted_out, do_not_call
    identifier_kind varchar not null,
    key ubigint not null,
    value varchar not null,
    reason varchar,
    list_no integer not null,
    added_at timestamptz not null
);

create view main.imports as
select i.import_id, i.status, i.profile, d.kind as destination_kind, d.name as destination_name, i.file_name,
       i.file_sha256, i.file_bytes, i.rows_read, i.rows_created, i.rows_updated, i.rows_unchanged, i.rows_duplicate,
       i.rows_suppressed, i.rows_rejected, i.rows_skipped, i.contacts_created, i.suppressions_known, i.message,
       i.profile_fingerprint, i.started_at, i.committed_at
from base.imports i join base.destinations d using (destination_id);

create view main.leads as
select l.lead_id, l.contact_id, d.kind as destination_kind, d.name as destination_name, l.phone, l.email,
       l.first_name, l.last_name, l.full_name, l.company, l.street, l.city, l.state, l.postal_code, l.country,
       l.remote_ip, l.notes, l.phone_extension, l.phone_type, l.phone_region, l.phone_time_zones, l.phone_national,
       l.expires_at, l.attributes, i.import_id, l.row_number, l.created_at,
       l.updated_at
from base.leads l
join base.destinations d using (destination_id)
join base.imports i using (import_no);

create view main.contacts as
select c.contact_id, i.kind as identifier_kind, coalesce(i.value, '+' || i.key) as identifier, c.created_at
from base.contacts c join base.identifiers i using (contact_id);

create view main.secondary_contacts as
select s.lead_id, s.position, s.phone, i.import_id
from base.secondary_contacts s join base.imports i using (import_no);

create view main.enrollments as
select e.lead_id, d.name as schedule, e.action, e.status, e.due_at, l.expires_at, l.phone,
       try_cast(l.attributes ->> 'lead_priority' as double) as priority
from base.enrollments e
join base.destinations d using (destination_id)
join base.leads l using (lead_id);

create view main.row_outcomes as
select i.import_id, o.row_number, o.line_number, o.outcome::varchar as outcome,
       coalesce(o.reason_codes, []) as reason_codes, coalesce(o.warning_codes, []) as warning_codes, o.hints, o.lead_id
from base.row_outcomes o join base.imports i using (import_no);

create view main.rejected_leads as
select i.import_id, r.row_number, r.line_number, r.outcome::varchar as outcome,
       coalesce(r.reason_codes, []) as reason_codes, r.hints, r.raw
from base.rejected_rows r join base.imports i using (import_no);

create view main.suppressions as
select s.kind, s.identifier_kind, s.value, s.reason, l.list_id, s.added_at
from base.suppressions s join base.suppression_lists l using (list_no);
