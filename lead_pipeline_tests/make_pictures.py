"""Makes the picture of the pages in docs/, from a home of made-up imports: `python -m lead_pipeline_tests.make_pictures`.
The tests do not compare it: fonts differ from one machine to another.
"""

import tempfile
from pathlib import Path

from lead_pipeline_tests.browsing import browser
from lead_pipeline_tests.web.prepared_home import prepared
from lead_pipeline_tests.web.serving_pages import served

TODAY = Path(__file__).parents[1] / "docs" / "today.png"


def main() -> None:
    """Take the picture: what a screen shows of Today, as large as a page of documentation is wide."""
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder) / "home")
        with served(home.root) as address, browser() as found:
            page = found.new_page(viewport={"width": 1120, "height": 900}, color_scheme="light")
            page.goto(address)
            page.screenshot(path=TODAY)


if __name__ == "__main__":
    main()
