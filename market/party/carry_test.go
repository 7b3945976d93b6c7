package party

import "testing"

func TestACarriedKeyIsFoundBySubject(t *testing.T) {
	of := Subject{Kind: OfBusiness, ID: "b1"}
	ctx := Carry(t.Context(), Key{Subject: of, Wrapped: []byte("wrapped")})
	if got := Carried(ctx, of); string(got) != "wrapped" {
		t.Errorf("got %q: the key would be read a second time", got)
	}
	for name, other := range map[string]Subject{"another business": {OfBusiness, "b2"}, "a person of the same id": {OfPerson, "b1"}} {
		if got := Carried(ctx, other); got != nil {
			t.Errorf("%s got the business's key %q: nothing of theirs would open", name, got)
		}
	}
	if got := Carried(Carry(t.Context(), Key{Subject: of}), of); got != nil {
		t.Errorf("got %q of a business without a key", got)
	}
}
