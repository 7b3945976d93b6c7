package party

import "kontor/market"

// Rights, one rule for each kind of record:
//
//	business's public face    everybody, while it is active and sells
//	business as a whole       its own people, operators
//	legal data, bank account  its own people, operators
//	address                   the people of its business
//	person, session, key      the person
//	list of businesses        operators
//	documents of the house    everybody reads, operators issue
//
// Whoever has no right gets NotFound, as for a record that is not there.

// signedIn asks for a person behind the actor.
func signedIn(a market.Actor) error {
	if !a.SignedIn() {
		return &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in, then go on from here."}
	}
	return nil
}

// mayManage asks for one of the business's own people, or an operator.
func mayManage(a market.Actor, id market.BusinessID) error {
	if err := signedIn(a); err != nil {
		return err
	}
	if id != "" && (a.Business == id || a.Operator) {
		return nil
	}
	return market.Missing("The business")
}

// mayOwn asks for one of the business's own people.
func mayOwn(a market.Actor, id market.BusinessID) error {
	if err := signedIn(a); err != nil {
		return err
	}
	if id != "" && a.Business == id {
		return nil
	}
	return market.Missing("The business")
}

// mayOperate asks for an operator.
func mayOperate(a market.Actor) error {
	if err := signedIn(a); err != nil {
		return err
	}
	if a.Operator {
		return nil
	}
	return market.Missing("The page")
}

// roleOf is the capacity in which an actor looks at party data.
func roleOf(a market.Actor) market.Role {
	switch {
	case a.Operator:
		return market.Operator
	case a.Sells && !a.Buys:
		return market.Supplier
	case a.SignedIn():
		return market.Buyer
	}
	return market.Guest
}
