-- Several currencies, pricing, the SMA, and what a day's corrections need.
ALTER TABLE account ADD COLUMN pricing TEXT NOT NULL DEFAULT 'fixed';
ALTER TABLE account ADD COLUMN volume_month INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN volume_shares TEXT NOT NULL DEFAULT '0';
ALTER TABLE account ADD COLUMN opening_sma TEXT;
CREATE TABLE cash (
    currency TEXT PRIMARY KEY,
    amount TEXT NOT NULL
) STRICT;
ALTER TABLE holdings ADD COLUMN start_cost TEXT;
ALTER TABLE holdings ADD COLUMN sma TEXT NOT NULL DEFAULT '0';
UPDATE holdings SET start_cost = '0' WHERE start_quantity = '0';
UPDATE holdings SET start_cost = cost WHERE start_quantity = quantity AND flow = '0';
