import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.filing.import_id import identity_hash, import_id_of, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Purchased List (Nov).csv", "purchased-list-nov", id="words-and-brackets"),
        pytest.param("leads.csv.gz", "leads", id="packed"),
        pytest.param("LEADS.XLSX", "leads", id="upper-case"),
        pytest.param("a-very-long-name-of-a-list.csv", "a-very-long-name-o", id="long"),
        pytest.param("seventeen-chars-x y.csv", "seventeen-chars-x", id="cut-never-ends-with-a-hyphen"),
        pytest.param("Kundenliste München.csv", "kundenliste-munche", id="accents"),
        pytest.param("名单.csv", "file", id="nothing-ascii"),
        pytest.param(".csv", "file", id="extension-only"),
        pytest.param("", "file", id="empty"),
        pytest.param("../../etc/passwd", "passwd", id="path"),
        pytest.param("C:\\lists\\leads.csv", "leads", id="windows-path"),
        pytest.param("leads", "leads", id="no-extension"),
        pytest.param("2026.11.20 leads.csv", "2026-11-20-leads", id="dots-inside"),
        pytest.param("v1.2", "v1", id="short-ending-counts-as-extension"),
    ],
)
def test_a_file_name_becomes_a_slug(name, slug):
    assert slug_of(name) == slug


@given(st.text(max_size=80))
def test_a_slug_is_always_safe(name):
    slug = slug_of(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 18


def test_identity_covers_a_name_and_the_content_with_a_nul_between():
    digest = identity_hash("call_schedule")
    digest.update(b"phone\n1\n")
    expected = hashlib.sha256(b"call_schedule\x00phone\n1\n").hexdigest()
    assert digest.hexdigest() == expected
    assert import_id_of("My Leads.csv", expected) == f"my-leads@{expected[:12]}"
