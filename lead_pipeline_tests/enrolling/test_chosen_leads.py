"""Conditions choose exactly the leads that they describe, held against the file and what was done since."""

from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.enrolling.chosen_leads import choose_leads
from lead_pipeline.importing.managing.reading_conditions import read_conditions
from lead_pipeline_tests.support import call_schedule, quick_folder, staging

LEADS = """\
caller_id,email,city,expires_in,campaign,size,score,state,tags
2125550101,ana@example.com,Bonn,,nov,7,12.5,new,"hot,vip"
2125550102,BO@Example.com,"Bonn, Rhein",48,nov,007,3,contacted,
+525541692288,cy@example.com,bonn,,dec,70,,,Hot
2125550104,,,1,,,-1,,
"""
FIELDS = {
    "phone": {"type": "phone", "column": "caller_id"},
    "email": {"type": "email"},
    "city": {"type": "text", "column": "city"},
    "expires_in": {"type": "integer", "column": "expires_in"},
    "lead_score": {"type": "decimal", "column": "score"},
    "status": {"type": "text", "column": "state"},
    "tags": {"type": "tags", "column": "tags"},
}
ATTRIBUTES = {"size": {"type": "text"}}


@pytest.fixture(scope="module")
def stages():
    """Four leads in a schedule; the second one waits, the third is stopped, the first is in a second schedule too."""
    with quick_folder() as folder, staging(folder / "data") as opened:
        (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
        (folder / "offer.csv").write_text("caller_id\n2125550105\n", encoding="utf-8")
        opened.file(folder / "leads.csv", call_schedule(fields=FIELDS, attributes=ATTRIBUTES))
        opened.file(folder / "offer.csv", call_schedule(destination={"kind": "offer", "name": "roofs"}))
        run = opened.store.workspace.run
        run("update base.enrollments set due_at = ? where lead_id = 2", [datetime.now(UTC) + timedelta(hours=1)])
        run("update base.enrollments set status = 'stopped', attempts = 3, action = 2 where lead_id = 3")
        run("insert into base.destinations values (99, 'schedule', 'Second')")
        run(
            "insert into base.enrollments by name select * replace (99 as destination_id, 4 as action)"
            " from base.enrollments where lead_id = 1"
        )
        yield opened


def chosen(stages, *conditions, region="US"):
    choose_leads(stages.store.workspace, read_conditions(conditions, everything=not conditions, region=region))
    return [lead for (lead,) in stages.rows("select distinct lead_id from chosen_enrollments order by lead_id")]


@pytest.mark.parametrize(
    ("conditions", "leads"),
    [
        ([], [1, 2, 3, 4, 5]),
        (["lead_id=2"], [2]),
        (["lead_id=4,2,99"], [2, 4]),
        (["lead_id!=4,2"], [1, 3, 5]),
        (["lead_id>=2", "lead_id<4"], [2, 3]),
        (["phone=(212) 555-0101"], [1]),
        (["phone=+5215541692288"], [3]),  # the old form of the number
        (["phone!=212.555.0101"], [2, 3, 4, 5]),
        (["email=bo@example.com"], [2]),
        (["lead.email=BO@EXAMPLE.COM"], [2]),
        (["email="], [4, 5]),
        (["email!="], [1, 2, 3]),
        (["city=Bonn"], [1]),  # texts are compared as they are
        (["city=Bonn, Rhein"], [2]),
        (["city!=Bonn"], [2, 3, 4, 5]),  # also those without a city
        (["city!=Bonn", "city!="], [2, 3]),
        (["attribute.campaign=nov"], [1, 2]),
        (["attribute.campaign!=nov"], [3, 4, 5]),
        (["attribute.campaign=nov", "city=bonn"], []),
        (["attribute.size=7"], [1]),  # a text, and 007 is another
        (["attribute.size>6"], [1, 2, 3]),
        (["attribute.size>=8"], [3]),
        (["attribute.campaign<nov"], [3]),
        (["attribute.nothing="], [1, 2, 3, 4, 5]),
        (["lead_score>3"], [1]),
        (["lead_score<=3"], [2, 4]),
        (["lead_score=12.50"], [1]),
        (["lead.status=new"], [1]),
        (["tags=HOT"], [1, 3]),
        (["tags!=hot"], [2, 4, 5]),
        (["tags="], [2, 4, 5]),
        (["destination=schedule:main"], [1, 2, 3, 4]),
        (["destination=schedule:second"], [1]),
        (["destination=schedule:  SECOND "], [1]),
        (["destination=offer:roofs"], [5]),
        (["destination!=schedule:main"], [1, 5]),  # the first one is elsewhere too
        (["status=due"], [1, 4]),
        (["status=waiting"], [2]),
        (["status=stopped"], [3]),
        (["status=none"], [5]),
        (["status=waiting,stopped"], [2, 3]),
        (["status!=due"], [2, 3, 5]),
        (["action=4"], [1]),
        (["action=4", "destination=schedule:main"], []),  # of one enrollment, both have to hold
        (["action=1", "destination=schedule:main"], [1, 2, 4]),
        (["attempts>=1"], [3]),
        (["expires_at="], [1, 3, 5]),
        (["expires_at!="], [2, 4]),
        (["due_at>2020-01-01"], [1, 2, 3, 4]),
        (["created_at<2020-01-01"], []),
        (["created_at={today}"], [1, 2, 3, 4, 5]),
        (["created_at!={today}"], []),
        (["created_at<={today}"], [1, 2, 3, 4, 5]),
        (["created_at>{today}"], []),
        (["expires_at<={in_two_hours}"], [4]),
        (["attribute.x' or true --=1"], []),
        (["city=' or true --"], []),
    ],
    ids=str,
)
def test_conditions_choose_the_leads_that_they_describe(stages, conditions, leads):
    ((imported,),) = stages.rows("select min(created_at) from leads")
    moments = {
        "{today}": f"{imported.astimezone(UTC):%Y-%m-%d}",
        "{in_two_hours}": f"{imported.astimezone(UTC) + timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }
    for moment, text in moments.items():
        conditions = [condition.replace(moment, text) for condition in conditions]
    assert chosen(stages, *conditions) == leads


def test_an_import_is_named_by_its_id(stages):
    ((import_id,),) = stages.rows("select distinct import_id from leads where lead_id = 5")
    assert chosen(stages, f"import_id={import_id}") == [5]
    assert chosen(stages, f"import_id!={import_id}") == [1, 2, 3, 4]


def test_what_has_expired_by_the_clock_is_neither_due_nor_stopped(stages):
    stages.store.workspace.run("update base.leads set expires_at = now() - interval 1 hour where lead_id in (3, 4)")
    try:
        assert chosen(stages, "status=expired") == [3, 4]
        assert chosen(stages, "status=due,stopped") == [1]
    finally:
        stages.store.workspace.run("update base.leads set expires_at = null where lead_id = 3")
        stages.store.workspace.run("update base.leads set expires_at = created_at + interval 1 hour where lead_id = 4")


def test_a_number_in_an_attribute_is_compared_as_one(stages):
    stages.store.workspace.run("""update base.leads set attributes = '{"n": 7, "t": "7"}' where lead_id = 5""")
    assert chosen(stages, "attribute.n=7.0") == [5]
    assert chosen(stages, "attribute.t=7.0") == []


def test_only_the_enrollment_that_was_meant_is_chosen(stages):
    chosen(stages, "lead_id=1", "action=4")
    assert stages.rows("select destination_id, is_own from chosen_enrollments") == [(99, False)]
