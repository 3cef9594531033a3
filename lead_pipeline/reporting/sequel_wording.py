"""Sentences about sequels: what a file has of rows that were left out before, and what became later of those."""

from lead_pipeline.model.errors import counted
from lead_pipeline.model.results import ImportResult, SequelFacts


def sequel_sentences(sequel: SequelFacts, *, supposed: bool) -> tuple[str, ...]:
    """Say of a sequel which import it continues; `supposed` says that nothing was imported yet."""
    if sequel.of is None:
        return ()
    became = _became(sequel.recovered.get(sequel.of, 0), "it", supposed=supposed)
    others = [
        f"{_became(rows, import_id, supposed=supposed)}."
        for import_id, rows in sequel.recovered.items()
        if import_id != sequel.of
    ]
    return (f"A sequel of {sequel.of}: {became}{_still(sequel.still_rejected)}.", *others)


def _became(rows: int, of: str, *, supposed: bool) -> str:
    """Return `3 of the rows that it left out became leads`."""
    become, leads = "would become" if supposed else "became", "leads" if rows > 1 else "a lead"
    return f"{f'{rows:,}' if rows else 'none'} of the rows that {of} left out {become} {leads}"


def _still(rows: int) -> str:
    """Return what is said of rows that are as they were: that they are there, and no more."""
    said = "is still as it was" if rows == 1 else "are still as they were"
    return f"; {counted(rows, 'row')} {said}" if rows else ""


def recovered_sentences(result: ImportResult) -> tuple[str, ...]:
    """Say which later imports made leads of rows that were left out here."""
    how = dict.fromkeys(result.judged_again, "judged again as")
    became = [
        f"{counted(rows, 'row')} of this import became {'a lead' if rows == 1 else 'leads'} later, "
        f"{how.get(import_id, 'corrected in')} {import_id}."
        for import_id, rows in result.recovered_by.items()
    ]
    none = [
        f"The rows that were left out here were judged again as {import_id}, and none became a lead."
        for import_id in result.judged_again
        if import_id not in result.recovered_by
    ]
    return (*became, *none)
