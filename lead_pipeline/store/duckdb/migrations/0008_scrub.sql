-- Of each suppressed row every scrub rule that hit, with what it matched: of several records of calls the newest.
create table base.scrub_hits (
    import_no integer not null,
    row_number bigint not null,
    reason_code varchar not null,
    drop_no integer,
    activity_row bigint,
    lead_id bigint,
    happened_at timestamptz,
    matched varchar,                    -- disposition, buyer, number of attempts or prefix
    matches bigint not null             -- how many records of calls fulfil the rule
);

-- Rules that need no record of their own are told by the ledger: lists, and leads that are there already.
create view main.scrub_hits as
with every as (
    select import_no, row_number, reason_code, drop_no, activity_row, lead_id, happened_at, matched, matches
    from base.scrub_hits
    union all by name
    select import_no, row_number, reason_code, 1 as matches,
           case when reason_code = 'duplicate_existing' then lead_id end as lead_id
    from (select import_no, row_number, lead_id, outcome, unnest(reason_codes) as reason_code
          from base.row_outcomes where outcome in ('suppressed', 'duplicate'))
    where reason_code = 'duplicate_existing'
       or (outcome = 'suppressed' and reason_code <> 'area_code_listed'
           and not starts_with(reason_code, 'prior_') and not starts_with(reason_code, 'duplicate_'))
)
select i.import_id, e.row_number,
       case e.reason_code when 'duplicate_existing' then 'existing_lead' when 'area_code_listed' then 'area_codes'
                          when 'prior_disposition' then 'dispositions'
                          else replace(e.reason_code, 'prior_', '') end as rule,
       e.reason_code, e.lead_id, d.drop_id, e.activity_row, e.happened_at, e.matched, e.matches
from every e join base.imports i using (import_no) left join base.activity_drops d using (drop_no);
