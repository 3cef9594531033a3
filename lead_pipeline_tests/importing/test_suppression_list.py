"""A suppression list names people, by whatever column and spelling; one that cannot be trusted is refused whole."""

from dataclasses import replace

import polars as pl
import pytest

from lead_pipeline.filing.staging import stage_list
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.lists.suppression_list import load_list
from lead_pipeline.model.errors import FileRefusedError, ListRefusedError
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline_tests.support import quick_folder, staging

ANA, BO = "+12125550101", "+12125550102"


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def load(stages, text, kind="opted_out", region="US", name="list.csv", list_name=None, **said):
    path = stages.home.root.parent / name
    path.write_text(text, encoding="utf-8")
    settings = ListSettings(kind=kind, region=region, name=list_name, **said)
    manifest = stage_list(stages.home, path, kind, region, now=utc_now(), settings=settings)
    return load_list(stages.store, manifest, stages.home, utc_now())


def listed(stages):
    return {value for (value,) in stages.rows("select value from suppressions")}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("email\nAna.Roe@Example.com\n", {"ana.roe@example.com"}),
        ("E-Mail;Grund\nana@example.com;asked\n", {"ana@example.com"}),
        ("first,second\nana@example.com,bo@example.com\n", {"ana@example.com", "bo@example.com"}),
        ("phone,phone_2\n2125550101,2125550102\n", {ANA, BO}),
        ("Home phone,Mobile\n2125550101,\n,2125550102\n", {ANA, BO}),
        ("email,phone\nana@example.com,212-555-0102\n", {"ana@example.com", BO}),
        ("who\n2125550101\nbo@example.com\n", {ANA, "bo@example.com"}),
        ("id,phone\n2125550109,2125550101\n", {ANA}),
        ("Customer ID,Do not call these\n2125550109,2125550101\n", {ANA}),
        ("Name,Phone,Date\nAna Roe,2125550101,2026-01-02\n", {ANA}),
        ("Customer,Phone\nAna Roe,2125550101\n", {ANA}),
        ("2125550101\n2125550102\n", {ANA, BO}),
        ("2125550101\n", {ANA}),
        ("ana@example.com\n", {"ana@example.com"}),
        ("1001,2125550101\n1002,2125550102\n", {ANA, BO}),
        ("7001,Ana Roe,2125550101,ana@example.com\n7002,Bo Lee,2125550102,bo@example.com\n",
         {ANA, BO, "ana@example.com", "bo@example.com"}),
        ("2025550107,212 555 0101\n2025550108,212 555 0102\n2025550109,2125550103\n", {ANA, BO, "+12125550103"}),
        ("212 555 0101,2125550102\n646 555 0144,2125550103\n718 555 0161,2125550104\n",
         {ANA, BO, "+12125550103", "+12125550104", "+16465550144", "+17185550161"}),
        ("Do not call\n2125550101\n2125550102\n", {ANA, BO}),
        ("Opted out\nana@example.com\n", {"ana@example.com"}),
        ("phone\n2125550101 / 2125550102\n", {ANA, BO}),
        ("phone\n2125550101; 2125550102\n", {ANA, BO}),
        ("email\nana@example.com; bo@example.com\n", {"ana@example.com", "bo@example.com"}),
        ("phone,name\n2125550101,Ana Roe,2125550102\n", {ANA, BO}),
        ("phone\n2.125550101E+09\n", {ANA}),
        ("phone\n2125550101.0\n12125550102.00\n", {ANA, BO}),
        ("phone\n'2125550101\n", {ANA}),
        ('phone\n"=""2125550101"""\n', {ANA}),
        ("phone\n\u200e212 555 0101\u2060\n", {ANA}),
        ("phone\ntel:+1-212-555-0101\n001 212 555 0102\n", {ANA, BO}),
        ("email\n<mailto:Ana@example.com>\nBo Lee <bo@example.com>\n", {"ana@example.com", "bo@example.com"}),
        ("phone\n+52 1 55 4169 2299\n", {"+525541692299"}),
    ],
)  # fmt: skip
def test_everybody_on_a_list_is_suppressed(stages, text, people):
    loaded = load(stages, text)
    assert listed(stages) == people
    assert (loaded.counts.added, loaded.counts.rejected) == (len(people), 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "phone\n",
        "email,phone\n",
        "name,city\nAna Roe,Bonn\nBo Lee,Rome\n",
        "id\n2125550101\n",
        "phone\nnonsense\n",
        "email\n*@example.com\n",
        "phone\n" + "2125550101\n" * 20 + "oops\n" * 4,
        "phone\n" + "030 1234567\n" * 5,
    ],
    ids=[
        "empty",
        "header only",
        "two headers only",
        "no such column",
        "ids",
        "nonsense",
        "everybody somewhere",
        "four bad",
        "another region",
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused_whole(stages, text):
    with pytest.raises((FileRefusedError, ListRefusedError)):
        load(stages, text)
    assert stages.rows("select (select count(*) from suppressions), (select count(*) from base.suppression_lists)") == [
        (0, 0)
    ]


@pytest.mark.parametrize(
    ("text", "said"), [("phone\n", {}), ("email,phone\n", {}), ("Domain\n", {"identifier": "domain"})]
)
def test_a_header_without_rows_is_said_to_be_one(stages, text, said):
    with pytest.raises(ListRefusedError, match="header without rows"):
        load(stages, text, **said)


@pytest.mark.parametrize(
    ("text", "said", "entry"),
    [
        ("example.com\n", {"identifier": "domain"}, "example.com"),
        ("212\n", {"identifier": "prefix"}, "1212"),
        ("x-17\n", {"identifier": "external_id"}, "x-17"),
        (",2125550101\n", {}, ANA),
    ],
)
def test_a_single_line_that_names_somebody_is_a_list(stages, text, said, entry):
    load(stages, text, **said)
    assert listed(stages) == {entry}


def test_a_few_rows_that_cannot_be_read_are_named_with_reasons_and_the_rest_is_loaded(stages):
    loaded = load(stages, "phone,name\n2125550101,Ana\noops,Bo\n,Cy\n2125550102 / 12,Dee\n")
    assert ANA in listed(stages)
    assert loaded.lines_rejected[:2] == [3, 4]
    rejected = pl.read_csv(stages.home.root / loaded.rejected_file)
    assert rejected["_line_number"].to_list()[:2] == [3, 4]
    assert rejected["_reasons"].to_list()[:2] == ["phone_not_a_number", "identifier_missing"]


def test_four_unreadable_rows_are_few_among_a_thousand(stages):
    numbers = "".join(f"212555{number:04}\n" for number in range(1000))
    assert load(stages, "phone\n" + numbers + "oops\n" * 4).counts.rejected == 4
    assert len(listed(stages)) == 1000


def test_the_refusal_names_lines_and_no_value(stages):
    with pytest.raises(ListRefusedError, match=r"lines 2, 3, 4, 5") as refused:
        load(stages, "phone\n" + "oops\n" * 4 + "2125550101\n")
    assert "oops" not in str(refused.value)


def test_a_row_of_a_list_that_removes_takes_nobody_off_unless_it_was_read_in_full(stages):
    load(stages, "phone\n2125550101\n2125550102\n2125550103\n", name="first.csv")
    loaded = load(
        stages, "phone,phone 2,expires\n2125550101,212555010,\n2125550102,,\n2125550103,,soon\n", mode="remove"
    )
    assert (loaded.counts.ended, loaded.counts.rejected) == (1, 2)
    assert listed(stages) == {ANA, "+12125550103"}
    load(stages, "phone,name\n3105550101,Cy,2125550101\n", mode="remove", name="extra.csv")
    assert listed(stages) == {ANA, "+12125550103"}


def test_a_list_that_replaces_keeps_who_may_be_in_a_row_that_cannot_be_read_and_says_so(stages):
    load(stages, "phone\n2125550101\n2125550102\n", name="first.csv", list_name="web")
    loaded = load(stages, "phone\n2125550101\noops\n", mode="replace", list_name="web")
    assert (listed(stages), loaded.counts.kept) == ({ANA, BO}, 1)


def test_the_same_list_again_says_that_rows_of_it_are_not_suppressed(stages):
    text = "phone\n2125550101\noops\n"
    first, again = load(stages, text), load(stages, text)
    assert again.counts.loaded_before
    assert (again.counts.rejected, again.rejected_file) == (1, first.rejected_file)


def test_nobody_is_asked_for_the_header_of_a_plain_list_of_numbers(stages):
    assert load(stages, "2125550101\n2125550177\n2125550113\n2125550154\n").notices == ()


def test_a_list_that_somebody_else_loads_meanwhile_is_loaded_once(stages, tmp_path, monkeypatch):
    """As when the same file comes to two machines: each asks for the list before any of them has it."""
    path = tmp_path / "stop.csv"
    path.write_text("phone\n2125550101\n2125550102\n", encoding="utf-8")
    monkeypatch.setattr(type(stages.store), "list_counts", lambda *_asked: None)
    first, second = stages.suppress(path), stages.suppress(path)
    assert (first.added, second) == (2, replace(first, loaded_before=True))
    assert stages.rows("select count(*), (select count(*) from base.suppressions) from base.suppression_lists") == [
        (1, 2)
    ]
