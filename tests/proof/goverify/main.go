// Command goverify checks a log with nothing but Go's own packages for signed notes and tiled logs.
//
//	goverify <vkey> <address or folder of the log> [<tlog-proof file> <leaf file>]
//
// It verifies the checkpoint's signature, rebuilds the root from all entries, compares every entry with the authenticated
// hash tiles, proves each entry's inclusion, and, where given, checks a tlog-proof.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // 256 hashes in a tile

type source struct{ base string }

func (s source) read(path string) ([]byte, error) {
	if !strings.HasPrefix(s.base, "http://") && !strings.HasPrefix(s.base, "https://") {
		return os.ReadFile(filepath.Join(s.base, filepath.FromSlash(path)))
	}
	response, err := http.Get(s.base + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

// tilePath spells a tile without the height, which c2sp.org/tlog-tiles fixes at 8.
func tilePath(t tlog.Tile, kind string) string {
	rest := strings.SplitN(t.Path(), "/", 4)[3]
	return "tile/" + kind + "/" + rest
}

// Height, ReadTiles and SaveTiles make the source a tlog.TileReader.
func (s source) Height() int { return height }

func (s source) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := s.read(tilePath(tile, strconv.Itoa(tile.L)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (s source) SaveTiles([]tlog.Tile, [][]byte) {}

func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, errors.New("the checkpoint is malformed or of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("the checkpoint's size is malformed")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func open(message []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseCheckpoint(opened.Text, verifier.Name())
}

func readEntries(s source, size int64) ([][]byte, error) {
	var entries [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		data, err := s.read(tilePath(tlog.Tile{H: height, N: first >> height, W: int(width)}, "entries"))
		if err != nil {
			return nil, err
		}
		for count := int64(0); count < width; count++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("the bundle at entry %d is cut off", first)
			}
			length := 2 + int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:length])
			data = data[length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("the bundle at entry %d is too long", first)
		}
	}
	return entries, nil
}

// rebuild computes the root from the entries alone.
func rebuild(entries [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, hashes...)
	}
	return tlog.TreeHash(int64(len(entries)), reader)
}

func checkLog(s source, verifier note.Verifier) (tlog.Tree, error) {
	message, err := s.read("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := open(message, verifier)
	if err != nil || tree.N == 0 {
		return tree, err
	}
	entries, err := readEntries(s, tree.N)
	if err != nil {
		return tree, err
	}
	root, err := rebuild(entries)
	if err != nil {
		return tree, err
	}
	if root != tree.Hash {
		return tree, errors.New("the entries do not hash to the checkpoint")
	}
	reader := tlog.TileHashReader(tree, s)
	var indexes []int64
	for i := range entries {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return tree, err
	}
	for i, entry := range entries {
		if hashes[i] != tlog.RecordHash(entry) {
			return tree, fmt.Errorf("entry %d is not the one in the tile", i)
		}
	}
	return tree, checkSomeProofs(reader, tree, hashes)
}

func checkSomeProofs(reader tlog.HashReader, tree tlog.Tree, hashes []tlog.Hash) error {
	step := tree.N/50 + 1
	for i := int64(0); i < tree.N; i += step {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, hashes[i]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

func checkProof(proof, leaf []byte, verifier note.Verifier) (int64, error) {
	head, checkpoint, found := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return 0, errors.New("the proof is malformed")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, err
	}
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		data, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(data) != tlog.HashSize {
			return 0, errors.New("a hash of the proof is malformed")
		}
		var hash tlog.Hash
		copy(hash[:], data)
		hashes = append(hashes, hash)
	}
	tree, err := open(checkpoint, verifier)
	if err != nil {
		return 0, err
	}
	return index, tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

func run(arguments []string) error {
	if len(arguments) != 2 && len(arguments) != 4 {
		return errors.New("usage: goverify <vkey> <address or folder> [<tlog-proof> <leaf>]")
	}
	verifier, err := note.NewVerifier(arguments[0])
	if err != nil {
		return err
	}
	tree, err := checkLog(source{strings.TrimSuffix(arguments[1], "/")}, verifier)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d entries hash to %v\n", verifier.Name(), tree.N, tree.Hash)
	if len(arguments) == 2 {
		return nil
	}
	proof, err := os.ReadFile(arguments[2])
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(arguments[3])
	if err != nil {
		return err
	}
	index, err := checkProof(proof, leaf, verifier)
	if err != nil {
		return err
	}
	fmt.Printf("the proof puts the entry at %d\n", index)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "goverify:", err)
		os.Exit(1)
	}
}
