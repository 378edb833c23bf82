"""Does the server fit? Asked before the first line is sent; buckets and databases that are missing are made."""

import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from linli.errors import StoreDown
from linli.store.influx_signals.faults import Away, Misfit
from linli.store.influx_signals.lines import MEASUREMENT, coded, literal
from linli.store.influx_signals.server import Server, fault

_HOURS = re.compile(r"(\d+)h")


class Fitted:
    """A server that fits, of the version that it says it is."""

    def __init__(self, server: Server, version: str) -> None:
        self._server = server
        self.version = version
        self.major = int(version.split(".", maxsplit=1)[0])

    @property
    def erases(self) -> bool:
        """Tell whether the server can delete one home's signals; InfluxDB 3 cannot."""
        return self.major < 3

    def erase(self, home: str) -> None:
        """Delete all that is kept of a home, in both buckets; raises Misfit where the server cannot."""
        address = self._server.address
        if self.major >= 3:
            raise Misfit(
                "InfluxDB 3 cannot delete one home's signals; they stay there, hidden, until their time is over"
            )
        for bucket in (address.bucket, address.long_bucket):
            if self.major == 1:
                self._server.tell(f'DELETE WHERE "home" = {literal(home)}', bucket)
            else:
                self._delete_by_predicate(bucket, home)

    def _delete_by_predicate(self, bucket: str, home: str) -> None:
        named = coded(home).replace('"', '\\"')
        _call(
            self._server, "POST", "/api/v2/delete", {"org": self._server.address.org, "bucket": bucket},
            {"start": "1677-09-22T00:00:00Z", "stop": "2262-04-11T00:00:00Z", "predicate": f'home="{named}"'},
        )  # fmt: skip


def fit(server: Server) -> Fitted:
    """Return the server if it fits; raises Misfit with a sentence on what to do, and Away while it does not answer."""
    fitted = Fitted(server, _version(server))
    address = server.address
    prepare = {1: _prepare_1, 2: _prepare_2}.get(fitted.major, _prepare_3)
    prepare(server, address.bucket, address.retention)
    # what cannot be deleted has to go by itself, the hours too
    prepare(server, address.long_bucket, None if fitted.erases else address.retention)
    _may_write(server, fitted)
    _may_read(server, fitted)
    return fitted


def misfit(server: Server) -> str | None:
    """Ask the server whether it fits, making buckets that are missing; return what is wrong, in one sentence, or None."""
    try:
        fit(server)
    except StoreDown as why:
        return str(why)
    return None


def _version(server: Server) -> str:
    with server.speaking():
        answer = server.http.get("/ping")
    if answer.status_code in {401, 403}:
        raise fault(answer.status_code, answer.text, None)
    version = str(answer.headers.get("x-influxdb-version", "")).removeprefix("v")
    if not re.match(r"\d+\.", version):
        raise Misfit(
            f"what listens at {server.address.host} does not say that it is an InfluxDB; see the setting signals"
        )
    return version


def _may_write(server: Server, fitted: Fitted) -> None:
    """See that lines would be taken, by sending none."""
    asked = {"bucket": server.address.bucket, "org": server.address.org or "-", "precision": "ns"}
    with server.speaking():
        answer = server.http.post("/api/v2/write", params=asked, content=b"")
    if answer.status_code == httpx.codes.NOT_FOUND and fitted.major == 1:
        raise Misfit(f"InfluxDB {fitted.version} is too old, it knows no /api/v2/write; take 1.8, 2.x or 3")
    if answer.status_code >= 400 and answer.status_code not in {400, 422}:  # "nothing to write" is no refusal
        raise fault(answer.status_code, answer.text, answer.headers.get("retry-after"))


def _may_read(server: Server, fitted: Fitted) -> None:
    try:
        server.look(f'SELECT "key" FROM {MEASUREMENT} WHERE time > 0 AND time < 1 LIMIT 1')  # noqa: S608 - a constant
    except Misfit as why:
        # InfluxQL looks where the token was made, whatever organisation it is asked for
        if fitted.major == 2 and "not found" in str(why):
            raise Misfit(
                f"InfluxDB finds no bucket {server.address.bucket} by this token; take one that was made in the"
                f" organisation {server.address.org}"
            ) from None
        raise


def _prepare_1(server: Server, bucket: str, retention: timedelta | None) -> None:
    if [bucket] not in server.tell("SHOW DATABASES"):
        kept = f" WITH DURATION {_hours(retention)}h REPLICATION 1 NAME autogen" if retention else ""
        server.tell(f'CREATE DATABASE "{bucket}"{kept}')
    policies = server.tell(f'SHOW RETENTION POLICIES ON "{bucket}"')
    default = next((row for row in policies if row[-1] is True), None)
    if default is None:
        raise Misfit(f"the database {bucket} has no default retention policy; make one with ALTER RETENTION POLICY")
    found = _HOURS.match(str(default[1]))
    _same(bucket, timedelta(hours=int(found[1])) if found and found[1] != "0" else None, retention)


def _prepare_2(server: Server, bucket: str, retention: timedelta | None) -> None:
    org = server.address.org
    if not org:
        raise Misfit("InfluxDB 2 needs the name of the organisation; set influxdb_org")
    found = _call(server, "GET", "/api/v2/buckets", {"org": org, "name": bucket}, missing={"buckets": []})["buckets"]
    if not found:
        orgs = _call(server, "GET", "/api/v2/orgs", {"org": org}, missing={"orgs": []})["orgs"]
        if not orgs:
            raise Misfit(
                f"InfluxDB shows this token no bucket {bucket} and no organisation {org}: see that both are there"
                " (influxdb_org), and that the token is active and may read and write that bucket"
            )
        rules = [{"type": "expire", "everySeconds": round(retention.total_seconds())}] if retention else []
        made = {"orgID": orgs[0]["id"], "name": bucket, "retentionRules": rules}
        found = [_call(server, "POST", "/api/v2/buckets", {}, made)]
    kept = [rule["everySeconds"] for rule in found[0].get("retentionRules", []) if rule.get("everySeconds")]
    _same(bucket, timedelta(seconds=kept[0]) if kept else None, retention)
    _map_2(server, bucket, found[0])


def _map_2(server: Server, bucket: str, found: dict[str, Any]) -> None:
    """See that InfluxQL finds the bucket by its name; newer ones do so by themselves."""
    known = _call(server, "GET", "/api/v2/dbrps", {"orgID": found["orgID"], "db": bucket}, missing={"content": []})
    if not known.get("content"):
        mapped = {"orgID": found["orgID"], "bucketID": found["id"], "database": bucket}
        _call(server, "POST", "/api/v2/dbrps", {}, mapped | {"retention_policy": "autogen", "default": True})


def _prepare_3(server: Server, bucket: str, retention: timedelta | None) -> None:
    if retention is None and bucket == server.address.bucket:
        raise Misfit(
            "InfluxDB 3 cannot delete one home's signals; set influxdb_retention_days, so that they go by themselves"
        )
    made = {"db": bucket} | ({"retention_period": f"{_hours(retention)}h"} if retention else {})
    try:
        _call(server, "POST", "/api/v3/configure/database", {}, made)
    except Misfit as why:
        if "409" not in str(why):  # it is there
            raise
        _same(bucket, _kept_3(server, bucket, retention), retention)


def _kept_3(server: Server, bucket: str, wanted: timedelta | None) -> timedelta | None:
    """Return how long InfluxDB 3 keeps a database; what is wanted, if the token may not ask."""
    asked = f"SELECT retention_period_ns FROM system.databases WHERE database_name = '{bucket}'"  # noqa: S608 - checked by `parse`
    with server.speaking():
        answer = server.http.get("/api/v3/query_sql", params={"db": "_internal", "q": asked, "format": "json"})
    rows = msgspec.json.decode(answer.content) if answer.is_success else []
    if not rows:
        return wanted
    kept = rows[0].get("retention_period_ns")
    return timedelta(seconds=kept // 10**9) if kept else None


def _same(bucket: str, found: timedelta | None, wanted: timedelta | None) -> None:
    if found != wanted:
        raise Misfit(
            f"InfluxDB keeps {bucket} for {_said(found)}, linli is to keep it for {_said(wanted)}; change the server's"
            f" retention{'' if bucket.endswith('_long') else ' or influxdb_retention_days'}, so that they say the same"
        )


def _said(span: timedelta | None) -> str:
    return "ever" if span is None else f"{span.total_seconds() / 86400:g} days"


def _hours(span: timedelta | None) -> int:
    return round(span.total_seconds() / 3600) if span else 0


def _call(
    server: Server,
    method: str,
    path: str,
    asked: dict[str, str],
    body: dict[str, Any] | None = None,
    *,
    missing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the server's own API answers; `missing` stands for what it does not know."""
    with server.speaking():
        answer = server.http.request(method, path, params=asked, json=body)
    if answer.status_code == httpx.codes.NOT_FOUND and missing is not None:
        return missing
    if not answer.is_success:
        why = fault(answer.status_code, answer.text, answer.headers.get("retry-after"))
        raise why if isinstance(why, Away | Misfit) else Misfit(f"InfluxDB does not do what it is asked: {why}")
    try:
        told = msgspec.json.decode(answer.content or b"{}")
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}
