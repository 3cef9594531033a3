"""Where the lead store is, as the environment says it. Nothing is opened here."""

from collections.abc import Mapping

from lead_pipeline.model.errors import StoreError

#: The environment variable with the address of a store on PostgreSQL; empty: the store is a file in the home.
STORE = "LEAD_PIPELINE_STORE"

_OF_POSTGRES = ("postgresql://", "postgres://")


def store_address(environment: Mapping[str, str]) -> str:
    """Return the address of the store on PostgreSQL, empty where it is the file in the home.

    Raises: StoreError for what is no such address. What it is stands in no message: it may hold a password.
    """
    said = environment.get(STORE, "").strip()
    if said and not said.startswith(_OF_POSTGRES):
        raise StoreError(
            f"{STORE} is no address of a lead store. Write postgresql://USER@HOST/DATABASE, or remove it: then the "
            "store is a file in the home."
        )
    return said
