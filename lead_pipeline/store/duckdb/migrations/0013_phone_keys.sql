-- The digits of a lead's phone as a number: whoever looks for numbers in all leads reads these, and no text.
alter table base.leads add column phone_key ubigint; -- null without a phone

update base.leads set phone_key = try_cast(phone as ubigint) where phone is not null;
