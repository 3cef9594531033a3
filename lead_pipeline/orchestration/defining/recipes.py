"""Decorators like Dagster's own for what a home has one of: they keep what is to be defined until it is known what it
is called, and hand the body its home, whatever the resource is called there.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import dagster as dg

from lead_pipeline.orchestration.defining.naming import Naming

_T = TypeVar("_T")

#: What Dagster's decorator of the same name takes; which of it fits is checked there.
Settings = Any

#: A function of Dagster's context and of the home.
Body = Callable[..., Any]

#: The resources that every body needs: the home, and what Dagster may think that values are handed on by.
HOME_RESOURCE = "home"
NO_VALUES_RESOURCE = "no_values"


@dataclass(frozen=True, slots=True, eq=False)
class Recipe(Generic[_T]):
    """Something that can be defined once for each home of a Dagster."""

    name: str
    make: Callable[[Naming], _T]
    knows_home: bool = False

    def define(self, naming: Naming) -> _T:
        """Return its definition under these names, the same one each time that it is asked of the same naming."""
        defined = naming.defined if self.knows_home else _defined.setdefault(naming.key_prefix, {})
        if self.name not in defined:
            defined[self.name] = self.make(naming)
        made: _T = defined[self.name]
        return made


#: What is the same for every home under a prefix; to define it takes most of the time.
_defined: dict[tuple[str, ...], dict[str, Any]] = {}


def asset(
    *,
    partitions_def: dg.PartitionsDefinition,
    deps: Iterable["Recipe[Any] | dg.AssetDep | str"] = (),
    **settings: Settings,
) -> Callable[[Body], Recipe[dg.AssetsDefinition]]:
    """Keep a body and its settings, as `dagster.asset` takes them, for an asset that is called as the function is."""

    def keep(body: Body) -> Recipe[dg.AssetsDefinition]:
        def make(naming: Naming) -> dg.AssetsDefinition:
            made: dg.AssetsDefinition = dg.asset(
                key=naming.asset_key(_name(body)),
                deps=naming.deps(map(_dep, deps)),
                partitions_def=naming.partitions(partitions_def),
                io_manager_key=naming.name(NO_VALUES_RESOURCE),
                description=inspect.getdoc(body),
                metadata=_code_of(body),
                **_with_home(settings, naming),
            )(_called(body, naming))
            return made

        return Recipe(_name(body), make)

    return keep


def multi_asset(
    *, specs: Sequence[dg.AssetSpec], partitions_def: dg.PartitionsDefinition, **settings: Settings
) -> Callable[[Body], Recipe[dg.AssetsDefinition]]:
    """Keep a body that makes several assets, whose specs name them and their dependencies without a prefix."""

    def keep(body: Body) -> Recipe[dg.AssetsDefinition]:
        def make(naming: Naming) -> dg.AssetsDefinition:
            here = [
                spec.replace_attributes(
                    key=naming.asset_key(spec.key.path[-1]),
                    deps=naming.deps(spec.deps),
                    metadata={**spec.metadata, **_code_of(body)},
                ).with_io_manager_key(naming.name(NO_VALUES_RESOURCE))
                for spec in specs
            ]
            return dg.multi_asset(
                name=naming.name(_name(body)),
                specs=here,
                partitions_def=naming.partitions(partitions_def),
                description=inspect.getdoc(body),
                **_with_home(settings, naming),
            )(_called(body, naming))

        return Recipe(_name(body), make)

    return keep


def asset_spec(spec: dg.AssetSpec) -> Recipe[dg.AssetSpec]:
    """Keep an asset that no run makes; its spec names it and its dependencies without a prefix."""

    def make(naming: Naming) -> dg.AssetSpec:
        return spec.replace_attributes(
            key=naming.asset_key(spec.key.path[-1]),
            deps=naming.deps(spec.deps),
            partitions_def=naming.partitions(spec.partitions_def) if spec.partitions_def else None,
        )

    return Recipe(spec.key.path[-1], make)


def asset_check(
    *, asset: str, partitions_def: dg.PartitionsDefinition, **settings: Settings
) -> Callable[[Body], Recipe[dg.AssetChecksDefinition]]:
    """Keep a body that checks one of our assets, named without a prefix."""

    def keep(body: Body) -> Recipe[dg.AssetChecksDefinition]:
        def make(naming: Naming) -> dg.AssetChecksDefinition:
            return dg.asset_check(
                asset=naming.asset_key(asset),
                partitions_def=naming.partitions(partitions_def),
                **_with_home(settings, naming),
            )(_called(body, naming))

        return Recipe(_name(body), make)

    return keep


def op(body: Body) -> Recipe[dg.OpDefinition]:
    """Keep the body of an op that hands nothing on."""

    def make(naming: Naming) -> dg.OpDefinition:
        return dg.op(
            name=naming.name(_name(body)),
            description=inspect.getdoc(body),
            out=dg.Out(dg.Nothing, io_manager_key=naming.name(NO_VALUES_RESOURCE)),
            required_resource_keys={naming.name(HOME_RESOURCE)},
        )(_called(body, naming))

    return Recipe(_name(body), make)


def job(
    *, op: Recipe[dg.OpDefinition], partitions_def: dg.PartitionsDefinition, description: str
) -> Callable[[Body], Recipe[dg.JobDefinition]]:
    """Keep a job of one op; the function gives its name."""

    def keep(body: Body) -> Recipe[dg.JobDefinition]:
        def make(naming: Naming) -> dg.JobDefinition:
            return dg.GraphDefinition(name=naming.name(_name(body)), node_defs=[op.define(naming)]).to_job(
                description=description,
                partitions_def=naming.partitions(partitions_def),
                executor_def=dg.in_process_executor,
                tags=naming.run_tags,
            )

        return Recipe(_name(body), make, knows_home=True)

    return keep


def asset_job(
    name: str, tables: Sequence[str], description: str, *, tags: Mapping[str, str] | None = None
) -> Recipe[Any]:
    """Keep a job over some of our assets and whatever checks them; its runs have these tags and the home's.

    All steps of a run share one process: Dagster's default executor costs two seconds a step.
    """

    def make(naming: Naming) -> Any:  # noqa: ANN401  # Dagster exports no name of the type
        return dg.define_asset_job(
            naming.name(name),
            selection=dg.AssetSelection.assets(*map(naming.asset_key, tables)),
            description=description,
            tags={**(tags or {}), **naming.run_tags},
            executor_def=dg.in_process_executor,
        )

    return Recipe(name, make, knows_home=True)


def sensor(*, jobs: Sequence[Recipe[Any]] = (), **settings: Settings) -> Callable[[Body], Recipe[dg.SensorDefinition]]:
    """Keep the body of a sensor that requests runs of these jobs; it is on by default."""

    def keep(body: Body) -> Recipe[dg.SensorDefinition]:
        def make(naming: Naming) -> dg.SensorDefinition:
            called = _called(body, naming)

            def evaluated(context: dg.SensorEvaluationContext, **_resources: object) -> dg.SensorResult | dg.SkipReason:
                result: dg.SensorResult | dg.SkipReason = called(context)
                return result

            return dg.SensorDefinition(
                name=naming.name(_name(body)),
                evaluation_fn=evaluated,
                jobs=[one.define(naming) for one in jobs] or None,
                default_status=dg.DefaultSensorStatus.RUNNING,
                **_with_home(settings, naming),
            )

        return Recipe(_name(body), make, knows_home=True)

    return keep


def _name(body: Body) -> str:
    return str(body.__name__)


def _dep(given: "Recipe[Any] | dg.AssetDep | str") -> dg.AssetDep:
    if isinstance(given, dg.AssetDep):
        return given
    return dg.AssetDep(given.name if isinstance(given, Recipe) else given)


def _with_home(settings: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    pool = {"pool": naming.name(settings["pool"])} if "pool" in settings else {}
    return {**settings, **pool, "required_resource_keys": {naming.name(HOME_RESOURCE)}}


def _called(body: Body, naming: Naming) -> Body:
    """Return a function of the context alone that calls a body with the home, and looks like it to Dagster."""
    resource = naming.name(HOME_RESOURCE)

    def called(context: Any) -> Any:  # noqa: ANN401  # whatever the body takes and returns
        return body(context, getattr(context.resources, resource))

    names = (
        ("context",) if inspect.isgeneratorfunction(body) else ("context", "return")
    )  # of one, what it yields counts
    kept = {name: of for name, of in inspect.get_annotations(body).items() if name in names}
    called.__name__, called.__doc__, called.__module__ = _name(body), body.__doc__, body.__module__
    called.__annotations__ = kept
    return called


def _code_of(body: Body) -> dict[str, Any]:
    """Return where the code of an asset is, as the UI links to it."""
    code = body.__code__
    reference = dg.LocalFileCodeReference(
        file_path=code.co_filename, line_number=code.co_firstlineno, label=_name(body)
    )
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}
