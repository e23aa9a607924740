/* Shows the graph of this page with Cytoscape.js. Names are set as text and never as markup. */
(function () {
  "use strict";
  var graph = JSON.parse(document.getElementById("graph-data").textContent);
  document.body.className = "live";
  var stage = document.getElementById("picture");
  var chosen = document.getElementById("chosen");
  var cy = window.cytoscape({
    container: stage,
    elements: { nodes: graph.nodes, edges: graph.edges },
    layout: { name: "preset", fit: true, padding: 24 },
    minZoom: 0.08,
    maxZoom: 4,
    style: [
      { selector: "node", style: {
        "label": "data(label)", "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "font-size": 13,
        "font-family": "system-ui, 'DejaVu Sans', Verdana, Arial, sans-serif", "line-height": 1.25,
        "width": "data(width)", "height": "data(height)" } },
      { selector: ".thing", style: {
        "color": "data(ink)", "background-color": "data(fill)", "border-color": "data(edge)", "border-width": "data(stroke)",
        "border-style": "data(dash)" } },
      { selector: ".curved", style: { "shape": "round-rectangle", "corner-radius": "data(radius)" } },
      { selector: ".cornered", style: { "shape": "polygon", "shape-polygon-points": "data(points)" } },
      { selector: ".words", style: {
        "background-opacity": 0, "border-width": 0, "color": "#5b636d", "font-size": 11, "font-style": "italic", "events": "no",
        "shape": "rectangle" } },
      { selector: "edge", style: { "curve-style": "bezier", "line-color": "#5b636d", "width": 1 } },
      { selector: ".line", style: {
        "curve-style": "round-taxi", "taxi-direction": "horizontal", "taxi-turn": "50%", "taxi-turn-min-distance": 4, "taxi-radius": 8,
        "width": "data(stroke)", "line-style": "data(style)", "line-dash-pattern": "data(dashes)",
        "source-arrow-shape": "data(first)", "target-arrow-shape": "data(last)", "source-arrow-color": "#5b636d",
        "target-arrow-color": "#5b636d", "arrow-scale": 0.85 } },
      { selector: ".further", style: { "display": "none", "line-color": "#8a2f3c", "opacity": 0.4, "target-arrow-shape": "triangle",
        "target-arrow-color": "#8a2f3c", "arrow-scale": 0.7 } },
      { selector: ".further.on", style: { "display": "element" } },
      { selector: ".away", style: { "opacity": 0.12, "text-opacity": 0.12 } },
      { selector: ".gone", style: { "display": "none" } },
      { selector: ".further.lit", style: { "display": "element", "opacity": 0.9 } },
      { selector: "node:selected", style: { "border-width": 4, "border-color": "#8a2f3c" } }
    ]
  });

  var leftmost = cy.elements(".thing").min(function (node) { return node.position("x"); }).value;
  if (cy.zoom() < 0.7) {
    var focus = cy.getElementById(graph.focus);
    cy.zoom(0.85);
    cy.center(focus);
    if (focus.position("x") <= leftmost + 1) { cy.panBy({ x: 130 - focus.renderedPosition("x"), y: 0 }); }
  }

  function put(parent, name, text, kind) {
    var made = document.createElement(name);
    made.textContent = text;
    made.dir = "auto";
    if (kind) { made.className = kind; }
    parent.append(made);
    return made;
  }

  function link(parent, node, before) {
    var item = document.createElement("li");
    if (before) { put(item, "span", before + " "); }
    var button = put(item, "button", node.data("name"), "go");
    button.type = "button";
    button.addEventListener("click", function () { choose(node); cy.animate({ center: { eles: node }, duration: 0 }); });
    parent.append(item);
  }

  function around(node) {
    // The things a relation joins it to, with the lines and labels between.
    var near = node.union(node.connectedEdges());
    graph.relations.forEach(function (one) {
      if (one[0] === node.id()) { near = near.union(cy.getElementById(one[2])); }
      if (one[2] === node.id()) { near = near.union(cy.getElementById(one[0])); }
    });
    var labels = node.neighborhood(".words");
    return near.union(labels).union(labels.edgesWith(near));
  }

  function choose(node) {
    cy.elements().removeClass("away lit");
    cy.nodes().unselect();
    node.select();
    cy.elements().difference(around(node)).addClass("away");
    node.connectedEdges().removeClass("away").addClass("lit");
    chosen.textContent = "";
    put(chosen, "h2", node.data("name"));
    put(chosen, "code", node.id());
    if (node.data("state")) { put(chosen, "p", node.data("state")); }
    if (node.data("about")) { put(chosen, "p", node.data("about")); }
    var list = document.createElement("ul");
    graph.relations.forEach(function (one) {
      var away = one[0] === node.id();
      if (!away && one[2] !== node.id()) { return; }
      link(list, cy.getElementById(away ? one[2] : one[0]), away ? one[1] || "to" : (one[1] || "from") + " it:");
      if (one[3]) { put(list.lastChild, "div", one[3], "soft"); }
    });
    chosen.append(list);
  }

  function clear() {
    cy.elements().removeClass("away lit gone");
    cy.nodes().unselect();
    chosen.textContent = "";
  }

  cy.on("tap", ".thing", function (event) { choose(event.target); });
  cy.on("tap", function (event) { if (event.target === cy) { clear(); } });
  document.getElementById("fit").addEventListener("click", function () { clear(); cy.fit(undefined, 24); });
  document.getElementById("near").addEventListener("click", function () {
    var node = cy.nodes(":selected");
    if (node.length) { cy.elements().difference(around(node)).addClass("gone"); cy.fit(around(node).nodes(), 40); }
  });

  var ways = {};
  cy.edges(".line").forEach(function (edge) { ways[edge.data("way")] = true; });
  Object.keys(ways).sort().forEach(function (way, number) {
    var item = document.createElement("li");
    var box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.id = "way-" + number;
    box.addEventListener("change", function () {
      cy.edges(".line").forEach(function (edge) { if (edge.data("way") === way) { edge.style("display", box.checked ? "element" : "none"); } });
    });
    item.append(box, " ");
    put(item, "label", way).htmlFor = box.id;
    document.getElementById("ways").append(item);
  });

  var further = cy.edges(".further");
  if (further.length) {
    var row = document.createElement("li");
    var more = document.createElement("input");
    more.type = "checkbox";
    more.id = "further";
    more.addEventListener("change", function () { further.toggleClass("on", more.checked); });
    row.append(more, " ");
    put(row, "label", "further relations among them (" + further.length + ")").htmlFor = "further";
    document.getElementById("ways").append(row);
  }

  var all = document.getElementById("all");
  var sorted = cy.nodes(".thing").toArray().sort(function (a, b) { return a.data("name") < b.data("name") ? -1 : 1; });
  function list(text) {
    all.textContent = "";
    sorted.forEach(function (node) {
      if (node.data("name").toLowerCase().indexOf(text) >= 0) { link(all, node); }
    });
  }
  var find = document.getElementById("find");
  find.addEventListener("input", function () { list(find.value.trim().toLowerCase()); });
  list("");
  window.neoplexGraph = cy;
})();
