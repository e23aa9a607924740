"""The plexus schematic: the lumbosacral plexus in front view with what a case says, and routes as numbered arrows.

Comes in: a request. Goes out: a picture. What is shown comes from :mod:`neoplex.draw.plexusscene`; :mod:`neoplex.draw.plexussheet`
lays it out on one sheet, :mod:`neoplex.draw.plexuscourse` on a panel for each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neoplex.ask.engines import LocalEngine
from neoplex.ask.whatif import of_case, of_sites
from neoplex.base.errors import UsageError
from neoplex.base.paths import shipped_root
from neoplex.draw.casestates import Anatomy, read_anatomy
from neoplex.draw.courses import UNDATED, Arrow, steps_of_search, steps_of_view
from neoplex.draw.kinds import Picture, Request
from neoplex.draw.plexuscourse import Stage, paint_course, stages
from neoplex.draw.plexusscene import compose
from neoplex.draw.plexussheet import paint_sheet
from neoplex.draw.sheet import drawing, render
from neoplex.draw.template import Template, read_template
from neoplex.infer.atlasgraph import Atlas, open_atlas
from neoplex.infer.involvement import Involvement
from neoplex.infer.route_cases import CaseRouter
from neoplex.infer.route_facts import Case, Span, earliest
from neoplex.infer.routes import Ask, find_structures

FILE = "plexus.yaml"
CAVEAT = "At risk is not involved. Routes are possible ways, no proof."


@dataclass(frozen=True)
class Subject:
    """What the figure is about: its anatomy, the steps asked for and what they are."""

    anatomy: Anatomy
    arrows: tuple[Arrow, ...]
    about: str
    first: Mapping[str, Span]
    stages: tuple[Stage, ...] = ()
    notes: tuple[str, ...] = ()


def draw(request: Request) -> Picture:
    """The figure for a case, for a supposed site, or for a route between structures."""
    atlas = open_atlas(request.graph)
    template = load_template(atlas)
    subject = read_subject(request, atlas, template)
    anatomy = subject.anatomy
    with drawing():
        if subject.stages:
            figure, description, notes = paint_course(
                template, atlas, anatomy, subject.stages, subject.first, subject.about
            )
        else:
            scene = compose(
                template, atlas, anatomy.shown, sex=anatomy.sex, primaries=anatomy.primaries, arrows=subject.arrows
            )
            figure, description, notes = paint_sheet(template, anatomy, scene, subject.about)
        title = anatomy.title + (f": {subject.about}" if subject.about else "")
        data = render(figure, request.format, title=title, description=description)
    return Picture(data, title, description, (*subject.notes, *notes))


def load_template(atlas: Atlas) -> Template:
    """The shipped template of the plexus."""
    return read_template(shipped_root() / "data" / "figures" / FILE, atlas)


def read_subject(request: Request, atlas: Atlas, template: Template) -> Subject:
    """What is asked for, read from the graph; raises UsageError for switches that do not go together."""
    engine = LocalEngine(request.graph)
    sites, ends = request.words("site"), request.words("to")
    case_id = request.cases[0] if request.cases else None
    tree, argued, time = (request.flag(name) for name in ("steps", "argued", "time"))
    if case_id and sites:
        raise UsageError("name a case, or give --site; not both")
    if not case_id and not sites and not ends:
        raise UsageError("name a case, or give --site, or --from and --to")
    if request.words("kind") and not sites:
        raise UsageError("--kind needs --site")
    if sum((bool(ends), tree, argued)) > 1:
        raise UsageError("choose one of --to, --steps and --argued")
    if (request.words("from") or request.number("route")) and not ends:
        raise UsageError("--from and --route need --to")
    if (tree or argued or time) and not case_id:
        raise UsageError("--steps, --argued and --time need a case")
    router = CaseRouter(request.graph.store, atlas) if case_id or ends else None
    case: Case | None = None
    if case_id:
        assert router is not None
        title, found, _ = of_case(engine, case_id)
        case = router.read(case_id)
    elif sites:
        title, found, _ = of_sites(engine, sites, str(request.options.get("kind") or "infiltration"))
    else:
        title, found = "Lumbosacral plexus", Involvement("", "", (), (), (), (), ())
    anatomy = read_anatomy(title, atlas, found, case)
    first = first_seen(template, case)
    arrows, about, notes = _arrows(request, router, case, atlas, first)
    if time:
        assert case is not None
        staged = stages(anatomy, arrows, first)
        if not staged:
            raise UsageError(f"{case_id} dates no finding of tumour; draw it without --time")
        return Subject(anatomy, arrows, about or "in order of time", first, staged, notes)
    return Subject(anatomy, arrows, about, first, (), notes)


def first_seen(template: Template, case: Case | None) -> dict[str, Span]:
    """When tumour was first seen at each structure; a group that is drawn as a bracket takes the earliest of its members."""
    if case is None:
        return {}
    first = {iri: known.first for iri, known in case.documented.items() if known.status in ("involved", "disputed")}
    for shape in template.shapes:
        dated = [first[iri] for iri in shape.members if first.get(iri, UNDATED) != UNDATED]
        if dated and shape.iri not in first:
            first[shape.iri] = earliest(dated)
    return first


def _arrows(
    request: Request, router: CaseRouter | None, case: Case | None, atlas: Atlas, first: dict[str, Span]
) -> tuple[tuple[Arrow, ...], str, tuple[str, ...]]:
    """The steps asked for, what they are, and what has to be said about them."""
    if request.words("to"):
        assert router is not None
        return _route(request, router, case, atlas, first)
    if request.flag("argued"):
        assert case is not None
        views = [view for view in case.views if view.steps]
        best = [view for view in views if view.verdict == "favoured"] or views
        if not best:
            raise UsageError(f"{case.id}: the source argues no route; --steps shows the one that neoplex finds")
        arrows = steps_of_view(best[0], atlas, first)
        return arrows, f"the route that its authors argue ({best[0].label})", ()
    if request.flag("steps") or request.flag("time"):
        assert router is not None and case is not None
        tree = router.explain(case).tree
        if tree is None:
            if request.flag("steps"):
                raise UsageError(f"{case.id} names no primary with a site, or no tumour elsewhere: there is no route")
            return (), "", ()
        notes = tuple(f"not reached: {label}: {why}" for label, why in tree.left_out)
        return steps_of_search(tree.steps, atlas, first), "one tree of routes to all that was seen", notes
    return (), "", ()


def _route(
    request: Request, router: CaseRouter, case: Case | None, atlas: Atlas, first: dict[str, Span]
) -> tuple[tuple[Arrow, ...], str, tuple[str, ...]]:
    number = request.number("route") or 1
    starts = tuple(iri for word in request.words("from") for iri in find_structures(atlas, word))
    starts = starts or (case.primary_sites if case is not None else ())
    if not starts:
        raise UsageError("the case names no primary with a site; give --from" if case else "give --from as well")
    ends = tuple(iri for word in request.words("to") for iri in find_structures(atlas, word))
    found = router.routes(Ask(starts, ends, most=number), case)
    if len(found.routes) < number:
        many = len(found.routes)
        raise UsageError(f"there {'is' if many == 1 else 'are'} only {many} route{'' if many == 1 else 's'} there")
    route = found.routes[number - 1]
    head = f"route {number} from {route.steps[0].start_label} to {route.steps[-1].end_label}"
    return steps_of_search(route.steps, atlas, first), head, found.notes
