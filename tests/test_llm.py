"""A language model as a labeling function: recorded answers, live answers, and whatever fails."""

import json
import os
import re
import runpy
import threading
from contextlib import ExitStack, contextmanager
from urllib import error, request

import numpy as np
import pytest
from servers import serve

import llm

RECORDER = runpy.run_path(str(llm.HERE / "scripts" / "answers.py"))
TEXTS = RECORDER["texts_of"]("help_desk")
PROMPT = (llm.ANSWERS / "help_desk.txt").read_text(encoding="utf-8")
KEY = "sk-secret-2718"


@contextmanager
def model(respond):
    """Start a server and list its requests; `respond(body, number)` gives status and content."""
    requests = []

    def answer(handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))) or "{}"
        requests.append((handler.path, handler.headers, json.loads(body)))
        status, content = respond(requests[-1][2], len(requests))
        handler.send_response(status)
        handler.send_header("Location", "/elsewhere")  # of use with status 302
        handler.end_headers()
        handler.wfile.write(content.encode())

    with serve(answer) as address:
        yield f"{address}/v1", requests


def say(text, chances=None):
    """Return a reply as OpenAI's: a text, and the probabilities of its first word if given."""
    top = [{"token": word, "logprob": np.log(chance)} for word, chance in (chances or {}).items()]
    details = {"content": [{"token": text, "top_logprobs": top}]} if chances else None
    choice = {"message": {"role": "assistant", "content": text}, "logprobs": details}
    return 200, json.dumps({"choices": [choice]})


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path):
    """Start without settings, and keep answers in a folder of the test's own."""
    monkeypatch.setattr(llm, "KEPT", tmp_path / "live.csv")
    for name in ("LLM_URL", "LLM_MODEL", "LLM_KEY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def ask(settings):

    def ask(respond, texts):
        with model(respond) as (url, requests):
            settings.setenv("LLM_URL", url)
            settings.setenv("LLM_MODEL", "large")
            settings.setenv("LLM_KEY", KEY)
            return llm.score(texts, PROMPT, live=True), requests

    return ask


@pytest.mark.parametrize("name", ["spam", "help_desk"])
def test_every_text_in_use_has_a_recorded_answer(name):
    prompt = (llm.ANSWERS / f"{name}.txt").read_text(encoding="utf-8")
    scores = llm.score(RECORDER["texts_of"](name), prompt)
    assert len(scores) >= 300 and np.isfinite(scores).all() and scores.std() > 0.1
    _, *rows = (llm.ANSWERS / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    assert rows == sorted(rows) and all(re.fullmatch(llm.ROW, row) for row in rows)


def test_a_changed_prompt_gets_a_sentence_and_no_old_scores(capsys):
    assert np.isnan(llm.score(TEXTS[:3], PROMPT.replace("keyboard", "mouse"))).all()
    assert capsys.readouterr().out == "3 of 3 texts: no recorded answer to the prompt.\n"
    with pytest.raises(ValueError, match="lacks {text}"):
        llm.score(["a"], "Is it an advertisement?")


def test_recorded_answers_need_no_server_even_if_one_is_named(settings, capsys):
    settings.setenv("LLM_URL", "http://127.0.0.1:9/v1")
    assert np.isfinite(llm.score(TEXTS[:3], PROMPT)).all()
    assert not capsys.readouterr().out


def test_the_model_reads_one_line_without_html_of_300_characters():
    assert llm.normalize("I&#39;m <br />here\n\n<3 you\ufeff") == "I'm here <3 you"
    assert len(llm.normalize("so long " * 100)) == 300


def test_the_score_is_the_log_odds_of_yes_in_any_spelling(ask):
    chances = {" Yes": 0.5, "yes": 0.1, "no": 0.3, "None": 0.1}
    scores, [(path, headers, body)] = ask(lambda body, n: say("Yes", chances), ["Hi <br />there"])
    assert scores == pytest.approx(np.log(0.6 / 0.3), abs=0.01)
    assert path == "/v1/chat/completions" and headers["Authorization"] == f"Bearer {KEY}"
    assert body["model"] == "large" and "Message: Hi there\n" in body["messages"][0]["content"]


def test_without_log_probabilities_yes_and_no_are_the_highest_and_lowest_score(ask):
    replies = [
        say("Yes, it is."),
        say("**no**"),
        say("not sure"),
        say(""),
        (500, "busy"),
        say("no"),
    ]
    scores, _ = ask(lambda body, n: replies[n - 1], "abcdef")  # a single failure stops nothing
    assert scores[[0, 1, 5]] == pytest.approx([9.21, -9.21, -9.21], abs=0.01)
    assert np.isnan(scores[2:5]).all()


def test_a_server_that_refuses_log_probabilities_is_asked_without(ask):
    scores, requests = ask(lambda body, n: (400, "?") if "logprobs" in body else say("no"), ["a"])
    assert scores[0] < -9 and len(requests) == 2


def test_a_cell_run_twice_asks_once_and_another_prompt_or_model_asks_again(settings, capsys):
    settings.setenv("LLM_KEY", KEY)
    with model(lambda body, n: say("yes")) as (url, requests):
        settings.setenv("LLM_URL", url)
        first = llm.score(["a", "b", "a"], PROMPT, live=True)
        assert (llm.score(["a", "b", "a"], PROMPT, live=True) == first).all() and len(requests) == 2
        llm.score(["a"], "Please! " + PROMPT, live=True)
        settings.setenv("LLM_MODEL", "another")
        llm.score(["a"], PROMPT, live=True)
        assert len(requests) == 4
    assert KEY not in llm.KEPT.read_text() + capsys.readouterr().out


@pytest.mark.parametrize(
    ("respond", "sentence"),
    [
        (lambda body, n: (401, f"wrong key {KEY}"), "HTTP Error 401: Unauthorized"),
        (lambda body, n: (404, "no such model"), "HTTP Error 404: Not Found"),
        (lambda body, n: (200, "<html>Log in</html>"), "no OpenAI-like server"),
        (lambda body, n: (200, '{"error": "busy"}'), "no OpenAI-like server"),
        (lambda body, n: threading.Event().wait(2) or say("yes"), "timed out"),
    ],
)
def test_a_server_that_fails_is_asked_three_times(ask, settings, capsys, respond, sentence):
    settings.setattr(llm, "SECONDS", 0.3)
    scores, requests = ask(respond, ["a", "b", "c", "d", "e"])
    out = capsys.readouterr().out
    assert np.isnan(scores).all() and len(requests) == 3
    assert sentence in out and "5 of 5 texts:" in out and KEY not in out and out.count("\n") == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "localhost:9", "http://me:word@host/v1"])
def test_a_wrong_address_costs_a_sentence_without_the_password(settings, capsys, url):
    settings.setenv("LLM_URL", url)
    assert np.isnan(llm.score(["a"], PROMPT, live=True)).all()
    assert re.fullmatch(r"No answer: ((?!word).)+\n1 of 1 texts: .+\n", capsys.readouterr().out)


def test_a_redirection_does_not_get_the_key(ask):
    _, requests = ask(lambda body, n: (302, "") if n == 1 else say("yes"), ["a"])
    assert [path for path, _, _ in requests] == ["/v1/chat/completions", "/elsewhere"]
    assert [headers["Authorization"] for _, headers, _ in requests] == [f"Bearer {KEY}", None]


def test_a_server_on_this_computer_is_asked_directly_and_not_through_a_proxy(ask, settings):
    settings.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(lambda body, n: say("yes"), ["a"])[0] > 9


@pytest.mark.parametrize("program", ["import os; os.abort()", "print('it is not installed')"])
def test_if_the_small_model_does_not_start_the_recorded_answers_are_used(
    settings, tmp_path, capsys, program
):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "small_model.py").write_text(program)
    settings.setattr(llm, "HERE", tmp_path)
    assert np.isfinite(llm.score(TEXTS[:5], PROMPT, live=True)).all()
    out = capsys.readouterr().out
    assert "not installed" in out or f"code {-6 if os.name == 'posix' else 3}" in out
    assert out.endswith("Recorded answers are used.\n") and out.count("\n") == 1


def test_the_small_model_gives_the_recorded_answers_to_whoever_has_the_key():
    with ExitStack() as stack:
        try:
            url, key = llm.start_small_model(stack)
        except OSError as reason:
            pytest.skip(str(reason))
        for text, recorded in zip(TEXTS[:5], llm.score(TEXTS[:5], PROMPT), strict=True):
            prompt = PROMPT.strip().replace("{text}", llm.normalize(text))
            new = llm.ask(url, key, llm.MODEL, prompt)
            assert new == pytest.approx(recorded, abs=RECORDER["TOLERANCE"])
        with pytest.raises(error.HTTPError, match="401"):
            llm.ask(url, "another", llm.MODEL, PROMPT)
    with pytest.raises(error.URLError):  # it ended with the block
        request.urlopen(url + "/models", timeout=5)
