"""A profile with a key of every group that there can be, and which of its keys the model knows by name."""

import re

#: Every group of keys that a profile can have, one key a line.
WHOLE = """\
name: whole
description: all of it
destination:
  kind: list
  name: autumn
reading:
  encoding: cp1252
  header_row: 3
  sheet: 2
default_region: US
fields:
  phone:
    type: phone
    allow_types:
      - mobile
      - fixed_line_or_mobile
    region_field: country
    derive: [region]
  country:
    type: text
    update_rule: never
  lead_score:
    type: decimal
    locale: de
    units:
      - EUR
  status:
    type: option
    options: [new, won]
    value_map:
      fresh: new
    others: keep
  tags:
    type: tags
    separator: ;
attributes:
  since:
    type: datetime
    formats:
      - "%d.%m.%Y %H:%M"
    timezone: Europe/Berlin
    min: 2026-01-01
  until:
    type: datetime
    locale: de_AT
  plan:
    type: text
    pattern: "[A-Z]+"
    min_length: 2
    from_file_name: "plan-([a-z]+)"
  agreed:
    type: boolean
    true_words: [ja]
row_rules:
  - rule: one_of
    fields: [country, plan]
  - rule: compare
    field: since
    is: less
    than: until
  - rule: required_if
    field: plan
    when: agreed
    values: [yes]
aliases:
  email:
    column: Other mail
    on_invalid: reject
secondary_contacts:
  max: 2
  phone_column: tel_{n}
  on_invalid: drop
  variables:
    role:
      type: option
      options:
        - spouse
      required: yes
ignore_columns:
  - junk
rows_without_identifier: reject
write_mode: upsert
on_duplicate: fill
duplicates_in_file: merge
approval:
  auto_below: 0.1
on_layout_change: hold
notify:
  email:
    - a@example.com
    - b@example.com
  when: problems
reject_rate:
  warn: 0.2
scrub:
  scope: company
  lookback_days: 90
  rules:
    existing_lead:
      statuses: [won]
    opted_out: false
    blocked: yes
    do_not_call:
      countries: [US]
    litigator: true
    reassigned: true
    complaint: true
    dialed: no
    connected: true
    converted:
      buyers:
        - Sunny
    dispositions: [sale]
    attempts: 3
    area_codes: ["+1212"]
consent:
  required: no
  max_age_days: 90
  sources: [web form]
  timezone: Europe/Berlin
lead_management:
  enroll: yes
  expires_after: 48h
  max_attempts: 5
  on_match:
    leads: company
    expire_existing: no
    schedule: restart
    opt: nothing
    block: unblock
    move_to: schedule:winter
    add_to: schedule:spring
    copy_to: offer:summer
  defaults:
    lead_priority: 3
    buyers: all
    traffic_source: web
    sub_id: none
  additional_data:
    campaign: nov
  require:
    line_types:
      - mobile
    time_zone: known
    consent: there
"""

#: What people name themselves, and the words without which nobody knows which keys may follow.
_FREE = {"country", "since", "until", "plan", "agreed", "role", "campaign", "fresh", "type", "rule"}
KEYS = [
    (number, key)
    for number, line in enumerate(WHOLE.splitlines(), 1)
    for key in re.findall(r"^[ -]*([a-z_]+):", line)
    if key not in _FREE
]
