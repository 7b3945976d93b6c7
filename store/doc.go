// Package store keeps Kontor's records in SQL: SQLite in one file by default,
// PostgreSQL (or what speaks its protocol) by a setting. It is the only room
// that knows a database; the rooms above declare what they need, the files here
// named after their subjects fulfil it.
//
// What it promises:
//
//   - A write is a plan: statements that commit together or not at all, the
//     event that tells of it included. Once commit has returned nil, the plan is
//     on disk (synchronous=FULL; on PostgreSQL synchronous_commit is not off).
//   - Plans that run at once succeed or fail alone: a plan whose step misses is
//     undone, its neighbours are not. No caller ever sees "database is locked".
//   - A read begun after an acknowledged write sees it.
//
// How, on SQLite: one goroutine owns the one writing connection, gathers the
// plans that wait, gives each a savepoint, and commits them with one fsync. That
// is 2.5 times the orders of one transaction each on a fast disk and 12 times on
// a slow one, at a sixth of the p99. On PostgreSQL, whose server gathers commits
// itself, every plan is one batch on its own connection.
//
// What it does not: it opens no sealed field, holds no rule of trade, and
// translates no error for people except by the miss errors that a plan names.
//
// # How values lie on disk, the same on both engines
//
//	ids, codes, JSON    TEXT; ids are UUIDv7 text, so that keys sort by time in
//	                    both engines, in exports and by eye (the uuid type would
//	                    save 20 bytes a key and cost a conversion at every border)
//	times               INTEGER / BIGINT, microseconds since 1970 UTC; NULL is
//	                    the zero time.Time
//	money, quantities   INTEGER / BIGINT, minor units or pieces
//	sealed values       BLOB / BYTEA
//	yes and no          INTEGER / BOOLEAN
//
// PostgreSQL's key columns say COLLATE "C", so that ORDER BY and keyset paging
// agree with SQLite whatever the server's locale.
//
// A *DB is safe for concurrent use.
package store
