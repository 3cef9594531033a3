"""How it is handed on which cells of a workbook were typed (numbers, booleans, dates), so that no locale need be asked.
What a type of field makes of them does not belong here.
"""

from typing import Literal

#: The column of raw leads that says what the cells of a row were: a letter for each column of the file, in order; null
#: for a row of texts. Only batches of workbooks have it, for everything else is text.
CELL_TYPES = "cell_types"

CellType = Literal["t", "n", "b", "d"]

#: Texts and what is empty, numbers, booleans, and days, moments and times.
TEXT: CellType = "t"
NUMBER: CellType = "n"
BOOLEAN: CellType = "b"
DATE: CellType = "d"

#: Stands before the text of a typed cell from mapping to normalizing, where the text alone could be read otherwise. No
#: cell can have it: cleaning removes controls.
AS_TYPED = "\x01"
