"""A small store whose leads are managed: put in by hand, changed by the room's functions, read by plain questions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lead_pipeline.enrolling.changes import Cause, Verb, change_enrollments
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline_tests.screening.written import empty

#: When tests say that it is.
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOLAR, ROOFS, ARCHIVE = 1, 2, 3
DESTINATIONS = {SOLAR: ("schedule", "solar"), ROOFS: ("schedule", "roofs"), ARCHIVE: ("list", "archive")}

#: What events call the changes of a verb.
PARTICIPLES: dict[Verb, str] = {
    "stop": "stopped", "start": "started", "restart": "restarted", "expire": "expired", "move": "moved", "add": "added",
    "copy": "copied",
}  # fmt: skip


class ManagedWorld:
    """Destinations 1 and 2 are schedules, 3 is a list. Nothing is written but what a test says."""

    def __init__(self, store: DuckdbLeadStore) -> None:
        self.store = empty(store)
        self.workspace = store.workspace
        self.commands = 0
        with self.workspace.transaction("a world"):
            for number, (kind, name) in DESTINATIONS.items():
                self.insert("destinations", destination_id=number, kind=kind, name=name)
            self.workspace.run("update base.counters set value = 3 where name = 'destination_id'")
            self.insert_import(1)
            self.turn_clock(AT)

    def insert(self, table: str, **values: object) -> None:
        names, slots = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
        self.workspace.run(f"insert into base.{table} ({names}) values ({slots})", list(values.values()))

    def insert_import(self, number: int) -> None:
        self.workspace.run(
            "insert into base.imports by name select $n as import_no, 'import-' || $n as import_id, 'i' || $n as"
            " identity, 'completed' as status, 'p' as profile, '' as profile_fingerprint, 1 as destination_id,"
            " 'f.csv' as file_name, '' as file_sha256, 1 as file_bytes, 0 as rows_created, 0 as rows_updated,"
            " 0 as rows_unchanged, 0 as rows_duplicate, 0 as rows_suppressed, 0 as rows_rejected, 0 as rows_skipped,"
            " 0 as contacts_created, 0 as suppressions_known, '' as message, $at as started_at, $at as committed_at",
            {"n": number, "at": AT},
        )

    def turn_clock(self, at: datetime) -> None:
        """Make it another time for the views."""
        self.workspace.run(f"create or replace macro base.asked_at() as timestamptz '{at.isoformat()}'")

    def lead(self, lead_id: int, status: str | None = "due", *, destination: int = SOLAR, **values: Any) -> None:
        """Put a lead in, enrolled with that status; the phone is one of its own, the contact has its number."""
        enrolled = {name: values.pop(name) for name in ("action", "due_at", "attempts", "reason", "max_attempts",
                                                        "ended_at", "started_at") if name in values}  # fmt: skip
        phone = values.pop("phone", f"+1212555{lead_id:04}")
        whole = {"lead_id": lead_id, "contact_id": lead_id, "destination_id": destination, "phone": phone,
                 "phone_key": phone and int(phone[1:]), "import_no": 1, "row_number": lead_id, "created_at": AT,
                 "updated_at": AT}  # fmt: skip
        self.insert("leads", **(whole | values))
        self.workspace.run("update base.counters set value = greatest(value, ?) where name = 'lead_id'", [lead_id])
        if status is not None:
            self.enroll(lead_id, status, destination=destination, **enrolled)

    def enroll(self, lead_id: int, status: str = "due", *, destination: int = SOLAR, **values: Any) -> None:
        whole = {"lead_id": lead_id, "destination_id": destination, "action": 1, "status": status,
                 "due_at": AT - HOUR, "import_no": 1, "attempts": 0, "started_at": AT - HOUR}  # fmt: skip
        self.insert("enrollments", **(whole | values))

    def list_entry(self, kind: str, phone: str, *, destination: int | None = None, expires_at: datetime | None = None):
        """Put an entry on a list, as a version of its own."""
        number = self.workspace.one("select coalesce(max(list_no), 0) + 1 from base.suppression_lists")
        self.insert("suppression_lists", list_no=number, list_id=f"list-{number}", identity=f"l{number}", kind=kind,
                    file_name="l", file_sha256="", rows_read=1, rows_added=1, rows_known=0, rows_rejected=0,
                    loaded_at=AT, name=kind, version=number)  # fmt: skip
        self.insert("suppressions", kind=kind, identifier_kind="phone", key=int(phone[1:]), value=phone,
                    list_no=number, added_at=AT, destination_id=destination, expires_at=expires_at)  # fmt: skip

    def end_entries(self, kind: str) -> None:
        """Take everybody off the lists of a kind, as a version that removes does."""
        number = self.workspace.one("select coalesce(max(list_no), 0) + 1 from base.suppression_lists")
        ended = self.workspace.one("select count(*) from base.suppressions where kind = ? and ended_by is null", [kind])
        self.insert("suppression_lists", list_no=number, list_id=f"list-{number}", identity=f"l{number}", kind=kind,
                    file_name="l", file_sha256="", rows_read=1, rows_added=0, rows_known=0, rows_rejected=0,
                    loaded_at=AT, name=kind, version=number, mode="remove", rows_ended=ended)  # fmt: skip
        self.workspace.run(
            "update base.suppressions set ended_by = ?, ended_at = ? where kind = ? and ended_by is null",
            [number, AT, kind],
        )

    def cause(self, at: datetime = AT) -> Cause:
        self.commands += 1
        return Cause("command", self.commands, at)

    def manage(self, leads: Sequence[int]) -> None:
        self.workspace.run("create or replace temp table managed_leads (lead_id bigint)")
        for lead_id in leads:
            self.workspace.run("insert into managed_leads values (?)", [lead_id])

    def change(
        self, verb: Verb, *leads: int, to: int | None = None, in_destination: int | None = None, at: datetime = AT
    ) -> list[tuple[str, str, int, int]]:
        """Change leads in a transaction of its own; return by destination and change how many leads of those that were
        meant there changed, and how many did not.
        """
        with self.workspace.transaction("managing leads"):
            self.manage(leads)
            meant = self.meant(in_destination, enrolled=to is None)
            change_enrollments(self.workspace, verb, self.cause(at), to=to, in_destination=in_destination)
            return self.counted(meant, PARTICIPLES[verb])

    def meant(self, in_destination: int | None = None, *, enrolled: bool = True) -> set[tuple[int, int]]:
        """Return lead and destination of all that a change is about: enrollments, else where the lead is."""
        where = "coalesce(e.destination_id, l.destination_id)" if enrolled else "l.destination_id"
        return set(self.workspace.rows(
            f"select l.lead_id, {where} from base.leads l semi join managed_leads using (lead_id)"
            f" left join base.enrollments e on e.lead_id = l.lead_id where $here is null or {where} = $here",
            {"here": in_destination},
        ))  # fmt: skip

    def counted(self, meant: set[tuple[int, int]], otherwise: str) -> list[tuple[str, str, int, int]]:
        """Count by destination and change the leads that changed, and of those that were meant the others."""
        made = self.workspace.rows(
            'select change, coalesce(l.copied_from, c.lead_id), coalesce(c."before".destination_id, o.destination_id,'
            " l.destination_id) from changes_at_hand c join base.leads l using (lead_id)"
            " left join base.leads o on o.lead_id = l.copied_from and c.change = 'copied'"
        )
        names = dict(self.workspace.rows("select destination_id, kind || ':' || name from base.destinations"))
        changed = {(lead, there): change for change, lead, there in made}
        counts: dict[tuple[str, str], list[int]] = {}
        for pair in meant | set(changed):
            both = counts.setdefault((names[pair[1]], changed.get(pair, otherwise)), [0, 0])
            both[pair not in changed] += 1
        return sorted((change, there, *both) for (there, change), both in counts.items())

    def enrollments(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return lead, destination and the columns of every enrollment."""
        named = ", ".join(("lead_id", "destination_id", *(columns or ("status", "action", "due_at", "attempts"))))
        return self.workspace.rows(f"select {named} from base.enrollments order by lead_id, destination_id")

    def status_of(self, lead_id: int, destination: int = SOLAR) -> str | None:
        found = self.workspace.rows(
            "select status from base.enrollments where lead_id = ? and destination_id = ?", [lead_id, destination]
        )
        return found[0][0] if found else None

    def events(self) -> list[tuple[Any, ...]]:
        """Return lead, destination, change and the states before and after of every event."""
        return self.workspace.rows(
            'select lead_id, destination_id, change, "before".status, "after".status, cause, cause_no'
            " from base.enrollment_events order by all"
        )

    def reachable(self) -> set[tuple[int, str]]:
        """Return who may be called when it is time to, and for which destination."""
        rows = self.workspace.rows("select lead_id, destination_name from main.reachable_leads")
        assert len(rows) == len(set(rows))
        return set(rows)
