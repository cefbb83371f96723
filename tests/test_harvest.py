"""What a package can raise, read out of its source without running it."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.harvest import best_fit, harvest, harvested
from indexer.installed import files, search_path
from indexer.lint import lint
from indexer.raise_sites import read_sites
from indexer.raised import unraised
from kb.errors import CallError
from kb.models import Traceback
from kb.templates import Template
from tests import small


def said(source, module="teapot.kettle"):
    """(exception, template) of each site of a module's source."""
    return [(site.exception, site.template) for site in read_sites(dedent(source).encode(), module).sites]


@pytest.mark.parametrize(
    ("expression", "template"),
    [
        ('"the kettle is empty"', "the kettle is empty"),
        ('"the kettle " "is empty"', "the kettle is empty"),
        ('f"kettle {self.name!r} is empty"', "kettle {name} is empty"),
        ('f"{kettle.name} holds {kettle.name}, not {kettle.tea}"', "{name} holds {name}, not {tea}"),
        ('f"{one.name} is not {other.name}"', "{name} is not {name_2}"),
        ('f"kettle {name}{size} is empty"', "kettle {name} is empty"),
        ('f"kettle {type(kettle).__name__} is empty"', "kettle {type} is empty"),
        ('f"{len(kettles)} kettles, all empty"', "{count} kettles, all empty"),
        ('"kettle %s has %d%%" % (name, level)', "kettle {name} has {level}%"),
        ('"kettle %(name)s is empty" % info', "kettle {name} is empty"),
        ('"kettle %s is empty" % name', "kettle {name} is empty"),
        ('"kettle {} of {size}".format(name, size=9)', "kettle {name} of {size}"),
        ('"kettle {0} is {0}, not {1.tea}".format(name, pot)', "kettle {name} is {name}, not {tea}"),
        ('"kettle " + name + " is empty"', "kettle {name} is empty"),
        ('"no kettle in {tea}"', "no kettle in {{tea}}"),
        ('"kettle %s in {}" % name', "kettle {name} in {{}}"),
        ('_("the kettle is empty")', "the kettle is empty"),
        ('"cups: " + ", ".join(cups)', "cups: {cups}"),
        ('dedent("""\n  the kettle\n  is empty""")', "the kettle\n  is empty"),
    ],
)
def test_messages_become_templates(expression, template):
    ((exception, found),) = said(f"raise ValueError({expression})")
    assert exception == "ValueError"
    assert found == template
    Template.parse(found)


def test_each_branch_is_a_message():
    found = said('raise ValueError("too hot" if hot else f"too cold: {degrees}")')
    assert {template for _, template in found} == {"too hot", "too cold: {degrees}"}


def test_names_are_followed_to_the_texts_they_hold():
    found = said(
        """
        LIMIT = "more than {} cups"
        def pour(cups):
            if cups > 9:
                message = LIMIT.format(cups)
            else:
                message = "less than one cup"
            if cups < 0:
                message += f" ({cups})"
            raise ValueError(message)
        def fill(message):
            raise TypeError(message)
        """
    )
    assert {exception for exception, _ in found} == {"ValueError"}
    assert {template for _, template in found} >= {"more than {cups} cups", "less than one cup"}


def test_a_text_that_was_replaced_is_not_raised():
    assert said('m = "one"\nm = "two"\nraise ValueError(m)\n') == [("ValueError", "two")]


def test_exceptions_are_named_as_tracebacks_print_them():
    found = said(
        """
        import socket
        import http.client as web
        from . import errors
        from .errors import Dry as Empty
        class Cracked(Exception): ...
        class Pot:
            class Lost(LookupError): ...
            def find(self):
                raise Pot.Lost("no such pot")
        def pour():
            raise Cracked("cracked")
        raise socket.gaierror("no name")
        raise web.BadStatusLine("bad line")
        raise errors.Dry("dry")
        raise Empty("empty")
        raise self.problem("a problem")
        """
    )
    assert found == [
        ("teapot.kettle.Pot.Lost", "no such pot"),
        ("teapot.kettle.Cracked", "cracked"),
        ("socket.gaierror", "no name"),
        ("http.client.BadStatusLine", "bad line"),
        ("teapot.errors.Dry", "dry"),
        ("teapot.errors.Dry", "empty"),
        ("", "a problem"),
    ]


def test_classes_that_make_their_own_message():
    found = said(
        """
        class Dry(ValueError):
            def __init__(self, name):
                super().__init__(f"kettle {name} is dry")
        class Hot(Dry):
            def __str__(self):
                return "kettle %s is hot" % self.name
        class NoException:
            def __str__(self):
                return "a kettle of tea"
        """
    )
    assert found == [("teapot.kettle.Dry", "kettle {name} is dry"), ("teapot.kettle.Hot", "kettle {name} is hot")]


def test_arguments_are_printed_as_the_builtin_class_prints_them():
    found = dict(
        said(
            """
            raise KeyError(f"no kettle {name}")
            raise FileNotFoundError(2, "no such kettle")
            raise ValueError("kettle", 3)
            raise ValueError(reason)
            raise ValueError
            """
        )
    )
    assert found == {"KeyError": "'no kettle {name}'", "FileNotFoundError": "[Errno {errno}] no such kettle"}


@pytest.mark.parametrize(
    "source", [b"raise (", b"\xff\xfe\x00", b"x = " + b"(" * 400, b"x = '" + b"a' + '" * 4000 + b"'"]
)
def test_files_that_cannot_be_read_hold_nothing(source):
    assert read_sites(source, "broken").sites == []


@given(st.text(alphabet="{}%s()d 'ab.!:[]\\", max_size=30), st.sampled_from(["x", "%s % x", "%s.format(x)", "%s + x"]))
def test_whatever_a_literal_holds_its_template_can_be_parsed(literal, shape):
    expression = shape.replace("%s", repr(literal), 1) if "%s" in shape else repr(literal)
    for _, template in said(f"raise ValueError({expression})"):
        Template.parse(template)


@pytest.fixture
def shelf(tmp_path):
    """A folder as packages are installed in: one with metadata, one without, and a single module."""
    kettle = 'from teapot.errors import Dry\nraise Dry(f"kettle {name} is dry")\n'
    info = "Metadata-Version: 2.1\nName: tea-pot\nVersion: 2.4\n"
    small.write(
        tmp_path,
        {
            "teapot/__init__.py": "raise SystemError('was imported')\n",
            "teapot/errors.py": "from teapot.base import Dry\n",
            "teapot/base.py": "class Dry(ValueError): ...\n",
            "teapot/kettle.py": kettle,
            "teapot/tests/test_kettle.py": 'raise ValueError("only a test")\n',
            "tea_pot-2.4.dist-info/METADATA": info,
            "tea_pot-2.4.dist-info/RECORD": "".join(
                f"teapot/{name},,\n"
                for name in ("__init__.py", "errors.py", "base.py", "kettle.py", "tests/test_kettle.py")
            ),
            "cups/deep/er.py": 'raise ValueError("no cup")\n',
            "spoon.py": 'raise ValueError("no spoon")\n',
        },
    )
    return [str(tmp_path)]


@pytest.mark.parametrize("name", ["tea-pot", "Tea_Pot", "teapot"])
def test_a_package_is_found_by_its_own_and_its_module_name(shelf, name):
    sites = list(harvest(name, shelf))
    assert [(site.exception, site.file, site.line) for site in sites] == [
        ("SystemError", "teapot/__init__.py", 1),
        ("teapot.base.Dry", "teapot/kettle.py", 2),
    ]


def test_modules_and_packages_without_metadata(shelf):
    assert [site.template for site in harvest("spoon", shelf)] == ["no spoon"]
    assert [site.file for site in harvest("cups.deep", shelf)] == ["cups/deep/er.py"]
    assert [site.file for site in harvest("cups.deep.er", shelf)] == ["cups/deep/er.py"]


@pytest.mark.parametrize("name", ["saucer", "teapot.saucer", "", "../teapot", "a b", "-r", "spoon.handle"])
def test_what_is_not_installed_is_said_at_once(shelf, name):
    with pytest.raises(CallError):
        harvest(name, shelf)


def test_the_standard_library():
    assert any(site.file == "json/decoder.py" and "Extra data" in site.template for site in harvest("json"))
    assert len(files("python")) > 300


def test_templates_are_found_for_real_messages():
    raised = Traceback("RuntimeError", "Working outside of application context.\n\nAnd more.", "raised", (0, 1))
    assert harvested(raised) is None  # no frame says that it comes from an installed package
    sites = harvest("flask")
    found = best_fit(
        sites, "AssertionError", "View function mapping is overwriting an existing endpoint function: home"
    )
    assert found is not None
    assert found.template == "View function mapping is overwriting an existing endpoint function: {endpoint}"


def test_command_prints_lines_for_people_and_programs(shelf):
    def kb(*args):
        return subprocess.run([sys.executable, "-m", "cli.main", *args], capture_output=True, text=True, check=False)

    done = kb("harvest", "json.decoder")
    assert done.returncode == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert ["json.decoder.JSONDecodeError", "Expecting value", "json/decoder.py"] in [line[:3] for line in lines]
    assert all(len(line) == 4 for line in lines)
    done = kb("harvest", "--json", "json.decoder")
    assert {"exception", "template", "file", "line"} == set(json.loads(done.stdout.splitlines()[0]))
    done = kb("harvest", "json.decoder", "no-such-package-here")
    assert done.returncode == 2
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1


def test_another_interpreter_is_asked_for_its_packages():
    assert search_path(sys.executable)
    with pytest.raises(CallError):
        search_path("/nowhere/python")


def test_lint_says_where_no_installed_version_raises_the_message(tmp_path):
    small.write(tmp_path, {"tea/dry.md": small.article(), "tea/hot.md": small.article(message="too hot: {degrees}")})
    packages = {"tea": ["no water in kettle {name}, fill it before it boils", "{anything} and {everything}"]}
    problems = lint([tmp_path], extra_checks=[lambda articles: unraised(articles, packages.__getitem__)])
    assert [one.path.rpartition("/")[2] for one in problems if one.code == "KB316"] == ["hot.md"]
    nothing = lint([tmp_path], extra_checks=[lambda articles: unraised(articles, lambda library: ())])
    assert not [one for one in nothing if one.code == "KB316"]
