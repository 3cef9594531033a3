"""Small JSON files, each of one model, that readers see whole or not at all. What is kept in them is not known here."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from lead_pipeline.filing.atomic import Lasting, published
from lead_pipeline.model.errors import LeadPipelineError

_Model = TypeVar("_Model", bound=BaseModel)


def write_json(path: Path, model: BaseModel, lasting: Lasting = Lasting.FILE) -> None:
    """Write a model so that readers see all of it or nothing."""
    with published(path, lasting) as file:
        file.write(model.model_dump_json(indent=1).encode())


def read_json(path: Path, model: type[_Model]) -> _Model | None:
    """Return what `write_json` wrote, None when there is no such file; raises LeadPipelineError when it is damaged."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return model.model_validate_json(text)
    except ValidationError:
        pass
    raise LeadPipelineError(
        f"{path} was not written by this release, or is damaged. Remove it; when the file is dropped again, it is "
        "staged again."
    )


def readable_json(path: Path, model: type[_Model]) -> _Model | None:
    """Return what `write_json` wrote, None when it is missing or damaged: what it was about then starts again."""
    try:
        return read_json(path, model)
    except LeadPipelineError:
        return None
