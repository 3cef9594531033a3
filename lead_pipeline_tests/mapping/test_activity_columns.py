"""Columns of call logs are found in several languages and dialers' exports; a header that promises a time and has none
below it does not win.
"""

import polars as pl
import pytest

from lead_pipeline.mapping.calls.activity_columns import map_activity_columns
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.normalizing.calls import CallForm

US = CallForm("US", "UTC")


def mapped(header, *rows, form=US, named=None):
    names = header.split(",")
    cells = [row.split(",") for row in rows]
    frame = pl.DataFrame({f"c{n}": [row[n] for row in cells] for n in range(len(names))})
    found = map_activity_columns({f"c{n}": name for n, name in enumerate(names)}, frame, form, named)
    heads = {f"c{n}": name for n, name in enumerate(names)}
    return (
        [heads[name] for name in found.phones],
        {what: heads[name] for what, name in found.others.items()},
        [heads[name] for name in found.inbound_phones],
    )


@pytest.mark.parametrize(
    ("header", "row", "phones", "others"),
    [
        # VICIdial
        ("call_date,phone_number_dialed,status,status_name,campaign_id,length_in_sec",
         "2026-03-05 10:22:01,2125550101,NA,No Answer,SOLAR,12", ["phone_number_dialed"],
         {"happened_at": "call_date", "disposition": "status_name", "destination": "campaign_id"}),
        # Five9: CALL TIME is how long it took
        ("TIMESTAMP,CAMPAIGN,DISPOSITION,ANI,DNIS,CALL TIME",
         "03/05/2026 10:22:01,Solar,Sold,3125550199,2125550101,0:01:32", ["DNIS"],
         {"happened_at": "TIMESTAMP", "destination": "CAMPAIGN", "disposition": "DISPOSITION"}),
        # a day and its hour apart
        ("Date,Time,Phone Number,Call Result", "03/05/2026,10:22 AM,2125550101,Busy", ["Phone Number"],
         {"happened_at": "Date", "hour": "Time", "disposition": "Call Result"}),
        # how long a call took is no hour of the day
        ("Date,Call Time,Phone", "03/05/2026,0:01:32,2125550101", ["Phone"], {"happened_at": "Date"}),
        ("Rufnummer,Anrufdatum,Ergebnis,Erreicht,Versuche,Kampagne", "2125550101,2026-03-05,Besetzt,ja,2,Solar",
         ["Rufnummer"],
         {"happened_at": "Anrufdatum", "disposition": "Ergebnis", "connected": "Erreicht", "attempts": "Versuche",
          "destination": "Kampagne"}),
        ("Téléphone,Date de l'appel,Heure,Résultat de l'appel,Tentatives", "2125550101,2026-03-05,10:22,Absent,3",
         ["Téléphone"], {"happened_at": "Date de l'appel", "hour": "Heure", "disposition": "Résultat de l'appel",
                         "attempts": "Tentatives"}),
        ("Número marcado,Fecha y hora,Resultado,Vendido", "2125550101,2026-03-05 10:22,Ocupado,sí", ["Número marcado"],
         {"happened_at": "Fecha y hora", "disposition": "Resultado", "converted": "Vendido"}),
        ("Telefono,Data e ora,Esito,Tentativi", "2125550101,2026-03-05 10:22,Occupato,2", ["Telefono"],
         {"happened_at": "Data e ora", "disposition": "Esito", "attempts": "Tentativi"}),
        ("Telefoonnummer,Datum,Uitkomst,Pogingen", "2125550101,2026-03-05,Bezet,2", ["Telefoonnummer"],
         {"happened_at": "Datum", "disposition": "Uitkomst", "attempts": "Pogingen"}),
        # no header says anything
        ("a,b,c", "x,2125550101,2026-03-05 10:22", ["b"], {"happened_at": "c"}),
    ],
)  # fmt: skip
def test_columns_are_found_in_logs_of_dialers_and_several_languages(header, row, phones, others):
    assert mapped(header, row)[:2] == (phones, others)


def test_of_calls_in_both_directions_the_person_is_on_the_other_side():
    row = "outbound-dial,3125550199,2125550101,2026-03-05 10:22:01 UTC,completed"
    found = mapped("Direction,From,To,Start Time,Status", row)
    assert found == (
        ["To"], {"direction": "Direction", "happened_at": "Start Time", "disposition": "Status"}, ["From"]
    )  # fmt: skip
    assert mapped("Direction,From,Phone Number", "inbound,3125550199,2125550101")[2] == []


def test_a_column_that_is_named_is_taken_and_looked_for_nowhere_else():
    row = "2125550101,2026-03-05 10:22,Busy"
    named = {"happened_at": ("when it was",), "disposition": ("STATUS2",)}
    assert mapped("phone,When It Was,status2", row, named=named)[1] == {
        "happened_at": "When It Was", "disposition": "status2"
    }  # fmt: skip
    with pytest.raises(RequiredColumnUnmappedError, match="Did you mean 'When It Was'"):
        mapped("phone,When It Was,status2", row, named={"happened_at": ("When It Wass",)})


def test_a_file_in_which_nobody_can_be_found_without_a_region_says_so():
    with pytest.raises(RequiredColumnUnmappedError, match="say the region of numbers without"):
        mapped("a,b", "x,2125550101", form=CallForm())


@pytest.mark.parametrize("header", ["Attempt", "Attempt Number", "Attempt #"])
def test_which_attempt_a_call_was_is_not_a_count_of_attempts(header):
    _, others, _ = mapped(f"Phone,{header}", "2125550101,3")
    assert others == {}
