"""Add and remove publication files in the user's own folder, all or nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem, UsageError, did_you_mean
from neoplex.build.pipeline import (
    PUBLICATION_SUFFIXES,
    BuildReport,
    Progress,
    added_folder,
    build,
    publication_files,
    unit_name,
)

_RECORDS = (".json", ".csv", ".tsv", ".xlsx")


@dataclass(frozen=True)
class PublicationFile:
    """A publication file that the graph is built from; ``added`` when a user added it."""

    name: str
    path: Path
    added: bool


def list_files(home: Path | None = None) -> list[PublicationFile]:
    """Every publication file by name, shipped ones and added ones."""
    mine = added_folder(home)
    return [PublicationFile(p.stem, p, p.parent == mine) for _, p in sorted(publication_files(home).items())]


def add_case(
    path: Path, home: Path | None = None, *, replace: bool = False, progress: Progress = lambda _: None
) -> BuildReport:
    """Copy a publication file (with the CSV tables beside it) into the user's folder and build.

    Raises UsageError when the name is taken, FaultsFound when the file is wrong; then nothing was changed.
    """
    path = path.resolve()
    if not path.is_file():
        raise UsageError(f"{path} is no file")
    if path.suffix not in PUBLICATION_SUFFIXES:
        hint = "; records and spreadsheets become one with `neoplex case new`" if path.suffix in _RECORDS else ""
        raise UsageError(f"{path.name}: a case file ends in one of {' '.join(sorted(PUBLICATION_SUFFIXES))}{hint}")
    taken = {f.name: f for f in list_files(home)}.get(path.stem)
    if taken and not taken.added:
        raise UsageError(f"{path.stem} is shipped with neoplex; give your file another name")
    if taken and not replace:
        raise UsageError(f"{path.stem} was added before; use --replace to put this file in its place")
    folder = added_folder(home)
    incoming = [*sorted(path.parent.glob(f"{path.stem}.*.csv")), path]

    def commit() -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            partial = [folder / (source.name + ".part") for source in incoming]
            for source, target in zip(incoming, partial, strict=True):
                shutil.copyfile(source, target)
            if taken:
                _delete(taken.path, keep={source.name for source in incoming})
            for source, target in zip(incoming, partial, strict=True):
                target.replace(folder / source.name)
        except OSError as error:
            raise EnvironmentProblem(f"{folder} cannot be written: {error}") from error

    return build(home, overlay={unit_name(path): path}, commit=commit, progress=progress)


def remove_case(name: str, home: Path | None = None, *, progress: Progress = lambda _: None) -> BuildReport:
    """Remove an added publication file and build; raises UsageError for an unknown or shipped name."""
    known = {f.name: f for f in list_files(home)}
    if name not in known:
        raise UsageError(f"no publication file is called {name}; {did_you_mean(name, list(known))}".rstrip("; "))
    file = known[name]
    if not file.added:
        raise UsageError(f"{name} is shipped with neoplex and cannot be removed")
    return build(
        home, overlay={unit_name(file.path): None}, commit=lambda: _delete(file.path, keep=set()), progress=progress
    )


def _delete(path: Path, keep: set[str]) -> None:
    for old in [*path.parent.glob(f"{path.stem}.*.csv"), path]:
        if old.name not in keep:
            old.unlink()
