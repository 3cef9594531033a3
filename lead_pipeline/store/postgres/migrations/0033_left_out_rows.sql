-- What an import left out, of which there are few: each import asks for those of the earlier ones that it could continue, however
-- long these are.
create index row_outcomes_left_out on base.row_outcomes (import_no) where outcome not in ('created', 'updated', 'unchanged');
