package drill

import (
	"os"
	"testing"
)

func TestWhatThisProcessUses(t *testing.T) {
	u, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.resident < 1<<20 || u.peak < u.resident {
		t.Errorf("it is measured as %+v", u)
	}
}
