"""A list of people reaches everything that somebody is known by, wherever that is asked; a list of numbers does not."""

import pytest

from lead_pipeline_tests.screening.histories.kept_by_hand import Row
from lead_pipeline_tests.screening.histories.lists_by_hand import LISTED, Named
from lead_pipeline_tests.screening.histories.playing import load_list
from lead_pipeline_tests.screening.written import profile

LISTED_PHONE, OWN, OTHER = "+12125550101", "+12125550102", "+12125550103"
OF_PEOPLE = {"opted_out": True, "blocked": True, "litigator": True, "complaint": True,
             "do_not_call": False, "reassigned": False}  # fmt: skip
BY = {"aliases": {"phone": {}}, "destination": {"kind": "schedule", "name": "main"}}
ELSEWHERE = BY | {"destination": {"kind": "schedule", "name": "solar"}}


def ana(phone, *aliases):
    return Row({"email": "ana@example.com", "phone": phone}, aliases=tuple(("phone", one) for one in aliases))


@pytest.mark.parametrize("kind", LISTED)
def test_a_row_that_names_its_contact_by_another_identifier(written, kind):
    written.add([ana(OWN, LISTED_PHONE)], profile(**BY))
    load_list(written, [Named(("phone", LISTED_PHONE))], name="x", kind=kind)
    ((outcome, reasons, _lead),) = written.ledger(written.add([ana(OTHER)], profile(**ELSEWHERE)))
    assert (outcome, reasons) == (("suppressed", (kind,)) if OF_PEOPLE[kind] else ("created", ()))


@pytest.mark.parametrize("kind", LISTED)
def test_what_is_due_for_another_lead_of_the_contact(written, kind):
    written.add([ana(LISTED_PHONE)], profile(**BY))
    written.add([ana(OWN)], profile(**ELSEWHERE))
    load_list(written, [Named(("phone", LISTED_PHONE))], name="x", kind=kind)
    due = written.store.workspace.rows("select lead_id from base.enrollments where status = 'due'")
    assert due == ([] if OF_PEOPLE[kind] else [(2,)])
    assert written.store.workspace.rows("select lead_id from main.reachable_leads") == []
