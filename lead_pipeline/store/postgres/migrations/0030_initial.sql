-- The tables of the lead store, as migrations of the embedded store leave them at version 31. Unsigned
-- keys are the same 64 bits with a sign, nested values are JSON, enums are texts. `stored_no` counts the rows of a table in
-- the order in which they were written. Unlike in the embedded store, keys are unique and tables have indexes: several
-- machines write here, and a commit looks rows up by keys instead of looking through tables.
create schema base;

create table base.accepted_lists (
    name text not null,
    list_no integer not null,
    entries_trusted bigint not null,
    entries_after bigint not null,
    note text not null,
    accepted_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.activity_drops (
    drop_no integer not null,
    drop_id text not null,
    identity text not null,
    file_name text not null,
    file_sha256 text not null,
    rows_read bigint not null,
    rows_added bigint not null,
    rows_known bigint not null,
    rows_rejected bigint not null,
    loaded_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.activity_rows (
    drop_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome text not null,
    reason_codes text[],
    stored_no bigint generated always as identity
);

create table base.call_activity (
    drop_no integer not null,
    row_number bigint not null,
    phone_key bigint,
    lead_id bigint,
    contact_id bigint,
    destination text,
    buyer text,
    disposition text,
    dialed boolean not null,
    connected boolean not null,
    converted boolean not null,
    attempts integer,
    happened_at timestamptz,
    stored_no bigint generated always as identity
);

create table base.companies (
    company_id bigint not null,
    destination_id integer not null,
    name text not null,
    import_no integer not null,
    created_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.contacts (
    contact_id bigint not null,
    import_no integer not null,
    created_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.counters (
    name text not null,
    value bigint not null,
    stored_no bigint generated always as identity
);

create table base.destination_settings (
    destination_id integer not null,
    opens integer not null,
    closes integer not null,
    days integer[] not null,
    assumed_zone_set integer,
    max_attempts integer,
    actions json not null,
    fingerprint text not null,
    set_at timestamptz not null,
    completed_by text[],
    stored_no bigint generated always as identity
);

create table base.destinations (
    destination_id integer not null,
    kind text not null,
    name text not null,
    stored_no bigint generated always as identity
);

create table base.differing_values (
    import_no integer not null,
    row_number bigint not null,
    lead_id bigint not null,
    field text not null,
    lead_value text,
    row_value text,
    kept text not null,
    stored_no bigint generated always as identity
);

create table base.do_not_contact (
    contact_id bigint not null,
    kind text not null,
    import_no integer not null,
    row_number bigint not null,
    said_at timestamptz not null,
    lifted_at timestamptz,
    stored_no bigint generated always as identity
);

create table base.enrollment_events (
    lead_id bigint not null,
    destination_id integer not null,
    change text not null,
    "before" json,
    "after" json,
    cause text not null,
    cause_no integer not null,
    "at" timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.enrollments (
    lead_id bigint not null,
    destination_id integer not null,
    "action" integer not null,
    status text not null,
    due_at timestamptz not null,
    import_no integer,
    reason text,
    ended_at timestamptz,
    command_no integer,
    attempts integer,
    max_attempts integer,
    started_at timestamptz,
    reported_at timestamptz,
    stored_no bigint generated always as identity
);

create table base.identifiers (
    kind text not null,
    key bigint not null,
    value text,
    contact_id bigint not null,
    import_no integer not null,
    stored_no bigint generated always as identity
);

create table base.imports (
    import_no integer not null,
    import_id text not null,
    identity text not null,
    status text not null,
    profile text not null,
    profile_fingerprint text not null,
    destination_id integer not null,
    file_name text not null,
    file_sha256 text not null,
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
    suppressions_known bigint not null,
    message text not null,
    started_at timestamptz not null,
    committed_at timestamptz not null,
    layout text,
    header_key bigint,
    sequel_of integer,
    stored_no bigint generated always as identity
);

create table base.lead_commands (
    command_no integer not null,
    command_id text not null,
    command text not null,
    conditions text not null,
    settings text not null,
    leads bigint not null,
    enrollments bigint not null,
    note text not null,
    "at" timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.leads (
    lead_id bigint not null,
    contact_id bigint not null,
    destination_id integer not null,
    phone text,
    email text,
    first_name text,
    last_name text,
    full_name text,
    company text,
    street text,
    city text,
    state text,
    postal_code text,
    country text,
    remote_ip text,
    notes text,
    phone_extension text,
    phone_type text,
    phone_region text,
    phone_time_zones text[],
    phone_national text,
    expires_at timestamptz,
    attributes text,
    import_no integer not null,
    row_number bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    status text,
    source text,
    lead_score double precision,
    deal_value double precision,
    tags text[],
    external_id text,
    cookie_id text,
    social text,
    updated_by integer,
    consent_at timestamptz,
    consent_source text,
    consent_ip text,
    consent_text_hash text,
    phone_key bigint,
    time_zone_set integer,
    copied_from bigint,
    stored_no bigint generated always as identity
);

create table base.other_consents (
    lead_id bigint not null,
    import_no integer not null,
    row_number bigint not null,
    consent_at timestamptz,
    consent_source text,
    consent_ip text,
    consent_text_hash text,
    kept text not null,
    stored_no bigint generated always as identity
);

create table base.phone_attributes (
    destination_id integer not null,
    name text not null,
    stored_no bigint generated always as identity
);

create table base.refused_lists (
    list_id text not null,
    name text,
    kind text,
    destination text,
    file_name text not null,
    file_sha256 text not null,
    message text not null,
    staged_at timestamptz not null,
    refused_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.rejected_rows (
    import_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome text not null,
    reason_codes text[],
    hints text,
    raw text not null,
    reason_columns json,
    stored_no bigint generated always as identity
);

create table base.row_outcomes (
    import_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome text not null,
    reason_codes text[],
    warning_codes text[],
    hints text,
    lead_id bigint,
    reason_columns json,
    stored_no bigint generated always as identity
);

create table base.scrub_hits (
    import_no integer not null,
    row_number bigint not null,
    reason_code text not null,
    drop_no integer,
    activity_row bigint,
    lead_id bigint,
    happened_at timestamptz,
    matched text,
    matches bigint not null,
    list_no integer,
    matched_kind text,
    listed_on date,
    stored_no bigint generated always as identity
);

create table base.secondary_contacts (
    lead_id bigint not null,
    position integer not null,
    phone text not null,
    import_no integer not null,
    attributes text,
    reason text,
    stored_no bigint generated always as identity
);

create table base.sequel_rows (
    import_no integer not null,
    row_number bigint not null,
    outcome text not null,
    lead_id bigint,
    first_import_no integer not null,
    first_row_number bigint not null,
    first_outcome text not null,
    is_changed boolean not null,
    stored_no bigint generated always as identity
);

create table base.suppression_lists (
    list_no integer not null,
    list_id text not null,
    identity text not null,
    kind text not null,
    file_name text not null,
    file_sha256 text not null,
    rows_read bigint not null,
    rows_added bigint not null,
    rows_known bigint not null,
    rows_rejected bigint not null,
    loaded_at timestamptz not null,
    name text,
    version integer,
    mode text,
    destination_id integer,
    staged_at timestamptz,
    rows_ended bigint,
    entries_before bigint,
    entries_after bigint,
    delivered_at timestamptz,
    entries_kept bigint,
    entries_trusted bigint,
    stored_no bigint generated always as identity
);

create table base.suppression_rows (
    list_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome text not null,
    reason_codes text[],
    stored_no bigint generated always as identity
);

create table base.suppressions (
    kind text not null,
    identifier_kind text not null,
    key bigint not null,
    value text not null,
    reason text,
    list_no integer not null,
    added_at timestamptz not null,
    destination_id integer,
    country text,
    listed_on date,
    source text,
    expires_at timestamptz,
    ended_by integer,
    ended_at timestamptz,
    stored_no bigint generated always as identity
);

create table base.tags (
    tag_id bigint not null,
    destination_id integer not null,
    name text not null,
    import_no integer not null,
    created_at timestamptz not null,
    stored_no bigint generated always as identity
);

create table base.time_zone_sets (
    time_zone_set integer not null,
    time_zones text[] not null,
    evidence text[],
    disagree boolean,
    stored_no bigint generated always as identity
);

create table base.withheld_attributes (
    lead_id bigint not null,
    name text not null,
    value text not null,
    reason text not null,
    list_no integer not null,
    withheld_at timestamptz not null,
    stored_no bigint generated always as identity
);

insert into base.counters (name, value) values
    ('import_no', 0), ('destination_id', 0), ('contact_id', 0), ('lead_id', 0), ('company_id', 0), ('tag_id', 0),
    ('command_no', 0);

-- The net under the screening: what must never be there twice.
alter table base.counters add primary key (name);
alter table base.destinations add primary key (destination_id);
create unique index destinations_named on base.destinations (kind, name);
alter table base.imports add primary key (import_no);
create unique index imports_once on base.imports (identity) where status in ('completed', 'completed_with_rejects');
alter table base.contacts add primary key (contact_id);
create unique index identifiers_once on base.identifiers (kind, key, (md5(value))) nulls not distinct;
alter table base.leads add primary key (lead_id);
create unique index enrollments_once on base.enrollments (lead_id, destination_id);
alter table base.row_outcomes add primary key (import_no, row_number);
alter table base.rejected_rows add primary key (import_no, row_number);
alter table base.suppression_lists add primary key (list_no);
alter table base.activity_drops add primary key (drop_no);
create unique index activity_drops_once on base.activity_drops (identity);
alter table base.companies add primary key (company_id);
alter table base.tags add primary key (tag_id);
alter table base.time_zone_sets add primary key (time_zone_set);
alter table base.destination_settings add primary key (destination_id);
alter table base.lead_commands add primary key (command_no);
create unique index phone_attributes_once on base.phone_attributes (destination_id, name);
create unique index sequel_rows_once on base.sequel_rows (import_no, row_number);

-- What a commit looks rows up by, and what readers do.
create index identifiers_of_contact on base.identifiers (contact_id);
create index leads_by_phone on base.leads (phone_key) where phone_key is not null;
create index leads_of_contact on base.leads (contact_id);
create index leads_of_import on base.leads (import_no);
create index leads_without_zone on base.leads (lead_id) where time_zone_set is null;
create index imports_by_id on base.imports (import_id);
create index secondary_contacts_of_lead on base.secondary_contacts (lead_id);
create index secondary_contacts_by_phone on base.secondary_contacts (phone);
create index suppressions_by_key on base.suppressions (key);
create index suppressions_of_many on base.suppressions (list_no) where identifier_kind in ('domain', 'prefix');
create index suppressions_of_people on base.suppressions (stored_no)
    where ended_by is null and kind in ('opted_out', 'blocked', 'litigator', 'complaint');
create index suppressions_of_list on base.suppressions (list_no);
create index suppressions_held_longest on base.suppressions (list_no, expires_at desc nulls first, stored_no)
    where ended_by is null;
create index suppressions_stored on base.suppressions (stored_no);
create index calls_by_phone on base.call_activity (phone_key) where phone_key is not null;
create index calls_of_contact on base.call_activity (contact_id) where contact_id is not null;
create index calls_of_drop on base.call_activity (drop_no, row_number);
create index calls_of_lead on base.call_activity (lead_id) where lead_id is not null;
create index do_not_contact_of_contact on base.do_not_contact (contact_id);
create index enrollment_events_of_lead on base.enrollment_events (lead_id);
create index enrollment_events_by_cause on base.enrollment_events (cause, cause_no);
create index differing_values_of_lead on base.differing_values (lead_id);
create index differing_values_of_import on base.differing_values (import_no);
create index other_consents_of_lead on base.other_consents (lead_id);
create index withheld_attributes_of_lead on base.withheld_attributes (lead_id);
create index row_outcomes_of_lead on base.row_outcomes (lead_id) where lead_id is not null;
create index scrub_hits_of_row on base.scrub_hits (import_no, row_number);
create index suppression_rows_of_list on base.suppression_rows (list_no);
create index activity_rows_of_drop on base.activity_rows (drop_no);
create index sequel_rows_before on base.sequel_rows (first_import_no);

-- Which store this is: a home belongs to one.
create table base.stores (store_id uuid primary key default gen_random_uuid());
insert into base.stores default values;

-- One row for each transaction that wrote: whether one became fact whose connection was lost at its end is asked here.
create table base.commits (
    commit_id uuid primary key,
    committed_at timestamptz not null default now()
);
