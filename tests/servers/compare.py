"""Put everything shipped into a server and ask it every saved question: ``python -m tests.servers.compare oxigraph|virtuoso``.

Prints each sample whose rows are not those of the papers, and one line of counts; ends with 0 when there is none, 1 when
there are some, 3 with the reason when the server cannot be started. Rows count as equal when each comes as often; engines differ in
how they sort words.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from neoplex.build.pipeline import ensure
from neoplex.store import publish as post
from neoplex.store.answers import Rows
from neoplex.store.remote import RemoteStore
from neoplex.store.web import Login
from tests.questions import rows
from tests.questions.test_questions import EXPECTED, load_sample
from tests.servers.__main__ import SERVERS
from tests.servers.process import CannotStart, Server


def compare(server: Server) -> list[str]:
    """Samples whose rows differ on a running server, after putting the built graph there."""
    login = Login(server.user, server.password) if server.user else None
    store = ensure().store
    remote = RemoteStore(server.query, 600, update_url=server.update, graph_store=server.graph_store, login=login)
    post.publish(store, sorted(name.value for name in store.named_graphs()), remote)
    wrong = []
    for path in EXPECTED:
        sample = load_sample(path)
        answer = remote.answer(rows.bound_query(sample.question, list(sample.words), remote))
        assert isinstance(answer, Rows)
        found = Counter(tuple(rows.cell_text(term) for term in row) for row in answer.rows)
        if found != Counter(sample.rows):
            wrong.append(path.stem)
    return wrong


def main(name: str) -> int:
    with tempfile.TemporaryDirectory(prefix="neoplex-server-") as folder:
        try:
            with SERVERS[name](Path(folder)) as server:
                wrong = compare(server)
                print(*wrong, sep="\n", end="\n" if wrong else "")
                print(f"{server.name} {server.version}: {len(EXPECTED) - len(wrong)} of {len(EXPECTED)} samples equal")
        except CannotStart as error:
            print(error)
            return 3
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
