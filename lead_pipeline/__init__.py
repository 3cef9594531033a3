"""Folder-drop import pipeline for lead lists. Importing the package loads nothing else and reads nothing; LeadPipeline,
its Python API, is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lead_pipeline.pipeline import LeadPipeline

__version__ = "0.1.0"

__all__ = ["LeadPipeline", "__version__"]


def __getattr__(name: str) -> object:
    if name == "LeadPipeline":
        from lead_pipeline.pipeline import LeadPipeline

        return LeadPipeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
