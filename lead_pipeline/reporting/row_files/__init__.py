"""Files of original rows with what became of them: CSV and workbook of rejected rows, CSV of warned ones."""
