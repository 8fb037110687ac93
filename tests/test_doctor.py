"""The doctor: each check speaks up when its condition is broken. Remedies: see test_setup.py."""

import hashlib
import json
import os
import sys

import pytest

import fetch
from utils import HERE

sys.path.append(str(HERE / "scripts"))
import doctor
import setup

SHELL = os.environ.get("COMSPEC", "/bin/sh")  # a program that every system has


def test_every_check_works_on_this_system(monkeypatch):
    monkeypatch.setattr(fetch, "_download", None)  # and put it back: the doctor replaces it
    assert not any("could not be checked" in doctor.result_of(check)[1] for check in doctor.CHECKS)


@pytest.mark.parametrize(("divisor", "status"), [(1, 0), (0, 1)])
def test_its_exit_status_says_whether_a_check_failed(divisor, status, monkeypatch, capsys):
    def good():
        return "OK", "fine", ""

    def division():
        return ("WARN", str(1 / divisor), "")

    monkeypatch.setattr(doctor, "VENV", None)
    monkeypatch.setattr(doctor, "CHECKS", (division, good))
    assert doctor.main() == status
    first, second, verdict = capsys.readouterr().out.splitlines()
    assert ("could not be checked (ZeroDivisionError" in first) == bool(status)
    assert second.split() == ["OK", "good", "fine"]
    assert verdict.startswith("NOT READY" if status else "READY")


@pytest.mark.parametrize(
    ("system", "macos", "fix"),
    [
        ("macosx-11.0-arm64", "15.1", ""),
        ("macosx-11.0-arm64", "13.6", "macOS 14"),
        ("macosx-10.9-x86_64", "15.1", "Intel Macs"),
        ("win-arm64", "", "Python for x64"),
    ],
)
def test_python_for_another_system(monkeypatch, system, macos, fix):
    monkeypatch.setattr(doctor.sysconfig, "get_platform", lambda: system)
    monkeypatch.setattr(doctor.platform, "mac_ver", lambda: (macos,))
    level, _, said = doctor.python()
    assert level == ("FAIL" if fix else "OK") and fix in said


def test_too_little_disk_and_memory_and_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    assert doctor.disk()[0] == doctor.folder()[0] == "OK"
    monkeypatch.setattr(doctor, "DISK_AFTER_SETUP_GB", 10**6)
    monkeypatch.setattr(doctor, "ROOT", str(tmp_path))
    assert doctor.disk()[0] == "FAIL"
    monkeypatch.setattr(doctor, "ROOT", str(tmp_path / "nowhere"))
    assert doctor.folder()[0] == "FAIL"
    monkeypatch.setattr(doctor, "MEMORY_GB", 0.01)
    monkeypatch.setattr(doctor, "MEMORY_LIMIT", tmp_path / "memory.max")
    for limit, level in [("max\n", "OK"), ("5000000\n", "WARN")]:  # as in a container
        doctor.MEMORY_LIMIT.write_text(limit)
        assert doctor.memory()[0] == level


@pytest.mark.skipif(os.name == "nt", reason="modes are for POSIX systems")
def test_a_shared_environment_that_other_users_cannot_open(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda venv: ("", ""))
    monkeypatch.setattr(doctor, "VENV", str(tmp_path / "venv"))
    (tmp_path / "venv").mkdir(mode=0o700)
    monkeypatch.delenv("LABS_ENV", raising=False)
    assert doctor.environment()[0] == "OK"
    monkeypatch.setenv("LABS_ENV", doctor.VENV)
    level, text, _ = doctor.environment()
    assert level == "WARN" and text.endswith(f"other users cannot open {doctor.VENV}")


@pytest.mark.parametrize(("code", "level"), [("import triton", "OK"), ("", "FAIL")])
def test_triton_has_to_be_loaded_before_tensorflow(tmp_path, monkeypatch, code, level):
    """Both in one process, the other way around, end in a segmentation fault."""
    monkeypatch.setattr(doctor, "wrong_packages", lambda folders: ([], []))
    monkeypatch.setattr(doctor, "find_spec", lambda name: name == "triton")
    monkeypatch.setattr(doctor, "ROOT", str(tmp_path))
    (tmp_path / "triton.py").touch()
    (tmp_path / "utils.py").write_text(code)
    assert doctor.packages()[0] == level


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
def test_packages(tmp_path, monkeypatch, change, level, said):
    direct = "# all\npandas[excel]==3.1.1\ntorch==2.13.0  # lab 2\n"
    (tmp_path / "requirements.txt").write_text(direct)
    (tmp_path / "constraints.txt").write_text(
        "appnope==1.0.0 ; sys_platform == 'darwin'\njoblib==1.5\n"
        "scipy==1.17.1 ; python_version < '3.12'\nscipy==1.18.1 ; python_version >= '3.12'\n"
    )
    here = {"pandas": "3.1.1", "torch": "2.13.0+cpu", "scipy": "1.17.1", "joblib": "1.5"}
    for name, version in (here | change).items():
        if version:
            (tmp_path / f"{name}-{version}.dist-info").mkdir()
    monkeypatch.setattr(setup, "ROOT", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "triton", raising=False)  # of the ordinary torch wheel
    found = doctor.packages()
    assert found[0] == level and said in found[1] and bool(found[2]) == (level != "OK")


@pytest.mark.parametrize(
    ("python", "level"),
    [(sys.executable, "OK"), (SHELL, "WARN"), ("/no/such/python", "FAIL")],
    ids=["this Python", "another one", "one that is gone"],
)
def test_kernel(tmp_path, monkeypatch, python, level):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    (tmp_path / "kernels" / setup.KERNEL).mkdir(parents=True)
    (tmp_path / "kernels" / setup.KERNEL / "kernel.json").write_text(json.dumps({"argv": [python]}))
    found = doctor.kernel()
    assert found[0] == level and python in found[1] and bool(found[2]) == (level != "OK")


@pytest.mark.parametrize(
    ("setting", "level", "said"),
    [
        ("sample", "WARN", "only the sample: SPAM_DATA=sample asks for it"),
        ("no such folder", "FAIL", "no such folder or zip file"),
        ("http://127.0.0.1:9/spam.zip", "WARN", "not here yet"),  # and no download is tried
        ("a folder", "OK", "verified by SHA-256, from a folder"),
    ],
)
def test_data(tmp_path, monkeypatch, setting, level, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a folder").mkdir()
    for name in fetch.SHA256:
        (tmp_path / "a folder" / name).write_bytes(b"comments")
    sums = dict.fromkeys(fetch.SHA256, hashlib.sha256(b"comments").hexdigest())
    monkeypatch.setattr(fetch, "SHA256", sums)
    monkeypatch.setattr(fetch, "DATA_DIR", tmp_path)
    monkeypatch.setattr(fetch, "_download", fetch._download)
    monkeypatch.setenv("SPAM_DATA", setting)
    fetch._locate.cache_clear()
    found = doctor.data()
    fetch._locate.cache_clear()
    assert found[0] == level and said in found[1]
