-- Numbers of OCLC in one form, however 035 has them, so that records are known by them (src/records/identifiers.ts). Those that
-- two records have are nobody's: a load would not know which is meant.
INSERT INTO identifier (kind, value, record_id)
SELECT 'oclc', number, min(record_id)
FROM (
  SELECT substring(value FROM '(?i)^\(ocolc\)\s*(?:oc[mn]|on)?0*([1-9][0-9]{0,13})\s*$') AS number, record_id
  FROM identifier WHERE kind = 'control' AND value ILIKE '(ocolc)%'
) AS numbered
WHERE number IS NOT NULL
GROUP BY number HAVING count(DISTINCT record_id) = 1
ON CONFLICT DO NOTHING;
