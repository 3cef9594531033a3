"""A small compiler: metadata of the installed phonenumbers in, Polars expressions out. Nothing here knows a country.

A number goes from text to digits, from digits to calling code and national number, from there to type and length. What
the expressions do not cover is marked so, and left to the library; they never guess.
"""
