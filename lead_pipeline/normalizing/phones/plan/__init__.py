"""A small compiler: metadata of the installed phonenumbers in, Polars expressions out. Nothing here knows a country.

In the order a number travels: `spelling` (text to digits), `dialling` (digits to calling code and national number),
`numbering` (national number to type and length), `judging` (all of it over a column). `patterns` translates regular
expressions. What these do not cover is marked so, and left to reference.py; they never guess.
"""
