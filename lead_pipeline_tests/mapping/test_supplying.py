"""Where values come from: cells, defaults, constants, the names of file and folder; and what a file supplies."""

import json

import polars as pl
import pytest

from lead_pipeline.mapping import map_columns, map_rows, supplied_names
from lead_pipeline.mapping.supplying import SourceNames
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.reading import open_rows
from lead_pipeline_tests.rooms import judged_rows, mapped_rows, profile_of

PHONES = ["2015550101", "2015550102", "2015550103", "2015550104"]


def test_a_default_replaces_empty_cells_and_for_a_missing_column():
    profile = profile_of(fields={"status": {"type": "text", "default": "new"}})
    cells = {"phone": PHONES, "status": ["lost", "", " \u00a0", None]}
    assert mapped_rows(profile, cells)["status"].to_list() == ["lost", "new", "new", "new"]
    assert mapped_rows(profile, {"phone": PHONES})["status"].to_list() == ["new"] * 4


def test_a_default_is_validated_like_a_value_from_the_file():
    profile = profile_of(fields={"lead_score": {"type": "integer", "default": " 1.000 ", "locale": "de"}})
    assert judged_rows(profile, {"phone": PHONES})["lead_score"].to_list() == [1000] * 4
    bad = profile_of(fields={"lead_score": {"type": "integer", "default": "many"}})
    assert judged_rows(bad, {"phone": PHONES})["reasons"].to_list() == [["number_invalid"]] * 4


def test_a_required_value_with_a_default_is_never_missing():
    profile = profile_of(attributes={"team": {"type": "text", "required": True, "default": "north"}})
    rows = judged_rows(profile, {"phone": PHONES[:1]})
    assert rows.select("reasons", "attributes").row(0) == ([], '{"team":"north"}')


def test_a_constant_is_the_value_of_every_row_and_takes_no_column():
    profile = profile_of(fields={"source": {"type": "text", "constant": "fair"}})
    rows = mapped_rows(profile, {"phone": PHONES, "source": ["x", None, "", "y"]})
    assert rows["source"].to_list() == ["fair"] * 4
    assert [json.loads(text) if text else None for text in rows["attributes"]] == [
        {"source": "x"},
        None,
        None,
        {"source": "y"},
    ]


@pytest.mark.parametrize(
    ("pattern", "name", "value"),
    [
        (r"^([a-z]+)_", "solar_2026-11.csv", "solar"),
        (r"\d{4}-\d{2}", "solar_2026-11.csv", "2026-11"),
        (r"^([A-Z]+)_", "solar_2026-11.csv", None),
        (r"(x)?solar", "solar.csv", None),
        (r"_(.*)\.csv", "a_\u00e4 b.csv", "\u00e4 b"),
    ],
)
def test_a_value_is_what_a_pattern_takes_from_the_name_of_the_file_or_folder(pattern, name, value):
    for key, names in (("from_file_name", {"file_name": name}), ("from_folder", {"folder": name})):
        profile = profile_of(attributes={"campaign": {"type": "text", key: pattern}})
        rows = mapped_rows(profile, {"phone": PHONES[:2]}, SourceNames(**names))
        assert rows["attribute.campaign"].to_list() == [value, value]


def test_a_name_that_says_nothing_leaves_the_default():
    profile = profile_of(attributes={"month": {"type": "text", "from_file_name": r"\d{4}-\d{2}", "default": "none"}})
    rows = mapped_rows(profile, {"phone": PHONES[:1]}, SourceNames(file_name="list.csv"))
    assert rows["attribute.month"].to_list() == ["none"]


def supplied(profile: ImportProfile, *columns: str) -> set[str]:
    return set(supplied_names(map_columns(columns, profile), profile))


def test_a_file_supplies_what_has_a_source_in_it_and_nothing_else():
    profile = profile_of(
        fields={
            "email": {"type": "email"},
            "status": {"type": "text", "default": "new"},
            "source": {"type": "text", "constant": "fair"},
            "city": {"type": "text"},
            "notes": {"type": "text", "from_folder": "x"},
        },
        attributes={"score": {"type": "integer"}, "tier": {"type": "text"}},
        aliases={"email": {}, "phone": {}},
        secondary_contacts={"max": 2, "variables": {"name": {"type": "text", "default": "?"}}},
    )
    assert supplied(profile, "phone", "Email", "score", "_alias_email", "secondary_phone_2", "secondary_2_name") == {
        "phone", "email", "status", "source", "notes", "attribute.score", "alias.email",
        "secondary.2.phone", "secondary.2.variable.name",
    }  # fmt: skip
    assert supplied(profile, "phone", "other") == {"phone", "status", "source", "notes", "attributes"}


def test_attributes_are_supplied_when_any_are_kept():
    assert "attributes" not in supplied(profile_of(other_columns="ignore"), "phone", "other")
    assert "attributes" not in supplied(profile_of(ignore_columns=["Other"]), "phone", "other")
    assert "attributes" in supplied(profile_of(default_attributes={"a": "1"}), "phone")


def test_split_names_are_supplied_by_the_full_name():
    names = {name: {"type": "text"} for name in ("full_name", "first_name", "last_name")}
    profile = profile_of(fields=names, split_full_name=True)
    assert supplied(profile, "phone", "full_name") == {"phone", "full_name", "first_name", "last_name"}
    assert supplied(profile, "phone") == {"phone"}


def test_ignored_columns_are_dropped_whatever_is_done_with_others():
    for kept in ("attributes", "ignore"):
        profile = profile_of(ignore_columns=["Internal ID", "not there"], other_columns=kept)
        mapping = map_columns(["phone", " internal id ", "city"], profile)
        assert " internal id " in mapping.ignored
        assert mapping.attributes == (("city",) if kept == "attributes" else ())
    rows = mapped_rows(profile_of(ignore_columns=["x"]), {"phone": PHONES[:1], "X": ["secret"]})
    assert rows["attributes"].to_list() == [None]


def test_an_ignored_column_is_no_candidate_of_automatic_mapping():
    profile = profile_of(fields={"email": {"type": "email"}}, mapping="auto", ignore_columns=["E-Mail"])
    assert map_columns(["phone", "E-Mail"], profile).fields == {"phone": "phone"}


@pytest.mark.parametrize(
    ("profile", "part"),
    [
        (profile_of(attributes={"score": {"type": "integer", "required": True}}), "required attribute 'score'"),
        (
            profile_of(attributes={"score": {"type": "integer", "required": True, "column": "Points"}}),
            "attributes.score.column",
        ),
    ],
)
def test_a_required_attribute_without_a_column_refuses_the_file(profile, part):
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(["phone", "x"], profile)
    assert part in str(refused.value)


def test_two_columns_for_one_alias_are_refused_and_not_guessed():
    profile = profile_of(aliases={"email": {}})
    with pytest.raises(RequiredColumnUnmappedError) as refused:
        map_columns(["phone", "_Alias_Email", "_ALIAS_EMAIL"], profile)
    for part in ("'alias email'", "aliases.email.column", "'_Alias_Email'", "'_ALIAS_EMAIL'"):
        assert part in str(refused.value)


def test_a_column_with_the_name_of_a_ruled_attribute_that_is_read_elsewhere_keeps_its_values():
    profile = profile_of(attributes={"score": {"type": "integer", "column": "points"}})
    rows = judged_rows(profile, {"phone": PHONES[:1], "points": ["5"], "score": ["good"], "score (column)": ["x"]})
    assert json.loads(rows["attributes"][0]) == {"score": 5, "score (column) (column)": "good", "score (column)": "x"}


def test_a_file_without_a_header_is_mapped_by_hand(tmp_path):
    path = tmp_path / "solar.csv"
    path.write_text("2015550101,Ana,7\n2015550102,Bo,\n")
    profile = profile_of(
        reading={"header": False},
        fields={"phone": {"type": "phone", "column": "column_1"}, "first_name": {"type": "text", "column": "column_2"}},
        attributes={"score": {"type": "integer", "column": "Column_3", "default": "0"}},
    )
    reader = open_rows(path, file_name=path.name, options=ReadingOptions(header=False))
    mapping = map_columns([column.name for column in reader.columns], profile)
    mapped = pl.concat(map_rows(batch, mapping, profile) for batch in reader.batches())
    assert mapped.select("row_number", "phone", "first_name", "attribute.score").rows() == [
        (1, "2015550101", "Ana", "7"),
        (2, "2015550102", "Bo", "0"),
    ]
