"""A file without a header whose leads get values from its name, its folder and the profile, imported step by step."""

import json

from lead_pipeline_tests.rooms import profile_of
from lead_pipeline_tests.support import quick_folder, staging


def test_a_file_without_a_header_gets_the_rest_from_its_name_its_folder_and_the_profile():
    profile = profile_of(
        reading={"header": False},
        fields={
            "phone": {"type": "phone", "column": "column_2", "required": True},
            "full_name": {"type": "text", "column": "column_1"},
            "first_name": {"type": "text"},
            "last_name": {"type": "text"},
            "status": {"type": "option", "options": ["new"], "default": "NEW"},
            "source": {"type": "text", "from_folder": ".*"},
            "lead_score": {"type": "integer", "constant": "7"},
        },
        attributes={
            "month": {"type": "date", "from_file_name": r"\d{4}-\d{2}-\d{2}"},
            "budget": {"type": "decimal", "column": "column_3", "locale": "de", "default": "0"},
        },
        split_full_name=True,
        ignore_columns=["column_4"],
    )
    with quick_folder() as folder, staging(folder / "home") as stages:
        path = folder / "fair in bonn" / "leads 2026-01-31.csv"
        path.parent.mkdir()
        path.write_text('Ana van der Berg,2015550101,"1.234,5",x,kept\nMadonna,2015550102,,y,\n')
        result = stages.file(path, profile)
        assert (result.rows_read, result.counts.created) == (2, 2)
        rows = stages.rows(
            "select phone, first_name, last_name, status, source, lead_score, attributes from leads order by phone"
        )
    assert [row[:6] for row in rows] == [
        ("+12015550101", "Ana", "van der Berg", "new", "fair in bonn", 7),
        ("+12015550102", "Madonna", None, "new", "fair in bonn", 7),
    ]
    assert [json.loads(row[6]) for row in rows] == [
        {"column_5": "kept", "month": "2026-01-31", "budget": 1234.5},
        {"month": "2026-01-31", "budget": 0.0},
    ]
