-- Enrollments of people who came onto a suppression list end: status `suppressed`, and why.
alter table base.enrollments add column reason varchar; -- reason code of the suppression; null for what is due

create or replace view main.enrollments as
select e.lead_id, d.name as schedule, e.action, e.status, e.due_at, l.expires_at, l.phone,
       try_cast(l.attributes ->> 'lead_priority' as double) as priority, e.reason
from base.enrollments e
join base.destinations d using (destination_id)
join base.leads l using (lead_id);
