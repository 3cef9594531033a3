-- Values of rows and leads that differed when an import met a lead that was there: what gave way stays findable.
create table base.differing_values (
    import_no integer not null,
    row_number bigint not null,
    lead_id bigint not null,
    field varchar not null,             -- `attributes`: two JSON objects, whose members the view compares
    lead_value varchar using compression zstd, -- what the lead had before the import
    row_value varchar using compression zstd,  -- what the row had; null where it cleared the value
    kept varchar not null               -- row: the lead's value was overwritten; lead: the row's was not taken
);

create view main.differing_values as
with members as (
    select * replace ('attribute.' || name as field,
                      json_extract_string(lead_value, pointer) as lead_value,
                      json_extract_string(row_value, pointer) as row_value)
    from (select *, '/' || replace(replace(name, '~', '~0'), '/', '~1') as pointer
          from (select *, unnest(json_keys(lead_value)) as name
                from base.differing_values where field = 'attributes'))
), whole as (
    select * from base.differing_values where field <> 'attributes'
    union all by name
    select * exclude (name, pointer) from members where lead_value is distinct from row_value
)
select i.import_id, w.row_number, w.lead_id, w.field, w.lead_value, w.row_value, w.kept
from whole w join base.imports i using (import_no);
