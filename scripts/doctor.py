# The doctor: one line for each thing that the labs need (OK, WARN or FAIL, what was found, the remedy) and a verdict.
#
# It changes nothing, downloads nothing, and needs nothing installed. Like setup.py, this file must be readable by any
# Python, even one that is too old for the labs. What is looked at is the environment that will run the labs: .venv if
# there is one that works, else the Python that runs this file.

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from setup import KERNEL, NEWEST, OLDEST, PYTHON, ROOT, VENV, read

GB = 1e9
DISK_GB = 5  # what a set-up takes; README says the same
DISK_AFTER_SETUP_GB = 0.5  # executed copies, notebooks with outputs
MEMORY_GB = 2  # lab 2, the largest, takes 1.5 GB
PORT = 8888
LONGEST_INSTALLED = 200  # characters of the longest path below .venv, a header file of TensorFlow
INSTALL = "make setup (or, in your own activated environment: pip install -r requirements.txt)"


def right_version():
    return OLDEST <= sys.version_info[:2] <= NEWEST


def is_same(path, other):
    return os.path.realpath(path) == os.path.realpath(other)


def ask(code):
    """Run code in this Python as a notebook in the labs' folder would; return what it prints."""
    environment = dict(os.environ, PYTHONIOENCODING="utf-8")
    environment.pop("PYTHONSAFEPATH", None)  # notebooks import from their folder whatever this says
    command = [sys.executable, "-c", code]
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = (stream.decode("utf-8", "replace").strip() for stream in child.communicate())
    if child.returncode != 0:
        raise RuntimeError(
            err.splitlines()[-1] if err else "Python ended with status {0}".format(child.returncode)
        )
    return out


# ---------------------------------------------------------------- the checks: each returns (level, text, remedy)


def python():
    bits = 64 if sys.maxsize > 2**32 else 32
    text = "{0} ({1} bit, {2}), {3}".format(
        platform.python_version(), bits, sysconfig.get_platform(), sys.executable
    )
    if not right_version():
        return (
            "FAIL",
            text,
            "install Python 3.11, 3.12 or 3.13 and name it, for example: make lab PYTHON=python3.12",
        )
    if bits == 32:
        return "FAIL", text, "install a 64-bit Python: torch and TensorFlow exist for no other"
    if platform.system() == "Darwin" and platform.machine() == "x86_64":
        remedy = "there is no current torch or TensorFlow for Intel Macs; on Apple silicon install a Python for arm64"
        return "FAIL", text, remedy
    if platform.system() == "Darwin" and int(platform.mac_ver()[0].split(".")[0]) < 14:
        return "FAIL", text + ", macOS " + platform.mac_ver()[0], "update to macOS 14 or later"
    if sysconfig.get_platform() == "win-arm64":
        return (
            "FAIL",
            text,
            "install a Python for x64, which runs on this computer too: there is no TensorFlow for ARM",
        )
    return "OK", text, ""


def environment():
    active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX") or ""
    if os.path.isdir(VENV):
        if not is_same(sys.prefix, VENV):  # main() would have gone there
            return (
                "FAIL",
                ".venv does not answer to " + sys.executable,
                "make setup (it mends .venv or makes it anew)",
            )
        if is_same(active, VENV):
            return "OK", ".venv, active", ""
        remedy = "nothing for make, which uses .venv anyway; before plain commands activate .venv"
        return "WARN", ".venv is there, but not active in this shell", remedy
    if sys.prefix != getattr(sys, "base_prefix", sys.prefix) or is_same(active, sys.prefix):
        return "OK", "{0}, which this Python belongs to".format(sys.prefix), ""
    return (
        "WARN",
        "no .venv, and no virtual environment is active",
        "make setup, or make and activate one (README)",
    )


def disk():
    import importlib.util

    needed = DISK_AFTER_SETUP_GB if importlib.util.find_spec("tensorflow") else DISK_GB
    free = shutil.disk_usage(ROOT).free / GB
    text = "{0:.1f} GB free, {1} needed".format(free, needed)
    return (
        ("OK", text, "")
        if free >= needed
        else ("FAIL", text, "free some space, or move this folder to a larger disk")
    )


def available_memory():
    """Return the bytes that new programs can have; on macOS, which does not tell, the whole memory."""
    if platform.system() == "Windows":
        import ctypes

        # MEMORYSTATUSEX: two numbers of 32 bits (its own length, the load), seven of 64; the third is ullAvailPhys.
        status = (ctypes.c_uint64 * 8)(64)
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return status[2]
    if platform.system() == "Linux":
        with open("/proc/meminfo") as file:
            available = int(re.search(r"MemAvailable: +(\d+) kB", file.read()).group(1)) * 1024
        try:
            with open(
                "/sys/fs/cgroup/memory.max"
            ) as file:  # the limit of a container, as on a JupyterHub
                return min(available, int(file.read()))
        except (OSError, ValueError):
            return available
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def memory():
    available = available_memory() / GB
    text = "{0:.1f} GB, {1} wanted".format(available, MEMORY_GB)
    return (
        ("OK", text, "")
        if available >= MEMORY_GB
        else ("WARN", text, "close other programs and unused kernels")
    )


def packages():
    from importlib.metadata import PackageNotFoundError, version

    pin = r"(?m)^([\w.-]+)(?:\[\w+\])?==([\w.]+)"
    direct = dict(re.findall(pin, read("requirements.txt")))
    others = re.findall(
        pin, read("constraints.txt")
    )  # a name may stand there twice, with other markers
    level, wrong = "OK", []
    for name in sorted(set(direct) | set(name for name, _ in others)):
        allowed = (
            [direct[name]]
            if name in direct
            else [pinned for other, pinned in others if other == name]
        )
        try:
            found = (version(name) or "damaged").split("+")[0]  # 2.13.0+cpu is 2.13.0
        except PackageNotFoundError:
            found = None
        if found is None and name in direct:
            wrong.append(name + " missing")
        elif (
            found is not None and found not in allowed
        ):  # what is missing of the others may be another system's
            wrong.append("{0} {1} instead of {2}".format(name, found, " or ".join(allowed)))
        else:
            continue
        level = "FAIL" if name in direct or level == "FAIL" else "WARN"
    if wrong:
        return level, ", ".join(wrong), INSTALL
    return (
        "OK",
        "all {0} of requirements.txt, and what they need, at their pinned versions".format(
            len(direct)
        ),
        "",
    )


def kernel():
    remedy = "make kernel (or, in your own environment: python -m ipykernel install --user --name={0})".format(
        KERNEL
    )
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return "FAIL", "Jupyter is not installed", INSTALL
    try:
        its_python = KernelSpecManager().get_kernel_spec(KERNEL).argv[0]
    except NoSuchKernel:
        return "WARN", KERNEL + " is not registered", remedy
    path = shutil.which(its_python)
    if path is None:
        return (
            "FAIL",
            "{0} is registered for {1}, which is not there".format(KERNEL, its_python),
            remedy,
        )
    if not is_same(os.path.dirname(path), os.path.dirname(sys.executable)):
        return (
            "WARN",
            "{0} is registered for another environment: {1}".format(KERNEL, its_python),
            remedy,
        )
    return "OK", "{0}, {1}".format(KERNEL, its_python), ""


# utils itself finds and verifies the data; the packages that it needs later may be missing, and it must not download.
FIND_DATA = """
import sys
from unittest.mock import MagicMock
for name in ("numpy", "pandas", "sklearn", "sklearn.model_selection"):
    sys.modules[name] = MagicMock()
import utils
ABSENT = "the real comments are not here yet"
def no_download(*args, **options):
    raise utils.DataError(ABSENT)
utils._download = no_download
try:
    found = utils.find_data()
except utils.DataError as error:
    print("WARN" if str(error) == ABSENT else "FAIL", error)
else:
    if found.is_real:
        print("OK the real comments, verified by SHA-256, from", found.source)
    else:
        print("WARN only the sample:", found.why_sample)
"""


def data():
    try:
        level, text = ask(FIND_DATA).split(" ", 1)
    except RuntimeError as error:
        return (
            "FAIL",
            "utils.py cannot be used: {0}".format(error),
            "restore it with: git checkout -- utils.py",
        )
    remedy = "with a network, and SPAM_DATA not set to 'sample': make data (or: python utils.py)"
    return level, text, remedy if level == "WARN" else ""  # an error names its remedy itself


FIND_UTILS = """
import sys
from importlib.util import find_spec
for _ in range(2):
    spec = find_spec("utils")
    print(spec and (spec.origin or list(spec.submodule_search_locations)[0]))
    del sys.path[0]
"""


def utils():
    here, elsewhere = ask(FIND_UTILS).splitlines()
    ours = os.path.join(ROOT, "utils.py")
    if not is_same(here, ours):
        remedy = (
            "rename or remove that one"
            if here != "None"
            else "restore ours with: git checkout -- utils.py"
        )
        return "FAIL", "'import utils' in this folder finds {0}, not {1}".format(here, ours), remedy
    if elsewhere != "None" and not is_same(elsewhere, ours):
        text = "ours in this folder, but {0} anywhere else".format(elsewhere)
        return (
            "WARN",
            text,
            "keep the notebooks in this folder; if nobody needs the other one: pip uninstall utils",
        )
    return "OK", here, ""


def folder():
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            return "OK", ROOT + " can be written", ""
    except OSError as error:
        text = "{0} cannot be written ({1})".format(ROOT, error.strerror)
        return "FAIL", text, "copy the folder to a place of your own, such as your home folder"


def port():
    listener = socket.socket()
    try:
        if os.name != "nt":
            listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as JupyterLab's server does
        listener.bind(("127.0.0.1", PORT))
        return "OK", "{0} is free".format(PORT), ""
    except OSError:
        remedy = "none needed: JupyterLab takes another and prints its address"
        return "WARN", "{0} is in use, perhaps by another JupyterLab".format(PORT), remedy
    finally:
        listener.close()


def long_paths():
    if platform.system() != "Windows":
        return None
    import winreg

    try:
        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem"
        ) as key:
            enabled = winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except OSError:
        enabled = False
    if enabled:
        return "OK", "enabled in Windows", ""
    longest = len(VENV) + 1 + LONGEST_INSTALLED
    text = "not enabled in Windows; the longest path will have about {0} characters of 259".format(
        longest
    )
    remedy = r"move this folder to a short path such as C:\labs, or let an administrator set LongPathsEnabled to 1"
    return ("OK", text, "") if longest <= 259 else ("WARN", text, remedy)


def vc_runtime():
    if platform.system() != "Windows":
        return None
    import ctypes

    missing = []
    for name in ("vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll", "msvcp140_1.dll"):
        try:
            ctypes.WinDLL(name)
        except OSError:
            missing.append(name)
    if missing:
        remedy = "install the Microsoft Visual C++ Redistributable (x64), see Troubleshooting in the README"
        return "FAIL", "missing: " + ", ".join(missing), remedy
    return "OK", "Microsoft Visual C++ runtime is there", ""


CHECKS = [
    python,
    environment,
    disk,
    memory,
    packages,
    kernel,
    data,
    utils,
    folder,
    port,
    long_paths,
    vc_runtime,
]
NEED_THE_RIGHT_PYTHON = [packages, kernel, data, utils]


def results():
    """Return (name, level, text, remedy) of every check; those for another system are left out."""
    found = []
    for check in CHECKS:
        try:
            if check in NEED_THE_RIGHT_PYTHON and not right_version():
                result = "WARN", "not checked, because this Python is the wrong one", ""
            else:
                result = check()
        except Exception as error:  # a check that fails itself must not hide the others
            result = (
                "WARN",
                "could not be checked ({0}: {1})".format(type(error).__name__, error),
                "",
            )
        if result:
            found.append((check.__name__,) + result)
    return found


def venv_works():
    """Return whether .venv has a Python that answers and belongs to it."""
    code = "import os, sys; sys.exit(not os.path.samefile(sys.prefix, sys.argv[1]))"
    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call([PYTHON, "-c", code, VENV], stderr=nowhere) == 0
    except OSError:
        return False


def main():
    """Print the lines and the verdict; return the exit status: 0 if nothing failed, else 1."""
    if right_version() and not is_same(sys.prefix, VENV) and venv_works():
        return subprocess.call([PYTHON, os.path.abspath(__file__)])
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a path may hold letters that the terminal cannot show
    found = results()
    for name, level, text, remedy in found:
        line = "{0:4} {1:11} {2}".format(level, name.replace("_", " "), text) + (
            " -> " + remedy if remedy else ""
        )
        print(" ".join(line.splitlines()))
    levels = [level for _, level, _, _ in found]
    counts = "{0} OK, {1} WARN, {2} FAIL".format(
        *(levels.count(level) for level in ("OK", "WARN", "FAIL"))
    )
    if "FAIL" in levels:
        print(
            "NOT READY ({0}): begin with the first FAIL; what to do stands after the arrow.".format(
                counts
            )
        )
        return 1
    print(
        "READY ({0}): what the labs need is here. 'make test' proves that they run.".format(counts)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
