"""Writing an export: whole or not at all, piece by piece, a file or a folder.

Comes in: parts and a path. Goes out: the file or folder, which nobody sees before all of it is written. A folder that holds
anything but an earlier export of the same shape is left alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.base.files import replace_file, replace_folder, umask
from neoplex.exchange.formats import Part


def write_one(part: Part, path: Path) -> int:
    """Write one part to a file that is replaced only when all of it is there; returns its size in bytes."""
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():
        raise UsageError(f"{path} is no file, and this export is one file")
    try:
        return replace_file(target, part.chunks)
    except OSError as error:
        raise EnvironmentProblem(f"{path} cannot be written: {error.strerror}") from error


def write_folder(parts: Iterable[Part], path: Path) -> tuple[int, int]:
    """Write all parts into a folder that appears, or is replaced, as a whole; returns files and bytes."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise UsageError(f"{path} is no folder, and this export is several files")
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        files = size = 0
        for part in parts:
            target = draft / part.name
            with target.open("wb") as handle:
                for chunk in part.chunks:
                    size += handle.write(chunk)
                handle.flush()
                os.fsync(handle.fileno())
            files += 1
        _refuse_foreign(path, {entry.name for entry in draft.iterdir()})
        draft.chmod(0o777 & ~umask())
        replace_folder(draft, path)
        draft = None
        return files, size
    except OSError as error:
        raise EnvironmentProblem(f"{path} cannot be written: {error.strerror}") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def _refuse_foreign(path: Path, ours: set[str]) -> None:
    if not path.exists():
        return
    endings = {Path(name).suffix for name in ours}
    foreign = sorted(entry.name for entry in path.iterdir() if entry.is_dir() or entry.suffix not in endings)
    if foreign:
        raise UsageError(f"{path} holds {foreign[0]!r}, which is no part of this export; choose an empty or new folder")
