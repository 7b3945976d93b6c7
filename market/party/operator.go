package party

import (
	"context"
	"fmt"

	"kontor/market"
)

// FirstLink makes the one-time link that makes the first operator; needed is
// false once there is one. The secret is returned, to be printed, and kept as a
// hash only.
func (d *Desk) FirstLink(ctx context.Context) (secret string, needed bool, err error) {
	operators, err := d.records.Operators(ctx)
	if err != nil {
		return "", false, fmt.Errorf("look for operators: %w", err)
	}
	if len(operators) > 0 {
		return "", false, nil
	}
	secret, err = d.operatorLink(ctx)
	return secret, err == nil, err
}

// InviteOperator makes a one-time link that makes another operator. It is shown
// once, to the operator who asks.
func (d *Desk) InviteOperator(ctx context.Context, a market.Actor) (secret string, err error) {
	if err := mayOperate(a); err != nil {
		return "", err
	}
	return d.operatorLink(ctx)
}

func (d *Desk) operatorLink(ctx context.Context) (string, error) {
	secret, now := newSecret(), d.clock()
	hash, _ := hashOf(secret)
	t := Token{ID: market.NewID[string](), Hash: hash, Kind: MakeOperator, Expires: now.Add(d.settings.OperatorFor)}
	if err := d.records.PutToken(ctx, t, now); err != nil {
		return "", fmt.Errorf("store an operator's link: %w", err)
	}
	return secret, nil
}

// OperatorLink tells whether an operator's link still opens its form: nil if it
// does.
func (d *Desk) OperatorLink(ctx context.Context, secret string) error {
	_, err := d.link(ctx, secret, MakeOperator)
	return err
}

// NewOperator is the form behind an operator's link.
type NewOperator struct {
	Name     string
	Email    string
	Password string
	Language string
}

// BecomeOperator spends an operator's link. Whoever holds it is trusted, so the
// address counts as confirmed.
func (d *Desk) BecomeOperator(ctx context.Context, secret string, in NewOperator) error {
	t, err := d.link(ctx, secret, MakeOperator)
	if err != nil {
		return err
	}
	var fs market.Faults
	text(&fs, "name", &in.Name, "your name", 1, 100)
	in.Email = email(&fs, in.Email)
	checkPassword(&fs, "password", in.Password, in.Name, in.Email)
	languageTag(&fs, "language", &in.Language)
	if err := fs.Err(); err != nil {
		return err
	}
	stored, err := d.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	return d.untilNoRace(func() error {
		same, member, err := d.find(ctx, in.Email)
		if err != nil {
			return err
		}
		if member.ID != "" {
			return &market.Fault{Kind: market.Conflict, Field: "email", Msg: "This address belongs to an account already.", Fix: "Use another one for operating."}
		}
		j := Joining{SeenSame: same, Spend: t.Hash}
		if j.Person, err = d.newPerson(ctx, &j, in.Name, in.Email, in.Language, stored); err != nil {
			return err
		}
		j.Person.Operator, j.Person.Confirmed = true, true
		if err := d.records.Join(ctx, j); market.KindOf(err) == market.NotFound {
			return usedLink(err)
		} else {
			return err
		}
	})
}

// Businesses lists businesses for an operator, oldest first.
func (d *Desk) Businesses(ctx context.Context, a market.Actor, f BusinessFilter) ([]Business, error) {
	if err := mayOperate(a); err != nil {
		return nil, err
	}
	return d.list(ctx, f)
}

// Verify notes what the operator has checked of a business.
func (d *Desk) Verify(ctx context.Context, a market.Actor, id market.BusinessID, v Verification, version int64) (Business, error) {
	if err := mayOperate(a); err != nil {
		return Business{}, err
	}
	b, err := d.managed(ctx, a, id)
	if err != nil {
		return Business{}, err
	}
	b.Version = version
	switch v {
	case Unchecked, InCheck:
		b.VerifiedAt = noTime
	case Checked:
		if len(b.LegalName) == 0 {
			return Business{}, &market.Fault{Kind: market.Invalid, Field: "verification", Msg: "The business has given no legal name.", Fix: "Ask for it before noting that it was checked."}
		}
		b.VerifiedAt = d.clock()
	default:
		return Business{}, &market.Fault{Kind: market.Invalid, Field: "verification", Msg: "This is not a state of verification.", Fix: "Choose one from the list."}
	}
	b.Verification = v
	events := []market.Event{d.tell(BusinessChanged, Told{Business: id})}
	if v == Checked {
		events = append(events, d.tell(BusinessVerified, Told{Business: id}))
	}
	return d.save(ctx, b, events...)
}

// Suspend hides a business's listings and stops new orders with it; orders
// under way go on.
func (d *Desk) Suspend(ctx context.Context, a market.Actor, id market.BusinessID, version int64) (Business, error) {
	return d.setState(ctx, a, id, Suspended, BusinessSuspended, version)
}

// Resume ends a suspension.
func (d *Desk) Resume(ctx context.Context, a market.Actor, id market.BusinessID, version int64) (Business, error) {
	return d.setState(ctx, a, id, Active, BusinessResumed, version)
}

func (d *Desk) setState(ctx context.Context, a market.Actor, id market.BusinessID, to State, subject string, version int64) (Business, error) {
	if err := mayOperate(a); err != nil {
		return Business{}, err
	}
	b, err := d.managed(ctx, a, id)
	if err != nil {
		return Business{}, err
	}
	if b.State == to {
		return publicFace(b), nil
	}
	b.State, b.Version = to, version
	return d.save(ctx, b, d.tell(BusinessChanged, Told{Business: id}), d.tell(subject, Told{Business: id}))
}
