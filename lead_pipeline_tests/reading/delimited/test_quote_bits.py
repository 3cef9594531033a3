from contextlib import contextmanager

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.reading.delimited import quote_bits

STRETCH = 128

texts = st.text(alphabet=',"a', max_size=400).map(str.encode)


@contextmanager
def short_stretches():
    size, quote_bits.STRETCH_BYTES = quote_bits.STRETCH_BYTES, STRETCH
    try:
        yield
    finally:
        quote_bits.STRETCH_BYTES = size


def flags_of(parts, size):
    return [int(flag) for part in parts for flag in quote_bits.flags(part)][:size]


@given(data=texts)
def test_every_byte_has_its_bit_and_the_bits_after_the_last_byte_are_zero(data):
    for mark in b',"':
        parts = [found for (found,) in quote_bits.bits_of(data, bytes([mark]))]
        flags = [int(flag) for part in parts for flag in quote_bits.flags(part)]
        assert flags[: len(data)] == [byte == mark for byte in data]
        assert not any(flags[len(data) :])
        assert sum(map(quote_bits.total, parts)) == quote_bits.count_of(data, mark) == data.count(mark)


@given(data=texts)
def test_what_follows_a_byte_and_what_quotes_enclose_goes_on_from_stretch_to_stretch(data):
    with short_stretches():
        found = list(quote_bits.bits_of(data, b',"'))
    moved, enclosed, carry, opened = [], [], np.uint64(0), np.uint64(0)
    for commas, quotes in found:
        moved.append(quote_bits.after(commas, carry))
        enclosed.append(quote_bits.inside(quotes, opened))
        carry, opened = quote_bits.carry_of(commas), quote_bits.carry_of(enclosed[-1])
    assert flags_of(moved, len(data)) == [data[:place][-1:] == b"," for place in range(len(data))]
    assert flags_of(enclosed, len(data)) == [data[: place + 1].count(b'"') % 2 for place in range(len(data))]
