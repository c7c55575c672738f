"""The command `qa serve`."""

import os
import threading
from argparse import Namespace

from articles_qa.ui.commands.arguments import chosen_settings
from articles_qa.ui.commands.open_index import build_where_missing
from articles_qa.ui.commands.output import ExitStatus, note
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.page import make_page
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.server import ServeSettings, serve

LOOK_EVERY_S = 1.0  # For a newer generation of the index.


def serve_page(chosen: Namespace) -> ExitStatus:
    """Serve the page until Ctrl-C or SIGTERM."""
    accounts = None
    if chosen.auth is not None:
        accounts = Accounts.from_file(chosen.auth)
    elif listed := os.environ.get("QA_AUTH"):
        accounts = Accounts.from_text(listed, where="QA_AUTH")
    settings = ServeSettings(
        host=chosen.host,
        port=chosen.port,
        accounts=accounts,
        allow_hosts=tuple(chosen.allow_host),
        insecure=chosen.insecure,
        mcp=chosen.mcp,
        certfile=chosen.certfile,
        keyfile=chosen.keyfile,
    )
    build_where_missing(chosen.index, None)
    live = LiveIndex(chosen.index, chosen_settings(chosen), generation=chosen.generation)
    live.watch(threading.Event(), every_s=LOOK_EVERY_S)
    note(f"{live.now().index.info.articles:,} articles. Starting ...")
    serve(
        lambda: make_page(live, editable=not chosen.read_only and chosen.generation is None),
        settings,
        ready=lambda url: note(f"The page is at {url} - Ctrl-C ends."),
    )
    return ExitStatus.DONE
