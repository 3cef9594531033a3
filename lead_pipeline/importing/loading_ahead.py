"""Loads what every import needs, before processes are forked that import. Nothing is opened here, and no thread of a
library begun that would stay: forks would lose it.
"""

import logging

from lead_pipeline.model.errors import StoreError
from lead_pipeline.normalizing.time_zones.zones_of_places import zones_of_postal_code, zones_of_state
from lead_pipeline.store.opening import load_store_ahead

_log = logging.getLogger(__name__)


def load_ahead() -> bool:
    """Load the tables of places, and what the store needs; return whether all of it is there.

    What fails is logged and costs each import some time: it loads that by itself, or says what is wrong.
    """
    zones_of_postal_code("US", "10001")
    zones_of_state("US", "NY")
    try:
        is_there = load_store_ahead()
    except StoreError as error:
        _log.warning("Nothing of the lead store can be loaded in advance: %s", error)
        return False
    if not is_there:
        _log.warning("An empty workspace cannot be made in advance, so that imports start slower.")
    return is_there
