-- Secondary contacts that came onto a suppression list after their lead was imported stay, and may not be called.
alter table base.secondary_contacts add column reason varchar; -- reason code of the suppression; null: may be called

update base.secondary_contacts set reason = s.kind
from (select value, min(kind) as kind from base.suppressions where identifier_kind = 'phone' group by value) s
where secondary_contacts.phone = s.value;

create or replace view main.secondary_contacts as
select s.lead_id, s.position, s.phone, s.attributes, i.import_id,
       case when s.reason is null then 'callable' else 'suppressed' end as status, s.reason
from base.secondary_contacts s join base.imports i using (import_no);
