"""An import whose phones are in two columns, from the file to the report and the rejected file and back."""

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.reporting.report import report_as_html

PROFILE = ImportProfile.model_validate(
    {
        "name": "shops",
        "destination": {"kind": "list", "name": "shops"},
        "default_region": "AR",
        "fields": {"phone": {"type": "phone", "column": ["caracteristica", "numero"], "required": True}},
    }
)


def test_both_columns_are_said_to_be_the_phone_and_the_rejected_file_keeps_them_apart(stages):
    file = stages.home.root / "shops.csv"
    file.write_text("caracteristica,numero,barrio\n261,4203511,Centro\n,4203512,Oeste\n")
    result = stages.file(file, PROFILE)
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    assert result.file.mapping == {"phone": "caracteristica + numero"}
    page = " ".join(report_as_html(result).split())
    assert "<code>caracteristica</code></td><td>phone</td>" in page
    assert "<code>numero</code></td><td>phone</td>" in page
    rejected = stages.home.root / result.rejected_file
    assert rejected.read_text(encoding="utf-8-sig").splitlines()[1].startswith(",4203512,Oeste,")
    fixed = stages.home.root / "fixed.csv"
    fixed.write_text(rejected.read_text(encoding="utf-8-sig").replace(",4203512", "261,4203512"))
    assert stages.file(fixed, PROFILE).counts.created == 1
