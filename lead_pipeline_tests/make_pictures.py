"""Makes the pictures of the pages in docs/, from a home of made-up imports. The tests do not compare them: fonts differ
from one machine to another.

    python -m lead_pipeline_tests.make_pictures
"""

import tempfile
from pathlib import Path

from lead_pipeline_tests.browsing import browser
from lead_pipeline_tests.web.prepared_home import prepared
from lead_pipeline_tests.web.serving_pages import served

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Take the pictures: what a screen shows of Today, and of an import."""
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder) / "home")
        with served(home.root) as address, browser() as found:
            page = found.new_page(viewport={"width": 1120, "height": 780}, color_scheme="light")
            for name, path in {"today": "/", "import": f"/imports/{home.messy}"}.items():
                page.goto(address + path)
                page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    main()
