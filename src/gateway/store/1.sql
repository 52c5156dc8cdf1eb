-- The paper account, first version. Money, prices and sizes are decimal text; moments are nanoseconds since the Unix epoch.
CREATE TABLE market (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seed TEXT NOT NULL,
    feed_version INTEGER NOT NULL
) STRICT;
CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    now INTEGER NOT NULL,
    cash TEXT NOT NULL,
    day INTEGER NOT NULL,
    opening_equity TEXT,
    next_perm INTEGER NOT NULL,
    next_execution INTEGER NOT NULL,
    next_arrival INTEGER NOT NULL
) STRICT;
CREATE TABLE clients (
    client_id INTEGER PRIMARY KEY,
    last_order_id INTEGER NOT NULL
) STRICT;
CREATE TABLE orders (
    perm_id INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    con_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    quantity TEXT NOT NULL,
    kind TEXT NOT NULL,
    limit_price TEXT,
    tif TEXT NOT NULL,
    outside_rth INTEGER NOT NULL,
    account TEXT NOT NULL,
    order_ref TEXT NOT NULL,
    transmit INTEGER NOT NULL,
    echo BLOB NOT NULL,
    status TEXT NOT NULL,
    filled TEXT NOT NULL,
    value TEXT NOT NULL,
    last_price TEXT NOT NULL,
    placed INTEGER NOT NULL,
    expires INTEGER,
    completed INTEGER,
    reason TEXT NOT NULL,
    arrival INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    ahead INTEGER NOT NULL,
    level INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_completed ON orders (completed);
CREATE TABLE executions (
    sequence INTEGER PRIMARY KEY,
    exec_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    client_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    perm_id INTEGER NOT NULL REFERENCES orders (perm_id) DEFERRABLE INITIALLY DEFERRED,
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
CREATE INDEX executions_at ON executions (at);
CREATE TABLE holdings (
    con_id INTEGER PRIMARY KEY,
    quantity TEXT NOT NULL,
    cost TEXT NOT NULL,
    realized TEXT NOT NULL,
    start_quantity TEXT NOT NULL,
    start_mark TEXT,
    flow TEXT NOT NULL
) STRICT;
