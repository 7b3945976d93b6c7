package main

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the code into the documents")

func TestSettingsReferenceIsCurrent(t *testing.T) {
	const guide, begin, end = "../../docs/operator.md", "<!-- settings -->\n", "<!-- /settings -->"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), begin)
	told, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no place for the settings: write %s and %s", guide, strings.TrimSpace(begin), end)
	}
	if told == settingsReference() {
		return
	}
	if !*update {
		t.Fatalf("%s tells of other settings than the program has: run go test ./cmd/kontor -run Settings -update", guide)
	}
	if err := os.WriteFile(guide, []byte(before+begin+settingsReference()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
