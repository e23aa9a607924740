"""Files and folders that appear whole or not at all.

Comes in: a path and bytes, or a finished draft. Goes out: the file or folder in its place, or OSError and the old one untouched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path


def umask() -> int:
    """The mask of this process for new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def replace_file(target: Path, chunks: Iterable[bytes]) -> int:
    """Put a file in its place when all of it is written, with the mode of the old one; returns its size in bytes."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~umask()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        size = 0
        with open(descriptor, "wb") as handle:  # noqa: PTH123 - a descriptor, not a path
            for chunk in chunks:
                size += handle.write(chunk)
            handle.flush()
            os.fsync(handle.fileno())
        draft.chmod(mode)
        draft.replace(target)
        return size
    finally:
        draft.unlink(missing_ok=True)


def replace_folder(draft: Path, target: Path) -> None:
    """Put a finished folder in the place of another; a failure leaves the old one where it was."""
    old = draft.with_name(draft.name + ".old")
    had = target.exists()
    if had:
        target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        if had:
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
