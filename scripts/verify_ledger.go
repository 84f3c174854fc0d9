// Checks what `palermo audit` writes without any of Palermo's code: with the signed notes and the Merkle tree of Go's own
// checksum database (golang.org/x/mod/sumdb/note and tlog; Debian: golang-golang-x-mod-dev).
//
//	export GO111MODULE=off GOPATH=/usr/share/gocode VKEY=…      the key on your paper; go build -o verify_ledger verify_ledger.go
//	verify_ledger log FOLDER [KEPT]       a folder of `palermo audit export`, and the checkpoint you kept
//	verify_ledger proof FILE LEAF         a tlog-proof of `palermo audit prove`, and the entry's bytes
//	verify_ledger growth KEPT FILE        the answer of `palermo audit consistency` for the checkpoint you kept
//
// Exit code 0: it holds. 5: it does not, with the reason. 2: used wrongly.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// decimal reads a number in the one form the formats allow: strconv alone takes +13, 013 and -1 too.
func decimal(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is no number in canonical form", text)
	}
	return n, nil
}

// hash reads base64 strictly: otherwise two texts stand for one hash.
func hash(text string) (h tlog.Hash, err error) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != len(h) || base64.StdEncoding.EncodeToString(data) != text {
		return h, fmt.Errorf("%q is no hash in base64", text)
	}
	copy(h[:], data)
	return h, nil
}

// checkpoint opens a signed note and reads origin, size and root. tlog.ParseTree knows Go's own header alone.
func checkpoint(signed []byte, key note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("a checkpoint has three lines: origin, size, root")
	}
	if lines[0] != key.Name() {
		return tree, fmt.Errorf("the origin is %q, the key belongs to %q", lines[0], key.Name())
	}
	if tree.N, err = decimal(lines[1]); err != nil {
		return tree, err
	}
	tree.Hash, err = hash(lines[2])
	return tree, err
}

func checkpointFile(path string, key note.Verifier) (tlog.Tree, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := checkpoint(signed, key)
	if err != nil {
		return tree, fmt.Errorf("%s: %w", path, err)
	}
	return tree, nil
}

// folder reads tlog-tiles as C2SP lays them out: tile/L/NNN, without the height that Go's paths have.
type folder string

func (f folder) Height() int                     { return tileHeight }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
		data, err := os.ReadFile(filepath.Join(string(f), "tile", filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// entries calls visit with each entry of the bundles: uint16 length, bytes.
func (f folder) entries(size int64, visit func(index int64, entry []byte) error) error {
	for at := int64(0); at < size; {
		tile := tlog.Tile{H: tileHeight, L: -1, N: at >> tileHeight, W: 1 << tileHeight}
		if rest := size - at; rest < int64(tile.W) {
			tile.W = int(rest)
		}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", tileHeight), "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s is cut short", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if err := visit(at, bundle[2:end]); err != nil {
				return err
			}
			bundle = bundle[end:]
			at++
		}
		if len(bundle) != 0 {
			return fmt.Errorf("%s goes on after its last entry", path)
		}
	}
	return nil
}

// epochs are the keys of a log, by the first tree size that each vouches for. Each key signs the entry that brings the next.
type epochs struct {
	from []int64
	keys []note.Verifier
	text []string

	foreign bool
}

var sigMember = regexp.MustCompile(`,"sig":"[A-Za-z0-9+/=]*"`)

func (e *epochs) add(from int64, vkey string) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	e.from, e.keys, e.text = append(e.from, from), append(e.keys, key), append(e.text, vkey)
	return nil
}

func (e *epochs) see(index int64, entry []byte) error {
	if e.foreign || index > 0 && !bytes.Contains(entry, []byte(`"kind":"key_rotation"`)) {
		return nil
	}
	var read struct {
		Actor  string
		Sig    string
		Opened struct {
			Vkey string `json:"log_vkey"`
		} `json:"case_opened"`
		Change struct {
			Old string `json:"old_vkey"`
			New string `json:"new_vkey"`
		} `json:"key_rotation"`
	}
	err := json.Unmarshal(entry, &read)
	if index == 0 {
		if err != nil || read.Opened.Vkey == "" { // a log of other makers: the key that is held is the only one
			e.foreign = true
			return e.add(0, os.Getenv("VKEY"))
		}
		return e.add(0, read.Opened.Vkey)
	}
	if err != nil {
		return err
	}
	last := len(e.keys) - 1
	public, err := base64.StdEncoding.DecodeString(strings.SplitN(e.text[last], "+", 3)[2])
	if err != nil || len(public) != 1+ed25519.PublicKeySize {
		return fmt.Errorf("entry %d: the old key cannot be read", index)
	}
	signature, err := base64.StdEncoding.DecodeString(read.Sig)
	message := append([]byte("palermo/entry/v1\n"), sigMember.ReplaceAll(entry, nil)...)
	if err != nil || read.Actor != e.keys[last].Name() || read.Change.Old != e.text[last] ||
		!ed25519.Verify(public[1:], message, signature) {
		return fmt.Errorf("entry %d replaces the log's key, and is not by it", index)
	}
	return e.add(index+1, read.Change.New)
}

func (e *epochs) at(size int64) note.Verifier {
	for i := len(e.from) - 1; i > 0; i-- {
		if e.from[i] <= size {
			return e.keys[i]
		}
	}
	return e.keys[0]
}

// keysOf follows the log's keys through its entries; one of them must be the key that is held.
func keysOf(path string, size int64) (*epochs, error) {
	keys := &epochs{}
	if err := folder(path).entries(size, keys.see); err != nil {
		return nil, err
	}
	for _, vkey := range keys.text {
		if vkey == os.Getenv("VKEY") {
			return keys, nil
		}
	}
	return nil, errors.New("the key you hold was never this log's")
}

// sizeOf reads the size that a checkpoint claims, before anybody vouches for it.
func sizeOf(path string) (int64, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	lines := strings.SplitN(string(signed), "\n", 3)
	if len(lines) < 3 {
		return 0, fmt.Errorf("%s is no checkpoint", path)
	}
	return decimal(lines[1])
}

func checkLog(path, kept string, _ note.Verifier) (string, error) {
	size, err := sizeOf(filepath.Join(path, "checkpoint"))
	if err != nil {
		return "", err
	}
	if size == 0 {
		return "", errors.New("the log is empty")
	}
	keys, err := keysOf(path, size)
	if err != nil {
		return "", err
	}
	tree, err := checkpointFile(filepath.Join(path, "checkpoint"), keys.at(size))
	if err != nil {
		return "", err
	}
	// The reader takes no hash from a tile that it did not hold against the root.
	stored := tlog.TileHashReader(tree, folder(path))
	var hashes []tlog.Hash
	ours := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, n := range at {
			out[i] = hashes[n]
		}
		return out, nil
	})
	err = folder(path).entries(tree.N, func(index int64, entry []byte) error {
		want, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		if tlog.RecordHash(entry) != want[0] {
			return fmt.Errorf("entry %d is not the one that the log signed", index)
		}
		more, err := tlog.StoredHashes(index, entry, ours)
		hashes = append(hashes, more...)
		return err
	})
	if err != nil {
		return "", err
	}
	if tree.N > 0 {
		root, err := tlog.TreeHash(tree.N, ours)
		if err != nil {
			return "", err
		}
		if root != tree.Hash {
			return "", fmt.Errorf("the entries have the root %x, the log signed %x", root, tree.Hash)
		}
	}
	if kept != "" {
		oldSize, err := sizeOf(kept)
		if err != nil {
			return "", err
		}
		old, err := checkpointFile(kept, keys.at(oldSize))
		if err != nil {
			return "", err
		}
		if old.N > tree.N {
			return "", fmt.Errorf("rollback: the kept checkpoint has %d entries, the log %d", old.N, tree.N)
		}
		if old.N > 0 {
			root, err := tlog.TreeHash(old.N, ours)
			if err != nil {
				return "", err
			}
			if root != old.Hash {
				return "", fmt.Errorf("the first %d entries are not those that were kept", old.N)
			}
		}
	}
	return fmt.Sprintf("%d entries, root %x", tree.N, tree.Hash[:]), nil
}

// hashLines reads hashes up to the empty line, and returns what follows it.
func hashLines(text string) (hashes []tlog.Hash, rest string, err error) {
	for {
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			return nil, "", errors.New("the proof has no end")
		}
		line := text[:end]
		text = text[end+1:]
		if line == "" {
			return hashes, text, nil
		}
		h, err := hash(line)
		if err != nil {
			return nil, "", err
		}
		hashes = append(hashes, h)
	}
}

func checkProof(path, leaf string, key note.Verifier) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	entry, err := os.ReadFile(leaf)
	if err != nil {
		return "", err
	}
	text := string(data)
	const header = "c2sp.org/tlog-proof@v1\n"
	if !strings.HasPrefix(text, header) {
		return "", errors.New("it is no tlog-proof")
	}
	text = text[len(header):]
	if strings.HasPrefix(text, "extra ") {
		text = text[strings.IndexByte(text, '\n')+1:]
	}
	end := strings.IndexByte(text, '\n')
	if end < 0 || !strings.HasPrefix(text, "index ") {
		return "", errors.New("the proof names no index")
	}
	index, err := decimal(text[len("index "):end])
	if err != nil {
		return "", err
	}
	proof, rest, err := hashLines(text[end+1:])
	if err != nil {
		return "", err
	}
	tree, err := checkpoint([]byte(rest), key)
	if err != nil {
		return "", err
	}
	if index >= tree.N {
		return "", fmt.Errorf("entry %d is not among %d", index, tree.N)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return "", err
	}
	return fmt.Sprintf("entry %d of %d", index, tree.N), nil
}

func checkGrowth(kept, path string, key note.Verifier) (string, error) {
	old, err := checkpointFile(kept, key)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text := string(data)
	end := strings.IndexByte(text, '\n')
	if end < 0 || !strings.HasPrefix(text, "old ") {
		return "", errors.New("it does not name the old size")
	}
	size, err := decimal(text[len("old "):end])
	if err != nil {
		return "", err
	}
	if size != old.N {
		return "", fmt.Errorf("it begins at %d entries, the kept checkpoint has %d", size, old.N)
	}
	proof, rest, err := hashLines(text[end+1:])
	if err != nil {
		return "", err
	}
	tree, err := checkpoint([]byte(rest), key)
	if err != nil {
		return "", err
	}
	switch {
	case old.N > tree.N:
		err = fmt.Errorf("rollback: the kept checkpoint has %d entries, the log %d", old.N, tree.N)
	case old.N == 0: // every log extends the empty one, and tlog gives no proof for it
		if len(proof) != 0 {
			err = errors.New("a proof from the empty log has no hashes")
		}
	default:
		err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d entries are the beginning of %d", old.N, tree.N), nil
}

func main() {
	key, err := note.NewVerifier(os.Getenv("VKEY"))
	if err != nil || len(os.Args) < 3 || len(os.Args) > 4 || (len(os.Args) == 3 && os.Args[1] != "log") {
		fmt.Fprintln(os.Stderr, "usage: VKEY=… verify_ledger log FOLDER [KEPT] | proof FILE LEAF | growth KEPT FILE")
		os.Exit(2)
	}
	args := append(os.Args[1:], "")
	check, known := map[string]func(string, string, note.Verifier) (string, error){
		"log": checkLog, "proof": checkProof, "growth": checkGrowth}[args[0]]
	if !known {
		fmt.Fprintf(os.Stderr, "there is no check %q: log, proof, growth\n", args[0])
		os.Exit(2)
	}
	found, err := check(args[1], args[2], key)
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(5)
	}
	fmt.Println("good:", found)
}
