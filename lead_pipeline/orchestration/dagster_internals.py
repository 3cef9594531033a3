"""Every private name of Dagster that we touch; nobody else touches one. Each is looked up when it is needed: when a
release has moved it, one log line says so and Dagster does what it does by itself, slower, and nothing else changes.
Only the web server does not start then: by itself, it would answer everybody.
"""

import importlib
import io
import logging
import multiprocessing
import multiprocessing.forkserver
import os
import sys
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce, wraps
from multiprocessing.context import BaseContext
from types import ModuleType, SimpleNamespace
from typing import Any, TextIO

from sqlalchemy import inspect, make_url
from sqlalchemy.pool import QueuePool

from lead_pipeline.model.errors import LeadPipelineError

_log = logging.getLogger(__name__)

_LOG_FAILURE = "Exception while writing logger call to event log"

#: Holds the code server and the function that a run's process begins with, so that a fork of it must have it, too.
CODE_SERVER = "dagster._grpc.server"

#: Holds the command that makes Dagster's ASGI app and gives it to `uvicorn.run`.
WEB_SERVER = "dagster_webserver.cli"

#: A setting's value that Dagster's documentation names although its path is private: leaves a step's output alone.
NO_COMPUTE_LOGS = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}

#: Module and name of the key in an output's metadata that says that its events were written by somebody else.
_OBSERVED = ("dagster._core.definitions.source_asset", "SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION")

#: Module and name of what says which materialization a check is about.
_TARGET = (
    "dagster._core.definitions.asset_checks.asset_check_evaluation",
    "AssetCheckEvaluationTargetMaterializationData",
)

#: Module and name of what each storage of an instance has its tables in.
_TABLES = (
    ("dagster._core.storage.runs.schema", "RunStorageSqlMetadata"),
    ("dagster._core.storage.event_log.schema", "SqlEventLogStorageMetadata"),
    ("dagster._core.storage.schedules.schema", "ScheduleStorageSqlMetadata"),
)

#: So many files of a process have their engine kept: each run has one, and few are written to at a time.
_ENGINES = 16

#: So many connections to one file are kept: threads of a daemon or web server take turns.
_CONNECTIONS = 2

#: Module, class and method of what Dagster 1.13 asks a database about itself for each event of an asset.
_ASKED_AGAIN = (
    ("dagster._core.storage.event_log.sql_event_log", "SqlEventLogStorage", "_has_asset_key_col_on_connection"),
    ("dagster._core.storage.event_log.sqlite.sqlite_event_log", "SqliteEventLogStorage", "has_table"),
)

#: The storages of an instance whose files are SQLite, each of which has the function that makes an engine by a name.
SQLITE_STORAGES = (
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
    "dagster._core.storage.schedules.sqlite.sqlite_schedule_storage",
)


class WithoutLogFailures(io.TextIOBase):
    """Standard error without what Dagster 1.13 writes there when a line of its log could not be kept, as on a full
    disk: the run then fails by itself, or did not need the line.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, unless it is one of these."""
        return len(text) if text.startswith(_LOG_FAILURE) else self._stream.write(text)

    def flush(self) -> None:
        """Write what is held back."""
        self._stream.flush()

    def fileno(self) -> int:
        """Return the descriptor of the stream itself."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Return whether a person reads."""
        return self._stream.isatty()


class _ForkServer(ModuleType):
    """Stands in for the module `multiprocessing` in Dagster's code server: processes are forked, not spawned."""

    def get_context(self, method: str | None = None) -> BaseContext:  # noqa: ARG002  # the signature of multiprocessing
        from lead_pipeline.orchestration.serving.run_process import RunContext  # there is none on Windows

        return RunContext()

    def __getattr__(self, name: str) -> object:
        return getattr(multiprocessing, name)


def fork_runs(preload: Sequence[str]) -> bool:
    """Have the code server of this process fork its runs from a process that has imported `preload`.

    Dagster 1.13 spawns a fresh interpreter for every run, which no setting changes, and which loads Dagster, Polars and
    our code again. The fork server computes nothing, so it has no threads that a fork would lose. Measured from the
    launch of a run to its start, by `benchmarks/dropped_to_imported.py` on two busy cores, in turns: 1 s instead of 8
    to 15 s (medians of six files; 0.2 s where nothing else runs).
    Returns: whether runs will be forked; False on systems that cannot, and when Dagster has moved the name.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():  # Windows
        return False
    try:
        server = importlib.import_module(CODE_SERVER)
    except ImportError:
        server = None
    if getattr(server, "multiprocessing", None) is not multiprocessing:
        _log.warning("Dagster has moved %s.multiprocessing: each run starts slower, as an interpreter.", CODE_SERVER)
        return False
    multiprocessing.set_forkserver_preload([CODE_SERVER, *preload])
    vars(server)["multiprocessing"] = _ForkServer("multiprocessing")
    multiprocessing.forkserver.ensure_running()  # now, so that the first dropped file need not wait for it
    return True


def wrap_web_server(wrap: Callable[[Any], Any]) -> None:
    """Have the web server of this process serve what `wrap` makes of Dagster's ASGI app.

    Dagster 1.13 has no setting for what is in between. Its command is given a `uvicorn` that can do what it asks of it
    and nothing else, so that another way to start the server would fail, not be open.
    Raises: LeadPipelineError when Dagster has moved the name.
    """
    try:
        command = importlib.import_module(WEB_SERVER)
        serve = command.uvicorn.run
    except (ImportError, AttributeError):
        raise LeadPipelineError(
            f"The web server was not started: Dagster has moved {WEB_SERVER}.uvicorn, so that nothing can be put in "
            "front of it and any web page could approve imports. Install the release that constraints.txt names."
        ) from None
    vars(command)["uvicorn"] = SimpleNamespace(run=lambda app, **settings: serve(wrap(app), **settings))


def unmaterialized() -> dict[str, Any]:
    """Return the metadata of an asset's output for which Dagster writes no event of its own: which partitions of it
    were made is said one by one. Empty when the name has moved: then it calls each partition of the run materialized.

    Dagster 1.13 has this for assets that were observed already; else an output materializes every partition of a run,
    and without an output the steps that depend on it are skipped.
    """
    key = _found(*_OBSERVED, "files that were refused look imported")
    return {} if key is None else {key: True}


def check_target() -> Callable[..., Any] | None:
    """Return what says which materialization a check is about, None when the name has moved: then the check of a file
    that was imported again looks outdated.
    """
    target: Callable[..., Any] | None = _found(*_TARGET, "checks of files that were imported again look outdated")
    return target


def _found(module: str, name: str, otherwise: str) -> Any:  # noqa: ANN401  # whatever Dagster has there
    """Return what a module of Dagster's has under a name; None, and one line says what follows, once it has moved."""
    try:
        found = reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        found = None
    if found is None:
        _log.warning("Dagster has moved %s.%s: %s.", module, name, otherwise)
    return found


def launches_here(instance: Any) -> bool:  # noqa: ANN401  # a DagsterInstance
    """Return whether runs of an instance start on the machine of its code server, as they do unless its settings name
    another launcher. The launcher itself is not asked: one of Kubernetes opens only where it may launch.
    """
    if instance.is_ephemeral:
        return True
    launcher = getattr(instance.get_ref(), "run_launcher_data", None)
    return launcher is None or launcher.class_name == "DefaultRunLauncher"


def output_left_alone() -> dict[str, Any]:
    """Return the instance settings with which Dagster leaves the output of a run's steps where it goes.

    It would redirect the terminal to files while a step runs (no progress bar moves then), and start two interpreters
    for each step that watch over that. Empty, as stock Dagster has it, when the name has moved.
    """
    try:
        found = hasattr(importlib.import_module(NO_COMPUTE_LOGS["module"]), NO_COMPUTE_LOGS["class"])
    except ImportError:
        found = False
    if not found:
        _log.warning("Dagster has moved %(module)s.%(class)s: the output of steps goes to files.", NO_COMPUTE_LOGS)
        return {}
    return {"compute_logs": NO_COMPUTE_LOGS}


def errors_of_storages() -> tuple[type[Exception], ...]:
    """Return what storages that are loaded raise of their own when their database does not answer, which is no error of
    Dagster's or SQLAlchemy's.
    """
    found = getattr(sys.modules.get("dagster_postgres.utils"), "DagsterPostgresException", None)
    return () if found is None else (found,)


def tables_missing(instance: Any) -> list[str]:  # noqa: ANN401  # a DagsterInstance
    """Return the tables that the PostgreSQL database of an instance does not have yet, if that is where its history is.

    dagster-postgres 0.29 makes them one by one, in no transaction; whoever opens the same database meanwhile takes the
    first table for all of them. Empty, as stock Dagster takes it, when a name has moved.
    """
    storage = instance.event_log_storage
    if not type(storage).__module__.startswith("dagster_postgres."):
        return []
    otherwise = "a database whose tables another process is making is used too early"
    found = [_found(*where, otherwise) for where in _TABLES]
    names = [table for metadata in found if metadata is not None for table in metadata.tables]
    with storage.index_connection() as connection:
        there = set(inspect(connection).get_table_names())
    return [name for name in names if name not in there]


def keep_engines(is_kept: Callable[[str], bool]) -> None:
    """Have Dagster make one SQLAlchemy engine for each of its SQLite files in this process, not one for each statement;
    to files for whose path `is_kept` is true, engines keep a connection as well.

    Dagster 1.13 makes an engine, connects, looks into it, writes one event, closes, and throws everything away with
    every statement that it has compiled: half of the time that it takes for the events of an import.
    """
    for name in SQLITE_STORAGES:
        found = _found(name, "create_engine", "its events take longer to write")
        if found is not None and not hasattr(found, "cache_info"):
            vars(importlib.import_module(name))["create_engine"] = _keeping(found, is_kept)
    for module, kind, method in _ASKED_AGAIN:
        asked = _found(module, f"{kind}.{method}", "its events take longer to write")
        if asked is not None and not hasattr(asked, "remembered"):
            setattr(_found(module, kind, ""), method, _remembered(asked))


def release_connections() -> None:
    """Close the connections that engines keep and that nobody uses now; the next statement opens one again."""
    for pool in list(_pools):
        pool.close_idle()


class _KeptConnections(QueuePool):
    """Connections to one file, which outlive what Dagster does after each statement."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **settings | {"pool_size": _CONNECTIONS, "max_overflow": -1})
        _pools.add(self)

    def dispose(self) -> None:
        """Keep them: this is Dagster's, after each statement."""

    def recreate(self) -> "_KeptConnections":
        """Return itself, for the same reason."""
        return self

    def close_idle(self) -> None:
        """Close those that nobody uses now."""
        super().dispose()


_pools: "weakref.WeakSet[_KeptConnections]" = weakref.WeakSet()


def _keeping(create: Callable[..., Any], is_kept: Callable[[str], bool]) -> Callable[..., Any]:
    """Return `create` for an address and settings by name, with what it made last for the same ones."""

    @lru_cache(maxsize=_ENGINES)
    def kept(_process: int, address: str, pool: object, timeout: object) -> Any:  # noqa: ANN401  # an engine
        connect = {} if timeout is None else {"timeout": timeout}
        chosen = _KeptConnections if is_kept(make_url(address).database or "") else pool
        return create(address, poolclass=chosen, connect_args=connect)

    @wraps(create)
    def made(*arguments: Any, **settings: Any) -> Any:  # noqa: ANN401
        known = set(settings) <= {"poolclass", "connect_args"} and set(settings.get("connect_args", ())) <= {"timeout"}
        if len(arguments) != 1 or not known:
            return create(*arguments, **settings)
        # A connection must not go on in a fork: each process has its own.
        timeout = settings.get("connect_args", {}).get("timeout")
        return kept(os.getpid(), arguments[0], settings.get("poolclass"), timeout)

    vars(made)["cache_info"] = kept.cache_info
    return made


def _remembered(ask: Callable[..., bool]) -> Callable[..., bool]:
    """Return a method that asks a database whether it has a table or column, and asks no more once it has."""
    found: weakref.WeakKeyDictionary[Any, set[Any]] = weakref.WeakKeyDictionary()

    @wraps(ask)
    def asked(storage: Any, *arguments: Any) -> bool:  # noqa: ANN401
        known = found.setdefault(storage, set())
        if arguments[-1] not in known and ask(storage, *arguments):
            known.add(arguments[-1])
        return arguments[-1] in known

    vars(asked)["remembered"] = True
    return asked


def read_migrations_once() -> None:
    """Have alembic read Dagster's migrations once in this process. Dagster 1.13 has it read all ninety of them two or
    three times for each file that it makes, to know the name of the last: three times for an instance, once for a run.
    """
    script = importlib.import_module("alembic.script").ScriptDirectory
    if hasattr(script.from_config, "cache_info"):
        return
    read = script.from_config

    @lru_cache(maxsize=4)
    def kept(_location: str, config: _Hashed) -> Any:  # noqa: ANN401  # a directory of migrations
        return read(config.value)

    def from_config(config: Any) -> Any:  # noqa: ANN401
        location = config.get_main_option("script_location") or ""
        return kept(location, _Hashed(config)) if location.startswith("dagster:") else read(config)

    vars(from_config)["cache_info"] = kept.cache_info
    script.from_config = staticmethod(from_config)


@dataclass(frozen=True, slots=True)
class _Hashed:
    """An argument by which nothing is looked up."""

    value: Any = field(compare=False)
