"""An import that is prepared: looked at after every choice, and at last handed in as every file is."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import yaml

from lead_pipeline.drafting.preparing.chosen_profile import chosen_profile
from lead_pipeline.drafting.preparing.draft_columns import (
    columns_of_others,
    identifier_shares,
    proposed_targets,
    suggested_identifier,
    taken_columns,
    targets_of,
)
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.uploads.uploaded_files import find_upload, upload_path
from lead_pipeline.filing.workbench.draft_files import new_draft_id, read_draft, write_draft
from lead_pipeline.mapping.columns import map_columns
from lead_pipeline.model.errors import FileRefusedError, ProfileError, RequiredColumnUnmappedError, UsageError
from lead_pipeline.model.fields import title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions
from lead_pipeline.model.workbench.import_drafts import (
    DraftColumn,
    DraftReading,
    DraftView,
    ImportChoices,
    ImportDraft,
)
from lead_pipeline.profiles.loader import load_profile, parse_profile, profile_text
from lead_pipeline.reading import open_rows
from lead_pipeline.reading.file_preview import ROWS_LOOKED_AT, FilePreview, preview_file

#: What the profile of the choices is called while it is only looked at.
_UNNAMED = "unsaved_choices"

_ROWS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file as its options have it read: what was found, and rows of it."""

    reading: DraftReading
    preview: FilePreview | None = None
    sample: pl.DataFrame | None = None


def begin_draft(home: Home, file_id: str, profile: str, title: str = "") -> ImportDraft:
    """Begin to prepare an import of an upload; raises UploadNotFoundError, ProfileError."""
    now = datetime.now(UTC)
    upload = find_upload(home, file_id, now)
    load_profile(profile, folder=home.profiles)
    draft = ImportDraft(
        draft_id=new_draft_id(),
        profile=profile,
        file_id=file_id,
        file_name=upload.file_name,
        title=title,
        created_at=now,
        changed_at=now,
    )
    write_draft(home, draft)
    return draft


def change_draft(home: Home, draft_id: str, **changes: object) -> ImportDraft:
    """Keep changes of a draft, by its keys; raises UsageError when there is none of that id, or it was started."""
    draft = read_draft(home, draft_id)
    kept = ImportDraft.model_validate(draft.model_dump() | changes | {"changed_at": datetime.now(UTC)})
    write_draft(home, kept)
    return kept


def look_at_draft(home: Home, draft_id: str) -> DraftView:
    """Return a draft with everything that there is to see of it; what is wrong is said in it, and not raised.

    Raises: UsageError when there is none of that id; UploadNotFoundError when its file is gone; ProfileError when the
    profile that it starts from is.
    """
    draft = read_draft(home, draft_id)
    base = load_profile(draft.profile, folder=home.profiles)
    looked = _look(home, draft, base)
    if looked.sample is None or looked.preview is None:
        return DraftView(draft=draft, reading=looked.reading, problems=(looked.reading.trouble,))
    names = list(looked.sample.columns)
    proposed, evidence = proposed_targets(names, looked.sample, base)
    targets = {name: draft.choices.columns.get(name, proposed[name]) for name in names}
    text = _text(home, base, draft.choices.model_copy(update={"columns": targets}))
    profile, problems = _parsed(home, text, base)
    problems += _doubled(targets)
    if profile is not None and not problems:
        problems += _refusal(targets, profile, looked.sample)
    of_others = columns_of_others(names, profile or base)
    taken = taken_columns(names, profile or base)
    shares = identifier_shares(targets, looked.sample, base)
    chosen = profile or base
    return DraftView(
        draft=draft,
        reading=looked.reading,
        columns=tuple(
            DraftColumn(
                name=one.name,
                samples=one.samples,
                fill_rate=one.fill_rate,
                looks_like=one.looks_like,
                target=targets[one.name],
                proposed=proposed[one.name],
                evidence=of_others.get(one.name, evidence[one.name]),
                taken_as=taken.get(one.name, ""),
            )
            for one in looked.preview.columns
        ),
        targets=targets_of(base),
        identifiers=shares,
        suggested_identifier=suggested_identifier(shares),
        destination=str(chosen.destination),
        identify_by=chosen.identify_by,
        profile_text=text,
        problems=problems,
        warnings=profile.warnings if profile else (),
        is_changed=not _is_as_named(draft, targets, base, looked.sample),
    )


def profile_of_draft(home: Home, draft_id: str) -> ImportProfile:
    """Return the profile that a draft is imported under.

    Raises: ProfileError, or UsageError with what else stands in the way.
    """
    view = look_at_draft(home, draft_id)
    draft = view.draft
    if view.problems:
        raise ProfileError("\n".join(view.problems))
    if draft.saved_as:
        return load_profile(draft.saved_as, folder=home.profiles)
    base = load_profile(draft.profile, folder=home.profiles)
    if not view.is_changed:
        choices = draft.choices
        kind, name = (
            choices.destination_kind or base.destination.kind,
            choices.destination_name or base.destination.name,
        )
        return base.with_destination(base.destination.model_validate({"kind": kind, "name": name}))
    profile, problems = _parsed(home, view.profile_text, base)
    if profile is None:
        raise ProfileError("\n".join(problems))
    # Under the name that it started from: so it is found in the history, and what it is differs by its content.
    return profile.model_copy(update={"name": base.name})


def text_under_name(home: Home, draft_id: str, name: str) -> str:
    """Return the YAML of a draft's choices as the profile of that name; raises UsageError, ProfileError."""
    draft = read_draft(home, draft_id)
    base = load_profile(draft.profile, folder=home.profiles)
    view = look_at_draft(home, draft_id)
    targets = {column.name: column.target for column in view.columns}
    return _text(home, base, draft.choices.model_copy(update={"columns": targets}), name)


def file_of_draft(home: Home, draft: ImportDraft) -> Path:
    """Return where the content of the draft's file lies; raises UploadNotFoundError when its time is over."""
    return upload_path(home, draft.file_id, datetime.now(UTC))


def _look(home: Home, draft: ImportDraft, base: ImportProfile) -> _Looked:
    options = _options(base, draft.choices)
    path = file_of_draft(home, draft)
    try:
        preview = preview_file(path, file_name=draft.file_name, options=options, rows=_ROWS_SHOWN)
        reader = open_rows(path, file_name=draft.file_name, options=options)
        names = [column.name for column in preview.columns]
        sample = next(reader.batches(ROWS_LOOKED_AT)).select(names).head(ROWS_LOOKED_AT)
    except FileRefusedError as error:
        return _Looked(DraftReading(trouble=str(error)))
    facts = preview.facts
    found = DraftReading(
        format=facts.format,
        encoding=facts.encoding,
        delimiter=facts.delimiter,
        header_line=facts.header_line,
        sheet=facts.sheet,
        sheets=facts.sheets,
        notes=facts.notes,
        row_count=preview.row_count,
        row_count_is_exact=preview.row_count_is_exact,
        columns=tuple(names),
        rows=preview.rows,
    )
    return _Looked(found, preview, sample)


def _options(base: ImportProfile, choices: ImportChoices) -> ReadingOptions:
    said = choices.reading.model_dump(exclude_none=True)
    return ReadingOptions.model_validate(base.reading.model_dump(exclude_none=True) | said)


def _text(home: Home, base: ImportProfile, choices: ImportChoices, name: str = _UNNAMED) -> str:
    extends = base.name if _can_be_extended(home, base.name) and base.name != name else None
    return chosen_profile(name, base, choices, extends=extends)


def _can_be_extended(home: Home, name: str) -> bool:
    with contextlib.suppress(yaml.YAMLError):
        data = yaml.safe_load(profile_text(name, folder=home.profiles))
        return not isinstance(data, dict) or "extends" not in data
    return False


def _parsed(home: Home, text: str, base: ImportProfile) -> tuple[ImportProfile | None, tuple[str, ...]]:
    try:
        return parse_profile(text, "Your choices", folder=home.profiles), ()
    except ProfileError as error:
        return None, tuple(str(error).replace(_UNNAMED, base.name).split("\n"))


def _doubled(targets: dict[str, str]) -> tuple[str, ...]:
    """Say which columns were given the same target: only one can be it."""
    by_target: dict[str, list[str]] = {}
    for column, target in targets.items():
        if ":" in target:
            by_target.setdefault(target, []).append(column)
    return tuple(
        f"{' and '.join(map(repr, columns))} are both {target.partition(':')[2]}. Choose one of them, and keep the "
        "others as attributes or do not import them."
        for target, columns in by_target.items()
        if len(columns) > 1
    )


def _refusal(targets: dict[str, str], profile: ImportProfile, sample: pl.DataFrame) -> tuple[str, ...]:
    """Say why the file would be refused: by what is to be chosen here, where a choice mends it."""
    try:
        map_columns(list(targets), profile, sample)
    except RequiredColumnUnmappedError as error:
        missing = [
            f"No column is the {title_of(name)} yet, and this kind of import needs it. Choose which one it is."
            for name, rule in profile.rules.items()
            if rule.required and rule.has_column and _target(name) not in targets.values()
        ]
        return tuple(missing) or (str(error).replace(f"Profile '{profile.name}'", "The profile"),)
    return ()


def _is_as_named(draft: ImportDraft, targets: dict[str, str], base: ImportProfile, sample: pl.DataFrame) -> bool:
    """Tell whether the profile does by itself what was chosen; where its leads go makes it no other profile."""
    aimed = {"columns": {}, "destination_kind": "", "destination_name": ""}
    if draft.choices.model_copy(update=aimed) != ImportChoices():
        return False
    try:
        mapping = map_columns(list(sample.columns), base, sample)
    except RequiredColumnUnmappedError:
        return False
    found = {column: _target(name) for name, column in mapping.fields.items()}
    found |= dict.fromkeys(mapping.attributes, "keep") | dict.fromkeys(mapping.ignored, "skip")
    others = columns_of_others(list(sample.columns), base)
    return all(found.get(column) == target for column, target in targets.items() if column not in others)


def _target(name: str) -> str:
    kind, _, rest = name.partition(".")
    return f"{kind}:{rest}" if kind in ("attribute", "alias") and rest else f"field:{name}"


def check_not_started(draft: ImportDraft) -> None:
    """Raise UsageError for a draft whose import was started."""
    if draft.import_id:
        raise UsageError(f"This import was started as {draft.import_id}. Look at its page, or begin again.")
