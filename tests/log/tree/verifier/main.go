// Checks what cocreate publishes of a log with other people's code: the packages note and tlog with
// which Go verifies its own checksum database. It shares nothing with the code under test.
//
// It reads one JSON document from standard input, prints a line for everything that is wrong, and
// exits with 1 if there was any.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type published struct {
	Key, Witness string
	WitnessedAt  uint64
	Checkpoint   string
	Files        map[string][]byte // tiles and bundles, by path
	Earlier      []earlier
	Receipts     []string
	Events       []event
}

type earlier struct {
	Size     int64
	Root     tlog.Hash
	Proof    tlog.TreeProof
	NewTiles []string // those that came between this size and that of the checkpoint
}

type event struct {
	Origin, Type, Actor, ActorRole   string
	Project, OccurredOn              string
	Position, Version, SchemaVersion int64
	RecordedAt                       time.Time
	Public                           bool
	Salt, Data                       []byte
}

func main() {
	var log published
	if err := json.NewDecoder(os.Stdin).Decode(&log); err != nil {
		fmt.Println("input:", err)
		os.Exit(2)
	}
	tree, err := log.open(log.Checkpoint)
	if err != nil {
		fmt.Println("checkpoint:", err)
		os.Exit(1)
	}
	wrong := false
	report := func(what string, err error) {
		if err != nil {
			fmt.Printf("%s: %v\n", what, err)
			wrong = true
		}
	}
	hashes := tlog.TileHashReader(tree, &log)
	entries, err := log.entries(tree, hashes)
	report("bundles", err)
	report("cosignature", log.cosigned())
	for _, old := range log.Earlier {
		report(fmt.Sprintf("tree of %d", old.Size), old.check(tree, hashes))
	}
	for _, receipt := range log.Receipts {
		report("receipt", log.checkReceipt(receipt, entries))
	}
	for _, e := range log.Events {
		report(fmt.Sprintf("event %d", e.Position), e.check(entries))
	}
	if wrong {
		os.Exit(1)
	}
	fmt.Println("all is well")
}

// open gives the tree of a checkpoint that the log signed.
func (log *published) open(text string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(log.Key)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, errors.New("not three lines that begin with the name of the log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err == nil {
		tree.Hash, err = tlog.ParseHash(lines[2])
	}
	return tree, err
}

// cosigned checks the witness's signature, which the package note does not know.
func (log *published) cosigned() error {
	parts := strings.SplitN(log.Witness, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return errors.New("not a key of a witness")
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	text, signatures, _ := strings.Cut(log.Checkpoint, "\n\n")
	for _, line := range strings.Split(signatures, "\n") {
		encoded := strings.TrimPrefix(line, "— "+parts[0]+" ")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		if encoded == line || err != nil || !bytes.HasPrefix(signature, id[:4]) || len(signature) != 76 {
			continue
		}
		at := binary.BigEndian.Uint64(signature[4:])
		signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s\n", at, text)
		if at == log.WitnessedAt && ed25519.Verify(key[1:], []byte(signed), signature[12:]) {
			return nil
		}
	}
	return errors.New("not there, or wrong")
}

// entries reads the bundles, and checks each entry against the tree.
func (log *published) entries(tree tlog.Tree, hashes tlog.HashReader) (entries [][]byte, err error) {
	for first := int64(0); first < tree.N; first += 256 {
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: 256}
		if rest := tree.N - first; rest < 256 {
			tile.W = int(rest)
		}
		bundle := log.Files[strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)]
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("no entry %d", len(entries))
			}
			length := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			known, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(len(entries)))})
			if err != nil {
				return nil, err
			}
			if known[0] != tlog.RecordHash(entry) {
				return nil, fmt.Errorf("entry %d is not the one in the tree", len(entries))
			}
			entries = append(entries, entry)
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("more entries than %d", len(entries))
		}
	}
	return entries, nil
}

// check checks that the tree goes on from an earlier one, and which tiles that brought.
func (old earlier) check(tree tlog.Tree, hashes tlog.HashReader) error {
	root, err := tlog.TreeHash(old.Size, hashes)
	if err != nil {
		return err
	}
	if root != old.Root {
		return errors.New("another root")
	}
	// Some releases also name the tiles of sizes in between: of each, the widest one counts, unless
	// the earlier tree had it.
	widest := map[tlog.Tile]int{}
	for _, tile := range tlog.NewTiles(8, old.Size, tree.N) {
		place := tlog.Tile{H: tile.H, L: tile.L, N: tile.N}
		had := tile.N<<8+int64(tile.W) <= old.Size>>(8*tile.L)
		if tile.W > widest[place] && !had {
			widest[place] = tile.W
		}
	}
	tiles := []string{}
	for tile, width := range widest {
		tile.W = width
		tiles = append(tiles, path(tile))
	}
	sort.Strings(tiles)
	sort.Strings(old.NewTiles)
	if !reflect.DeepEqual(tiles, old.NewTiles) {
		return fmt.Errorf("other new tiles: %v", tiles)
	}
	if old.Size == tree.N {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, old.Size, hashes)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(proof, old.Proof) {
		return errors.New("another proof")
	}
	return tlog.CheckTree(old.Proof, tree.N, tree.Hash, old.Size, old.Root)
}

// checkReceipt checks a receipt of one of the entries.
func (log *published) checkReceipt(text string, entries [][]byte) error {
	head, checkpoint, _ := strings.Cut(text, "\n\n")
	tree, err := log.open(checkpoint)
	if err != nil {
		return err
	}
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return errors.New("not a receipt")
	}
	if strings.HasPrefix(lines[1], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 || index >= int64(len(entries)) {
		return errors.New("no such entry")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index]))
}

// check checks that the entry of an event commits to it.
func (e event) check(entries [][]byte) error {
	day, err := time.Parse("2006-01-02", e.OccurredOn)
	if err != nil {
		return err
	}
	project, err := hex.DecodeString(strings.ReplaceAll(e.Project, "-", ""))
	if err != nil || e.Position < 1 || e.Position > int64(len(entries)) {
		return errors.New("no such project or entry")
	}
	fields := []string{e.Origin, e.Type, e.Actor, e.ActorRole, string(e.Data)}
	var b bytes.Buffer
	b.Write(e.Salt)
	b.WriteString("cocreate/event@v1\n")
	binary.Write(&b, binary.BigEndian, e.Position)
	b.Write(project)
	binary.Write(&b, binary.BigEndian, []int64{e.Version, e.SchemaVersion})
	binary.Write(&b, binary.BigEndian, []int64{e.RecordedAt.UnixMicro(), day.Unix() / 86400})
	binary.Write(&b, binary.BigEndian, e.Public)
	for _, field := range fields {
		binary.Write(&b, binary.BigEndian, int64(len(field)))
	}
	b.WriteString(strings.Join(fields, ""))
	entry := binary.BigEndian.AppendUint64(nil, uint64(e.Position))
	commitment := sha256.Sum256(b.Bytes())
	if !bytes.Equal(append(entry, commitment[:]...), entries[e.Position-1]) {
		return errors.New("the entry commits to something else")
	}
	return nil
}

// Height is that of the tiles.
func (log *published) Height() int { return 8 }

// ReadTiles gives the tiles as they were published; the reader checks them against the tree.
func (log *published) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		content, found := log.Files[path(tile)]
		if !found {
			return nil, fmt.Errorf("no %s", path(tile))
		}
		data = append(data, content)
	}
	return data, nil
}

// SaveTiles is told of tiles that were checked.
func (log *published) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// path gives the path of a tile: it has no height, unlike that of Go's own database.
func path(tile tlog.Tile) string { return strings.Replace(tile.Path(), "tile/8/", "tile/", 1) }
