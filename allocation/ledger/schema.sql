-- The book, version 1. What is true stands in journal and entry, which are only ever added to.
-- Balances and daily sums follow from them by the trigger that seals a journal.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- 资金: one kind of money; no movement changes it, nor its direct-fund tag.
CREATE TABLE line (
    id INTEGER PRIMARY KEY,
    fund TEXT NOT NULL CHECK (fund <> ''),
    year INTEGER NOT NULL CHECK (year BETWEEN 1950 AND 9999),
    batch TEXT NOT NULL,
    purpose TEXT NOT NULL,
    direct INTEGER NOT NULL CHECK (direct IN (0, 1)),
    UNIQUE (fund, year, batch, purpose, direct)
) STRICT;

CREATE TABLE holder (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('central', 'unit', 'city', 'zone', 'project')),
    parent INTEGER REFERENCES holder (id),
    CHECK ((level = 'central') = (parent IS NULL))
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    line INTEGER NOT NULL REFERENCES line (id),
    holder INTEGER NOT NULL REFERENCES holder (id),
    kind TEXT NOT NULL CHECK (kind IN (
        'source', 'issued', 'committed', 'disbursed', 'spent', 'carried_over', 'surplus', 'recovered'
    )),
    balance INTEGER NOT NULL DEFAULT 0,
    last_journal INTEGER NOT NULL DEFAULT 0,
    UNIQUE (line, holder, kind),
    CONSTRAINT never_below_zero CHECK (balance >= 0 OR kind = 'source')
) STRICT;

-- Which movement may go from which account to which: at one holder, down to a child, up to a parent.
CREATE TABLE movement (
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('same', 'down', 'up')),
    PRIMARY KEY (kind, source, target)
) STRICT, WITHOUT ROWID;

INSERT INTO movement (kind, source, target, way) VALUES
    ('receive', 'source', 'issued', 'down'),
    ('issue', 'issued', 'issued', 'down'),
    ('issue', 'recovered', 'issued', 'down'),
    ('commit', 'issued', 'committed', 'same'),
    ('release', 'committed', 'issued', 'same'),
    ('disburse', 'issued', 'disbursed', 'same'),
    ('disburse', 'committed', 'disbursed', 'same'),
    ('spend', 'disbursed', 'spent', 'same'),
    ('refund', 'disbursed', 'issued', 'same'),
    ('carry_over', 'issued', 'carried_over', 'same'),
    ('carry_over', 'committed', 'carried_over', 'same'),
    ('carry_over', 'disbursed', 'carried_over', 'same'),
    ('carry_over', 'recovered', 'carried_over', 'same'),
    ('reopen', 'carried_over', 'issued', 'same'),
    ('reopen', 'carried_over', 'committed', 'same'),
    ('reopen', 'carried_over', 'disbursed', 'same'),
    ('reopen', 'carried_over', 'recovered', 'same'),
    ('lapse', 'issued', 'surplus', 'same'),
    ('lapse', 'committed', 'surplus', 'same'),
    ('lapse', 'disbursed', 'surplus', 'same'),
    ('lapse', 'recovered', 'surplus', 'same'),
    ('recover', 'issued', 'recovered', 'up'),
    ('recover', 'disbursed', 'recovered', 'up'),
    ('recover', 'surplus', 'recovered', 'up'),
    ('return', 'recovered', 'source', 'up'),
    ('return', 'surplus', 'source', 'up');

-- One transfer, numbered without gaps. It has two sides and an amount above zero, so it cannot be out of balance.
-- A reversal is the same kind with its sides exchanged.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    journal INTEGER NOT NULL REFERENCES journal (id) DEFERRABLE INITIALLY DEFERRED,
    kind TEXT NOT NULL,
    source INTEGER NOT NULL,
    target INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    valid_on TEXT NOT NULL CHECK (valid_on IS date(valid_on, '+0 days')),
    document TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '',
    origin_hash TEXT,
    reverses INTEGER REFERENCES entry (id)
) STRICT;

CREATE INDEX entry_by_journal ON entry (journal);
CREATE UNIQUE INDEX entry_by_origin ON entry (origin_hash) WHERE origin_hash IS NOT NULL;

CREATE UNIQUE INDEX entry_by_reversed ON entry (reverses) WHERE reverses IS NOT NULL;

-- 凭证: what was posted together. Its row is written last and seals the entries that name it.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    made_by TEXT NOT NULL CHECK (made_by IN (
        'issue', 'import', 'manual', 'close', 'reverse', 'reallocate'
    )),
    recorded_at TEXT NOT NULL,
    file TEXT NOT NULL DEFAULT '',
    file_hash TEXT NOT NULL DEFAULT '',
    entries INTEGER NOT NULL CHECK (entries > 0),
    amount INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;

-- Journals whose amounts are in the balances. Every journal is, from the moment it is there.
CREATE TABLE sealed (
    journal INTEGER PRIMARY KEY REFERENCES journal (id)
) STRICT;

-- Entries summed by way, kind and day; a reversal counts against the kind and way it reverses.
CREATE TABLE daily (
    source INTEGER NOT NULL,
    target INTEGER NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (source, target, kind, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX daily_by_target ON daily (target, day);

-- INSERT OR REPLACE deletes without asking the triggers of deletion, so what is there is looked for
-- before anything is inserted, in this table and in all others.
CREATE TRIGGER entry_new BEFORE INSERT ON entry
WHEN NEW.journal <> (SELECT coalesce(max(id), 0) + 1 FROM journal)
    OR NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM entry)
    OR EXISTS (SELECT 1 FROM entry WHERE origin_hash = NEW.origin_hash)
    OR EXISTS (SELECT 1 FROM entry WHERE reverses = NEW.reverses)
BEGIN
    SELECT RAISE(ABORT, 'origin') WHERE EXISTS (
        SELECT 1 FROM entry WHERE origin_hash = NEW.origin_hash
    );
    SELECT RAISE(ABORT, 'entry');
END;

CREATE TRIGGER entry_kept BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

-- What no journal has sealed was never posted.
CREATE TRIGGER entry_there BEFORE DELETE ON entry
WHEN OLD.journal <= (SELECT max(id) FROM journal)
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER journal_kept BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER journal_there BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER account_new BEFORE INSERT ON account
WHEN NEW.balance <> 0 OR NEW.last_journal <> 0
    OR EXISTS (SELECT 1 FROM account WHERE id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM account
        WHERE line = NEW.line AND holder = NEW.holder AND kind = NEW.kind
    )
BEGIN
    SELECT RAISE(ABORT, 'balance');
END;

CREATE TRIGGER account_there BEFORE DELETE ON account
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

-- A balance moves once for each journal that touches it, while the trigger seals it.
CREATE TRIGGER account_kept BEFORE UPDATE ON account
WHEN NEW.id <> OLD.id OR NEW.line <> OLD.line OR NEW.holder <> OLD.holder OR NEW.kind <> OLD.kind
    OR NEW.last_journal <= OLD.last_journal
    OR NEW.last_journal <> (SELECT max(id) FROM journal)
    OR EXISTS (SELECT 1 FROM sealed WHERE journal = NEW.last_journal)
BEGIN
    SELECT RAISE(ABORT, 'balance');
END;

CREATE TRIGGER sealed_new BEFORE INSERT ON sealed
WHEN NEW.journal <> (SELECT coalesce(max(id), 0) FROM journal)
    OR EXISTS (SELECT 1 FROM sealed WHERE journal = NEW.journal)
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER sealed_kept BEFORE UPDATE ON sealed
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER sealed_there BEFORE DELETE ON sealed
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

-- Daily sums move while the last journal is not sealed yet, which is only inside its trigger.
CREATE TRIGGER daily_new BEFORE INSERT ON daily
WHEN (SELECT max(id) FROM journal) IS (SELECT max(journal) FROM sealed)
BEGIN
    SELECT RAISE(ABORT, 'balance');
END;

CREATE TRIGGER daily_kept BEFORE UPDATE ON daily
WHEN (SELECT max(id) FROM journal) IS (SELECT max(journal) FROM sealed)
BEGIN
    SELECT RAISE(ABORT, 'balance');
END;

CREATE TRIGGER daily_there BEFORE DELETE ON daily
BEGIN
    SELECT RAISE(ABORT, 'balance');
END;

CREATE TRIGGER movement_new BEFORE INSERT ON movement
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER movement_kept BEFORE UPDATE ON movement
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER movement_there BEFORE DELETE ON movement
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER line_new BEFORE INSERT ON line
WHEN EXISTS (SELECT 1 FROM line WHERE id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM line
        WHERE fund = NEW.fund AND year = NEW.year AND batch = NEW.batch
            AND purpose = NEW.purpose AND direct = NEW.direct
    )
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER line_kept BEFORE UPDATE ON line
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER line_there BEFORE DELETE ON line
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER holder_new BEFORE INSERT ON holder
WHEN EXISTS (SELECT 1 FROM holder WHERE id = NEW.id OR code = NEW.code)
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER holder_kept BEFORE UPDATE ON holder
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER holder_there BEFORE DELETE ON holder
BEGIN
    SELECT RAISE(ABORT, 'append-only');
END;

CREATE TRIGGER journal_order BEFORE INSERT ON journal
WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM journal)
    OR NEW.previous <> coalesce((SELECT hash FROM journal ORDER BY id DESC LIMIT 1), '')
    OR NEW.recorded_at < coalesce((SELECT recorded_at FROM journal ORDER BY id DESC LIMIT 1), '')
    OR EXISTS (SELECT 1 FROM journal WHERE hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'chain');
END;

CREATE TRIGGER journal_sealed AFTER INSERT ON journal
BEGIN
    -- Amounts and balances are looked at here too: a connection can switch CHECK off.
    SELECT RAISE(ABORT, 'count') FROM (
        SELECT count(*) AS entries, sum(amount) AS amount, min(amount) AS least
        FROM entry WHERE journal = NEW.id
    ) AS own
    WHERE own.entries <> NEW.entries OR own.amount IS NOT NEW.amount OR own.least <= 0;

    -- Both sides hold the same money, and the kind may go that way.
    SELECT RAISE(ABORT, 'movement') WHERE EXISTS (
        SELECT 1
        FROM (
            SELECT DISTINCT
                kind,
                iif(reverses IS NULL, source, target) AS source,
                iif(reverses IS NULL, target, source) AS target
            FROM entry WHERE journal = NEW.id
        ) AS moved
        LEFT JOIN account AS a ON a.id = moved.source
        LEFT JOIN account AS b ON b.id = moved.target
        LEFT JOIN holder AS up ON up.id = a.holder
        LEFT JOIN holder AS down ON down.id = b.holder
        LEFT JOIN movement
            ON movement.kind = moved.kind
            AND movement.source = a.kind
            AND movement.target = b.kind
        WHERE a.line IS NOT b.line OR movement.way IS NULL OR CASE movement.way
            WHEN 'same' THEN a.holder <> b.holder
            WHEN 'down' THEN down.parent IS NOT a.holder
            ELSE up.parent IS NOT b.holder
        END
    );

    -- A reversal is the exact opposite of an entry that is no reversal.
    SELECT RAISE(ABORT, 'reversal') WHERE EXISTS (
        SELECT 1
        FROM entry
        LEFT JOIN entry AS old ON old.id = entry.reverses
        WHERE entry.journal = NEW.id AND entry.reverses IS NOT NULL AND (
            old.reverses IS NOT NULL OR old.kind IS NOT entry.kind
            OR old.source IS NOT entry.target OR old.target IS NOT entry.source
            OR old.amount IS NOT entry.amount OR old.journal >= NEW.id
        )
    );

    UPDATE account
    SET balance = balance + moved.amount, last_journal = NEW.id
    FROM (
        SELECT holding, sum(amount) AS amount
        FROM (
            SELECT target AS holding, sum(amount) AS amount
            FROM entry WHERE journal = NEW.id GROUP BY target
            UNION ALL
            SELECT source, -sum(amount) FROM entry WHERE journal = NEW.id GROUP BY source
        )
        GROUP BY holding
    ) AS moved
    WHERE account.id = moved.holding;

    SELECT RAISE(ABORT, 'below-zero') WHERE EXISTS (
        SELECT 1 FROM account
        WHERE last_journal = NEW.id AND balance < 0 AND kind <> 'source'
    );

    INSERT INTO daily (source, target, kind, day, amount)
    SELECT
        iif(reverses IS NULL, source, target) AS a,
        iif(reverses IS NULL, target, source) AS b,
        kind,
        valid_on,
        sum(iif(reverses IS NULL, amount, -amount))
    FROM entry
    WHERE journal = NEW.id
    GROUP BY a, b, kind, valid_on
    ON CONFLICT DO UPDATE SET amount = daily.amount + excluded.amount;

    INSERT INTO sealed (journal) VALUES (NEW.id);
END;
