"""Suppression lists dropped into the inbox are loaded once, by runs of their own, and imports wait for them."""

import pytest

from lead_pipeline import LeadPipeline
from lead_pipeline.filing.lists.list_drops import waiting_lists
from lead_pipeline.model.errors import FileUnreadableError
from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline_tests.orchestration.watching import _QUIET, leads
from lead_pipeline_tests.support import query


def execute(watching, requests):
    definitions = build_definitions(watching.home.root)
    return [
        definitions.resolve_job_def(request.job_name)
        .execute_in_process(
            instance=watching.instance, partition_key=request.partition_key, tags=dict(request.tags),
            run_config=_QUIET, raise_on_error=False,
        )
        .success
        for request in requests
    ]  # fmt: skip


def notes(watching):
    return "".join(path.read_text() for path in watching.home.quarantine.rglob("*.reason.txt"))


def test_a_dropped_list_is_loaded_by_a_run_of_its_own_and_archived(watching):
    path = watching.drop("bad.csv", "phone\n2125550101\n", folder="suppressions/litigator")
    (request,) = watching.tick()
    assert (request.job_name, request.tags["lead_pipeline/kind"]) == ("load_suppressions", "litigator")
    assert watching.instance.get_dynamic_partitions("suppression_lists") == [request.partition_key]
    assert watching.tick() == []
    assert execute(watching, [request]) == [True]
    assert query(watching.home.root, "select kind, value from suppressions") == [("litigator", "+12125550101")]
    assert not path.exists()
    assert (watching.home.archive / "suppressions" / f"{request.partition_key}.csv").exists()
    assert "rows read" in (watching.home.reports / request.partition_key / "report.md").read_text()
    assert list(waiting_lists(watching.home)) == []
    assert watching.tick() == []


def test_the_same_list_dropped_again_adds_nothing_and_is_archived(watching):
    for _ in range(2):
        path = watching.drop("bad.csv", "phone\n2125550101\n", folder="suppressions/blocked")
        assert execute(watching, watching.tick()) == [True]
        assert not path.exists()
    assert query(watching.home.root, "select count(*), max(version) from suppression_lists") == [(1, 1)]


def test_a_run_that_died_is_asked_for_again_and_a_list_is_never_given_up(watching):
    watching.drop("bad.csv", "phone\n2125550101\n", folder="suppressions/blocked")
    for _ in range(12):
        (request,) = watching.tick()
        watching.pass_time(700)
    assert execute(watching, [request]) == [True]
    assert query(watching.home.root, "select count(*) from suppressions") == [(1,)]


@pytest.mark.parametrize("text", ["phone\n", "name\nAna\n", "phone\nx\ny\nz\nw\n2125550101\n"])
def test_a_list_that_cannot_be_trusted_is_quarantined_with_the_reason_and_the_store_says_so(watching, text):
    path = watching.drop("bad.csv", text, folder="suppressions/blocked")
    assert execute(watching, watching.tick()) == [False]
    assert not path.exists()
    assert notes(watching)
    assert watching.tick() == []
    assert query(watching.home.root, "select count(*) from suppressions") == [(0,)]
    assert query(watching.home.root, "select name from refused_lists") == [("blocked",)]


@pytest.mark.parametrize(
    ("folder", "settings", "told"),
    [
        ("suppressions", None, "not clear what being on it means"),
        ("suppressions/block", None, "Did you mean 'blocked'"),
        ("suppressions/mine", "folders:\n  mine: {kind: bloked}\n", "Did you mean 'blocked'"),
        ("suppressions/mine", "folders:\n  mine: {mode: add}\n", "does not say its kind"),
        ("suppressions/mine", "folders:\n  mine: {kind: blocked, mode: replace}\n", "by its name"),
        ("suppressions/mine", "mine\n", "write `folders:`"),
    ],
)
def test_a_list_of_which_it_is_not_clear_what_it_means_is_quarantined(watching, folder, settings, told):
    if settings:
        (watching.home.root / "suppressions.yaml").write_text(settings)
    watching.drop("bad.csv", "phone\n2125550101\n", folder=folder)
    assert watching.tick() == []
    assert told in notes(watching)


@pytest.mark.parametrize(
    "refused",
    ["unknown folder", "broken settings", "a link", "no rows", "unreadable", "no column", "by command", "not there"],
)
def test_every_list_that_is_refused_stops_the_imports_that_require_it(watching, tmp_path, refused):
    name = watching.profile("careful", required_lists=[{"name": "courts"}])
    settings = watching.home.root / "suppressions.yaml"
    settings.write_text("folders:\n  courts: {kind: litigator, name: courts}\n")
    watching.drop("courts.csv", "phone\n3105550101\n", folder="suppressions/courts")
    assert execute(watching, watching.tick()) == [True]
    watching.pass_time(60)
    refuse_a_list(watching, tmp_path, settings, refused)
    execute(watching, watching.tick())
    assert query(watching.home.root, "select count(*) from suppressions") == [(1,)]
    watching.drop("a.csv", leads(1), folder=name)
    execute(watching, watching.tick())
    assert query(watching.home.root, "select count(*) from leads") == [(0,)]
    assert "was refused when it came last" in watching.waiting()[0].waits_for


def refuse_a_list(watching, tmp_path, settings, how):
    texts = {"no rows": "phone\n", "unreadable": b"\x00\x01\x02" * 99, "no column": "name\nAna\n"}
    good = tmp_path / "good.csv"
    good.write_text("phone\n2125550101\n")
    if how == "unknown folder":
        watching.drop("courts.csv", "phone\n2125550101\n", folder="suppressions/curts")
    elif how == "broken settings":
        settings.write_text("folders: [courts]\n")
        watching.drop("courts.csv", "phone\n2125550101\n", folder="suppressions/courts")
    elif how == "a link":
        (watching.home.inbox / "suppressions" / "courts" / "courts.csv").symlink_to(good)
    elif how in texts:
        watching.drop("courts.csv", texts[how], folder="suppressions/courts")
    else:
        file = tmp_path if how == "by command" else tmp_path / "nowhere.csv"
        with pytest.raises(FileUnreadableError):
            LeadPipeline(watching.home.root).suppress(file, kind="litigator", name="courts")


WHOLE = "phone\n2125550101\n2125550102\n2125550103\n2125550104\n"


def in_force(watching):
    return [value[-4:] for (value,) in query(watching.home.root, "select value from suppressions order by value")]


def listed_folder(watching, **keys):
    said = ", ".join(f"{key}: {value}" for key, value in keys.items())
    (watching.home.root / "suppressions.yaml").write_text(f"folders:\n  mine: {{{said}}}\n")
    return "suppressions/mine"


def test_a_list_that_grew_after_it_was_taken_is_loaded_whole_and_no_half_of_it(watching):
    folder = listed_folder(watching, kind="blocked", name="mine", mode="replace")
    watching.drop("mine.csv", "phone\n2125550101\n2125550104\n", folder=folder)
    assert execute(watching, watching.tick()) == [True]
    path = watching.drop("mine.csv", WHOLE[:17], folder=folder)
    requests = watching.tick()
    with path.open("a") as writer:
        writer.write(WHOLE[17:])
    assert execute(watching, requests) == [False]
    assert in_force(watching) == ["0101", "0104"]
    assert execute(watching, watching.tick(30.0)) == [True]
    assert in_force(watching) == ["0101", "0102", "0103", "0104"]
    assert query(watching.home.root, "select count(*) from refused_lists") == [(0,)]


@pytest.mark.parametrize("cut", [6, 17, 22], ids=["header only", "between rows", "in a row"])
@pytest.mark.parametrize("mode", ["add", "replace"])
def test_bytes_of_a_list_that_arrive_after_it_was_loaded_are_loaded_with_the_rest(watching, mode, cut):
    folder = listed_folder(watching, kind="blocked", name="mine", mode=mode)
    watching.drop("first.csv", "phone\n2125550104\n", folder=folder)
    assert execute(watching, watching.tick()) == [True]
    path = watching.drop("late.csv", WHOLE[:cut], folder=folder)
    requests = watching.tick()
    with path.open("ab", buffering=0) as writer:  # opened after the list was staged: nothing can know that yet
        watching_moves_on(watching, path, requests, WHOLE[:cut])
        writer.write(WHOLE[cut:].encode())
        assert watching.tick(10.0) == []  # it may write more
    requests = watching.tick(30.0)
    assert execute(watching, requests) == [True]
    assert set(in_force(watching)) >= {"0101", "0102", "0103", "0104"}
    assert not path.exists()
    archived = {one.read_text() for one in (watching.home.archive / "suppressions").glob("late*.csv")}
    assert archived == ({WHOLE} if cut == 6 else {WHOLE[:cut], WHOLE})
    watching.tick(30.0)
    assert watching.tick(30.0) == []


def watching_moves_on(watching, path, requests, begun):
    """Load what was taken while the writer pauses; its file is moved out of the inbox as if nobody had it open."""
    from lead_pipeline.filing import late_bytes

    with pytest.MonkeyPatch.context() as patch:  # as on a network drive
        patch.setattr(late_bytes, "is_open_for_writing", lambda _descriptor: False)
        assert execute(watching, requests) == [begun != WHOLE[:6]]
    assert not path.exists()


def test_a_folder_of_lists_says_how_long_its_files_must_not_have_changed(watching):
    folder = listed_folder(watching, kind="blocked", settle=60)
    watching.drop("a.csv", WHOLE, folder=folder)
    assert watching.tick(58.0) == []
    assert len(watching.tick(4.0)) == 1
    folder = listed_folder(watching, kind="blocked", settle="soon")
    watching.drop("b.csv", WHOLE, folder=folder)
    assert watching.tick() == []
    assert "settle: write whole seconds" in notes(watching)


def test_a_folder_of_ones_own_says_what_its_lists_are(watching):
    keys = "{kind: do_not_call, name: uk, mode: replace, region: GB, country: GB, destination: 'schedule:main'}"
    (watching.home.root / "suppressions.yaml").write_text(f"folders:\n  uk: {keys}\n")
    for text in ("phone\n020 7946 0018\n020 7946 0019\n", "phone\n020 7946 0019\n"):
        watching.drop("tps.csv", text, folder="suppressions/uk/2026")
        assert execute(watching, watching.tick()) == [True]
    found = query(watching.home.root, "select value, country, destination_name, list_name from suppressions")
    assert found == [("+442079460019", "GB", "main", "uk")]


def test_an_import_waits_for_a_list_that_it_requires_and_is_imported_when_it_comes(watching):
    name = watching.profile("careful", required_lists=[{"name": "courts"}])
    (watching.home.root / "suppressions.yaml").write_text("folders:\n  courts: {kind: litigator, name: courts}\n")
    path = watching.drop("a.csv", leads(1), folder=name)
    for _ in range(10):  # more often than an import that fails for another reason is tried
        assert execute(watching, watching.tick()) == [False]
        watching.pass_time(700)
    assert path.exists()
    assert "never loaded" in watching.waiting()[0].waits_for
    watching.pass_time(700)
    watching.drop("courts.csv", "phone\n3105550101\n", folder="suppressions/courts")
    requests = watching.tick()
    for _ in range(3):
        execute(watching, requests)
        requests = watching.tick()
    assert query(watching.home.root, "select count(*) from leads") == [(1,)]
    assert not path.exists()
