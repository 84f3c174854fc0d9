#!/usr/bin/env python3
"""Checks a folder written by `palermo audit export` without any of Palermo's code.

Usage: verify_ledger.py FOLDER [KEPT_CHECKPOINT]   (VKEY=… in the environment: the key you hold)

Needs Python 3 and the openssl program. Exit code 0: all entries have the root that the log signed,
and the kept checkpoint, if given, covers their beginning. A log whose key was changed is followed from
one key to the next: the old one signed the entry. Otherwise 5, with the reason.
"""
import base64, hashlib, json, os, re, subprocess, sys, tempfile

def sha(data): return hashlib.sha256(data).digest()

def root(hashes):  # RFC 6962 section 2.1
    if not hashes: return sha(b"")
    while len(hashes) > 1:
        pairs = [sha(b"\1" + a + b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + hashes[len(pairs) * 2:]
    return hashes[0]

def number(index):  # 1234067 -> x001/x234/067
    text = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        text = "x%03d/%s" % (index % 1000, text)
    return text

def tiles(folder, kind, size, seen):
    for start in range(0, size, 256):
        width = min(256, size - start)
        path = os.path.join("tile", kind, number(start // 256)) + ("" if width == 256 else ".p/%d" % width)
        seen.add(path)
        with open(os.path.join(folder, path), "rb") as file: yield file.read()

def signed(text, signature, key):  # Ed25519
    with tempfile.TemporaryDirectory() as box:
        der = bytes.fromhex("302a300506032b6570032100") + key
        for file, data in (("k", der), ("m", text), ("s", signature)):
            with open(os.path.join(box, file), "wb") as out: out.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin",
                               "-inkey", "k", "-in", "m", "-sigfile", "s"], cwd=box, capture_output=True)
    return done.returncode == 0

def parts(vkey):  # NAME+KEYID+base64(type, 32 bytes)
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert key[:1] == b"\1" and len(key) == 33 and sha(name.encode() + b"\n" + key)[:4].hex() == key_id, "key"
    return name, key_id, key[1:]

def checkpoint(path):
    with open(path, "rb") as file: text, lines = file.read().rsplit(b"\n\n", 1)
    text += b"\n"
    origin, size, top = text.decode().split("\n")[:3]
    assert size == str(int(size)) and base64.b64encode(base64.b64decode(top)).decode() == top, "form"
    return text, lines, origin, int(size), base64.b64decode(top)

def by_log(note, vkey):
    (text, lines, origin, _, _), (name, key_id, key) = note, parts(vkey)
    assert name == origin, "the key is another log's"
    for line in lines.decode().splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash != "\u2014" or signer != name or signature[:4].hex() != key_id: continue
        assert signed(text, signature[4:], key), "signature"
        return
    raise AssertionError("no signature by the log's key")

def epochs(entries):  # {first size that a key vouches for: key}; each key signs the entry that brings the next
    keys = {0: json.loads(entries[0])["case_opened"]["log_vkey"]}
    for i, entry in enumerate(entries):
        if b'"kind":"key_rotation"' not in entry: continue
        change = json.loads(entry)
        old = keys[max(keys)]
        bare = b"palermo/entry/v1\n" + re.sub(rb',"sig":"[A-Za-z0-9+/=]*"', b"", entry)
        assert change["actor"] == parts(old)[0] and change["key_rotation"]["old_vkey"] == old, "entry %d: whose key" % i
        assert signed(bare, base64.b64decode(change["sig"]), parts(old)[2]), "entry %d: not by the old key" % i
        keys[i + 1] = change["key_rotation"]["new_vkey"]
    return keys

class Log:
    def __init__(self, entries, files): self.entries, self.files = entries, files

def main(folder, kept=None):
    note = checkpoint(os.path.join(folder, "checkpoint"))
    size, top, files, entries = note[3], note[4], {"checkpoint", "log.vkey"}, []
    for bundle in tiles(folder, "entries", size, files):
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            assert len(bundle) >= 2 + length, "a bundle is cut short"
            entries.append(bundle[2:2 + length])
            bundle = bundle[2 + length:]
    level, hashes = 0, [sha(b"\0" + entry) for entry in entries]
    assert size and len(hashes) == size, "%d entries, the checkpoint says %d" % (len(hashes), size)
    row = hashes
    while row:
        assert b"".join(tiles(folder, str(level), len(row), files)) == b"".join(row), "a stored hash of level %d is wrong" % level
        level, row = level + 1, [root(row[i:i + 256]) for i in range(0, len(row) // 256 * 256, 256)]
    assert root(hashes) == top, "root %s, the log signed %s" % (root(hashes).hex(), top.hex())
    keys = epochs(entries)
    in_force = lambda n: keys[max(first for first in keys if first <= n)]
    with open(os.path.join(folder, "log.vkey")) as file: stored = file.read()
    assert stored == in_force(size) + "\n", "log.vkey is not the key that the entries lead to"
    assert os.environ.get("VKEY", stored.strip()) in keys.values(), "the key you hold was never this log's"
    by_log(note, in_force(size))
    if kept:
        old = checkpoint(kept)
        assert old[3] <= size, "rollback: the kept checkpoint has %d entries" % old[3]
        by_log(old, in_force(old[3]))
        assert root(hashes[:old[3]]) == old[4], "the first %d entries are not those that were kept" % old[3]
    print("good: %d entries, root %s" % (size, top.hex()))
    return Log(entries, files)

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3): sys.exit(__doc__)
    try: main(*sys.argv[1:])
    except (AssertionError, OSError, ValueError, KeyError) as problem:
        print("REFUSED: %s" % problem)
        sys.exit(5)
