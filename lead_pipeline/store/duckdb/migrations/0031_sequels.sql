-- Rows that come again: those of a corrected file, and those that are judged again by a changed profile.
alter table base.imports add column header_key bigint;   -- which columns the file has, whatever their order; see sequels
alter table base.imports add column sequel_of integer;   -- the import that left most of the rows out first

-- One line per row of a sequel that an earlier import had left out. `first_…` are of the import that did so first, so
-- that a chain of corrections leads there; outcomes and lead are copies of those in row_outcomes.
create table base.sequel_rows (
    import_no integer not null,
    row_number bigint not null,
    outcome base.outcome not null,
    lead_id bigint,
    first_import_no integer not null,
    first_row_number bigint not null,
    first_outcome base.outcome not null,
    is_changed boolean not null         -- false: every cell is as it was
);

-- A row is recovered once, by the sequel that first made a lead of it. It is not any more when that sequel is reverted
-- or the lead is erased. A duplicate was never lost, and is recovered only where it became a lead of its own.
create view main.recovered_rows as
with became as (
    select s.*, i.import_id as sequel_id,
           row_number() over (partition by s.first_import_no, s.first_row_number
                              order by s.import_no, s.row_number) as nth
    from base.sequel_rows s join base.imports i using (import_no)
    where i.status in ('completed', 'completed_with_rejects')
      and (s.outcome = 'created' or (s.outcome in ('updated', 'unchanged') and s.first_outcome <> 'duplicate'))
      and s.lead_id in (select lead_id from base.leads)
)
select f.import_id, b.first_row_number as row_number, b.first_outcome::varchar as first_outcome,
       b.sequel_id as recovered_by, b.row_number as recovered_row_number, b.outcome::varchar as outcome, b.lead_id
from became b join base.imports f on f.import_no = b.first_import_no
where b.nth = 1;

create or replace view main.imports as
select i.import_id, i.status, i.profile, d.kind as destination_kind, d.name as destination_name, i.file_name,
       i.file_sha256, i.file_bytes, i.rows_read, i.rows_created, i.rows_updated, i.rows_unchanged, i.rows_duplicate,
       i.rows_suppressed, i.rows_rejected, i.rows_skipped, i.contacts_created, i.suppressions_known, i.message,
       i.profile_fingerprint, i.started_at, i.committed_at, f.import_id as sequel_of,
       coalesce(r.recovered, 0) as rows_recovered, coalesce(s.still_rejected, 0) as rows_still_rejected
from base.imports i join base.destinations d using (destination_id)
left join base.imports f on f.import_no = i.sequel_of
left join (select import_id, count(*) as recovered from main.recovered_rows group by import_id) r
       on r.import_id = i.import_id
left join (select import_no, count(*) as still_rejected from base.sequel_rows
           where not is_changed and outcome = 'rejected' and first_outcome = 'rejected' group by import_no) s
       on s.import_no = i.import_no;
