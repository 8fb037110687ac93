"""The doctor: each check speaks up when its condition is broken. Remedies: see test_setup.py."""

import hashlib
import importlib.util
import json
import shutil
import socket
import subprocess
import sys

import pytest
from servers import serve

from utils import HERE


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
    for name in ("setup", "fetch"):  # of that folder, and after the test those of before
        monkeypatch.setitem(sys.modules, name, None)
        del sys.modules[name]
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec = importlib.util.spec_from_file_location("doctor", labs / "scripts" / "doctor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def look(labs, *python):
    command = [*python, labs / "scripts" / "doctor.py"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.stderr == ""
    return {line.split()[1]: line for line in done.stdout.splitlines()}, done.returncode


def test_with_nothing_installed_it_says_what_is_missing_and_fails(labs):
    lines, status = look(labs, getattr(sys, "_base_executable", sys.executable), "-I", "-S")
    levels = [lines[name].split()[0] for name in ("packages", "environment", "utils")]
    assert levels == ["FAIL", "WARN", "OK"]
    assert lines["READY"].startswith("NOT READY") and status == 1


def test_every_check_works_on_this_system_and_one_that_breaks_does_not_hide_the_others(doctor):
    results = [doctor.result_of(check) for check in doctor.CHECKS]
    assert len(results) >= 10 and not any("could not be checked" in text for _, text, _ in results)
    level, text, _ = doctor.result_of(lambda: 1 / 0)
    assert level == "WARN" and "could not be checked (ZeroDivisionError" in text


@pytest.mark.parametrize(
    ("system", "macos", "fix"),
    [
        ("macosx-11.0-arm64", "15.1", ""),
        ("macosx-11.0-arm64", "13.6", "macOS 14"),
        ("macosx-10.9-x86_64", "15.1", "Intel Macs"),
        ("win-arm64", "", "Python for x64"),
    ],
)
def test_python_for_another_system(doctor, monkeypatch, system, macos, fix):
    monkeypatch.setattr(doctor.sysconfig, "get_platform", lambda: system)
    monkeypatch.setattr(doctor.platform, "mac_ver", lambda: (macos,))
    level, _, said = doctor.python()
    assert level == ("FAIL" if fix else "OK") and fix in said


def test_too_little_disk_and_memory(doctor, tmp_path):
    doctor.DISK_GB = doctor.DISK_AFTER_SETUP_GB = doctor.MEMORY_GB = 0.01
    doctor.MEMORY_LIMIT = tmp_path / "memory.max"
    assert (doctor.disk()[0], doctor.memory()[0]) == ("OK", "OK")
    for limit, level in [("max\n", "OK"), ("5000000\n", "WARN")]:  # as in a container
        doctor.MEMORY_LIMIT.write_text(limit)
        assert doctor.memory()[0] == level
    doctor.DISK_GB = doctor.DISK_AFTER_SETUP_GB = 10**6
    assert doctor.disk()[0] == "FAIL"


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        ({}, "OK", ""),
        ({"torch": "2.12.0"}, "FAIL", "torch 2.12.0 instead of 2.13.0"),
        ({"joblib": None}, "FAIL", "joblib missing"),
        ({"scipy": "1.18.1"}, "OK", ""),
        ({"scipy": "1.2"}, "WARN", "scipy 1.2 instead of 1.17.1 or 1.18.1"),
        ({"scipy": None, "pandas": "3"}, "FAIL", "pandas 3 instead of 3.1.1, scipy missing"),
    ],
)
def test_packages(doctor, labs, monkeypatch, change, level, said):
    (labs / "requirements.txt").write_text("# all\npandas[excel]==3.1.1\ntorch==2.13.0  # lab 2\n")
    (labs / "constraints.txt").write_text(
        "appnope==1.0.0 ; sys_platform == 'darwin'\njoblib==1.5\n"
        "scipy==1.17.1 ; python_version < '3.12'\nscipy==1.18.1 ; python_version >= '3.12'\n"
    )
    here = {"pandas": "3.1.1", "torch": "2.13.0+cpu", "scipy": "1.17.1", "joblib": "1.5"}
    for name, version in (here | change).items():
        if version:
            (labs / "site" / f"{name}-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(labs / "site")])
    monkeypatch.delitem(sys.modules, "triton", raising=False)  # of the ordinary torch wheel
    found = doctor.packages()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


@pytest.mark.parametrize(("code", "level"), [("import triton", "OK"), ("", "FAIL")])
def test_triton_has_to_be_loaded_before_tensorflow(doctor, labs, code, level):
    """Both in one process, the other way around, end in a segmentation fault."""
    doctor.wrong_packages = lambda folders: ([], [])
    (labs / "triton.py").touch()
    (labs / "utils.py").write_text(code)
    sys.path.insert(0, str(labs))
    assert doctor.packages()[0] == level


def test_kernel(doctor, tmp_path):
    assert doctor.kernel()[:2] == ("WARN", "data_labeling_env is registered for no Python")
    file = tmp_path / "jupyter" / "kernels" / "data_labeling_env" / "kernel.json"
    file.parent.mkdir(parents=True)
    other = shutil.which("git") or shutil.which("cmd")
    for python, level in [(sys.executable, "OK"), (other, "WARN"), ("/no/such/python", "FAIL")]:
        file.write_text(json.dumps({"argv": [python]}))
        found = doctor.kernel()
        assert found[0] == level and python in found[1] and bool(found[2]) == (level != "OK")


def test_data(doctor, labs, monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "sample")
    assert doctor.data()[:2] == ("WARN", "only the sample: SPAM_DATA=sample asks for it")
    monkeypatch.setenv("SPAM_DATA", str(labs / "five files"))
    level, text, _ = doctor.data()
    assert level == "FAIL" and "no such folder or zip file" in text
    hashes = sys.modules["fetch"].SHA256  # five small files stand in for the real ones
    (labs / "five files").mkdir()
    for name in hashes:
        (labs / "five files" / name).write_bytes(b"text,label\n")
        hashes[name] = hashlib.sha256(b"text,label\n").hexdigest()
    level, text, _ = doctor.data()
    assert level == "OK" and "verified by SHA-256" in text and "five files" in text
    del sys.modules["fetch"]
    (labs / "fetch.py").write_text("misspelled")
    level, text, fix = doctor.data()
    assert (
        level == "FAIL" and "misspelled" in text and fix == "copy fetch.py from the hand-out again"
    )
    (labs / ".git").mkdir()
    assert doctor.data()[2] == "restore it: git checkout -- fetch.py"


def test_data_is_never_fetched(doctor, monkeypatch):
    asked = []
    with serve(asked.append) as address:
        monkeypatch.setenv("SPAM_DATA", f"{address}/spam.zip")
        level, text, fix = doctor.data()
    assert level == "WARN" and "not here yet" in text and "make data" in fix and not asked


def test_another_utils_is_found(labs, monkeypatch):
    other = labs.parent / "other" / "utils.py"
    other.parent.mkdir()
    other.touch()
    monkeypatch.setenv("PYTHONPATH", str(other.parent))  # as a package that pip has installed
    line = look(labs, sys.executable)[0]["utils"]
    assert line.startswith("WARN") and str(other) in line and "pip uninstall utils" in line
    (labs / "utils").mkdir()
    (labs / "utils" / "__init__.py").touch()  # a package goes before a module of the same name
    line = look(labs, sys.executable)[0]["utils"]
    assert line.startswith("FAIL") and "rename or remove" in line


def test_folder_and_port(doctor, labs):
    before = sorted(labs.iterdir())
    assert doctor.folder()[0] == "OK" and sorted(labs.iterdir()) == before
    doctor.ROOT = str(labs / "nowhere")
    assert doctor.folder()[0] == "FAIL"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        doctor.PORT = listener.getsockname()[1]
        assert doctor.port()[0] == "WARN"
    assert doctor.port()[0] == "OK"
