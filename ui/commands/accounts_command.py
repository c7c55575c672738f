"""The command `qa accounts`."""

import getpass
import sys
from argparse import Namespace

from articles_qa.index.errors import InputError
from articles_qa.ui.commands.output import ExitStatus, note
from articles_qa.ui.server.accounts import add_account


def accounts(chosen: Namespace) -> ExitStatus:
    """Add an account to a file. The password is asked for twice on a terminal, else it is the first line of input."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"password for {chosen.name}: ")
        if getpass.getpass("again: ") != password:
            raise InputError("the two passwords differ; run it again")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_account(chosen.auth, chosen.name, password)
    note(f"{chosen.name} is added to {chosen.auth}; qa serve --auth {chosen.auth} lets it in from its next start")
    return ExitStatus.DONE
