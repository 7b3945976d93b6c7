package demo

import (
	"kontor/demo/house"
	"kontor/market/catalog"
)

// Categories is the tree of goods that the sample platform has, and that a new
// house starts with.
func Categories() ([]catalog.Category, error) {
	tree, err := house.Categories()
	if err != nil {
		return nil, err
	}
	return planted("", tree), nil
}
