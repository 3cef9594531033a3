-- Records of earlier calls, by drop. What an import's scrub rules are asked about; nothing here changes a lead.
create table base.activity_drops (
    drop_no integer not null,
    drop_id varchar not null,
    identity varchar not null,          -- SHA-256 over content and what was said about it: the same drop is loaded once
    file_name varchar not null,
    file_sha256 varchar not null,
    rows_read bigint not null,
    rows_added bigint not null,
    rows_known bigint not null,
    rows_rejected bigint not null,
    loaded_at timestamptz not null
);

create table base.call_activity (
    drop_no integer not null,
    row_number bigint not null,
    phone_key ubigint,                  -- the digits of the E.164; of a row that names a lead only, those of its phone
    lead_id bigint,
    contact_id bigint,                  -- of the lead
    destination varchar,                -- kind:name or name, as the drop says; null: counts for every destination
    buyer varchar,
    disposition varchar,
    dialed boolean not null,
    connected boolean not null,
    converted boolean not null,
    attempts integer,                   -- null: one where dialed
    happened_at timestamptz             -- null: counts however far rules look back
);

create view main.call_activity as
select d.drop_id, a.row_number, '+' || a.phone_key as phone, a.lead_id, a.destination, a.buyer, a.disposition, a.dialed,
       a.connected, a.converted, a.attempts, a.happened_at, d.loaded_at
from base.call_activity a join base.activity_drops d using (drop_no);

create view main.activity_drops as
select drop_id, file_name, file_sha256, rows_read, rows_added, rows_known, rows_rejected, loaded_at
from base.activity_drops;
