import pytest

from kb.classes import Agreement, agreement


@pytest.mark.parametrize(
    ("printed", "known", "expected"),
    [
        ("KeyError", "KeyError", Agreement.SAME),
        ("sqlalchemy.orm.exc.DetachedInstanceError", "DetachedInstanceError", Agreement.NAME),
        ("DetachedInstanceError", "sqlalchemy.orm.exc.DetachedInstanceError", Agreement.NAME),
        ("sqlalchemy.exc.DetachedInstanceError", "sqlalchemy.orm.exc.DetachedInstanceError", Agreement.NAME),
        ("werkzeug.routing.BuildError", "werkzeug.routing.exceptions.BuildError", Agreement.SAME),
        ("IOError", "OSError", Agreement.SAME),
        ("exceptions.IOError", "OSError", Agreement.SAME),
        ("ModuleNotFoundError", "ImportError", Agreement.SUBCLASS),
        ("ImportError", "ModuleNotFoundError", Agreement.SUPERCLASS),
        ("json.decoder.JSONDecodeError", "ValueError", Agreement.SUBCLASS),
        ("requests.exceptions.SSLError", "requests.exceptions.ConnectionError", Agreement.SUBCLASS),
        ("shop.errors.NotFound", "werkzeug.exceptions.NotFound", Agreement.NAMESAKE),
        # Django raises a driver's error again, but not one driver another's.
        ("django.db.utils.OperationalError", "psycopg2.OperationalError", Agreement.NAME),
        ("pymysql.err.OperationalError", "psycopg2.OperationalError", Agreement.NAMESAKE),
        ("django.db.utils.OperationalError", "sqlalchemy.exc.OperationalError", Agreement.NAMESAKE),
        # A copy of a package inside another.
        ("barn.externals.mill.errors.StoneError", "mill.errors.StoneError", Agreement.NAME),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError", "urllib3.exceptions.ReadTimeoutError", Agreement.NAME),
        ("ConnectionError", "requests.exceptions.ConnectionError", Agreement.NAMESAKE),
        ("shop.models.Order.DoesNotExist", "{module}.{model}.DoesNotExist", Agreement.NAME),
        ("", "KeyError", Agreement.UNNAMED),
        ("ValueError", "cli:pip", Agreement.UNNAMED),
        ("KeyError", "ValueError", Agreement.DIFFERENT),
        # Everything derives from Exception: that says nothing.
        ("shop.errors.Odd", "Exception", Agreement.DIFFERENT),
    ],
)
def test_agreement(printed, known, expected):
    assert agreement(printed, known) is expected
