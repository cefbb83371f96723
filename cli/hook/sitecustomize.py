# What `kb run` puts into the program's Python: when the program dies of an exception, its traceback and the versions
# around it are written to the file that KB_RUN_REPORT names. Until then nothing is replaced, wrapped or printed.
#
# Python imports a module of this name at its start, from the folder that `kb run` put first on PYTHONPATH. It leaves
# no trace: the path and the environment are as they were before the program's first line runs, the program's own
# `sitecustomize` is imported in its place, and the exception is read from where Python leaves it for debuggers
# (`sys.last_exc`, `sys.last_value` before 3.12), after everything else has run. Standard library only, and nothing but
# what every Python has imported by now, until it dies. Python 3.6 and newer; Python 2, which empties a module that
# nobody holds any more, does nothing at the end.
import atexit
import os
import sys

_MOST_CHARACTERS = 1000000
_MOST_PACKAGES = 30


def _hide():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path != here]
    sys.path_importer_cache.pop(here, None)
    before = os.environ.pop("KB_RUN_PYTHONPATH", None)
    if before is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = before
    return os.environ.pop("KB_RUN_REPORT", None)


def _died_of():
    """The exception that ended the program; None where one was only shown to somebody (pytest leaves those, too)."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if not isinstance(error, Exception):
        return None  # nobody needs help with Ctrl-C
    trace = getattr(error, "__traceback__", None) or getattr(sys, "last_traceback", None)
    if trace is None:
        return error if isinstance(error, SyntaxError) else None
    return error if trace.tb_frame.f_back is None else None


def _report(error):
    import json
    import platform
    import traceback

    trace = getattr(error, "__traceback__", None) or getattr(sys, "last_traceback", None)
    text = "".join(traceback.format_exception(type(error), error, trace))
    if len(text) > _MOST_CHARACTERS:
        half = _MOST_CHARACTERS // 2
        text = text[:half] + "\n[...]\n" + text[-half:]
    packages = _packages(error, trace)
    return json.dumps({"text": text, "python": platform.python_version(), "packages": packages})


def _packages(error, trace):
    """Versions of the packages that stand in the traceback, by name."""
    roots = [type(error).__module__.partition(".")[0]]
    while trace is not None:
        roots.append(str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0])
        trace = trace.tb_next
    skipped = getattr(sys, "stdlib_module_names", ())
    found = {}
    try:
        from importlib import metadata
    except ImportError:  # before Python 3.8
        return found
    owners = None
    for root in list(dict.fromkeys(reversed(roots)))[:_MOST_PACKAGES]:
        if not root or root == "__main__" or root in skipped:
            continue
        try:
            found[root] = metadata.version(root)
        except Exception:
            if owners is None:
                owners = getattr(metadata, "packages_distributions", dict)()
            for name in owners.get(root, ()):
                found[name] = metadata.version(name)  # listed a moment ago, so it is there
    return found


def _at_exit(path, pid):
    try:
        error = _died_of() if os.getpid() == pid else None
        if error is not None:
            report = _report(error)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(report)
    except BaseException:  # a dying program is left to die in peace
        pass


_path = _hide()
if _path:
    # The first to be registered is the last to be run.
    atexit.register(_at_exit, _path, os.getpid())

# The program's own module of this name, if it has one; else Python is told, in the way it expects, that there is none.
del sys.modules["sitecustomize"]
import sitecustomize  # noqa: F401
