"""Turns templates into HTML and text; everything that comes from outside is escaped."""

import re
from functools import cache
from typing import TYPE_CHECKING

from lead_pipeline.reporting.wording import duration

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup


@cache
def environment(package: str = "lead_pipeline.reporting") -> "jinja2.Environment":
    """Return the environment that loads the templates/ of a package; an undefined name in a template is an error.

    Only `.txt.j2` is plain text, where nothing is escaped.
    """
    import jinja2  # here, because most commands write no page

    made = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt.j2",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(duration=duration, with_code=with_code)
    return made


def with_code(text: str) -> "Markup":
    """Escape a sentence and show text between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped first
