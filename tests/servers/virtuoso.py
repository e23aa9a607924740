"""Virtuoso 7 open source, from the Debian package ``virtuoso-opensource-7`` (GPL-2.0; a program, never a library of ours).

Its query endpoint is open to everyone; updates and the graph store want a login and ask for it by HTTP digest. A fresh database
has one user, ``dba`` with password ``dba``, and listens on 127.0.0.1 only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import CannotStart, Server, free_port, running

INSTALL = "apt-get install virtuoso-opensource-7"
_SETTINGS = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
MaxClientConnections = 10
CheckpointInterval = 60
CaseMode = 2
DirsAllowed = {folder}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
MaxQueryMem = 2G
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 10
Charset = UTF-8
EnabledGzipContent = 0
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 600
"""
_BUFFER_KIB = 8.7
"""What one 8 KiB buffer costs, with its book-keeping."""


def program(name: str = "virtuoso-t") -> str:
    """A program of the package; raises CannotStart with the way to install it."""
    found = shutil.which(name)
    if not found:
        raise CannotStart(f"Virtuoso 7 is not installed; {INSTALL}")
    return found


@contextmanager
def virtuoso(
    folder: Path, port: int = 0, *, memory_mib: int = 400, rows: int = 10_000, sql_port: int = 0
) -> Iterator[Server]:
    """Run Virtuoso with its database in ``folder``; it cuts every answer after ``rows`` rows, as it does everywhere."""
    port, sql_port = port or free_port(), sql_port or free_port()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    name = program()
    said = subprocess.run([name, "-?"], capture_output=True, text=True, check=False)
    version = re.search(r"Version (\S+)", said.stdout + said.stderr)
    buffers = int(memory_mib * 1024 / _BUFFER_KIB)
    settings = folder / "virtuoso.ini"
    settings.write_text(
        _SETTINGS.format(
            folder=folder, port=port, sql_port=sql_port, rows=rows, buffers=buffers, dirty=buffers * 3 // 4
        ),
        "utf-8",
    )
    base = f"http://127.0.0.1:{port}"
    command = [name, "+foreground", "+configfile", str(settings)]
    with running(command, port, folder / "virtuoso.out", folder):
        yield Server(
            "Virtuoso",
            version[1] if version else "7",
            f"{base}/sparql",
            f"{base}/sparql-auth",
            f"{base}/sparql-graph-crud-auth",
            "dba",
            "dba",
        )
