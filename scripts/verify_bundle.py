#!/usr/bin/env python3
"""Checks a folder written by `palermo audit bundle` without any of Palermo's code.

Usage: verify_bundle.py FOLDER [KEPT_CHECKPOINT]   (VKEY=… in the environment: the key on your paper)

Needs verify_ledger.py beside it, Python 3 and the openssl program. Exit code 0: the log holds, begins with the kept
checkpoint, and names exactly the files that are there. Otherwise 5, with the reason.
"""
import hashlib, json, os, pathlib, sys

import verify_ledger

def main(folder, kept=None):
    folder = pathlib.Path(folder)
    assert os.environ.get("VKEY"), "set VKEY to the key on your paper; the one in the folder proves nothing"
    log = verify_ledger.main(str(folder / "log"), kept)
    contents = (folder / "contents.sha256").read_bytes()
    named = {"contents.sha256"}
    for line in contents.decode().splitlines():
        digest, path = line[:64], line[66:]
        assert line[64:66] == "  " and path not in named and ".." not in path and not path.startswith("/"), "contents.sha256: form"
        named.add(path)
        assert not (folder / path).is_symlink(), "%s is no plain file" % path
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest, "%s is not what was handed over" % path
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir() or p.is_symlink()}
    assert {p for p in there if not p.startswith("log/")} == named, "other files than those that were handed over"
    assert {p[4:] for p in there if p.startswith("log/")} == log.files, "other files in the log than it has"
    entries = [json.loads(entry) for entry in log.entries]
    digest = hashlib.sha256(contents).hexdigest()
    names = [e for e in entries if e["kind"] == "disclosure" and e["disclosure"].get("artefact_sha256") == digest
             and e["disclosure"].get("redaction_profile") == "inspection"]
    assert names, "no entry of the log names these contents"
    print("good: %d files, named by entry %s for %s" % (len(named), names[-1]["seq"], names[-1]["disclosure"]["recipient_body"]))

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3): sys.exit(__doc__)
    try: main(*sys.argv[1:])
    except (AssertionError, OSError, ValueError, KeyError) as problem:
        print("REFUSED: %s" % problem)
        sys.exit(5)
