# Set up the labs: make an environment, install requirements.txt, register the kernel, get the data.
#
#     python3 scripts/setup.py                      in .venv, as "make setup" does
#     python3 scripts/setup.py data_labeling_env    in a folder of your choice
#
# An environment that LABS_ENV names, or that is a link, is shared: it is checked and never changed.
# Any Python must be able to read this file, because it tells the user that a Python is too old.

import hashlib
import os
import platform
import re
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
if __name__ == "__main__" and not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit(
        "These labs need Python 3.11, 3.12 or 3.13, and {0} is Python {1}.{2}. Install one, and "
        "name it: make lab PYTHON=python3.12 (without make: python3.12 scripts/setup.py)".format(
            sys.executable, *sys.version_info
        )
    )

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BIN, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
DEFAULT = os.path.join(ROOT, ".venv")
KERNEL = "data_labeling_env"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
WRAP_CODE = '{"@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineWrap": true}}}'
ASK = "import os, sys, sysconfig; assert os.path.samefile(sys.prefix, sys.argv[1]); \
print('%d.%d' % sys.version_info[:2]); print(sysconfig.get_path('purelib'))"


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def examine(venv, version=None):
    """Return why an environment has to be made anew, or "", and the folder of its packages."""
    python, pip = (os.path.join(venv, BIN, name + EXE) for name in ("python", "pip"))
    command = [python, "-I", "-X", "utf8", "-c", ASK, venv]  # whatever PYTHON... is set to
    try:
        said = subprocess.check_output(command, stderr=subprocess.DEVNULL).decode("utf-8")
        with open(pip, "rb") as file:
            is_here = os.fsencode(os.path.realpath(venv)).lower() in file.read().lower()
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        return "its Python or its pip does not start ({0})".format(why), ""
    found, folder = said.splitlines()
    if version not in (None, found):
        return "its Python is {0}".format(found), folder
    return "" if is_here else "it was moved or copied: its programs name another folder", folder


def plain(name):
    return re.sub("[-_.]+", "-", name).lower()


def wrong_packages(folders):
    """Compare the packages in some folders with requirements.txt and constraints.txt.

    Return two lists of texts: what is missing or a wrong direct requirement, and what else differs.
    """
    here, wrong, other = {}, [], []
    entries = [entry for folder in folders if os.path.isdir(folder) for entry in os.listdir(folder)]
    for name, version in re.findall(r"(?m)^(.+?)-([^-+\n]+).*\.dist-info$", "\n".join(entries)):
        here.setdefault(plain(name), version)
    for file, differing in (("requirements.txt", wrong), ("constraints.txt", other)):
        pins = re.findall(r"(?m)^([\w.-]+)(?:\[\w+\])?==([\w.]+) *(;?)", read(file))
        for name in sorted({name for name, _, _ in pins}):
            found = here.get(plain(name))
            versions = [version for pinned, version, _ in pins if pinned == name]
            if found and found not in versions:
                text = "{0} {1} instead of {2}"
                differing.append(text.format(name, found, " or ".join(versions)))
            elif not found and (len(versions) > 1 or (name, versions[0], "") in pins):
                wrong.append(name + " missing")  # ";" and one version: for other systems only
    return wrong, other


def must(what, *command):
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit(
            "\nSet-up stopped: {0} failed; the reason is shown above. The same command continues "
            "from here. See also docs/troubleshooting.md.".format(what)
        )


def make(venv, stamp):
    in_our_folder = venv.startswith(ROOT + os.sep) and os.path.exists(venv + "/pyvenv.cfg")
    is_ours = venv == DEFAULT or in_our_folder or os.path.exists(stamp)
    if os.path.isdir(venv) and os.listdir(venv) and not is_ours:
        sys.exit("{0} is left alone: it was not made by these labs. Name another.".format(venv))
    must("making the environment", sys.executable, "-m", "venv", "--clear", venv)


def install(python):
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install"]
    pip += [] if sys.stdout.isatty() else ["-q"]
    torch = re.findall(r"(?m)^torch==[\w.]+", read("requirements.txt"))
    if torch and platform.system() == "Linux":
        # The ordinary wheel brings several GB of CUDA: one short try for the small one.
        print("Looking for the CPU build of torch ...")
        short = ["--retries", "0", "--timeout", "5", "--no-deps", "--index-url", CPU_INDEX]
        if subprocess.call(pip + short + torch) != 0:
            print("It cannot be had here. The ordinary build is larger, but right, too.")
    print("Installing requirements.txt (a few minutes the first time) ...")
    must("the installation", *(pip + ["-r", "requirements.txt"]))


def main(folder=None):
    sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    encoding = os.environ.get("PYTHONIOENCODING", "").split(":")[0]
    os.environ["PYTHONIOENCODING"] = encoding + ":backslashreplace"  # for what is started here
    shared = None if folder else os.environ.get("LABS_ENV")
    venv = os.path.abspath(folder or shared or DEFAULT)
    venv = os.path.join(os.path.realpath(os.path.dirname(venv)), os.path.basename(venv))
    stamp = os.path.join(venv, "labs-setup-is-done")

    fault, packages = examine(venv, None if shared else "{0}.{1}".format(*sys.version_info))
    wrong, other = wrong_packages([packages])
    if shared or os.path.islink(venv):
        if fault or wrong:
            sys.exit(
                "The shared environment {0} is not changed from here. It cannot run the labs: {1}. "
                "Tell the person who made it.".format(venv, fault or ", ".join(wrong))
            )
        return
    files = "requirements.txt", "constraints.txt", "scripts/setup.py"
    wanted = hashlib.sha256("".join(map(read, files)).encode("utf-8")).hexdigest()
    if not (fault or wrong or other) and os.path.exists(stamp) and read(stamp) == wanted:
        return
    if fault:
        make(venv, stamp)
    python = os.path.join(venv, BIN, "python" + EXE)
    install(python)
    must("registering the kernel", python, "-m", "ipykernel", "install", "--user", "--name", KERNEL)
    settings = os.path.join(venv, "share", "jupyter", "lab", "settings")
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, "overrides.json"), "w", encoding="utf-8") as file:
        file.write(WRAP_CODE)  # JupyterLab cuts off no line of code in a narrow window
    must("looking for the data", python, "utils.py")
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(wanted)
    activate = "" if os.name == "nt" else "source "
    activate += os.path.join(folder or ".venv", BIN, "activate")
    print("The set-up is done. To use the environment in this terminal: " + activate)


if __name__ == "__main__":
    main(*sys.argv[1:2])
