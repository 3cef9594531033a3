"""A run that Ctrl-C stops says what holds then, whatever its steps are called in the Dagster that records it."""

import dagster as dg
import pytest

from lead_pipeline.model.errors import StoppedError
from lead_pipeline.orchestration.launching import Launcher
from lead_pipeline_tests.support import call_schedule, prepared_home

NOTHING = "Nothing of this file was imported"
ALL_OR_NONE = "either all of them are imported, or none"
SAID = {"normalized_leads": NOTHING, "imported_leads": ALL_OR_NONE}


@pytest.mark.parametrize("key_prefix", [(), ("crm", "leads")], ids=["alone", "under a prefix"])
@pytest.mark.parametrize(("step", "said"), SAID.items(), ids=SAID)
def test_what_holds_is_known_by_the_steps_that_ended(folder, key_prefix, step, said):
    file = folder / "a.csv"
    file.write_text("caller_id\n2125550101\n", encoding="utf-8")

    def press_ctrl_c(at, _rows, _progress):
        if at == step:
            raise KeyboardInterrupt

    with dg.DagsterInstance.ephemeral() as instance:
        launcher = Launcher(prepared_home(folder / "home"), instance, key_prefix=key_prefix)
        staged = launcher.stage(file, call_schedule())
        with pytest.raises(StoppedError, match=said):
            launcher.import_staged(staged, press_ctrl_c)
        assert launcher.import_staged(staged, lambda *_: None).counts.created == 1
