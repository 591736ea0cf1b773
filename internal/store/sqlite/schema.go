package sqlite

// applicationID marks a file as a telltale store: "tell" in ASCII.
const applicationID = 0x74656c6c

// migrations bring a database from one version to the next; PRAGMA
// user_version counts those applied. Entries are never changed, only added.
var migrations = []string{`
CREATE TABLE load (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL, -- microseconds since 1970 UTC, as all times here
	author   TEXT NOT NULL,
	inputs   TEXT NOT NULL,    -- JSON
	coverage TEXT NOT NULL,    -- JSON
	put      INTEGER NOT NULL,
	opened   INTEGER NOT NULL,
	closed   INTEGER NOT NULL
);
CREATE TABLE input (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
);
-- What was known of a thing from one load to another. Only "until" is ever set later.
CREATE TABLE version (
	id     INTEGER PRIMARY KEY,
	thing  INTEGER NOT NULL,
	before INTEGER,          -- the thing's version before this one
	since  INTEGER NOT NULL,
	until  INTEGER,          -- null: open
	body   BLOB NOT NULL
);
-- The last version of each thing, so that a reading that says nothing new is known by its digest.
CREATE TABLE thing (
	id      INTEGER PRIMARY KEY,
	input   INTEGER NOT NULL REFERENCES input(id),
	version INTEGER NOT NULL REFERENCES version(id),
	open    INTEGER NOT NULL,
	digest  INTEGER NOT NULL, -- of the body
	reading INTEGER NOT NULL  -- of the last partial reading that changed it
);
CREATE TABLE assigned (
	thing INTEGER PRIMARY KEY,
	asset TEXT NOT NULL
);
CREATE INDEX assigned_asset ON assigned(asset);
CREATE TABLE event (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	author  TEXT NOT NULL,
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	body    BLOB NOT NULL
);
CREATE INDEX event_kind ON event(kind, at);
CREATE INDEX event_subject ON event(kind, subject, at);
CREATE TABLE result (
	name         TEXT PRIMARY KEY,
	at           INTEGER NOT NULL,
	author       TEXT NOT NULL,
	format       TEXT NOT NULL,
	data_version TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE result_part (
	name TEXT NOT NULL,
	n    INTEGER NOT NULL,
	body BLOB NOT NULL,      -- a piece of the zstd stream
	PRIMARY KEY (name, n)
);
`}
