-- Every order type: what an order asks for, what it works at and where it stands are JSON, one column each.
ALTER TABLE orders ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
ALTER TABLE orders ADD COLUMN standing TEXT NOT NULL DEFAULT '{}';
ALTER TABLE orders ADD COLUMN place TEXT NOT NULL DEFAULT '{}';
UPDATE orders SET
    kind = CASE kind WHEN 'LMT' THEN json_object('Limit', limit_price) ELSE '"Market"' END,
    tif = CASE tif WHEN 'GTC' THEN '"Gtc"' WHEN 'IOC' THEN '"Ioc"' ELSE '"Day"' END,
    place = json_object(
        'arrival', arrival,
        'stage', CASE stage WHEN 0 THEN 'Held' WHEN 1 THEN 'Waiting' WHEN 2 THEN 'Taking' WHEN 3 THEN 'Resting' ELSE 'Done' END,
        'ahead', ahead,
        'level', level
    );
ALTER TABLE orders DROP COLUMN limit_price;
ALTER TABLE orders DROP COLUMN arrival;
ALTER TABLE orders DROP COLUMN stage;
ALTER TABLE orders DROP COLUMN ahead;
ALTER TABLE orders DROP COLUMN level;
