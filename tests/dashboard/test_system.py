"""How linli tells about itself: alive, ready, in numbers, and what is wrong, in forms that programs know."""

import re
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dashboard.app import create_app
from dashboard.headers import ALWAYS
from dashboard.metrics import registry_for
from linli.clock import millis
from linli.home_state import HomeView
from linli.people import Role
from linli.store.influx_signals import Spooled
from linli.words import Sentence
from tests.cast import EIGHT
from tests.dashboard.world import SettableHomes, TestClient, World


def test_it_lives(world: World) -> None:
    assert world.client().get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_while_what_alerts_rest_on_works(world: World) -> None:
    world.health.well("broker")
    world.health.trouble("channel:email", Sentence("No mail server answers."))

    answer = world.client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["parts"]["broker"] == {"ok": True}
    assert answer.json()["parts"]["channel:email"]["ok"] is False


def test_it_is_not_ready_while_the_broker_is_lost(world: World) -> None:
    world.health.trouble("broker", Sentence("The connection to the broker is lost; trying again."))

    answer = world.client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "trouble")
    assert answer.json()["parts"]["broker"] == {
        "ok": False,
        "since": "2026-11-23T00:00:00+00:00",
        "why": "The connection to the broker is lost; trying again.",
    }


def test_the_numbers_can_be_read_by_prometheus(world: World) -> None:
    world.press_sos()
    world.health.trouble("broker", Sentence("Lost."))

    text = world.client().get("/metrics").text
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    assert samples["linli_alerts", "open", "sos"] == 1
    assert samples["linli_outbox", "waiting"] >= 1
    assert samples["linli_trouble", "broker"] == 1
    assert samples["linli_signals_total",] == 0
    assert samples["linli_care_up",] == 1


def test_what_waits_for_an_influxdb_is_a_number_for_prometheus(world: World) -> None:
    waits = replace(world.services, spool=lambda: Spooled(3, 4000, millis(EIGHT) - 60_000, 2))

    text = generate_latest(registry_for(waits, CollectorRegistry())).decode()

    assert "linli_unsent_bytes 4000.0" in text
    assert "linli_unsent_batches 3.0" in text
    assert "linli_unsent_age_seconds 60.0" in text
    assert "linli_refused_lines 2.0" in text
    assert "linli_unsent" not in world.client().get("/metrics").text


def test_the_numbers_go_into_the_registry_that_is_given(world: World) -> None:
    registry = CollectorRegistry()
    client = TestClient(create_app(world.services, registry))

    assert "linli_care_up 1.0" in client.get("/metrics").text
    assert registry.get_sample_value("linli_care_up") == 1


def test_the_openapi_document_tells_of_tokens_and_of_problems(world: World) -> None:
    document = world.client().get("/api/v1/openapi.json").json()

    assert document["security"] == [{"bearer": []}]
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert len(document["paths"]) == 16
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation["summary"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/homes", 405),
        ("GET", "/api/v1/homes?state=x", 422),
        ("GET", "/api/v1/homes/home-99", 404),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(world: World, method: str, path: str, status: int) -> None:
    answer = world.api(Role.STAFF).request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json().keys() >= {"type", "title", "status", "detail"}


class BrokenHomes(SettableHomes):
    """Homes with a fault in them."""

    def state(self, home: str) -> HomeView:
        """Fail."""
        raise RuntimeError(f"a secret of {home}")


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/homes/home-7", "problem+json"), ("/homes/home-7", "text/html")])
def test_a_fault_of_ours_tells_nothing_of_the_inside(world: World, path: str, kind: str) -> None:
    broken = replace(
        world,
        app=create_app(
            replace(world.services, homes=BrokenHomes(world.homes.roster, {}, world.services.care, world.clock))
        ),
    )
    client = broken.api(Role.STAFF) if kind == "problem+json" else broken.browser(Role.STAFF)

    answer = client.get(path)

    assert answer.status_code == 500
    assert kind in answer.headers["content-type"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == ALWAYS["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/", "/signin", "/api/v1/homes", "/healthz", "/metrics", "/go/x", "/static/linli.css", "/nothing", "/enter/x"],
)
def test_every_answer_carries_the_headers_that_keep_a_page_safe(world: World, path: str) -> None:
    answer = world.browser().get(path)

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
