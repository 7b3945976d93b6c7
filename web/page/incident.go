package page

// Incident is an attack and what people wrote about it.
type Incident struct {
	Crumbs  []Option
	ID      string
	Title   string
	Lead    string
	Tag     Tag
	Figures []Figure
	Tables  []Listed
	Sources Listed
	Notes   []Message
	Forms   []ActForm
}
