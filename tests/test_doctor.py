"""The doctor (make doctor): every check speaks up when its condition is broken, and a bare Python can run it."""

import ctypes
import importlib.metadata
import importlib.util
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import venv
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

import utils

ROOT = utils.HERE
SPEC = importlib.util.spec_from_file_location("doctor", ROOT / "scripts" / "doctor.py")
check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check)


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """Return a copy of the labs without the real comments; the checks look there."""
    folder = tmp_path / "labs"
    shutil.copytree(
        ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "data" / "sample", folder / "data" / "sample")
    for name in ("utils.py", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    monkeypatch.setattr(check, "ROOT", str(folder))
    monkeypatch.setattr(check, "VENV", str(folder / ".venv"))
    for name in ("SPAM_DATA", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    return folder


def doctor(labs, *command):
    """Run the copy's doctor.py by a Python command; return its lines by name, the verdict and the exit status."""
    done = subprocess.run(
        [*command, labs / "scripts" / "doctor.py"], capture_output=True, text=True, cwd=labs.parent
    )
    assert done.stderr == ""
    *lines, verdict = done.stdout.splitlines()
    return {line.split()[1]: line for line in lines}, verdict, done.returncode


def system(monkeypatch, name, machine="AMD64", mac_version="15.1"):
    fake = SimpleNamespace(
        system=lambda: name,
        machine=lambda: machine,
        mac_ver=lambda: (mac_version,),
        python_version=lambda: "3.12.0",
    )
    monkeypatch.setattr(check, "platform", fake)


# ---------------------------------------------------------------- the whole


def test_it_runs_with_nothing_installed(labs):
    lines, verdict, status = doctor(
        labs, getattr(sys, "_base_executable", sys.executable), "-I", "-S"
    )
    assert {
        "python",
        "environment",
        "disk",
        "memory",
        "packages",
        "kernel",
        "data",
        "utils",
        "folder",
        "port",
    } <= set(lines)
    assert lines["packages"].startswith("FAIL") and "snorkel missing" in lines["packages"]
    assert lines["kernel"].startswith("FAIL") and "not installed" in lines["kernel"]
    assert lines["data"].startswith("WARN") and "make data" in lines["data"]
    assert lines["utils"].startswith("OK")
    assert "could not be checked" not in "".join(lines.values())
    assert verdict.startswith("NOT READY") and status == 1


def test_a_wrong_python_is_a_line_that_says_which_one_is_needed(labs):
    code = "import runpy, sys; sys.version_info = (3, 10, 13); runpy.run_path(sys.argv[1], run_name='__main__')"
    lines, verdict, status = doctor(labs, sys.executable, "-c", code)
    assert (
        lines["python"].startswith("FAIL")
        and "install Python 3.11, 3.12 or 3.13" in lines["python"]
    )
    for name in ("packages", "kernel", "data", "utils"):
        assert "this Python is the wrong one" in lines[name]
    assert verdict.startswith("NOT READY") and status == 1


def test_a_venv_is_what_is_checked_and_a_broken_one_is_told(labs):
    venv.create(labs / ".venv", symlinks=os.name != "nt")
    lines, _, _ = doctor(labs, sys.executable)
    assert str(labs / ".venv") in lines["python"]
    assert "snorkel missing" in lines["packages"]  # although the Python that runs the test has it
    assert lines["environment"].startswith("WARN") and "not active" in lines["environment"]
    (labs / os.path.relpath(check.PYTHON, ROOT)).unlink()
    lines, _, status = doctor(labs, sys.executable)
    assert (
        lines["environment"].startswith("FAIL")
        and "make setup" in lines["environment"]
        and status == 1
    )


@pytest.mark.parametrize(
    ("levels", "status", "verdict"),
    [
        (["OK", "OK"], 0, "READY (2 OK, 0 WARN, 0 FAIL)"),
        (["OK", "WARN"], 0, "READY (1 OK, 1 WARN, 0 FAIL)"),
        (["WARN", "FAIL"], 1, "NOT READY (0 OK, 1 WARN, 1 FAIL)"),
    ],
)
def test_the_verdict_and_the_exit_status_follow_the_levels(
    monkeypatch, capsys, levels, status, verdict
):
    def fake(level):
        def some_check():
            return level, "what\nwas found", "the remedy"

        return some_check

    monkeypatch.setattr(check, "CHECKS", [*map(fake, levels), lambda: None])
    monkeypatch.setattr(check, "venv_works", lambda: False)
    assert check.main() == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{levels[0]:4} some check  what was found -> the remedy"
    assert len(lines) == len(levels) + 1 and lines[-1].startswith(verdict)


def test_a_check_that_breaks_does_not_hide_the_others(monkeypatch):
    def broken():
        raise OSError("no such thing")

    monkeypatch.setattr(check, "CHECKS", [broken, check.folder])
    (_, level, text, _), (name, *_) = check.results()
    assert level == "WARN" and "no such thing" in text and name == "folder"


def test_make_check_runs_before_any_set_up():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^doctor: ## .+\n\t@\$\(PYTHON\) scripts/doctor.py$", makefile, re.MULTILINE)


# ---------------------------------------------------------------- each check


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ({}, None),
        ({"maxsize": 2**31 - 1}, "64-bit"),
        ({"name": "Darwin", "machine": "x86_64"}, "Intel Macs"),
        ({"name": "Darwin", "machine": "arm64"}, None),
        ({"name": "Darwin", "machine": "arm64", "mac_version": "13.6"}, "macOS 14"),
        ({"built_for": "win-arm64"}, "Python for x64"),
    ],
)
def test_python(monkeypatch, fault, remedy):
    version = SimpleNamespace(
        version_info=(3, 12, 0), executable="python", maxsize=fault.pop("maxsize", 2**63 - 1)
    )
    built_for = fault.pop("built_for", "win-amd64")
    monkeypatch.setattr(check, "sys", version)
    monkeypatch.setattr(check, "sysconfig", SimpleNamespace(get_platform=lambda: built_for))
    system(monkeypatch, **{"name": "Windows", **fault})
    level, _, said = check.python()
    assert (level, said) == ("OK", "") if remedy is None else level == "FAIL" and remedy in said


def test_environment(labs, monkeypatch):
    monkeypatch.setattr(
        check,
        "sys",
        SimpleNamespace(prefix="/usr", base_prefix="/usr", executable="/usr/bin/python3"),
    )
    level, text, remedy = check.environment()
    assert level == "WARN" and "no virtual environment" in text and "make setup" in remedy
    monkeypatch.setenv(
        "VIRTUAL_ENV", str(labs / "another")
    )  # active, but python3 is not its Python
    assert check.environment()[0] == "WARN"
    monkeypatch.setattr(check.sys, "prefix", str(labs / "another"))
    assert check.environment()[0] == "OK"
    (labs / ".venv").mkdir()
    level, _, remedy = check.environment()
    assert level == "FAIL" and "make setup" in remedy
    monkeypatch.setattr(check.sys, "prefix", str(labs / ".venv"))
    level, _, remedy = check.environment()
    assert level == "WARN" and "activate .venv" in remedy
    monkeypatch.setenv("VIRTUAL_ENV", str(labs / ".venv"))
    assert check.environment()[0] == "OK"


@pytest.mark.parametrize(
    ("free_gb", "installed", "level"),
    [(6, False, "OK"), (4, False, "FAIL"), (4, True, "OK"), (0.4, True, "FAIL")],
)
def test_disk(monkeypatch, free_gb, installed, level):
    monkeypatch.setattr(
        check.shutil, "disk_usage", lambda path: SimpleNamespace(free=free_gb * 1e9)
    )
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: installed or None)
    found = check.disk()
    assert found[0] == level and bool(found[2]) == (level == "FAIL")


def test_memory(monkeypatch):
    assert 1e8 < check.available_memory() < 1e14
    monkeypatch.setattr(check, "available_memory", lambda: 1.9e9)
    level, text, remedy = check.memory()
    assert level == "WARN" and text.startswith("1.9 GB") and "close" in remedy


@pytest.mark.parametrize(
    ("limit", "expected"), [("1000000000\n", 10**9), ("max\n", 4096 * 10**6), (None, 4096 * 10**6)]
)
def test_memory_on_linux_minds_the_limit_of_a_container(monkeypatch, limit, expected):
    def fake_open(path):
        if path == "/proc/meminfo":
            return io.StringIO(
                "MemTotal:  8000000 kB\nMemFree:  10 kB\nMemAvailable:    4000000 kB\n"
            )
        if limit is None:
            raise FileNotFoundError(path)
        return io.StringIO(limit)

    system(monkeypatch, "Linux")
    monkeypatch.setattr(check, "open", fake_open, raising=False)
    assert check.available_memory() == expected


def test_memory_on_windows(monkeypatch):
    def fill(reference):
        assert reference._obj[0] == ctypes.sizeof(reference._obj) == 64
        reference._obj[1], reference._obj[2] = 8 * 10**9, 3 * 10**9

    system(monkeypatch, "Windows")
    windll = SimpleNamespace(kernel32=SimpleNamespace(GlobalMemoryStatusEx=fill))
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)
    assert check.available_memory() == 3 * 10**9


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        ({}, "OK", "all 2 of"),
        ({"torch": None}, "FAIL", "torch missing"),
        ({"torch": "2.12.0"}, "FAIL", "torch 2.12.0 instead of 2.13.0"),
        ({"scipy": "1.18.1"}, "OK", "all 2 of"),
        ({"scipy": "1.2"}, "WARN", "scipy 1.2 instead of 1.17.1 or 1.18.1"),
        ({"pandas": "3", "scipy": "1.2"}, "FAIL", "pandas 3 instead of 3.1.1, scipy 1.2"),
    ],
)
def test_packages(monkeypatch, change, level, said):
    files = {
        "requirements.txt": "# all\n-c constraints.txt\npandas==3.1.1\ntorch==2.13.0  # lab 2\n",
        "constraints.txt": "appnope==1.0.0 ; sys_platform == 'darwin'\nscipy==1.17.1 ; a\nscipy==1.18.1 ; b\n",
    }
    installed = {"pandas": "3.1.1", "torch": "2.13.0+cpu", "scipy": "1.17.1", **change}

    def version(name):
        if not installed.get(name):
            raise importlib.metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(check, "read", files.get)
    monkeypatch.setattr(importlib.metadata, "version", version)
    found = check.packages()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


def test_packages_sees_every_line_of_the_requirements(monkeypatch):
    lines = re.findall(r"(?m)^[^#\n]+==", check.read("requirements.txt"))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0")
    assert all(
        line.split("[")[0].rstrip("=") + " 0 instead of" in check.packages()[1] for line in lines
    )


@pytest.mark.parametrize(
    ("its_python", "level", "said"),
    [
        (sys.executable, "OK", "data_labeling_env_of_a_test"),
        (None, "WARN", "not registered"),
        ("/no/such/python", "FAIL", "not there"),
        (shutil.which("git") or shutil.which("cmd"), "WARN", "another environment"),
    ],
)
def test_kernel(tmp_path, monkeypatch, its_python, level, said):
    monkeypatch.setattr(check, "KERNEL", "data_labeling_env_of_a_test")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    if its_python:
        folder = tmp_path / "kernels" / check.KERNEL
        folder.mkdir(parents=True)
        spec = {
            "argv": [its_python, "-m", "ipykernel_launcher"],
            "display_name": "x",
            "language": "python",
        }
        (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    found = check.kernel()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


def test_kernel_without_jupyter(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", None)
    level, _, remedy = check.kernel()
    assert level == "FAIL" and "make setup" in remedy


def test_data(labs, monkeypatch):
    level, text, remedy = check.data()
    assert (
        level == "WARN"
        and "only the sample: the real comments are not here yet" in text
        and "make data" in remedy
    )
    monkeypatch.setenv("SPAM_DATA", "sample")
    level, text, _ = check.data()
    assert level == "WARN" and "SPAM_DATA=sample asks for it" in text
    monkeypatch.setenv("SPAM_DATA", str(labs / "nowhere"))
    level, text, _ = check.data()
    assert level == "FAIL" and "no such folder or zip file" in text
    (labs / "utils.py").write_text("misspelt", encoding="utf-8")
    level, text, remedy = check.data()
    assert level == "FAIL" and "NameError" in text and "git checkout" in remedy


def test_data_is_verified(labs):
    """Five small files stand in for the real ones: utils.py is given their hashes."""
    code = (labs / "utils.py").read_text(encoding="utf-8")
    folder = labs / "data" / "youtube-spam"
    folder.mkdir()
    content = b"CONTENT,CLASS\n"
    for name, digest in utils.SHA256.items():
        (folder / name).write_bytes(content)
        code = code.replace(digest, utils.hashlib.sha256(content).hexdigest())
    (labs / "utils.py").write_text(code, encoding="utf-8")
    level, text, remedy = check.data()
    assert (level, remedy) == ("OK", "") and "verified by SHA-256" in text and str(folder) in text
    (folder / name).write_bytes(content + b"one more row,1\n")
    level, text, _ = check.data()
    assert level == "FAIL" and name in text and "not the published file" in text


def test_data_is_never_fetched(labs, monkeypatch):
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SPAM_DATA", f"http://127.0.0.1:{server.server_port}/comments.zip")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    level, text, _ = check.data()
    server.shutdown()
    server.server_close()
    assert level == "WARN" and "not here yet" in text and requests == []


def test_utils(labs, monkeypatch):
    assert check.utils()[0] == "OK"
    other = labs.parent / "other"
    other.mkdir()
    (other / "utils.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(other))  # as a package that pip has installed
    level, text, remedy = check.utils()
    assert level == "WARN" and str(other) in text and "pip uninstall utils" in remedy
    (labs / "utils").mkdir()
    (labs / "utils" / "__init__.py").touch()  # a package goes before a module of the same name
    level, text, remedy = check.utils()
    assert level == "FAIL" and str(labs / "utils" / "__init__.py") in text and "rename" in remedy
    shutil.rmtree(labs / "utils")
    (labs / "utils.py").unlink()
    (other / "utils.py").unlink()
    level, text, remedy = check.utils()
    assert level == "FAIL" and "git checkout -- utils.py" in remedy


def test_folder(labs, monkeypatch):
    before = sorted(labs.iterdir())
    assert check.folder()[0] == "OK" and sorted(labs.iterdir()) == before
    monkeypatch.setattr(check, "ROOT", str(labs / "nowhere"))
    level, _, remedy = check.folder()
    assert level == "FAIL" and "copy the folder" in remedy


def test_port(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setattr(check, "PORT", listener.getsockname()[1])
        level, _, remedy = check.port()
        assert level == "WARN" and "takes another" in remedy
    assert check.port()[0] == "OK"


@pytest.mark.parametrize(
    ("enabled", "venv_folder", "level"),
    [
        (1, "C:\\" + 90 * "x", "OK"),
        (0, "C:\\labs\\.venv", "OK"),
        (0, "C:\\" + 90 * "x", "WARN"),
        (None, 90 * "x", "WARN"),
    ],
)
def test_long_paths(monkeypatch, enabled, venv_folder, level):
    def value(key, name):
        if enabled is None:
            raise FileNotFoundError(name)
        return enabled, 4

    winreg = SimpleNamespace(
        HKEY_LOCAL_MACHINE=0, OpenKey=lambda *args: io.StringIO(), QueryValueEx=value
    )
    monkeypatch.setitem(sys.modules, "winreg", winreg)
    monkeypatch.setattr(check, "VENV", venv_folder)
    system(monkeypatch, "Windows")
    found = check.long_paths()
    assert found[0] == level and bool(found[2]) == (level == "WARN")
    system(monkeypatch, "Linux")
    assert check.long_paths() is None


def test_vc_runtime(monkeypatch):
    def load(name):
        if name in missing:
            raise OSError(name)

    missing = []
    monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)
    system(monkeypatch, "Windows")
    assert check.vc_runtime()[0] == "OK"
    missing = ["msvcp140.dll"]
    level, text, remedy = check.vc_runtime()
    assert (
        level == "FAIL"
        and "msvcp140.dll" in text
        and "vcruntime" not in text
        and "Redistributable" in remedy
    )
    system(monkeypatch, "Linux")
    assert check.vc_runtime() is None
