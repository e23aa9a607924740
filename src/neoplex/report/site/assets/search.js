/* Finds pages by their words. No network, no dependency; what it shows is set as text and never as markup. */
(function () {
  "use strict";
  var index = window.neoplexIndex || [];
  var state = document.getElementById("search-state");
  var list = document.getElementById("found");
  var input = document.getElementById("q");
  var most = 60;

  function plain(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  var folded = index.map(function (entry) {
    return [plain(entry[0]), plain(entry[4] + " " + entry[1]), plain(entry[3])];
  });

  function score(words, phrase, entry) {
    var total = 0;
    for (var i = 0; i < words.length; i += 1) {
      var word = words[i];
      var at = entry[0].indexOf(word);
      if (at >= 0) {
        total += at === 0 || !/[a-z0-9]/.test(entry[0].charAt(at - 1)) ? 12 : 6;
      } else if (entry[1].indexOf(word) >= 0) {
        total += 5;
      } else if (entry[2].indexOf(word) >= 0) {
        total += 2;
      } else {
        return 0;
      }
    }
    if (entry[0] === phrase) { total += 60; } else if (entry[0].indexOf(phrase) === 0) { total += 20; }
    return total - Math.min(entry[0].length, 80) / 20;
  }

  function find(text) {
    var phrase = plain(text).trim().replace(/\s+/g, " ");
    var words = phrase.split(" ").filter(Boolean);
    list.textContent = "";
    if (!words.length) {
      state.textContent = "Type a few words: " + index.length + " pages are known.";
      return;
    }
    var hits = [];
    folded.forEach(function (entry, place) {
      var points = score(words, phrase, entry);
      if (points > 0) { hits.push([points, place]); }
    });
    hits.sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; });
    state.textContent = hits.length === 0
      ? "Nothing has all these words."
      : hits.length + (hits.length === 1 ? " page" : " pages") + (hits.length > most ? ", the first " + most + " shown" : "");
    hits.slice(0, most).forEach(function (hit) {
      var entry = index[hit[1]];
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.setAttribute("href", entry[2]);
      link.textContent = entry[0];
      link.dir = "auto";
      var kind = document.createElement("span");
      kind.className = "tag";
      kind.textContent = entry[1];
      var about = document.createElement("span");
      about.className = "about";
      about.textContent = entry[3];
      about.dir = "auto";
      item.append(link, " ", kind, " ", about);
      list.append(item);
    });
  }

  state.setAttribute("role", "status");
  input.value = new URLSearchParams(window.location.search).get("q") || "";
  input.addEventListener("input", function () { find(input.value); });
  find(input.value);
  input.focus();
})();
