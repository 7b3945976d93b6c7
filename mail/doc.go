// Package mail writes the house's letters and posts them: by SMTP, or, in the
// demo, by keeping them sealed for a page that shows them.
//
// # What it promises
//
//   - A letter is written when it is sent: events carry identities, the clerk
//     reads the records as they are then and opens names and addresses for that
//     one purpose. No personal data waits in a queue, and none is in an error.
//   - One letter for each event and recipient. A repeat, after a crash, is known
//     by its ID and not posted again; should the power fail between the post's
//     acceptance and the mark, the second copy has the same Message-ID.
//   - Nothing that somebody typed can add a header, a recipient or a link.
//   - A peer that is slow, dead or says "later" (4xx) is an error to try again;
//     one that says "never" (5xx) is Permanent.
//
// What it does not: letters are not signed (DKIM): the relay that the settings
// name does that, with the domain's SPF and DMARC records. They carry no
// pictures, no tracking and no List-Unsubscribe, since each answers something
// that its reader or the reader's trade partner did.
//
// # Letters
//
// Texts stand in letters/<language>/<name>.txt: a subject line, an empty line,
// the text, as text/template over the values of values.go. Paragraphs are joined
// lines in the HTML that is made from them. A language that has no text for a
// letter gets the English one.
package mail
