"""Finds who a person is: the contacts that are known by what somebody asks about or have a lead with it, and everything
that these are known by. What happened to them does not belong here.
"""

from dataclasses import dataclass

from lead_pipeline.model.story import Sought, StoryIdentifier
from lead_pipeline.store.workspace import Workspace

#: Whether a value, the digits of a phone or an email is among those asked about; see `params_of`.
IS_PHONE = "list_contains($phones, base.same_number_key({digits}))"
IS_EMAIL = "list_contains($emails, lower({value}))"
IS_OTHER = "list_contains($others, {value})"

OTHER_KINDS = ("external_id", "cookie_id", "social")


@dataclass(frozen=True, slots=True)
class Person:
    """The contacts of a person, what they are known by, and all phones and emails of theirs and of their leads beside
    what was asked about. `others` are their identifiers of other kinds as `kind:value`: a text that is the external id
    of one person may be the cookie id of another.
    """

    contacts: tuple[int, ...]
    identifiers: tuple[StoryIdentifier, ...]
    whole: Sought
    others: tuple[str, ...]


def params_of(workspace: Workspace, sought: Sought) -> dict[str, list[int] | list[str]]:
    """Return what the conditions above bind: phones as the digits that all forms of a number share."""
    numbers = workspace.rows(
        "select base.same_number_key(number) from (select try_cast(unnest($phones::varchar[]) as ubigint) as number)"
        " where number is not null",
        {"phones": list(sought.phones)},
    )
    return {
        "phones": [int(number) for (number,) in numbers],
        "emails": list(sought.emails),
        "others": list(sought.others),
    }


def find_person(workspace: Workspace, sought: Sought) -> Person:
    """Return the contacts with an identifier that is sought, or with a lead that has it."""
    contacts = _contacts(workspace, sought)
    identifiers = workspace.rows(
        "select distinct kind, coalesce(value, '+' || key) as value, contact_id from base.identifiers"
        " where list_contains($contacts, contact_id) order by contact_id, kind, value",
        {"contacts": contacts},
    )
    values = workspace.rows(
        "select distinct unnest([phone, lower(email), external_id, cookie_id, social]),"
        " unnest(['phone', 'email', 'external_id', 'cookie_id', 'social'])"
        " from base.leads where list_contains($contacts, contact_id)",
        {"contacts": contacts},
    )
    held = [(kind, value) for value, kind in values if value] + [(kind, value) for kind, value, _ in identifiers]
    whole = Sought(
        phones=_merged(sought.phones, [value for kind, value in held if kind == "phone"]),
        emails=_merged(sought.emails, [value for kind, value in held if kind == "email"]),
    )
    asked = tuple(f"{kind}:{value}" for value in sought.others for kind in OTHER_KINDS) if not contacts else ()
    others = _merged(asked, [f"{kind}:{value}" for kind, value in held if kind in OTHER_KINDS])
    known = (StoryIdentifier(kind=kind, value=value, contact_id=contact) for kind, value, contact in identifiers)
    return Person(tuple(contacts), tuple(known), whole, others)


def _contacts(workspace: Workspace, sought: Sought) -> list[int]:
    others = " or ".join(IS_OTHER.format(value=name) for name in OTHER_KINDS)
    found = workspace.rows(
        f"""
        select contact_id from base.identifiers
        where (kind = 'phone' and {IS_PHONE.format(digits="key")})
           or (kind = 'email' and {IS_EMAIL.format(value="value")})
           or (kind not in ('phone', 'email') and {IS_OTHER.format(value="value")})
        union
        select contact_id from base.leads
        where {IS_PHONE.format(digits="try_cast(phone as ubigint)")} or {IS_EMAIL.format(value="email")} or {others}
        order by contact_id
        """,  # noqa: S608  # conditions of ours
        params_of(workspace, sought),
    )
    return [int(contact) for (contact,) in found]


def _merged(first: tuple[str, ...], more: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *sorted(more))))
