"""The steps of preparing an import, for each of the bundled profiles in its own words and order. What a step shows
belongs to its template.
"""

from dataclasses import dataclass

from lead_pipeline.model.destination import DESTINATION_KINDS

#: What each step has to do, whatever it is called.
FILE, SETTINGS, COLUMNS, CHECK, RESULT = "file", "settings", "columns", "check", "result"


@dataclass(frozen=True, slots=True)
class Wizard:
    """How one kind of import is prepared."""

    title: str
    about: str
    steps: tuple[tuple[str, str], ...]
    sections: tuple[str, ...]
    destination_kinds: tuple[str, ...] = DESTINATION_KINDS
    destination_words: str = "Destination"
    columns_words: str = "Say what each column becomes."
    check_words: str = "Start the import"
    counters: tuple[tuple[str, str], ...] = ()
    approves: bool = False
    detects_identifier: bool = False

    def words_of(self, step: str) -> str:
        """Return what a step is called."""
        return dict(self.steps)[step]

    def after(self, step: str) -> str:
        """Return the step behind another; the last one stays."""
        keys = [key for key, _ in self.steps]
        return keys[min(keys.index(step) + 1, len(keys) - 1)]

    def before(self, step: str) -> str:
        """Return the step before another, empty for the first."""
        keys = [key for key, _ in self.steps]
        return keys[keys.index(step) - 1] if keys.index(step) else ""

    @property
    def first(self) -> str:
        """Return the first step."""
        return self.steps[0][0]


_OUTCOMES = (("created", "Created"), ("updated", "Updated"), ("unchanged", "Unchanged"), ("duplicate", "Duplicates"),
             ("suppressed", "Suppressed"), ("rejected", "Rejected"), ("skipped", "Skipped"))  # fmt: skip

GENERAL = Wizard(
    title="By one of your profiles",
    about="The profile says how columns are read; you can change that for this file.",
    steps=(
        (FILE, "File"),
        (COLUMNS, "Columns"),
        (SETTINGS, "Settings"),
        (CHECK, "Check and start"),
        (RESULT, "Result"),
    ),
    sections=("destination", "identifier", "region", "scrub", "management", "approval"),
    counters=_OUTCOMES,
)

WIZARDS: dict[str, Wizard] = {
    "call_schedule": Wizard(
        title="Leads for a call schedule or an offer",
        about="People who are to be called, identified by their phone.",
        steps=(
            (SETTINGS, "Schedule and rules"),
            (FILE, "File"),
            (COLUMNS, "Mapping"),
            (CHECK, "Check and start"),
            (RESULT, "Result"),
        ),
        sections=("title", "destination", "scrub", "management", "defaults", "region"),
        destination_kinds=("schedule", "offer"),
        destination_words="Schedule or offer",
        columns_words="Map each column to a field or a token of the lead. What you do not map is kept as an attribute.",
        counters=(
            ("created", "Leads created"), ("updated", "Updated"), ("duplicate", "Duplicates"),
            ("suppressed", "Scrubbed"), ("rejected", "Errors"),
        ),
    ),
    "crm_workspace": Wizard(
        title="Leads for a CRM workspace",
        about="People and companies, identified by their email.",
        steps=(
            (FILE, "File"),
            (COLUMNS, "Map columns"),
            (SETTINGS, "Workspace"),
            (CHECK, "Start"),
            (RESULT, "Progress"),
        ),
        sections=("destination", "region"),
        destination_kinds=("workspace",),
        destination_words="Workspace",
        columns_words="Compare each column with the sample row, and choose the field of the CRM that it is.",
        counters=(
            ("total", "Total"), ("processed", "Processed"), ("imported", "Imported"), ("skipped", "Skipped"),
            ("errors", "Errors"),
        ),
    ),
    "flow_batch": Wizard(
        title="A batch for a lead flow",
        about="Every row is checked against acceptance criteria; then you decide whether the batch is completed.",
        steps=(
            (FILE, "File and header"),
            (COLUMNS, "Match columns"),
            (SETTINGS, "Flow"),
            (CHECK, "Validate"),
            (RESULT, "Report"),
        ),
        sections=("destination", "region"),
        destination_kinds=("flow",),
        destination_words="Flow",
        columns_words="Match each column with a field of the flow.",
        check_words="Validate all rows",
        counters=(("created", "Acceptable"), ("rejected", "Not acceptable"), ("duplicate", "Duplicates"),
                  ("suppressed", "Suppressed"), ("skipped", "Skipped")),
        approves=True,
    ),
    "identity_upsert": Wizard(
        title="Contacts to create or update",
        about="Contacts are found by an identifier of your choice, and created where there is none.",
        steps=(
            (FILE, "File"),
            (SETTINGS, "Identifier"),
            (COLUMNS, "Fields and aliases"),
            (CHECK, "Confirm"),
            (RESULT, "Result"),
        ),
        sections=("identifier", "destination", "region"),
        detects_identifier=True,
        destination_kinds=("list",),
        destination_words="List",
        columns_words="Choose a profile field, an alias or a custom field for each column, or do not import it.",
        counters=(("created", "Created"), ("updated", "Updated"), ("rejected", "Failed"), ("unchanged", "Unchanged"),
                  ("duplicate", "Merged or repeated")),
    ),
    "voice_campaign": Wizard(
        title="Contacts for a voice campaign",
        about="People whom an assistant calls, each with up to ten secondary contacts.",
        steps=(
            (SETTINGS, "Campaign"),
            (FILE, "File"),
            (COLUMNS, "Map variables"),
            (CHECK, "Check and start"),
            (RESULT, "Result"),
        ),
        sections=("destination", "phones", "sample"),
        destination_kinds=("campaign",),
        destination_words="Campaign",
        columns_words="Map each column to a variable of the assistant. Secondary contacts are found by their headers.",
        counters=(("created", "Contacts added"), ("duplicate", "Already in the campaign"), ("suppressed", "Suppressed"),
                  ("rejected", "Failed rows")),
    ),
}  # fmt: skip


def wizard_of(profile: str) -> Wizard:
    """Return how an import under a profile is prepared."""
    return WIZARDS.get(profile, GENERAL)
