-- What becomes of leads after they are imported: enrollments that people, imports, lists and calls change, and the history
-- of it. Every change keeps the state before it, so that it can be explained and taken back.

alter table base.enrollments alter column import_no drop not null; -- the import that made it; null: a command did
alter table base.enrollments add column command_no integer;        -- the command that made it
alter table base.enrollments add column attempts integer default 0; -- calls reported since it was started
alter table base.enrollments add column max_attempts integer;      -- of the profile; null: that of the destination
alter table base.enrollments add column started_at timestamptz;    -- made, restarted or moved: older calls do not count
alter table base.enrollments add column reported_at timestamptz;   -- the last call that was counted
update base.enrollments set started_at = due_at;

alter table base.leads add column copied_from bigint; -- the lead that this one is a copy of; its import is that one's

-- An enrollment at one time, with the expiry of its lead; a null status: the lead is in the destination, not enrolled.
create type base.enrollment_state as struct(destination_id integer, status varchar, "action" integer, due_at timestamptz,
    reason varchar, ended_at timestamptz, attempts integer, expires_at timestamptz, started_at timestamptz,
    reported_at timestamptz);

create table base.enrollment_events (
    lead_id bigint not null,
    destination_id integer not null,    -- afterwards
    change varchar not null,            -- stopped, started, restarted, expired, moved, added, copied, suppressed, advanced,
                                        -- completed, reopened
    "before" base.enrollment_state,     -- null: it was made
    "after" base.enrollment_state,
    cause varchar not null,             -- import, list, activity, command
    cause_no integer not null,          -- number of the import, version of a list, drop of calls or command
    "at" timestamptz not null
);

create table base.lead_commands (
    command_no integer not null,
    command_id varchar not null,
    command varchar not null,
    conditions varchar not null,        -- JSON: which leads were meant
    settings varchar not null,          -- JSON: what else was said, such as where to
    leads bigint not null,              -- how many changed
    enrollments bigint not null,
    note varchar not null,              -- why, in the words of whoever gave the command
    "at" timestamptz not null
);
insert into base.counters values ('command_no', 0);

-- People whose row said that they may not be contacted: no list remembers it.
create table base.do_not_contact (
    contact_id bigint not null,
    kind varchar not null,
    import_no integer not null,
    row_number bigint not null,
    said_at timestamptz not null,
    lifted_at timestamptz               -- when it was taken back, by unblock or opt-in
);

create or replace view main.suppressions as
select kind, identifier_kind, value, reason, list_id, added_at, destination_kind, destination_name, country, listed_on,
       source, expires_at, list_name, list_version
from main.suppression_history
where ended_at is null and (expires_at is null or expires_at > base.asked_at());

-- What is due later waits, and what is due or stopped has expired when its lead has: by the clock, nobody marks it.
create or replace view main.enrollments as
select e.lead_id, d.name as schedule, e.action,
       case when e.status in ('due', 'stopped') and l.expires_at <= base.asked_at() then 'expired'
            when e.status = 'due' and e.due_at > base.asked_at() then 'waiting' else e.status end as status,
       e.due_at, l.expires_at, l.phone, try_cast(l.attributes ->> 'lead_priority' as double) as priority, e.reason,
       d.kind as destination_kind, e.attempts, coalesce(e.max_attempts, s.max_attempts) as max_attempts, i.import_id,
       c.command_id, e.started_at, e.ended_at
from base.enrollments e
join base.destinations d using (destination_id)
join base.leads l using (lead_id)
left join base.destination_settings s on s.destination_id = e.destination_id
left join base.imports i on i.import_no = e.import_no
left join base.lead_commands c on c.command_no = e.command_no;

create view main.lead_commands as
select command_id, command, conditions, settings, leads, enrollments, note, "at" from base.lead_commands;

create view main.enrollment_events as
select e.lead_id, d.kind as destination_kind, d.name as destination_name, e.change, e."before".status as status_before,
       e."after".status as status_after, e."after".action as "action", e."after".due_at as due_at,
       e."after".reason as reason, b.kind || ':' || b.name as destination_before, e."before", e."after", e.cause,
       case e.cause when 'import' then i.import_id when 'list' then l.list_id when 'activity' then a.drop_id
                    else c.command_id end as cause_id, e."at"
from base.enrollment_events e
join base.destinations d using (destination_id)
left join base.destinations b on b.destination_id = e."before".destination_id
left join base.imports i on e.cause = 'import' and i.import_no = e.cause_no
left join base.suppression_lists l on e.cause = 'list' and l.list_no = e.cause_no
left join base.activity_drops a on e.cause = 'activity' and a.drop_no = e.cause_no
left join base.lead_commands c on e.cause = 'command' and c.command_no = e.cause_no;
