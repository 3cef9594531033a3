"""Keys of programs: nobody gets in by a key that is wrong, cut off or revoked, and what is on the disk is no key."""

from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.keys.kept_keys import find_key, list_keys, make_key, revoke_key
from lead_pipeline.model.access.api_keys import API_SCOPES
from lead_pipeline.model.errors import UsageError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "home")
    place.prepare()
    return place


@pytest.mark.parametrize(
    ("name", "scopes", "sentence"),
    [
        ("", ("read",), "needs a name"),
        ("x" * 61, ("read",), "needs a name"),
        ("a\x07b", ("read",), "needs a name"),
        ("crm", (), "may do nothing"),
        ("crm", ("reed",), "Did you mean 'read'"),
    ],
)
def test_what_is_no_name_or_scope_makes_no_key(home, name, scopes, sentence):
    with pytest.raises(UsageError, match=sentence):
        make_key(home, name, scopes, NOW)
    assert list_keys(home) == []


def test_two_keys_do_not_share_a_name(home):
    make_key(home, "crm", ("read",), NOW)
    with pytest.raises(UsageError, match="already"):
        make_key(home, " crm ", ("read",), NOW)


def test_only_the_key_itself_is_found(home):
    made = make_key(home, "crm", ("read", "import"), NOW)
    text = made.text
    wrong = ["", text[:-1], text + "x", text.upper(), f" {text}", text[:17] + "A" * 43, "lpk_", "é", "../../keys"]
    assert [find_key(home, one, NOW) for one in wrong] == [None] * len(wrong)
    found = find_key(home, text, NOW)
    assert (found.name, found.scopes) == ("crm", ("read", "import"))


def test_a_key_of_another_home_is_none_here(home, tmp_path):
    other = Home(tmp_path / "other")
    other.prepare()
    assert find_key(home, make_key(other, "crm", ("read",), NOW).text, NOW) is None


def test_what_is_kept_holds_no_key_and_is_the_owners_alone(home):
    made = make_key(home, "crm", ("read",), NOW)
    secret = made.text.split("_", 2)[2]  # it may have such characters itself
    (file,) = (home.root / "keys").iterdir()
    assert made.text not in file.read_text()
    assert secret not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    assert made.key.key_id in made.text


def test_a_revoked_key_holds_no_longer_and_is_not_brought_back_by_its_use(home):
    made, other = make_key(home, "crm", ("read",), NOW), make_key(home, "dialer", ("admin",), NOW)
    assert find_key(home, made.text, NOW) is not None
    assert revoke_key(home, "crm").key_id == made.key.key_id
    assert find_key(home, made.text, NOW) is None
    assert [key.name for key in list_keys(home)] == ["dialer"]
    with pytest.raises(UsageError, match="Did you mean 'dialer'"):
        revoke_key(home, "dialler")
    revoke_key(home, other.key.key_id)
    assert list_keys(home) == []


def test_when_it_was_used_is_noted_to_the_minute(home):
    made = make_key(home, "crm", ("read",), NOW)
    assert list_keys(home)[0].last_used_at is None
    for seconds in (0, 59):
        find_key(home, made.text, NOW + timedelta(seconds=seconds))
        assert list_keys(home)[0].last_used_at == NOW
    find_key(home, made.text, NOW + timedelta(seconds=60))
    assert list_keys(home)[0].last_used_at == NOW + timedelta(seconds=60)


def test_admin_may_everything_and_every_other_scope_itself_alone(home):
    for scope in API_SCOPES:
        key = make_key(home, scope, (scope,), NOW).key
        assert {one for one in API_SCOPES if key.allows(one)} == (set(API_SCOPES) if scope == "admin" else {scope})
