package web

import (
	"context"

	"kontor/market/party"
)

// postalDoc is an address as its country writes it; which fields a country
// asks for is checked by its form.
type postalDoc struct {
	Name         string `json:"name" maxLength:"200" doc:"Of the receiver."`
	Organisation string `json:"organisation,omitempty" maxLength:"200"`
	Street       string `json:"street" maxLength:"200"`
	Street2      string `json:"street2,omitempty" maxLength:"200"`
	City         string `json:"city,omitempty" maxLength:"200"`
	Region       string `json:"region,omitempty" maxLength:"200" doc:"State, province, prefecture."`
	Postcode     string `json:"postcode,omitempty" maxLength:"40"`
	Country      string `json:"country" maxLength:"2" doc:"ISO 3166-1 alpha-2."`
	Phone        string `json:"phone,omitempty" maxLength:"40" doc:"With its country code."`
}

type addressDoc struct {
	ID party.AddressID `json:"address_id"`
	postalDoc
}

type addressesDoc struct {
	Addresses []addressDoc `json:"addresses" doc:"Oldest first."`
}

func addressOf(k party.Kept) addressDoc { return addressDoc{k.ID, postalDoc(k.Postal)} }

func (a api) addresses(ctx context.Context, _ *struct{}) (*answer[addressesDoc], error) {
	kept, err := a.Parties.Addresses(ctx, actorIn(ctx))
	if err != nil {
		return nil, err
	}
	out := addressesDoc{make([]addressDoc, len(kept))}
	for i, k := range kept {
		out.Addresses[i] = addressOf(k)
	}
	return answered(out)
}

type addAddressCall struct {
	Body postalDoc
}

// addAddress is idempotent by meaning: an address that is there already is
// answered, not doubled.
func (a api) addAddress(ctx context.Context, in *addAddressCall) (*answer[addressDoc], error) {
	postal := party.Postal(in.Body)
	if err := postal.Check(); err != nil {
		return nil, err
	}
	have, err := a.Parties.Addresses(ctx, actorIn(ctx))
	if err != nil {
		return nil, err
	}
	for _, k := range have {
		if k.Postal == postal {
			return answered(addressOf(k))
		}
	}
	k, err := a.Parties.KeepAddress(ctx, actorIn(ctx), "", postal)
	if err != nil {
		return nil, err
	}
	return answered(addressOf(k))
}
