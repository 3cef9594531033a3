-- What was matched on suppression lists is kept like what scrub rules matched, and every row of call activity has an
-- outcome.
alter table base.scrub_hits add column list_no integer;         -- the version of the list that has the entry
alter table base.scrub_hits add column matched_kind varchar;    -- what `matched` is, of an entry: phone, email, domain ...
alter table base.scrub_hits add column listed_on date;          -- the date that the list gives

-- The leads of earlier imports are told by the ledger; so is a suppression of an import that kept nothing else of it.
create or replace view main.scrub_hits as
with ledger as (
    select import_no, row_number, reason_code, 1 as matches,
           case when reason_code = 'duplicate_existing' then lead_id end as lead_id
    from (select import_no, row_number, lead_id, outcome, unnest(reason_codes) as reason_code
          from base.row_outcomes where outcome in ('suppressed', 'duplicate'))
    where reason_code = 'duplicate_existing'
       or (outcome = 'suppressed' and reason_code <> 'area_code_listed'
           and not starts_with(reason_code, 'prior_') and not starts_with(reason_code, 'duplicate_'))
), every as (
    select import_no, row_number, reason_code, drop_no, activity_row, lead_id, happened_at, matched, matched_kind, list_no,
           listed_on, matches
    from base.scrub_hits
    union all by name
    select * from ledger anti join base.scrub_hits using (import_no, row_number, reason_code)
)
select i.import_id, e.row_number,
       case e.reason_code when 'duplicate_existing' then 'existing_lead' when 'area_code_listed' then 'area_codes'
                          when 'prior_disposition' then 'dispositions'
                          else replace(e.reason_code, 'prior_', '') end as rule,
       e.reason_code, s.name as list_name, s.version as list_version, s.list_id, e.matched_kind, e.matched,
       case when e.list_no is not null then coalesce(e.listed_on, s.loaded_at::date)
            when e.reason_code = 'duplicate_existing' then l.created_at::date
            else e.happened_at::date end as matched_on,
       e.lead_id, o.import_id as lead_import_id, d.drop_id, e.activity_row, e.happened_at, e.matches
from every e join base.imports i using (import_no)
left join base.activity_drops d using (drop_no)
left join base.suppression_lists s using (list_no)
left join base.leads l on l.lead_id = e.lead_id and e.reason_code = 'duplicate_existing'
left join base.imports o on o.import_no = l.import_no;

-- Rows of drops that became no call of their own; those that did are in `call_activity`.
create table base.activity_rows (
    drop_no integer not null,
    row_number bigint not null,
    line_number bigint,
    outcome varchar not null,           -- known, rejected, skipped
    reason_codes varchar[]              -- null for none
);

create view main.activity_rows as
select d.drop_id, r.row_number, r.line_number, r.outcome, coalesce(r.reason_codes, []) as reason_codes
from base.activity_drops d join (
    select drop_no, row_number, line_number, outcome, reason_codes from base.activity_rows
    union all
    select distinct drop_no, row_number, null, 'added', null from base.call_activity
) r using (drop_no);
