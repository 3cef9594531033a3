-- Lists have names, versions and scopes; entries have dates, and end instead of going. What a list said at any time stays
-- known: an entry is in force from `added_at` until `ended_at`.
alter table base.suppression_lists add column name varchar; -- versions of one list share it
alter table base.suppression_lists add column version integer;
alter table base.suppression_lists add column mode varchar default 'add'; -- add, replace, remove
alter table base.suppression_lists add column destination_id integer; -- null: the whole company
alter table base.suppression_lists add column staged_at timestamptz; -- tells attempts to load it from another delivery
alter table base.suppression_lists add column rows_ended bigint default 0; -- entries that this version ended
alter table base.suppression_lists add column entries_before bigint; -- entries of the list in force before this version
alter table base.suppression_lists add column entries_after bigint;

update base.suppression_lists set name = kind, staged_at = loaded_at, version = v.version
from (select list_no as n, row_number() over (partition by kind order by list_no) as version from base.suppression_lists) v
where list_no = v.n;

alter table base.suppressions add column destination_id integer; -- null: the whole company
alter table base.suppressions add column country varchar;
alter table base.suppressions add column listed_on date; -- the date that the list gives
alter table base.suppressions add column source varchar using compression zstd;
alter table base.suppressions add column expires_at timestamptz; -- null: never
alter table base.suppressions add column ended_by integer; -- number of the list version that removed it; null: in force
alter table base.suppressions add column ended_at timestamptz;

create table base.suppression_rows (
    list_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome varchar not null,           -- added, known, removed, not_listed, rejected, skipped
    reason_codes varchar[]              -- null for none
);

-- Versions of lists that were refused: nothing of them is in force, and whoever requires the list has to know.
create table base.refused_lists (
    list_id varchar not null,
    name varchar not null,
    kind varchar not null,
    file_name varchar not null,
    file_sha256 varchar not null,
    message varchar not null,
    refused_at timestamptz not null
);

create view main.suppression_lists as
select l.list_id, l.name, l.version, l.kind, l.mode, d.kind as destination_kind, d.name as destination_name, l.file_name,
       l.file_sha256, l.rows_read, l.rows_added, l.rows_known, l.rows_ended, l.rows_rejected, l.entries_before,
       l.entries_after, l.loaded_at
from base.suppression_lists l left join base.destinations d using (destination_id);

create view main.refused_lists as from base.refused_lists;

create view main.suppression_rows as
select l.list_id, l.name, l.version, r.row_number, r.line_number, r.outcome, coalesce(r.reason_codes, []) as reason_codes
from base.suppression_rows r join base.suppression_lists l using (list_no);

-- Every entry there ever was, and which version of its list ended it.
create view main.suppression_history as
select s.kind, s.identifier_kind, s.value, s.reason, d.kind as destination_kind, d.name as destination_name, s.country,
       s.listed_on, s.source, s.expires_at, l.name as list_name, l.version as list_version, l.list_id, s.added_at,
       e.list_id as ended_by_list_id, s.ended_at
from base.suppressions s join base.suppression_lists l using (list_no)
left join base.suppression_lists e on e.list_no = s.ended_by
left join base.destinations d on d.destination_id = s.destination_id;

-- What suppresses now.
create or replace view main.suppressions as
select kind, identifier_kind, value, reason, list_id, added_at, destination_kind, destination_name, country, listed_on,
       source, expires_at, list_name, list_version
from main.suppression_history
where ended_at is null and (expires_at is null or expires_at > now());
