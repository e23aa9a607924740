"""rapper and Jena's riot parse every RDF syntax as the same statements; PyLD and rdflib read the same quads from JSON-LD."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.interop.results import SKIPPED, Result, judge, need

JARS = Path("/usr/share/java")
NEEDED = (
    "jena-",
    "slf4j-api",
    "slf4j-nop",
    "commons-",
    "guava",
    "failureaccess",
    "xercesImpl",
    "xml-apis",
    "xml-resolver",
    "dexx",
    "httpc",
    "httpa",
    "jsonld",
    "titanium",
    "protobuf",
    "thrift",
    "gson",
    "caffeine",
    "jackson",
    "jakarta.json",
    "javax.json",
)
"""Beginnings of the names of the jars that Jena needs."""
RAPPER = {
    "ntriples": "ntriples",
    "turtle": "turtle",
    "trig": "trig",
    "nquads": "nquads",
    "owl": "rdfxml",
    "owl-ttl": "turtle",
    "nanopubs": "trig",
}
FILES = {
    "ntriples": "all.ntriples.nt",
    "turtle": "all.turtle.ttl",
    "trig": "all.trig.trig",
    "nquads": "all.nquads.nq",
    "jsonld": "all.jsonld.jsonld",
    "owl": "ontology.owl.owl",
    "owl-ttl": "ontology.owl-ttl.ttl",
    "nanopubs": "all.nanopubs.trig",
}


def run(folder: Path) -> Iterator[Result]:
    """Every syntax with every tool that reads it."""
    yield from rapper(folder)
    yield from riot(folder)
    yield from json_ld(folder)


def lines_of(text: str) -> set[str]:
    """Statements as lines, blank nodes made alike (their names are a reader's own)."""
    return {re.sub(r"_:\S+", "_:b", line.strip()) for line in text.splitlines() if line.strip() and line[0] not in "#@"}


def compare(name: str, tool: str, found: str, folder: Path, quads: bool) -> Result:
    """What a tool read against the sorted lines neoplex wrote."""
    if name in ("owl", "owl-ttl", "nanopubs"):
        count = len(lines_of(found))
        return judge(name, tool, count > 1000, f"{count:,} statements")
    file = folder / ("all.nquads.nq" if quads else "all.ntriples.nt")
    ours, theirs = lines_of(file.read_text("utf-8")), lines_of(found)
    same = {unescape(line) for line in ours} == {unescape(line) for line in theirs}
    words = f"{len(theirs):,} statements" if same else f"{len(ours - theirs)} lacking, {len(theirs - ours)} more"
    return judge(name, tool, same, words)


def unescape(line: str) -> str:
    """A line with its \\u escapes as characters, so that two ways to write one statement are equal."""
    plain = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), line)
    return (
        plain.replace("^^<http://www.w3.org/2001/XMLSchema#string>", "")
        .replace("\t", "\\t")
        .replace(" .", ".")
        .replace(" ", "")
    )


def last_words(text: str) -> str:
    """The line of a tool's talk that says what is wrong."""
    lines = text.strip().splitlines() or [""]
    telling = [line for line in lines if "ERROR" in line or "Exception" in line or "Error" in line]
    return (telling or lines)[0][:160]


def rapper(folder: Path) -> Iterator[Result]:
    """Raptor's command line."""
    if shutil.which("rapper") is None:
        yield Result("RDF", "rapper", SKIPPED, "raptor2-utils is not installed (apt-get install raptor2-utils)")
        return
    for name, syntax in RAPPER.items():
        quads = syntax in ("trig", "nquads")
        command = ["rapper", "-q", "-i", syntax, "-o", "nquads" if quads else "ntriples", str(folder / FILES[name])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            yield judge(name, "rapper", False, last_words(done.stderr))
        elif quads:
            # Raptor 2.0 writes no graph names, so its quads are compared as triples.
            yield compare(name, "rapper", done.stdout, folder, "graph/" in done.stdout and _has_graphs(done.stdout))
        else:
            yield compare(name, "rapper", done.stdout, folder, False)


def _has_graphs(text: str) -> bool:
    return text.split("\n", 1)[0].count("<") >= 4


def riot(folder: Path) -> Iterator[Result]:
    """Apache Jena, as Debian packages it."""
    if shutil.which("java") is None or not (JARS / "jena-cmds.jar").exists():
        yield Result(
            "RDF", "Jena riot", SKIPPED, "Jena is not installed (apt-get install libapache-jena-java default-jre)"
        )
        return
    probe = folder / "probe.nt"
    probe.write_text("<urn:a> <urn:b> <urn:c> .\n", "utf-8")
    started = jena("riotcmd.riot", "--count", str(probe))
    if started.returncode:
        # Debian 12's build (4.5.0-2) ends in the initialiser of its shaded Xerces, whatever it is given to read.
        words = f"this system's Jena cannot read one triple: {last_words(started.stderr)}"
        yield Result("RDF", "Jena riot", SKIPPED, words)
        return
    for name, file in FILES.items():
        quads = name in ("trig", "nquads", "jsonld", "nanopubs")
        done = jena("riotcmd.riot", "--output", "nquads" if quads else "ntriples", str(folder / file))
        if done.returncode:
            yield judge(name, "Jena riot", False, last_words(done.stderr))
        else:
            yield compare(name, "Jena riot", done.stdout, folder, quads)


def jena(*words: str) -> subprocess.CompletedProcess[str]:
    """Run one of Jena's command line classes with the jars Debian put beside it, but for the rival loggers."""
    jars = ":".join(str(path) for path in sorted(JARS.glob("*.jar")) if path.name.startswith(NEEDED))
    command = ["java", "-Xmx3g", "-Dfile.encoding=UTF-8", "-cp", jars, *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def json_ld(folder: Path) -> Iterator[Result]:
    """The same quads from PyLD and from rdflib, and they are those of the N-Quads."""
    jsonld, rdflib = need("pyld", "pyld").jsonld, need("rdflib")
    import json

    document = json.loads((folder / "case.jsonld.jsonld").read_text("utf-8"))
    options = {"format": "application/n-quads"}
    theirs = {unescape(line) for line in lines_of(jsonld.to_rdf(document, options))}
    ours = {unescape(line) for line in lines_of((folder / "case.nquads.nq").read_text("utf-8"))}
    yield judge("jsonld", "PyLD", theirs == ours, f"{len(theirs):,} quads, {len(theirs ^ ours)} differ")
    data = rdflib.Dataset()
    data.parse(folder / "case.jsonld.jsonld", format="json-ld")
    read = {unescape(line) for line in lines_of(data.serialize(format="nquads"))}
    yield judge("jsonld", "rdflib", read == ours, f"{len(read):,} quads, {len(read ^ ours)} differ")
    compacted = jsonld.compact(document, {"@context": document["@context"]})
    again = {unescape(line) for line in lines_of(jsonld.to_rdf(compacted, options))}
    yield judge("jsonld", "PyLD compact and back", again == ours, f"{len(again):,} quads, {len(again ^ ours)} differ")
