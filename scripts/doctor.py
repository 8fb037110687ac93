# The doctor: one line for each thing that the labs need (OK, WARN or FAIL, what was found, how to
# fix it) and a verdict. Exit status 0: nothing failed. It changes nothing and downloads nothing.
#
# Like setup.py, this file must be readable by any Python, and it needs nothing installed. It looks
# at the environment that will run the labs: the one that LABS_ENV names, else .venv, else the one
# of this Python, else the one of the registered kernel.

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile

try:
    from importlib.util import find_spec
except ImportError:  # Python 2, which goes no further than the first checks
    find_spec = None

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from setup import BIN, DEFAULT, EXE, KERNEL, NEWEST, OLDEST, ROOT, examine, wrong_packages

GB = 1e9
DISK_GB, DISK_AFTER_SETUP_GB = 5, 0.5  # for a set-up; for executed copies of the notebooks
MEMORY_GB = 2  # lab 2, the largest, takes 1.5 GB
MEMORY_LIMIT = "/sys/fs/cgroup/memory.max"  # of a container, as on a JupyterHub
RIGHT_VERSION = OLDEST <= sys.version_info[:2] <= NEWEST


def is_same(path, other):
    return os.path.realpath(path) == os.path.realpath(other)


def kernel_python():
    """Return the Python that the kernel is registered for, for this user or for all, or ""."""
    home, user = os.path.expanduser("~"), os.environ.get("JUPYTER_DATA_DIR")
    if not user and sys.platform == "win32":
        user = os.environ.get("APPDATA", home) + "/jupyter"
    elif not user:
        user = home + ("/Library/Jupyter" if sys.platform == "darwin" else "/.local/share/jupyter")
    for folder in (user, sys.prefix + "/share/jupyter", "/usr/local/share/jupyter"):
        path = os.path.join(folder, "kernels", KERNEL, "kernel.json")
        if os.path.exists(path):
            with open(path) as file:
                return json.load(file)["argv"][0]
    return ""


def find_environment():
    """Return the folder of the environment that will run the labs, or None."""
    if os.environ.get("LABS_ENV"):
        return os.path.abspath(os.environ["LABS_ENV"])
    if os.path.lexists(DEFAULT):
        return DEFAULT
    if sys.prefix != sys.base_prefix:
        return sys.prefix
    venv = os.path.dirname(os.path.dirname(kernel_python()))
    return venv if venv and not examine(venv)[0] else None


VENV = find_environment() if sys.version_info > (3,) else None


def set_up():
    """Return the command that makes or completes the environment, as it can be typed here."""
    version = "{0}.{1}".format(*sys.version_info) if RIGHT_VERSION else "3.12"
    command = ("py -" if os.name == "nt" else "python") + version + " scripts/setup.py"
    if VENV in (None, DEFAULT) and not os.path.islink(DEFAULT):
        return "make setup (without make: {0})".format(command)
    command += (' "{0}"' if " " in VENV else " {0}").format(os.path.realpath(VENV))
    if os.environ.get("LABS_ENV") or os.path.islink(VENV) or not os.access(VENV, os.W_OK):
        return "ask the person who made it to open it to all users and to type: " + command
    return command


# The checks. Each returns (level, text, how to fix it).


def judge(good, text, level, fix):
    return ("OK", text, "") if good else (level, text, fix)


def python():
    system = sysconfig.get_platform()
    text = "{0}, {1}, {2}".format(platform.python_version(), system, sys.executable)
    fix = ""
    if not RIGHT_VERSION:
        fix = "install Python 3.11, 3.12 or 3.13; then, for example, make lab PYTHON=python3.12"
    elif sys.maxsize < 2**32:
        fix = "install a 64-bit Python: torch and TensorFlow exist for no other"
    elif system.startswith("macosx") and system.endswith("x86_64"):
        fix = "no current torch or TensorFlow runs on Intel Macs; else install a Python for arm64"
    elif system.startswith("macosx") and int(platform.mac_ver()[0].split(".")[0]) < 14:
        text, fix = text + ", macOS " + platform.mac_ver()[0], "update to macOS 14 or later"
    elif system == "win-arm64":
        fix = "install a Python for x64, which runs on this computer, too: TensorFlow needs it"
    return judge(not fix, text, "FAIL", fix)


def closed_to_others(path):
    """Return the folder or file that keeps other users away from a path, or "" if none does."""
    path = os.path.realpath(path)
    while path != os.path.dirname(path):
        if not os.stat(path).st_mode & 1:
            return path
        path = os.path.dirname(path)
    return ""


def environment():
    if VENV is None:
        return "WARN", "no virtual environment", set_up()
    fault = examine(VENV)[0]
    if fault:
        return "FAIL", "{0}: {1}".format(VENV, fault), set_up()
    closed = closed_to_others(VENV) or closed_to_others(sys.executable)
    if os.environ.get("LABS_ENV") and closed:
        fix = "make it in a new folder, with a Python, that all users can open"
        return "WARN", "{0}; other users cannot open {1}".format(VENV, closed), fix
    return "OK", VENV, ""


def disk():
    needed = DISK_AFTER_SETUP_GB if find_spec("tensorflow") else DISK_GB
    free = shutil.disk_usage(ROOT).free / GB
    text = "{0:.1f} GB free, {1} needed".format(free, needed)
    return judge(free >= needed, text, "FAIL", "free some, or move this folder to a larger disk")


def folder():
    try:  # on Windows os.access calls any folder writable
        tempfile.TemporaryFile(dir=ROOT).close()
        return "OK", "the labs are in " + ROOT, ""
    except OSError as error:
        text = "{0} cannot be written ({1})".format(ROOT, error.strerror)
        return "FAIL", text, "copy the labs to a folder of your own, such as your home folder"


def memory():
    import psutil

    available = psutil.virtual_memory().available
    try:
        with open(MEMORY_LIMIT) as file:
            available = min(available, int(file.read()))
    except (OSError, ValueError):
        pass
    text = "{0:.1f} GB, {1} wanted".format(available / GB, MEMORY_GB)
    fix = "close other programs and unused kernels"
    return judge(available >= MEMORY_GB * GB, text, "WARN", fix)


def packages():
    wrong, other = wrong_packages(sys.path)
    if wrong or other:
        names = (wrong + other)[:6] + ["..."] * (len(wrong + other) > 6)
        return "FAIL" if wrong else "WARN", ", ".join(names), set_up()
    command = [sys.executable, "-c", "import sys, utils; sys.exit(not sys.modules.get('triton'))"]
    if find_spec("triton") and subprocess.call(command, cwd=ROOT, stderr=subprocess.DEVNULL) != 0:
        text = "utils.py does not load triton before TensorFlow, so that Python can crash"
        return "FAIL", text, "take utils.py from a fresh copy of the labs, or: pip uninstall triton"
    return "OK", "all of requirements.txt and constraints.txt, in these versions", ""


def kernel():
    its_python = kernel_python()
    text = "{0} is registered for {1}".format(KERNEL, its_python or "no Python")
    fix = "make kernel (or, in the activated environment: "
    fix += "python -m ipykernel install --user --name={0})".format(KERNEL)
    if its_python and not shutil.which(its_python):
        return "FAIL", text + ", which does not start", fix
    ours = is_same(os.path.dirname(its_python), os.path.dirname(sys.executable))
    return judge(ours, text, "WARN", fix)


def data():
    sys.path.insert(0, ROOT)
    import fetch

    def no_download(urls):
        raise fetch.DataError("the real comments are not here yet")

    fetch._download = no_download
    fix = "with internet, and SPAM_DATA not set to sample: make data (or: python utils.py)"
    try:
        found = fetch.find_data()
    except fetch.DataError as error:
        level, fix = ("WARN", fix) if "not here yet" in str(error) else ("FAIL", "")
        return level, str(error), fix
    good = "the real comments, verified by SHA-256, from " + found.source
    text = good if found.is_real else "only the sample: " + found.why_sample
    return judge(found.is_real, text, "WARN", fix)


def vc_runtime():
    from ctypes.util import find_library

    fix = "install the Microsoft Visual C++ Redistributable (x64), see docs/troubleshooting.md"
    return judge(find_library("msvcp140_1"), "msvcp140_1.dll, for TensorFlow", "FAIL", fix)


CHECKS = (python, environment, disk, folder, packages, memory, kernel, data)
CHECKS += (vc_runtime,) if os.name == "nt" else ()
NEED_THE_ENVIRONMENT = (packages, memory, kernel, data)


def result_of(check):
    usable = RIGHT_VERSION and (VENV is None or is_same(sys.prefix, VENV))
    if check in NEED_THE_ENVIRONMENT and not usable:
        return "WARN", "not checked: Python or environment has to be put right first", ""
    try:
        return check()
    except Exception as error:  # a check that fails itself must not hide the others
        text = "could not be checked ({0}: {1})".format(type(error).__name__, error)
        return "FAIL", text, "fix what else is wrong; then take a fresh copy of the labs"


def main():
    """Print the lines and the verdict; return the exit status: 0 if nothing failed, else 1."""
    if VENV and not is_same(sys.prefix, VENV) and not examine(VENV)[0]:
        return subprocess.call([os.path.join(VENV, BIN, "python" + EXE), os.path.abspath(__file__)])
    if hasattr(sys.stdout, "reconfigure"):  # a path may hold letters that the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    results = [(check.__name__.replace("_", " "), result_of(check)) for check in CHECKS]
    levels = [level for _, (level, _, _) in results]
    for name, (level, text, fix) in results:
        line = "{0:4} {1:11} {2}{3}".format(level, name, text, " -> " + fix if fix else "")
        print(" ".join(line.splitlines()))
    counts = ", ".join("{0} {1}".format(levels.count(x), x) for x in ("OK", "WARN", "FAIL"))
    if "FAIL" in levels:
        print("NOT READY ({0}): begin with the first FAIL; -> says how to fix it.".format(counts))
        return 1
    proof = " 'make test' proves that the labs run." * os.path.exists(os.path.join(ROOT, "tests"))
    print("READY ({0}).{1}".format(counts, proof))
    return 0


if __name__ == "__main__":
    sys.exit(main())
