-- What is known of the consent of a lead's person. The four are of one consent: a newer one replaces all of them.
alter table base.leads add column consent_at timestamptz;
alter table base.leads add column consent_source varchar using compression zstd;
alter table base.leads add column consent_ip varchar using compression zstd;
alter table base.leads add column consent_text_hash varchar using compression zstd;

-- Consents that gave way where a row met a lead.
create table base.other_consents (
    lead_id bigint not null,
    import_no integer not null,
    row_number bigint not null,
    consent_at timestamptz,
    consent_source varchar using compression zstd,
    consent_ip varchar using compression zstd,
    consent_text_hash varchar using compression zstd,
    kept varchar not null               -- row: the lead's was replaced; lead: the row's was not taken
);

create or replace view main.leads as
select l.lead_id, l.contact_id, d.kind as destination_kind, d.name as destination_name, l.phone, l.email,
       l.first_name, l.last_name, l.full_name, l.company, l.street, l.city, l.state, l.postal_code, l.country,
       l.remote_ip, l.notes, l.status, l.source, l.lead_score, l.deal_value, l.tags, l.external_id, l.cookie_id,
       l.social, l.phone_extension, l.phone_type, l.phone_region, l.phone_time_zones, l.phone_national,
       l.expires_at, l.attributes, i.import_id, l.row_number, u.import_id as updated_import_id, l.created_at,
       l.updated_at, l.consent_at, l.consent_source, l.consent_ip, l.consent_text_hash
from base.leads l
join base.destinations d using (destination_id)
join base.imports i using (import_no)
left join base.imports u on u.import_no = l.updated_by;

-- Every consent that there is of a lead: the one that it has, those that were replaced, those of rows that it did not take.
create view main.consents as
select l.lead_id, 'current' as state, l.consent_at, l.consent_source, l.consent_ip, l.consent_text_hash,
       null::varchar as import_id, null::bigint as row_number
from base.leads l
where l.consent_at is not null or l.consent_source is not null or l.consent_ip is not null
   or l.consent_text_hash is not null
union all by name
select o.lead_id, case o.kept when 'row' then 'replaced' else 'not_taken' end as state, o.consent_at, o.consent_source,
       o.consent_ip, o.consent_text_hash, i.import_id, o.row_number
from base.other_consents o join base.imports i using (import_no);
