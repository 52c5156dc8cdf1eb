-- Settlements and exercises are executions that no order did: their number across clients is 0.
CREATE TABLE executions_of_none (
    sequence INTEGER PRIMARY KEY,
    exec_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    client_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    perm_id INTEGER NOT NULL,
    con_id INTEGER NOT NULL,
    exchange TEXT NOT NULL,
    action TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT NOT NULL,
    cumulative TEXT NOT NULL,
    avg_price TEXT NOT NULL,
    order_ref TEXT NOT NULL,
    liquidity INTEGER NOT NULL,
    replaces_at INTEGER,
    replaces_index INTEGER,
    commission TEXT NOT NULL,
    realized TEXT
) STRICT;
INSERT INTO executions_of_none SELECT * FROM executions;
DROP TABLE executions;
ALTER TABLE executions_of_none RENAME TO executions;
CREATE INDEX executions_at ON executions (at);
