package main

import (
	"context"
	"encoding/json"
	"fmt"

	"kontor/market"
	"kontor/market/party"
	"kontor/store"
)

// verifyCommand checks every promise on the stored records.
type verifyCommand struct {
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Help is the command's longer help.
func (verifyCommand) Help() string {
	return "Checks money, stock, orders, numbers and seals on the stored records, and changes nothing. Exit code 1 when a promise does not hold. A house that is being served is checked by its server, while it goes on.\n\nExample:\n  kontor verify --data /srv/kontor --json"
}

// Run verifies.
func (c *verifyCommand) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	checks, err := h.db.Verify(s.ctx)
	if err != nil {
		return err
	}
	seals, err := h.db.VerifySeals(s.ctx, sealsOpened, h.unseals)
	if err != nil {
		return err
	}
	checks = append(checks, seals)
	ok := true
	for _, each := range checks {
		ok = ok && each.Failed == 0
	}
	if err := s.verified(ok, checks); err != nil {
		return err
	}
	if !ok {
		return &outcome{code: wrong, text: "kontor: a promise does not hold; keep the folder as it is and see docs/operator.md."}
	}
	return nil
}

// sealsOpened is how many of the oldest and of the newest values of each sealed
// column are opened.
const sealsOpened = 50

// unseals tells whether a sealed value opens, and drops it.
func (h *house) unseals(ctx context.Context, of party.Subject, v party.Value) error {
	_, err := h.vault.Open(ctx, party.Look{Role: market.Operator, Subject: of, Purpose: party.Purpose{Kind: "verify", ID: "seals"}}, v)
	return err
}

// verified prints the outcome of each check.
func (s *session) verified(ok bool, checks []store.Check) error {
	if s.JSON {
		return json.NewEncoder(s.out).Encode(struct {
			OK     bool          `json:"ok"`
			Checks []store.Check `json:"checks"`
		}{ok, checks})
	}
	for _, c := range checks {
		mark := "ok   "
		if c.Failed > 0 {
			mark = "WRONG"
		}
		fmt.Fprintf(s.out, "%s  %-70s %8d checked", mark, c.Name, c.Checked)
		if c.Failed > 0 {
			fmt.Fprintf(s.out, ", %d failed: %v", c.Failed, c.Examples)
		}
		fmt.Fprintln(s.out)
	}
	return nil
}
