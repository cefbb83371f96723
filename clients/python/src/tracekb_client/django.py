"""Django: `DEFAULT_EXCEPTION_REPORTER = "tracekb_client.django.Reporter"` in the settings.

The panel stands above the traceback of the debug page; in its plain-text form, and in the mails to ADMINS, the fix
stands below.
"""

from __future__ import annotations

from django.views.debug import ExceptionReporter

from tracekb_client.known import quietly
from tracekb_client.panels import panel

WAIT = 3.0
PLACE = '<div id="traceback"'


class Reporter(ExceptionReporter):
    """Django's reporter, with the known fix."""

    def get_traceback_html(self) -> str:
        """The page."""
        page = str(super().get_traceback_html())
        answer = quietly(self.exc_value, WAIT, self.tb)
        if answer is None or PLACE not in page:
            return page
        return page.replace(PLACE, panel(answer) + PLACE, 1)

    def get_traceback_text(self) -> str:
        """The same as plain text."""
        page = str(super().get_traceback_text())
        answer = quietly(self.exc_value, WAIT, self.tb)
        return page if answer is None else f"{page}\n\n{answer.text()}"
