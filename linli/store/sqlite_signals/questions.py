"""What the store asks and tells SQLite about signals."""

# `OR IGNORE` would also pass over a row that breaks a NOT NULL: only a known row may be dropped, known by its
# moment and key, or by its message id whatever the moment.
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
AT_ONCE = 100
"""So many rows are told in one statement: one by one, each row costs half as much again."""
INSERT, INSERT_MANY = (
    f"""
INSERT INTO signal (home, at, device, kind, key, room, value, lag, said_at) VALUES {", ".join([_ROW] * count)}
ON CONFLICT DO NOTHING
"""  # noqa: S608
    for count in (1, AT_ONCE)
)
INSERTED_MANY = f"{INSERT_MANY} RETURNING home, at, device, kind, key"
"""The same, answered by the keys of those that were new."""
_RECENT = """
SELECT home, at, device, kind, key, room, value, lag, said_at FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '') AND at >= :since AND at < :until
AND (:kind IS NULL OR kind = (SELECT id FROM word WHERE home = '' AND text = :kind))
"""
RECENT = f"{_RECENT} ORDER BY at DESC, lag DESC, device DESC, kind DESC, key DESC LIMIT :limit"
# ties are put right afterwards: sorted by SQLite they cost half as much again as all the rest
RECENT_BY_KEY = f"{_RECENT} ORDER BY at DESC, device DESC, kind DESC, key DESC LIMIT :limit"
PAGE = """
SELECT home, at, device, kind, key, room, value, lag, said_at FROM signal
WHERE home IN (SELECT id FROM word WHERE text = '' AND (:home IS NULL OR home = :home)) AND at >= :since AND at < :until
ORDER BY at, lag, device, kind, key LIMIT :limit
"""
FIRST = """
SELECT min((SELECT min(at) FROM signal WHERE home = word.id AND at >= :since AND at < :until))
FROM word WHERE text = '' AND (:home IS NULL OR home = :home)
"""
LAST = """
SELECT max((SELECT max(at) FROM signal WHERE home = word.id AND at >= :since AND at < :until))
FROM word WHERE text = '' AND (:home IS NULL OR home = :home)
"""
EARLIER = """
SELECT max(at) FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '') AND at >= :since
AND device = (SELECT id FROM word WHERE home = :home AND text = :device)
AND kind = (SELECT id FROM word WHERE home = '' AND text = :kind)
AND key = :key AND value = :value
"""
FORGET = """
DELETE FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '')
AND at <= ifnull(
    (SELECT at FROM signal WHERE home = (SELECT id FROM word WHERE home = :home AND text = '')
     ORDER BY at LIMIT 1 OFFSET :some),
    :ever
)
"""
COUNT = "SELECT count(*) FROM signal"
FORGET_WORDS = "DELETE FROM word WHERE home = ?"
