# Set up the labs: make .venv, install requirements.txt, register the kernel, find the data.
#
# This file must be readable by any Python, even one that is too old for the labs: it is what tells
# the user so. A second run sees that nothing has changed and takes a fraction of a second.

import hashlib
import os
import platform
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
if (
    __name__ == "__main__" and not OLDEST <= sys.version_info[:2] <= NEWEST
):  # scripts/doctor.py imports this file
    sys.exit(
        "These labs need Python 3.11, 3.12 or 3.13, and {0} is Python {1}.{2}. Install one of them and name it, "
        "for example: make lab PYTHON=python3.12".format(sys.executable, *sys.version_info[:2])
    )

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = (
    os.path.join(VENV, "Scripts", "python.exe")
    if os.name == "nt"
    else os.path.join(VENV, "bin", "python")
)
STAMP = os.path.join(VENV, "labs-setup-is-done")
KERNEL = "data_labeling_env"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LAB_SETTINGS = os.path.join(
    VENV, "share", "jupyter", "lab", "settings"
)  # JupyterLab's defaults in .venv
WRAP_CODE = '{"@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineWrap": true}}}'


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def wanted():
    """Return what a finished set-up is stamped with: the files that decide what is installed, and where."""
    text = (
        read("requirements.txt")
        + read("constraints.txt")
        + read(os.path.join("scripts", "setup.py"))
        + VENV
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def is_done():
    try:
        with open(STAMP, encoding="utf-8") as file:
            return file.read() == wanted() and os.path.exists(PYTHON)
    except OSError:
        return False


def run(*command):
    return subprocess.call(list(command), cwd=ROOT)


def must(what, *command):
    if run(*command) != 0:
        sys.exit(
            "\nSet-up stopped: {0} failed; the reason stands above. Nothing is lost: the same command goes on from "
            "here. If it fails again, see 'Troubleshooting' in the README.".format(what)
        )


def make_venv():
    if (
        subprocess.call([sys.executable, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL)
        != 0
    ):
        sys.exit(
            "This Python has no module for virtual environments. On Debian and Ubuntu: "
            "sudo apt install python{0}.{1}-venv".format(*sys.version_info[:2])
        )
    must("making .venv", sys.executable, "-m", "venv", "--clear", VENV)


def install():
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"] + (
        [] if sys.stdout.isatty() else ["-q"]
    )
    torch = [
        line.split()[0]
        for line in read("requirements.txt").splitlines()
        if line.startswith("torch==")
    ]
    if platform.system() == "Linux":
        # The ordinary Linux wheel of torch brings several GB of CUDA. One short try for the small one; if it
        # cannot be had, the next step takes the ordinary wheel.
        print("Looking for the CPU build of torch ...")
        run(
            *(
                pip
                + ["--retries", "0", "--timeout", "5", "--no-deps", "--index-url", CPU_INDEX]
                + torch
            )
        )
    print("Installing requirements.txt (a few minutes the first time) ...")
    if shutil.which("uv"):
        # uv is quicker, but does not read settings of pip such as an index of one's own: hence the way back to pip
        must("the installation of torch", *(pip + torch))
        if (
            run("uv", "pip", "install", "--quiet", "--python", PYTHON, "-r", "requirements.txt")
            == 0
        ):
            return
        print("uv could not do it; now with pip ...")
    must("the installation", *(pip + ["-r", "requirements.txt"]))


def main():
    if is_done():
        return
    # A .venv that answers is kept and completed; a broken one, or one of another Python version, is made anew.
    probe = [
        PYTHON,
        "-c",
        "import sys, pip; sys.exit(sys.version_info[:2] != ({0}, {1}))".format(*sys.version_info),
    ]
    if not os.path.exists(PYTHON) or subprocess.call(probe, stderr=subprocess.DEVNULL) != 0:
        make_venv()
    install()
    must(
        "registering the kernel", PYTHON, "-m", "ipykernel", "install", "--user", "--name=" + KERNEL
    )
    os.makedirs(LAB_SETTINGS, exist_ok=True)
    with open(os.path.join(LAB_SETTINGS, "overrides.json"), "w", encoding="utf-8") as file:
        file.write(WRAP_CODE + "\n")  # so that no line of code is cut off in a narrow window
    must("looking for the data", PYTHON, "utils.py")
    with open(STAMP, "w", encoding="utf-8") as file:
        file.write(wanted())
    print("The set-up is done.")


if __name__ == "__main__":
    main()
