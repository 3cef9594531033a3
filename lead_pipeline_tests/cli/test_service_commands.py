"""Setting the password of the pages, and what `ui` says where others can come."""

import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.orchestration.serving import services
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.cli.test_commands import place, run

__all__ = ["place"]  # fixtures

PASSWORD = "correct horse battery"


def test_a_password_can_be_piped_and_replaces_the_one_before(place):
    for given in (PASSWORD, f"{PASSWORD} again"):
        ended = CliRunner().invoke(main, ["password"], input=f"{given}\n")
        assert ended.exit_code == 0
        assert given not in ended.stdout
        assert LeadPipeline(place / "data").is_password(given)
    assert not LeadPipeline(place / "data").is_password(PASSWORD)


def test_a_short_password_is_refused_and_not_repeated(place):
    ended = CliRunner().invoke(main, ["password"], input="secret\n")
    assert ended.exit_code == 2
    assert "has 6 characters, and needs 10" in ended.stderr
    assert "secret" not in ended.stderr + ended.stdout
    assert LeadPipeline(place / "data").password_version() == ""


@pytest.mark.parametrize(
    ("options", "password", "are_served"),
    [
        ([], "", True),
        (["--host", "0.0.0.0"], "", False),
        (["--host", "0.0.0.0"], PASSWORD, True),
        (["--allow-host", "leads.example.com"], "", False),
        (["--allow-host", "localhost:8080"], "", True),
    ],
)
def test_it_says_where_the_pages_are_or_how_to_have_them_served(place, monkeypatch, options, password, are_served):
    """The services themselves are started elsewhere; here, what is said once they are ready."""
    monkeypatch.setattr(services, "serve", lambda _home, _settings, ready: ready("http://x:1", "http://x:2") or 0)
    if password:
        LeadPipeline(place / "data").set_password(password)
    ended = run("ui", *options)
    assert ended.exit_code == 0
    assert ("Pages and API: http://x:2" in ended.stdout) is are_served
    assert ("lead-pipeline password" in ended.stderr) is not are_served
