/** The application's own table, and what must agree in it with the receipts: the same on every store. */
export const CREATE_EFFECTS = 'CREATE TABLE effects (key TEXT NOT NULL)'

/**
 * The keys for which effects and receipts disagree, as one statement sees them: an effect without its settled receipt, a
 * settled receipt without its one effect, or a claim that was never settled.
 */
export const DISAGREEMENTS = `
SELECT coalesce(e.key, r.key) AS key
FROM (SELECT key, count(*) AS n FROM effects GROUP BY key) e
FULL JOIN (SELECT key FROM counterfoil_receipts WHERE state = 'succeeded') r ON r.key = e.key
WHERE r.key IS NULL OR coalesce(e.n, 0) <> 1
UNION ALL
SELECT key FROM counterfoil_receipts WHERE state = 'in_progress'`
