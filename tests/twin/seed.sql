-- Copyright: (c) 2026, the psp.rc_closure contributors
-- GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
-- The twin's data at the start: 1,200 players, 340 of them without a wallet balance, and a day of deposits of which
-- three were booked wrongly. Identifiers come from the sequences of a fresh database, so they start at 1.

INSERT INTO players (name)
SELECT format('Player %s', n) FROM generate_series(1, 1200) AS n ORDER BY n;

-- What each player brought along: 500 to 999.99.
INSERT INTO ledger_transactions (kind, reference)
SELECT 'opening', id::text FROM players ORDER BY id;

INSERT INTO ledger_entries (transaction_id, account, amount)
SELECT t.id, side.account, side.sign * (50000 + p.id * 37 % 50000)
FROM players AS p
JOIN ledger_transactions AS t ON t.kind = 'opening' AND t.reference = p.id::text
CROSS JOIN LATERAL (VALUES (format('player:%s', p.id), 1), ('opening', -1)) AS side (account, sign);

-- The deposits of the last day: acmepay and nordbank, 30 each.
INSERT INTO provider_events (provider, provider_event_id, player_id, amount, received_at)
SELECT provider, format('%s-seed-%s', provider, n), n * 7, 1000 + n * 10, now() - n * interval '30 minutes'
FROM (VALUES ('acmepay'), ('nordbank')) AS providers (provider), generate_series(1, 30) AS n;

INSERT INTO ledger_transactions (kind, reference, created_at)
SELECT 'deposit', format('%s:%s', provider, provider_event_id), received_at
FROM provider_events WHERE provider_event_id <> 'acmepay-seed-11';

INSERT INTO ledger_entries (transaction_id, account, amount)
SELECT t.id, side.account, side.amount
FROM provider_events AS e
JOIN ledger_transactions AS t ON t.kind = 'deposit' AND t.reference = format('%s:%s', e.provider, e.provider_event_id)
CROSS JOIN LATERAL (
    VALUES (format('player:%s', e.player_id), e.amount), (format('provider:%s', e.provider), -e.amount)
) AS side (account, amount);

-- Booked wrongly: acmepay-seed-11 not at all (above), 12 with another amount, and one that acmepay knows nothing of.
UPDATE ledger_entries SET amount = amount + sign(amount) * 5
FROM ledger_transactions AS t
WHERE t.id = transaction_id AND t.reference = 'acmepay:acmepay-seed-12';

WITH unknown AS (
    INSERT INTO ledger_transactions (kind, reference) VALUES ('deposit', 'acmepay:acmepay-unknown-1') RETURNING id
)
INSERT INTO ledger_entries (transaction_id, account, amount)
SELECT id, account, amount FROM unknown, (VALUES ('player:60', 700), ('provider:acmepay', -700)) AS side (account, amount);

-- 17 of 60 players have no balance.
INSERT INTO wallets (player_id, balance)
SELECT p.id, CASE WHEN p.id % 60 >= 17 THEN sum(e.amount) END
FROM players AS p
JOIN ledger_entries AS e ON e.account = format('player:%s', p.id)
GROUP BY p.id;

INSERT INTO withdrawals (player_id, amount, status) VALUES (42, 2500, 'pending'), (43, 990, 'pending');
