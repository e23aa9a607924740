"""The command line as users meet it: real processes, their output, their talk, and how they end."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import neoplex
from neoplex.ask.questions import question_names
from neoplex.cli.terminal import write_file

# The package under test, also when it is not installed.
os.environ["PYTHONPATH"] = str(Path(neoplex.__file__).parent.parent)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(small_home: Path, tmp_path: Path) -> Run:
    """Run neoplex on the small graph from an empty folder; ``home`` and other settings may be given."""

    def start(*words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "NEOPLEX_HOME": str(small_home), "COLUMNS": "80", "PYTHONUTF8": "1", **settings}
        command = [sys.executable, "-m", "neoplex", *words]
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            cwd=tmp_path,
            timeout=60,
        )

    return start


VERBS = ["tour", "build", "ask", "sparql", "case", "term", "tree", "search", "check", "doctor", "completion", "export"]
VERBS += [f"case {verb}" for verb in ("list", "show", "new", "check", "add", "remove")]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str, run: Run) -> None:
    done = run(*verb.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    if verb != "case":
        assert f"  neoplex {verb}" in done.stdout or f'"$(neoplex {verb}' in done.stdout


def test_version_and_help(run: Run) -> None:
    assert run("--version").stdout.startswith("neoplex ")
    done = run("--help")
    assert "not a medical device" in done.stdout
    for verb in (v for v in VERBS if " " not in v):
        assert f"\n  {verb} " in done.stdout
    assert "complete-words" not in done.stdout
    assert "..." not in done.stdout.partition("Commands:")[2], "a short help is cut off"


def test_help_starts_quickly(run: Run) -> None:
    def best(*command: str) -> float:
        times = []
        for _ in range(5):
            before = os.times()
            subprocess.run(command, capture_output=True, check=True)
            after = os.times()
            # Time on the processor: other work on the machine hardly counts.
            times.append(after.children_user + after.children_system - before.children_user - before.children_system)
        return min(times)

    bare = best(sys.executable, "-c", "pass")
    assert best(sys.executable, "-m", "neoplex", "--help") <= 3 * bare + 0.15


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, neoplex.cli.main; print(*sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyoxigraph", "rdflib", "ruamel.yaml", "rich", "SPARQLWrapper", "owlready2", "pyshacl"} & set(modules)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["serch"], 2, "no command is called 'serch'; did you mean search?"),
        (["ask", "claims", "--sorce", "x"], 2, "claims has no option --sorce; did you mean --source?"),
        (["ask", "claim", "--format", "csv"], 2, "no saved question is called 'claim'; did you mean claims?"),
        (["ask", "claims", "--format", "xls"], 2, "unknown format 'xls'; use one of table, csv"),
        (
            ["ask", "claims", "--source", "smith-2021"],
            2,
            "--source: no publication is called 'smith-2021'; did you mean smith-2020",
        ),
        (["ask", "zzzz"], 2, "no saved question fits 'zzzz'"),
        (["ask", "--source", "x"], 2, "--source needs a question before it"),
        (["case", "show", "nobody"], 2, "no case is called 'nobody'"),
        (["case", "check", "nowhere.yaml"], 2, "nowhere.yaml is no file"),
        (["case", "add", "nowhere.yaml"], 2, "is no file"),
        (["case", "remove", "nothing"], 2, "no publication file is called nothing"),
        (["term", "psoas", "mayor"], 2, "did you mean psoas major"),
        (["tour", "--nonsense"], 2, "--nonsense"),
        (["completion", "tcsh"], 2, "use one of bash, zsh, fish"),
        (["check", "label-sharred"], 2, "did you mean label-shared"),
        (["sparql", "-e", "SELECT * {"], 2, "'{' opened on line 1 is never closed"),
        (["sparql", "-e", "SELECT * { SERVICE <http://x/> {} }"], 2, "is refused"),
        (["sparql", "nowhere.rq"], 2, "nowhere.rq cannot be read"),
        (["sparql", "-e", "ASK {}", "x.rq"], 2, "not both"),
        (["sparql", "-e", "ASK {}", "--format", "turtle"], 2, "turtle holds graphs"),
        (["sparql", "-e", "SELECT * {" + "{" * 99 + "}" * 99 + "}"], 4, "nests deeper than 64"),
        (["sparql", "-e", "SELECT * { FILTER(1" + "+1" * 20000 + ") }"], 4, "crashed the SPARQL engine"),
        (["ask", "claims", "--endpoint", "file:///etc/passwd"], 2, "is no endpoint"),
        (["ask", "claims", "-o", "no/such/folder/x"], 3, "cannot be written: No such file or directory"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr_with_its_status(words: list[str], status: int, said: str, run: Run) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["ask", "claims"], ["case", "list"], ["term", "pain"], ["search", "pain"], ["sparql", "-e", "ASK {}"]]
)
def test_without_a_graph_the_way_out_is_named(words: list[str], run: Run, tmp_path: Path) -> None:
    done = run(*words, NEOPLEX_HOME=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "there is no graph yet: run `neoplex build`" in done.stderr


def test_ask_lists_every_question_in_eighty_columns(run: Run) -> None:
    done = run("ask")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    for name in question_names():
        assert f"  {name} " in done.stdout or f"  {name}\n" in done.stdout


def test_ask_with_words_lists_what_is_near(run: Run) -> None:
    done = run("ask", "contradict")
    assert done.returncode == 0
    assert "contradictions" in done.stdout
    assert "these are near" in done.stderr


def test_ask_answers_in_every_format(run: Run, tmp_path: Path) -> None:
    table = run("ask", "findings-at-structure", "--structure", "left psoas major")
    assert table.returncode == 0
    assert "hip pain" in table.stdout
    assert table.stderr == "1 row\n"
    rows = list(csv.DictReader(io.StringIO(run("ask", "findings-at-structure", "--format", "csv").stdout)))
    assert {row["status"].rpartition("/")[2] for row in rows} == {"present", "absent"}
    data = json.loads(run("ask", "claims", "--source", "smith-2020", "-f", "json").stdout)
    assert data["results"]["bindings"][0]["outOf"]["value"] == "11"
    assert "| Smith 2020 |" in run("ask", "claims", "-f", "md").stdout
    done = run("ask", "claims", "--for-spreadsheet", "-o", "claims.csv")
    assert (done.stdout, done.stderr) == ("", "wrote claims.csv\n1 row\n")
    assert (tmp_path / "claims.csv").read_text("utf-8").startswith("\ufeffsource,measure")
    assert "(source:smith-2020)" in run("ask", "claims", "--ids", "-f", "md").stdout


def test_ask_takes_a_parameter_more_than_once(run: Run) -> None:
    words = ["ask", "findings-at-structure", "--structure", "left psoas major", "--structure=psoas major"]
    assert run(*words).stderr == "2 rows\n"
    assert run(*words, "--status", "absent").stderr == "1 row\n"
    assert run(*words, "--limit", "1").stderr == "cut off after 1 row; there are more (raise --limit)\n"


def test_ask_says_why_nothing_came(run: Run) -> None:
    done = run("ask", "findings-at-structure", "--structure", "right psoas major")
    assert (done.returncode, done.stdout) == (0, "")
    assert "not found is not the same as absent" in done.stderr
    assert "no case, statement or claim of the graph mentions 'right psoas major'" in done.stderr
    assert done.stderr.endswith("0 rows\n")


def test_ask_shows_a_query_that_runs(run: Run, tmp_path: Path) -> None:
    query = run("ask", "claims", "--source", "smith-2020", "--words", 'a "b" }', "--show-query").stdout
    assert 'VALUES ?words { "a \\"b\\" }" }' in query
    assert run("sparql", "-", stdin=query).returncode == 0


def test_help_of_a_question(run: Run) -> None:
    text = run("ask", "findings-at-structure", "--help").stdout
    assert "--structure" in text
    assert "Default: psoas major, iliopsoas" in text
    assert "present | absent" in text


def test_sparql_from_everywhere(run: Run, tmp_path: Path) -> None:
    query = "SELECT ?n WHERE { ?n nx:traverses ?m }"
    (tmp_path / "q.rq").write_text(query, "utf-8")
    outputs = [
        run("sparql", "-e", query),
        run("sparql", "q.rq"),
        run("sparql", "-", stdin=query),
        run("sparql", stdin=query),
    ]
    assert {done.stdout for done in outputs} == {"n\n──────────────────\nleft femoral nerve\n"}
    assert {done.stderr for done in outputs} == {"1 row\n"}
    assert run("sparql", "-e", "ASK { nx:Pain ?p ?o }").stdout == "yes\n"
    turtle = run("sparql", "-e", "DESCRIBE nx:Pain").stdout
    assert "nx:Pain a owl:Class ;" in turtle
    assert run("sparql", "-e", "DESCRIBE nx:Pain").stdout == turtle


def test_sparql_warns_about_names_nobody_knows(run: Run) -> None:
    done = run("sparql", "-e", "SELECT * { ?s a nx:HipPane }")
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        done.stderr
        == "warning: nx:HipPane is unknown to the graph, so it matches nothing; did you mean nx:HipPain?\n0 rows\n"
    )


def test_case_list_show_and_new(run: Run, tmp_path: Path) -> None:
    assert "smith-2020  case" in run("case", "list").stdout
    page = run("case", "show", "smith-2020").stdout
    assert "no weakness: psoas major, side not reported" in page
    assert "nx:HipPain" in run("case", "show", "smith-2020", "--format", "turtle").stdout
    done = run("case", "new", "jones-2021", "-o", "jones-2021.yaml")
    assert done.returncode == 0
    checked = run("case", "check", "jones-2021.yaml")
    assert (checked.returncode, checked.stdout) == (0, "jones-2021.yaml: no fault\n")
    again = run("case", "new", "jones-2021", "-o", "jones-2021.yaml")
    assert (again.returncode, again.stderr) == (2, "neoplex: jones-2021.yaml exists already; choose another name\n")
    text = (tmp_path / "jones-2021.yaml").read_text("utf-8")
    (tmp_path / "jones-2021.yaml").write_text(text.replace("kind: case report", "kind: case reprot"), "utf-8")
    broken = run("case", "check", "jones-2021.yaml")
    assert broken.returncode == 1
    assert broken.stderr.startswith("jones-2021.yaml:")
    assert "case reprot" in broken.stderr


def test_term_tree_search_and_tour_of_the_small_graph(run: Run) -> None:
    assert run("term", "coxalgia").stdout.startswith("hip pain (nx:HipPain)")
    assert run("tree", "finding").stdout == "finding\n├─ pain\n│  └─ hip pain\n└─ weakness\n"
    assert "nx:PsoasMajor" in run("search", "psoas").stdout
    assert run("search", "psoaz").stderr.startswith("nothing has all these words")
    assert list(csv.reader(io.StringIO(run("search", "coxalgia", "-f", "csv").stdout)))[1][0] == "hip pain"


def test_doctor_says_what_is_amiss(run: Run, tmp_path: Path) -> None:
    done = run("doctor", NEOPLEX_HOME=str(tmp_path / "none"))
    assert done.returncode == 3
    assert "there is no graph yet" in done.stderr
    for word in ("pyoxigraph", "home", "query limits"):
        assert f"\n{word} " in done.stdout
    stale = run("doctor")
    assert (stale.returncode, "its inputs changed since" in stale.stderr) == (3, True)


def test_nobody_listens_any_more(small_home: Path) -> None:
    environment = {**os.environ, "NEOPLEX_HOME": str(small_home)}
    command = [
        sys.executable,
        "-m",
        "neoplex",
        "sparql",
        "-e",
        "SELECT ?a ?c { ?a ?b ?x . ?c ?d ?y }",
        "-n",
        "9000",
        "-f",
        "csv",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


def test_interrupted(small_home: Path) -> None:
    environment = {**os.environ, "NEOPLEX_HOME": str(small_home)}
    query = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?t ?w }"
    command = [sys.executable, "-m", "neoplex", "sparql", "-e", query]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, run: Run) -> None:
    assert "neoplex complete-words --" in run("completion", shell).stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["t"], {"tour", "term", "tree"}),
        (["case", "s"], {"show"}),
        (["case", "show", ""], {"smith-2020"}),
        (["ask", "contra"], {"contradictions"}),
        (["ask", "contradictions", "--s"], {"--source", "--show-query"}),
        (["ask", "contradictions", "--kind", ""], {"internalConflict", "conflictBetweenPapers"}),
        (["sparql", "--format", "t"], {"table", "tsv", "turtle"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["nonsense", "--"], {"--version", "--help"}),
    ],
)
def test_completion_finds(words: list[str], found: set[str], run: Run) -> None:
    done = run("complete-words", "--", *words)
    assert {line.partition("\t")[0] for line in done.stdout.splitlines()} == found


def test_bash_takes_the_completion(run: Run, small_home: Path, tmp_path: Path) -> None:
    (tmp_path / "neoplex").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m neoplex "$@"\n')
    (tmp_path / "neoplex").chmod(0o755)
    script = (
        run("completion", "bash").stdout
        + '\nCOMP_WORDS=(neoplex ask contra); COMP_CWORD=2; _neoplex; echo "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "NEOPLEX_HOME": str(small_home)}
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, env=environment)
    assert (done.stdout, done.stderr) == ("contradictions\n", "")


def test_files_appear_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.txt"
    write_file(target, "old\r\n")
    target.chmod(0o640)
    write_file(target, "new\r\n")
    assert target.read_bytes() == b"new\r\n"
    assert target.stat().st_mode & 0o777 == 0o640
    with pytest.raises(UnicodeEncodeError):
        write_file(target, "half \ud800")
    assert target.read_bytes() == b"new\r\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
