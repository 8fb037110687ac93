"""A language model as a labeling function: recorded answers, live answers, and whatever fails."""

import json
import os
import re
import runpy
import time
from contextlib import ExitStack
from urllib import error, request

import numpy as np
import pytest
from servers import serve

import llm

RECORDER = runpy.run_path(str(llm.HERE / "scripts" / "answers.py"))
TEXTS = RECORDER["texts_of"]("help_desk")
PROMPT = (llm.ANSWERS / "help_desk.txt").read_text(encoding="utf-8")
KEY = "sk-secret-2718"


def say(text, chances=None):
    """Return a reply as OpenAI's: a text, and the probabilities of its first word if given."""
    top = [{"token": word, "logprob": np.log(chance)} for word, chance in (chances or {}).items()]
    details = {"content": [{"token": text, "top_logprobs": top}]} if chances else None
    choice = {"message": {"role": "assistant", "content": text}, "logprobs": details}
    return 200, json.dumps({"choices": [choice]})


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    """Start without settings, and keep answers in a folder of the test's own."""
    monkeypatch.setattr(llm, "KEPT", tmp_path / "live.csv")
    for name in ("LLM_URL", "LLM_MODEL", "LLM_KEY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model(monkeypatch):
    """Return a function that serves a model as the settings name it, and lists its requests.

    `respond(body, number)` gives the status and content of an answer.
    """

    def start(respond):
        requests = []

        def answer(handler):
            body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))) or "{}"
            requests.append((handler.path, handler.headers, json.loads(body)))
            status, content = respond(requests[-1][2], len(requests))
            handler.send_response(status)
            handler.send_header("Location", "/elsewhere")  # of use with status 302
            handler.end_headers()
            handler.wfile.write(content.encode())

        address = servers.enter_context(serve(answer))
        for name, value in {"URL": f"{address}/v1", "MODEL": "large", "KEY": KEY}.items():
            monkeypatch.setenv(f"LLM_{name}", value)
        return requests

    with ExitStack() as servers:
        yield start


def ask(texts, prompt=PROMPT):
    return llm.score(texts, prompt, live=True)


@pytest.mark.parametrize("name", ["spam", "help_desk"])
def test_every_text_in_use_has_a_recorded_answer_and_no_server_is_asked(name, monkeypatch, capsys):
    monkeypatch.setenv("LLM_URL", "http://127.0.0.1:9/v1")
    prompt = (llm.ANSWERS / f"{name}.txt").read_text(encoding="utf-8")
    scores = llm.score(RECORDER["texts_of"](name), prompt)
    assert len(scores) >= 300 and np.isfinite(scores).all() and scores.std() > 0.1
    assert not capsys.readouterr().out


def test_a_changed_prompt_gets_a_sentence_and_no_old_scores(capsys):
    assert np.isnan(llm.score(TEXTS[:3], PROMPT.replace("keyboard", "mouse"))).all()
    assert capsys.readouterr().out == "3 of 3 texts: no recorded answer to the prompt.\n"
    with pytest.raises(ValueError, match="lacks {text}"):
        llm.score(["a"], "Is it an advertisement?")


def test_the_model_reads_one_line_without_html_of_300_characters():
    assert llm.normalize("I&#39;m <br />here\n\n<3 you\ufeff") == "I'm here <3 you"
    assert len(llm.normalize("so long " * 100)) == 300


def test_the_score_is_the_log_odds_of_yes_in_any_spelling(model):
    chances = {" Yes": 0.5, "yes": 0.1, "no": 0.3, "None": 0.1}
    requests = model(lambda body, n: say("Yes", chances))
    assert ask(["Hi <br />there"]) == pytest.approx(np.log(0.6 / 0.3), abs=0.01)
    [(path, headers, body)] = requests
    assert path == "/v1/chat/completions" and headers["Authorization"] == f"Bearer {KEY}"
    assert body["model"] == "large" and "Message: Hi there\n" in body["messages"][0]["content"]


def test_without_log_probabilities_yes_and_no_are_the_highest_and_lowest_score(model):
    words = ["Yes, it is.", "**no**", "not sure", "", None, "no"]
    model(lambda body, n: say(words[n - 1]) if words[n - 1] is not None else (500, "busy"))
    expected = [9.21, -9.21, np.nan, np.nan, np.nan, -9.21]  # a single failure stops nothing
    assert ask("abcdef") == pytest.approx(expected, abs=0.01, nan_ok=True)


def test_a_server_that_refuses_log_probabilities_is_asked_without(model):
    requests = model(lambda body, n: (400, "?") if "logprobs" in body else say("no"))
    assert ask(["a"]) < -9 and len(requests) == 2


def test_a_cell_run_twice_asks_once_and_another_prompt_or_model_asks_again(
    model, monkeypatch, capsys
):
    requests = model(lambda body, n: say("yes"))
    first = ask(["a", "b", "a"])
    assert (ask(["a", "b", "a"]) == first).all() and len(requests) == 2
    ask(["a"], "Please! " + PROMPT)
    monkeypatch.setenv("LLM_MODEL", "another")
    ask(["a"])
    assert len(requests) == 4
    assert KEY not in llm.KEPT.read_text() + capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((401, f"wrong key {KEY}"), "HTTP Error 401: Unauthorized"),
        ((200, "<html>Log in</html>"), "no OpenAI-like server"),
        ((200, '{"error": "busy"}'), "no OpenAI-like server"),
        (None, "timed out"),
    ],
)
def test_a_server_that_fails_is_asked_three_times(model, monkeypatch, capsys, answer, sentence):
    if answer is None:
        monkeypatch.setattr(llm, "SECONDS", 0.3)
    requests = model(lambda body, n: answer or time.sleep(1) or say("yes"))
    assert np.isnan(ask("abcde")).all() and len(requests) == 3
    out = capsys.readouterr().out
    assert sentence in out and "5 of 5 texts:" in out and KEY not in out and out.count("\n") == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "localhost:9", "http://me:word@host/v1"])
def test_a_wrong_address_costs_a_sentence_without_the_password(monkeypatch, capsys, url):
    monkeypatch.setenv("LLM_URL", url)
    assert np.isnan(ask(["a"])).all()
    assert re.fullmatch(r"No answer: ((?!word).)+\n1 of 1 texts: .+\n", capsys.readouterr().out)


def test_a_redirection_does_not_get_the_key(model):
    requests = model(lambda body, n: (302, "") if n == 1 else say("yes"))
    ask(["a"])
    assert [path for path, _, _ in requests] == ["/v1/chat/completions", "/elsewhere"]
    assert [headers["Authorization"] for _, headers, _ in requests] == [f"Bearer {KEY}", None]


def test_a_server_on_this_computer_is_asked_directly_and_not_through_a_proxy(model, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    model(lambda body, n: say("yes"))
    assert ask(["a"]) > 9


@pytest.mark.parametrize("program", ["import os; os.abort()", "print('it is not installed')"])
def test_if_the_small_model_does_not_start_the_recorded_answers_are_used(
    monkeypatch, tmp_path, capsys, program
):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "small_model.py").write_text(program)
    monkeypatch.setattr(llm, "HERE", tmp_path)
    assert np.isfinite(ask(TEXTS[:5])).all()
    out = capsys.readouterr().out
    assert "not installed" in out or f"code {-6 if os.name == 'posix' else 3}" in out
    assert out.endswith("Recorded answers are used.\n") and out.count("\n") == 1


def test_the_small_model_gives_the_recorded_answer_to_whoever_has_the_key():
    with ExitStack() as stack:
        try:
            url, key = llm.start_small_model(stack)
        except OSError as reason:
            pytest.skip(str(reason))
        prompt = PROMPT.strip().replace("{text}", llm.normalize(TEXTS[0]))
        new, recorded = llm.ask(url, key, llm.MODEL, prompt), llm.score(TEXTS[:1], PROMPT)
        assert new == pytest.approx(recorded, abs=RECORDER["TOLERANCE"])
        with pytest.raises(error.HTTPError, match="401"):
            llm.ask(url, "another", llm.MODEL, PROMPT)
    with pytest.raises(error.URLError):  # it ended with the block
        request.urlopen(url + "/models", timeout=5)
