"""Folder-drop import pipeline for lead lists. Importing the package loads nothing else and reads nothing; LeadPipeline,
its Python API, and LeadPipelineComponent, for `dg` and with all of Dagster, are loaded when they are first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lead_pipeline.orchestration.defining.component import LeadPipelineComponent
    from lead_pipeline.pipeline import LeadPipeline

__version__ = "0.1.0"

__all__ = ["LeadPipeline", "LeadPipelineComponent", "__version__"]


def __getattr__(name: str) -> object:
    if name == "LeadPipeline":
        from lead_pipeline.pipeline import LeadPipeline

        return LeadPipeline
    if name == "LeadPipelineComponent":
        from lead_pipeline.orchestration.defining.component import LeadPipelineComponent

        return LeadPipelineComponent
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})  # `dg` looks here for components
