-- Which fields the reasons and warnings of a row are about, and the columns of the file that supply them.
alter table base.row_outcomes add column reason_columns struct(code varchar, field varchar, "column" varchar)[];
alter table base.rejected_rows add column reason_columns struct(code varchar, field varchar, "column" varchar)[];

create or replace view main.row_outcomes as
select i.import_id, o.row_number, o.line_number, o.outcome::varchar as outcome,
       coalesce(o.reason_codes, []) as reason_codes, coalesce(o.warning_codes, []) as warning_codes, o.hints, o.lead_id,
       coalesce(o.reason_columns, []) as reason_columns
from base.row_outcomes o join base.imports i using (import_no);

create or replace view main.rejected_leads as
select i.import_id, r.row_number, r.line_number, r.outcome::varchar as outcome,
       coalesce(r.reason_codes, []) as reason_codes, r.hints, r.raw, coalesce(r.reason_columns, []) as reason_columns
from base.rejected_rows r join base.imports i using (import_no);
