#!/usr/bin/env python3
"""What went over a model's wire and what is kept of it.

  talk.py asked [N]       the last N requests (default 1) that the model server got: their messages, a blank line between two
  talk.py kept [PROFILE]  the messages in a profile's state.db, session by session
"""

import json
import os
import sqlite3
import sys
from pathlib import Path

WORK = Path(os.environ["WORK"])


def shown(text):
    return text.replace("\n", "\n  ")


def asked(count="1"):
    requests = [json.loads(line) for line in (WORK / "journal").read_text().splitlines()]
    for number, request in enumerate(requests[-int(count) :]):
        if number > 0:
            print()
        body = request["body"]
        for block in body.get("system", []):
            print(f"system: {shown(block['text'])}")
        for message in body["messages"]:
            print(f"{message['role']}: {shown(message['content'])}")


def kept(profile="coder"):
    database = sqlite3.connect(f"file:{Path(os.environ['HOME'])}/.kopi/profiles/{profile}/state.db?mode=ro", uri=True)
    sessions = database.execute("SELECT id, kind, model FROM session ORDER BY activity").fetchall()
    for session, kind, model in sessions:
        print(f"{kind} with {model}")
        for role, blocks, partial in database.execute("SELECT role, blocks, partial FROM message WHERE session_id = ? ORDER BY seq", (session,)):
            mark = " (given up)" if role == "user" else " (partial)"
            text = "".join(block["text"] for block in json.loads(blocks))
            print(f"  {role}{mark if partial else ''}: {shown(text)}")


{"asked": asked, "kept": kept}[sys.argv[1]](*sys.argv[2:])
