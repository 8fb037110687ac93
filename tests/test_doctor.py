"""The doctor (make doctor): every check speaks up when its condition is broken."""

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

import fetch
from utils import HERE

CODE = importlib.util.spec_from_file_location("doctor", HERE / "scripts" / "doctor.py")


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """Return a folder with the labs' files, but without an environment and the real comments."""
    folder = tmp_path / "labs"
    shutil.copytree(HERE / "scripts", folder / "scripts", ignore=lambda *_: ["__pycache__"])
    shutil.copytree(HERE / "data" / "sample", folder / "data" / "sample")
    for name in ("utils.py", "fetch.py", "requirements.txt", "constraints.txt"):
        shutil.copy(HERE / name, folder)
    for name in ("SPAM_DATA", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LABS_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    return folder


@pytest.fixture
def doctor(labs, monkeypatch):
    """Return the doctor as a module that looks at that folder."""
    monkeypatch.syspath_prepend(str(labs / "scripts"))
    for name in ("setup", "fetch"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("doctor", labs / "scripts" / "doctor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("setup", None)
    sys.modules.pop("fetch", None)


# ---------------------------------------------------------------- the whole


def test_with_nothing_installed_it_runs_says_what_is_missing_and_fails(labs):
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-I", "-S", labs / "scripts" / "doctor.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=labs.parent)
    *lines, verdict = done.stdout.splitlines()
    levels = {line.split()[1]: line.split()[0] for line in lines}
    assert (levels["packages"], levels["data"], levels["utils"]) == ("FAIL", "WARN", "OK")
    assert levels["environment"] == "WARN" and "snorkel" not in levels
    assert verdict.startswith("NOT READY") and done.returncode == 1 and done.stderr == ""


@pytest.mark.parametrize(
    ("levels", "status", "verdict"),
    [
        (["OK", "OK"], 0, "READY (2 OK, 0 WARN, 0 FAIL)"),
        (["OK", "WARN"], 0, "READY (1 OK, 1 WARN, 0 FAIL)"),
        (["WARN", "FAIL"], 1, "NOT READY (0 OK, 1 WARN, 1 FAIL)"),
    ],
)
def test_the_verdict_and_the_exit_status_follow_the_levels(doctor, capsys, levels, status, verdict):
    def some_check(level):
        def check():
            return level, "what\nwas found", "do this"

        return check

    doctor.CHECKS, doctor.VENV = [*map(some_check, levels), lambda: None], None
    assert doctor.main() == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(levels[0]) and "what was found -> do this" in lines[0]
    assert len(lines) == len(levels) + 1 and lines[-1].startswith(verdict)


def test_a_check_that_breaks_does_not_hide_the_others(doctor):
    def broken():
        raise OSError("no such thing")

    level, text, _ = doctor.result_of(broken)
    assert level == "WARN" and "no such thing" in text


# ---------------------------------------------------------------- each check


@pytest.mark.parametrize(
    ("change", "fix"),
    [
        ({}, ""),
        ({"system": "macosx-11.0-arm64"}, ""),
        ({"right": False}, "install Python 3.11, 3.12 or 3.13"),
        ({"maxsize": 2**31 - 1}, "64-bit"),
        ({"system": "macosx-10.9-x86_64"}, "Intel Macs"),
        ({"system": "macosx-11.0-arm64", "macos": "13.6"}, "macOS 14"),
        ({"system": "win-arm64"}, "Python for x64"),
    ],
)
def test_python(doctor, monkeypatch, change, fix):
    system = change.get("system", "win-amd64")
    monkeypatch.setattr(doctor.sysconfig, "get_platform", lambda: system)
    monkeypatch.setattr(doctor.platform, "mac_ver", lambda: (change.get("macos", "15.1"),))
    monkeypatch.setattr(sys, "maxsize", change.get("maxsize", 2**63 - 1))
    doctor.RIGHT_VERSION = change.get("right", True)
    level, _, said = doctor.python()
    assert level == ("FAIL" if fix else "OK") and fix in said and bool(said) == bool(fix)


@pytest.mark.parametrize(("gigabytes", "level"), [(6, "OK"), (0.4, "FAIL")])
def test_disk(doctor, monkeypatch, gigabytes, level):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=gigabytes * 10**9))
    assert doctor.disk()[0] == level


@pytest.mark.parametrize(
    ("limit", "level"), [("1000000000\n", "WARN"), ("900000000000\n", "OK"), ("max\n", "OK")]
)
def test_memory_minds_the_limit_of_a_container(doctor, monkeypatch, tmp_path, limit, level):
    psutil = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(available=4 * 10**9))
    monkeypatch.setitem(sys.modules, "psutil", psutil)
    doctor.MEMORY_LIMIT = tmp_path / "memory.max"
    assert doctor.memory()[:2] == ("OK", "4.0 GB, 2 wanted")
    doctor.MEMORY_LIMIT.write_text(limit)
    assert doctor.memory()[0] == level


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        ({}, "OK", ""),
        ({"torch": None}, "FAIL", "torch missing"),
        ({"torch": "2.12.0"}, "FAIL", "torch 2.12.0 instead of 2.13.0"),
        ({"joblib": None}, "FAIL", "joblib missing"),
        ({"scipy": "1.18.1", "appnope": "1.0.0"}, "OK", ""),
        ({"scipy": "1.2"}, "WARN", "scipy 1.2 instead of 1.17.1 or 1.18.1"),
        ({"scipy": None}, "FAIL", "scipy missing"),
        ({"pandas": "3", "scipy": "1.2"}, "FAIL", "pandas 3 instead of 3.1.1, scipy 1.2"),
    ],
)
def test_packages(doctor, labs, monkeypatch, change, level, said):
    (labs / "requirements.txt").write_text(
        "# all\n-c constraints.txt\npandas[excel]==3.1.1\ntorch==2.13.0  # lab 2\n"
    )
    (labs / "constraints.txt").write_text(
        "appnope==1.0.0 ; sys_platform == 'darwin'\nJob_Lib==1.5\nscipy==1.17.1 ; python < '3.12'\n"
        "scipy==1.18.1 ; python >= '3.12'\n".replace("Job_Lib", "joblib")
    )
    here = {"pandas": "3.1.1", "torch": "2.13.0+cpu", "scipy": "1.17.1", "joblib": "1.5"}
    for name, version in (here | change).items():
        if version:
            (labs / "site" / f"{name}-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(labs / "site")])
    found = doctor.packages()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


@pytest.mark.parametrize(
    ("utils", "level"), [("import triton", "OK"), ("", "FAIL"), ("raise ImportError", "FAIL")]
)
def test_triton_that_is_not_loaded_before_tensorflow(doctor, labs, monkeypatch, utils, level):
    monkeypatch.setattr(doctor, "wrong_packages", lambda folders: ([], []))
    (labs / "triton.py").touch()
    monkeypatch.syspath_prepend(str(labs))
    (labs / "utils.py").write_text(utils)
    assert doctor.packages()[0] == level


@pytest.mark.parametrize(
    ("python", "level", "said"),
    [
        (sys.executable, "OK", sys.executable),
        (None, "WARN", "no Python"),
        ("/no/such/python", "FAIL", "does not start"),
        (shutil.which("git") or shutil.which("cmd"), "WARN", "registered for"),
    ],
)
def test_kernel(doctor, tmp_path, python, level, said):
    folder = tmp_path / "jupyter" / "kernels" / doctor.KERNEL
    folder.mkdir(parents=True)
    if python:
        (folder / "kernel.json").write_text(json.dumps({"argv": [python]}))
    found = doctor.kernel()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


def test_data(doctor, labs, monkeypatch):
    level, text, fix = doctor.data()
    assert level == "WARN" and "not here yet" in text and "make data" in fix
    monkeypatch.setenv("SPAM_DATA", "sample")
    assert doctor.data()[:2] == ("WARN", "only the sample: SPAM_DATA=sample asks for it")
    monkeypatch.setenv("SPAM_DATA", str(labs / "nowhere"))
    level, text, _ = doctor.data()
    assert level == "FAIL" and "no such folder or zip file" in text
    sys.modules.pop("fetch")
    (labs / "fetch.py").write_text("misspelled")
    level, text, fix = doctor.data()
    assert level == "FAIL" and "misspelled" in text and "git checkout" in fix


def test_data_is_verified(doctor, labs):
    """Five small files stand in for the real ones: fetch.py is given their hashes."""
    code, folder, content = (labs / "fetch.py").read_text(), labs / "data/youtube-spam", b"x\n"
    folder.mkdir()
    for name, digest in fetch.SHA256.items():
        (folder / name).write_bytes(content)
        code = code.replace(digest, hashlib.sha256(content).hexdigest())
    (labs / "fetch.py").write_text(code)
    level, text, _ = doctor.data()
    assert level == "OK" and "verified by SHA-256" in text and str(folder) in text
    (folder / name).write_bytes(content * 2)
    sys.modules.pop("fetch")
    level, text, _ = doctor.data()
    assert level == "FAIL" and name in text and "not the published file" in text


def test_data_is_never_fetched(doctor, monkeypatch):
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SPAM_DATA", f"http://127.0.0.1:{server.server_port}/comments.zip")
        level, text, _ = doctor.data()
        server.shutdown()
    assert level == "WARN" and "not here yet" in text and requests == []


def test_utils(doctor, labs, monkeypatch):
    assert doctor.utils() == ("OK", str(labs / "utils.py"), "")
    other = labs.parent / "other"
    other.mkdir()
    (other / "utils.py").touch()
    monkeypatch.syspath_prepend(str(other))  # as a package that pip has installed
    level, text, fix = doctor.utils()
    assert level == "WARN" and str(other) in text and "pip uninstall utils" in fix
    (labs / "utils").mkdir()
    (labs / "utils" / "__init__.py").touch()  # a package goes before a module of the same name
    level, text, fix = doctor.utils()
    assert level == "FAIL" and "is found before utils.py" in text and "rename" in fix
    (labs / "utils.py").unlink()
    level, _, fix = doctor.utils()
    assert level == "FAIL" and "git checkout -- utils.py" in fix


def test_folder(doctor, labs):
    before = sorted(labs.iterdir())
    assert doctor.folder()[0] == "OK" and sorted(labs.iterdir()) == before
    doctor.ROOT = str(labs / "nowhere")
    level, _, fix = doctor.folder()
    assert level == "FAIL" and "copy the folder" in fix


def test_port(doctor):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        doctor.PORT = listener.getsockname()[1]
        assert doctor.port()[0] == "WARN"
    assert doctor.port()[0] == "OK"


@pytest.mark.parametrize(
    ("enabled", "folder", "level"),
    [(1, "long", "OK"), (0, "short", "OK"), (0, "long", "WARN"), (None, "long", "WARN")],
)
def test_long_paths(doctor, monkeypatch, enabled, folder, level):
    def value(key, name):
        if enabled is None:
            raise FileNotFoundError(name)
        return enabled, 4

    assert os.name == "nt" or doctor.long_paths() is None
    monkeypatch.setattr(doctor.platform, "system", lambda: "Windows")
    winreg = SimpleNamespace(HKEY_LOCAL_MACHINE=0, QueryValueEx=value)
    winreg.OpenKey = lambda *where: open(os.devnull)
    monkeypatch.setitem(sys.modules, "winreg", winreg)
    doctor.VENV = "C:\\" + {"short": "labs", "long": 90 * "x"}[folder]
    assert doctor.long_paths()[0] == level


def test_vc_runtime(doctor, monkeypatch):
    def load(name):
        if name == missing:
            raise OSError(name)

    missing = None
    assert os.name == "nt" or doctor.vc_runtime() is None
    monkeypatch.setattr(doctor.platform, "system", lambda: "Windows")
    monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)
    assert doctor.vc_runtime()[0] == "OK"
    missing = "msvcp140.dll"
    level, text, fix = doctor.vc_runtime()
    assert level == "FAIL" and "msvcp140.dll" in text and "Redistributable" in fix
