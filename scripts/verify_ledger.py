#!/usr/bin/env python3
"""Checks a folder written by `palermo audit export` without any of Palermo's code.

Usage: verify_ledger.py FOLDER [KEPT_CHECKPOINT]   (VKEY=… in the environment: the key you hold)

Needs Python 3 and the openssl program. Exit code 0: all entries have the root that the log signed,
and the kept checkpoint, if given, covers their beginning. Otherwise 5, with the reason.
"""
import base64, hashlib, os, subprocess, sys, tempfile

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

def tiles(folder, kind, size):
    for start in range(0, size, 256):
        width = min(256, size - start)
        path = os.path.join(folder, "tile", kind, number(start // 256))
        with open(path if width == 256 else "%s.p/%d" % (path, width), "rb") as file: yield file.read()

def checkpoint(path, vkey):
    with open(path, "rb") as file: text, lines = file.read().rsplit(b"\n\n", 1)
    text += b"\n"
    origin, size, top = text.decode().split("\n")[:3]
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert name == origin and key[:1] == b"\1" and sha(name.encode() + b"\n" + key)[:4].hex() == key_id, "key"
    assert size == str(int(size)) and base64.b64encode(base64.b64decode(top)).decode() == top, "form"
    for line in lines.decode().splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash != "\u2014" or signer != name or signature[:4].hex() != key_id: continue
        with tempfile.TemporaryDirectory() as box:
            der = bytes.fromhex("302a300506032b6570032100") + key[1:]
            for file, data in (("k", der), ("m", text), ("s", signature[4:])):
                with open(os.path.join(box, file), "wb") as out: out.write(data)
            done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin",
                                   "-inkey", "k", "-in", "m", "-sigfile", "s"], cwd=box, capture_output=True)
        assert done.returncode == 0, "signature"
        return int(size), base64.b64decode(top)
    raise AssertionError("no signature by the log's key")

def main(folder, kept=None):
    with open(os.path.join(folder, "log.vkey")) as file: vkey = os.environ.get("VKEY") or file.read().strip()
    size, top = checkpoint(os.path.join(folder, "checkpoint"), vkey)
    entries = []
    for bundle in tiles(folder, "entries", size):
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            assert len(bundle) >= 2 + length, "a bundle is cut short"
            entries.append(bundle[2:2 + length])
            bundle = bundle[2 + length:]
    hashes = [sha(b"\0" + entry) for entry in entries]
    assert len(hashes) == size, "%d entries, the checkpoint says %d" % (len(hashes), size)
    assert b"".join(tiles(folder, "0", size)) == b"".join(hashes), "an entry does not have its stored hash"
    assert root(hashes) == top, "root %s, the log signed %s" % (root(hashes).hex(), top.hex())
    if kept:
        old_size, old_top = checkpoint(kept, vkey)
        assert old_size <= size, "rollback: the kept checkpoint has %d entries" % old_size
        assert root(hashes[:old_size]) == old_top, "the first %d entries are not those that were kept" % old_size
    print("good: %d entries, root %s" % (size, top.hex()))

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3): sys.exit(__doc__)
    try: main(*sys.argv[1:])
    except (AssertionError, OSError, ValueError) as problem:
        print("REFUSED: %s" % problem)
        sys.exit(5)
