"""Per-patient tables: rows of a CSV become pieces of cases, and meet what the file itself says of them.

Comes in: the node tree of a file with ``tables``. Goes out: the tree with every row in its case, or faults that point
into the CSV cell. Entries of one id describe one fact: keys that only one of them has are added, lists and locators are
joined, and a key that both fill differently is a fault.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from neoplex.base.errors import Fault, did_you_mean
from neoplex.model.lexicon import Lexicon
from neoplex.read.csvfile import Cell, Table, read_csv
from neoplex.read.yamlfile import Node, resolve_plain

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_JOINED = frozenset({"at", "cites"})


class _Left(Exception):
    """A placeholder's cell is empty: the entry around it is left out."""


def expand_tables(root: Node, folder: Path, lexicon: Lexicon) -> tuple[Node, list[Fault]]:
    """The tree with the rows of its tables in its cases; ``folder`` is where the CSV files lie."""
    tables = root.get("tables")
    if tables is None:
        return root, []
    expander = _Expander(lexicon)
    cases = list(root.mapping["cases"].items) if root.get("cases") else []
    by_id = {case.mapping["id"].text: index for index, case in enumerate(cases) if case.get("id")}
    for index, entry in enumerate(tables.items):
        for case in expander.expand(entry, folder, f"tables[{index}]"):
            name = case.mapping["id"].text
            if name in by_id:
                told = cases[by_id[name]]
                at = told.get("at")
                if at is not None:
                    told = replace(told, content=push_place(told.mapping, at))
                cases[by_id[name]] = expander.merge(told, case, f"cases[{by_id[name]}]")
            else:
                by_id[name] = len(cases)
                cases.append(case)
    content = dict(root.mapping)
    place = content.get("cases") or tables
    content["cases"] = replace(place, content=cases)
    return replace(root, content=content), expander.faults


def push_place(content: dict[str, Node], at: Node) -> dict[str, Node]:
    """The place on every entry that has none, since what it will be joined with may have another."""
    placed: dict[str, Node] = {}
    for key, value in content.items():
        if isinstance(value.content, list) and key not in ("at",):
            items = [
                replace(item, content={**item.mapping, "at": at})
                if isinstance(item.content, dict) and "at" not in item.mapping
                else item
                for item in value.content
            ]
            placed[key] = replace(value, content=items)
        elif isinstance(value.content, dict) and "at" not in value.mapping:
            placed[key] = replace(value, content={**value.mapping, "at": at})
        else:
            placed[key] = value
    return placed


class _Expander:
    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.faults: list[Fault] = []

    def expand(self, entry: Node, folder: Path, field: str) -> list[Node]:
        """One case for each row of a table."""
        file = entry.mapping["file"]
        if Path(file.text).name != file.text or not file.text.endswith(".csv"):
            self._fault(file, f"{field}.file", file.text, "the name of a CSV beside this file")
            return []
        if not (folder / file.text).is_file():
            near = did_you_mean(file.text, sorted(path.name for path in folder.glob("*.csv")))
            self._fault(file, f"{field}.file", file.text, f"a CSV beside {Path(file.file).name}", near)
            return []
        table, faults = read_csv(folder / file.text)
        self.faults += faults
        if table is None:
            return []
        if not self._check_columns(entry, table, field):
            return []
        table = self._translate(entry, table, field)
        cases = []
        for row in table.rows:
            try:
                name = self._fill(entry.mapping["case"], row, table)
            except _Left:
                first = next(iter(row.values()))
                self.faults.append(
                    Fault(
                        table.file,
                        first.line,
                        first.column,
                        f"{field}.case",
                        "an empty cell",
                        "the case the row belongs to",
                    )
                )
                continue
            filled = self._fill_entry(entry.mapping["entry"], row, table)
            content = dict(filled.mapping)
            content["id"] = name
            if "at" not in content and entry.get("at") is not None:
                with suppress(_Left):
                    content = push_place(content, self._fill(entry.mapping["at"], row, table))
            cases.append(replace(filled, content=content))
        return cases

    def _check_columns(self, entry: Node, table: Table, field: str) -> bool:
        good = True
        for path, node in entry.walk():
            for name in _PLACEHOLDER.findall(node.text) if isinstance(node.content, str) else ():
                if name not in table.columns and not self._is_unit(name):
                    self._fault(
                        node,
                        f"{field}.{path}",
                        "{" + name + "}",
                        f"a column of {Path(table.file).name}: {', '.join(table.columns)}",
                        did_you_mean(name, table.columns),
                    )
                    good = False
        return good

    def _translate(self, entry: Node, table: Table, field: str) -> Table:
        """The table with what ``cells`` says its cells mean; a meaning that is nothing empties the cell."""
        cells = entry.get("cells")
        if cells is None:
            return table
        meanings: dict[str, dict[str, str]] = {}
        for column, told in cells.mapping.items():
            if column not in table.columns:
                near = did_you_mean(column, table.columns)
                expected = f"a column of {Path(table.file).name}: {', '.join(table.columns)}"
                self._fault(told, f"{field}.cells.{column}", column, expected, near)
            meanings[column] = {words: meaning.text for words, meaning in told.mapping.items()}
        rows = tuple(
            {
                column: replace(cell, text=meanings.get(column, {}).get(cell.text, cell.text))
                for column, cell in row.items()
            }
            for row in table.rows
        )
        return replace(table, rows=rows)

    def _is_unit(self, name: str) -> bool:
        return "{" + name + "}" in self._lexicon.units or "{" + name.rstrip("s") + "}" in self._lexicon.units

    def _fill_entry(self, node: Node, row: dict[str, Cell], table: Table) -> Node:
        try:
            return self._fill(node, row, table)
        except _Left:
            return replace(node, content={})

    def _fill(self, node: Node, row: dict[str, Cell], table: Table) -> Node:
        """A node with its placeholders filled; raises _Left when one of its own cells is empty."""
        if isinstance(node.content, dict):
            filled = {}
            for key, value in node.content.items():
                if isinstance(value.content, dict):
                    try:
                        filled[key] = self._fill(value, row, table)
                    except _Left:
                        continue
                else:
                    filled[key] = self._fill(value, row, table)
                if isinstance(filled[key].content, list) and not filled[key].content:
                    del filled[key]
            return replace(node, content=filled)
        if isinstance(node.content, list):
            items = []
            for item in node.content:
                try:
                    items.append(self._fill(item, row, table))
                except _Left:
                    continue
            return replace(node, content=items)
        if not isinstance(node.content, str):
            return node
        return self._fill_text(node, row, table)

    def _fill_text(self, node: Node, row: dict[str, Cell], table: Table) -> Node:
        used = [row[name] for name in _PLACEHOLDER.findall(node.text) if name in row]
        if not used:
            return node
        if any(not cell.text for cell in used):
            raise _Left
        text = _PLACEHOLDER.sub(lambda match: row[match[1]].text if match[1] in row else match[0], node.text)
        whole = _PLACEHOLDER.fullmatch(node.text) is not None
        content = resolve_plain(text) if whole else text
        return replace(
            node,
            content=content,
            text=text,
            file=table.file,
            line=used[0].line,
            column=used[0].column,
            key_line=0,
            key_column=0,
        )

    def merge(self, first: Node, second: Node, field: str) -> Node:
        """Two descriptions of one thing as one."""
        content = dict(first.mapping)
        for key, value in second.mapping.items():
            if key not in content or content[key].content is None:
                content[key] = value
                continue
            content[key] = self._merge_value(content[key], value, f"{field}.{key}", key)
        return replace(first, content=content)

    def _merge_value(self, first: Node, second: Node, field: str, key: str) -> Node:
        if isinstance(first.content, dict) and isinstance(second.content, dict):
            return self.merge(first, second, field)
        if key in _JOINED or (isinstance(first.content, list) and isinstance(second.content, list)):
            return self._join(first, second, field)
        if first.content == second.content or first.text == second.text:
            return first
        self._fault(
            second,
            field,
            second.text or "another value",
            f"{first.text or 'the value'} as in {Path(first.file).name}:{first.line}",
            "two values that disagree are two entries with ids of their own, linked under conflicts",
        )
        return first

    def _join(self, first: Node, second: Node, field: str) -> Node:
        items = list(first.items)
        by_id = {item.mapping["id"].text: index for index, item in enumerate(items) if item.get("id")}
        plain = [_without_place(item) for item in items]
        for item in second.items:
            name = item.mapping["id"].text if item.get("id") else ""
            if name and name in by_id:
                index = by_id[name]
                items[index] = self.merge(items[index], item, f"{field}[{index}]")
            elif (bare := _without_place(item)) in plain:
                index = plain.index(bare)
                if isinstance(item.content, dict):
                    items[index] = self.merge(items[index], item, f"{field}[{index}]")
            else:
                if name:
                    by_id[name] = len(items)
                items.append(item)
                plain.append(bare)
        return replace(first, content=items)

    def _fault(self, node: Node, field: str, found: str, expected: str, hint: str = "") -> None:
        self.faults.append(Fault(node.file, node.line, node.column, field, found, expected, hint))


def _without_place(node: Node) -> object:
    plain = node.plain()
    if isinstance(plain, dict):
        plain = {key: value for key, value in plain.items() if key != "at"}
    return plain
