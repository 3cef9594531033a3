"""Workbooks: one sheet of an .xlsx, .xls, .xlsb or .ods file, read in a process that is thrown away."""
