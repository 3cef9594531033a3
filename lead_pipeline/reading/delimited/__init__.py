"""Delimited text: its encoding, dialect and layout are found, then a fast or a careful path takes it apart."""
