"""The pipeline as a component of `dg`: ten lines of YAML in a Dagster project of one's own."""

from pathlib import Path

import dagster as dg
from dagster.components import Scaffolder, ScaffoldRequest, scaffold_component
from pydantic import Field

from lead_pipeline.orchestration.building import build_definitions

#: What `dg scaffold defs` writes; each line is one that somebody changes or removes.
_SCAFFOLDED = """\
type: {type}

attributes:
  home: data/leads            # below the project; or an absolute path, or "{{{{ env.LEAD_PIPELINE_HOME }}}}"
  key_prefix: leads           # before asset keys and the names of jobs and sensors; [crm, leads] for several parts
  group_name: leads
  owners: []                  # [ops@example.com, "team:sales"]
  sensors: true               # false: nobody watches the inbox, only commands import
"""


class LeadPipelineScaffolder(Scaffolder):
    """Writes a defs.yaml that works as it is."""

    def scaffold(self, request: ScaffoldRequest) -> None:
        """Write it, or add it to one that is there."""
        if request.scaffold_format != "yaml":
            scaffold_component(request)
            return
        text = _SCAFFOLDED.format(type=request.type_name)
        path = request.target_path if request.append else request.target_path / "defs.yaml"
        before = path.read_text(encoding="utf-8") + "---\n" if request.append else ""
        path.write_text(before + text, encoding="utf-8")


@dg.scaffold_with(LeadPipelineScaffolder)
class LeadPipelineComponent(dg.Component, dg.Resolvable, dg.Model):
    """Imports lead lists that are dropped into a folder: imported leads, rejected leads with reasons, a report."""

    home: str = Field(
        description="The folder below which everything lies: inbox, store, reports. Relative to the project."
    )
    key_prefix: str | list[str] | None = Field(
        default=None,
        description="Before asset keys and the names of jobs, sensors and resources: crm, or [crm, leads].",
    )
    group_name: str | None = Field(default=None, description="One group for all assets.")
    owners: list[str] = Field(default_factory=list, description="Email addresses, or teams as team:sales.")
    tags: dict[str, str] = Field(default_factory=dict, description="Tags of all assets.")
    sensors: bool = Field(default=True, description="Whether the inbox is watched and emails are sent.")

    @classmethod
    def get_spec(cls) -> dg.ComponentTypeSpec:
        """Return what pickers of components show of it."""
        return dg.ComponentTypeSpec(
            description=cls.__doc__, tags=["leads", "csv", "excel"], produces=["asset", "asset_check", "job", "sensor"]
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions for this home."""
        return build_definitions(
            context.project_root / Path(self.home).expanduser(),
            key_prefix=self.key_prefix,
            group_name=self.group_name,
            owners=self.owners,
            tags=self.tags,
            sensors=self.sensors,
        )
