"""The page of an evaluation: one file that shows everybody what fewer false alerts cost, and shows it truly."""

import math
import re
from collections.abc import Sequence
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.commands.evaluate import command
from linli.errors import LinliError
from linli.evaluation.chart import NARROW, SMALL, WIDE, Entry, chart, scale_of
from linli.evaluation.evaluate import Past, pasts_of
from linli.evaluation.methods import Lived, classic, judged, own
from linli.evaluation.page import Judged, page
from linli.evaluation.score import Score, pooled, score
from models.habits.prior import shipped_prior
from models.rules import Rules
from tests.evaluation.lives import START, recorded

CUTS = (START + timedelta(days=3, hours=9), START + timedelta(days=4, hours=2, minutes=20))
BUDGETS = (1.0, 400.0)
EMPTY = {"meta", "br", "link", "input", "circle", "path", "polyline"}


class Read(HTMLParser):
    """What a browser makes of a page; raises AssertionError where a tag is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data.strip())

    def of(self, tag: str, css: str = "") -> list[dict[str, str | None]]:
        return [
            attrs
            for name, attrs in self.tags
            if name == tag and (not css or css in (attrs.get("class") or "").split(" "))
        ]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> list[Lived]:
    folder = tmp_path_factory.mktemp("recorded")
    pasts = [past for seed in (2, 5) for past in pasts_of([recorded(folder, seed)])]
    return [Lived(past, CUTS) for past in pasts]


@pytest.fixture(scope="module")
def found(homes: list[Lived]) -> list[Judged]:
    prior = shipped_prior()
    methods = [*(own(Rules(), prior, budget) for budget in BUDGETS), *classic(Rules(), prior)]
    return [Judged(method, outcomes) for method, outcomes in zip(methods, judged(homes, methods, cores=1), strict=True)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_needs_nothing_from_elsewhere(homes: list[Lived], found: list[Judged], language: str) -> None:
    text = page(homes, found, 1.0, language)
    read = Read(text)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in read.tags}
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", text)
    assert {attrs["lang"] for attrs in read.of("html")} == {"zh-CN" if language == "zh" else "en"}


def test_each_picture_holds_every_way_and_has_a_table_with_the_same_numbers(
    homes: list[Lived], found: list[Judged]
) -> None:
    read = Read(page(homes, found, 1.0, "en"))
    pictures = [attrs for attrs in read.of("svg") if attrs.get("role") == "img"]
    assert len(pictures) == 2 + len(homes)  # all homes together for wide and narrow screens, then home by home
    assert all(len(attrs["points"].split()) == len(BUDGETS) for attrs in read.of("polyline") if attrs["points"])
    assert len(read.of("table", "ways")) == 1 + len(homes)
    assert len(read.of("tr", "now")) == 1 + len(homes)
    of_all = pooled([score(outcome) for outcome in found[0].outcomes])
    assert f"{of_all.a_month:.2f}" in read.text
    assert f"{of_all.soon * 100:.1f} %" in read.text


def test_the_page_tells_each_alert_of_each_home(homes: list[Lived], found: list[Judged]) -> None:
    read = Read(page(homes, found, 400.0, "en"))
    calls = [call for one in found[1].outcomes for call in one.calls if call.at <= one.ends]
    zone = homes[0].past.home.zone
    assert len(calls) > 0
    for call in calls:
        assert f"{call.at.astimezone(zone):%H:%M}" in read.text


def test_without_collapses_the_page_shows_no_delay(homes: list[Lived], found: list[Judged]) -> None:
    unasked = [Judged(one.method, judged([Lived(homes[0].past)], [one.method], cores=1)[0]) for one in found[:1]]
    text = page([Lived(homes[0].past)], unasked, 1.0, "en")
    assert "there is no delay to show" in text
    assert "nan" not in Read(text).text


@pytest.mark.slow
def test_several_processes_find_what_one_does(homes: list[Lived], found: list[Judged]) -> None:
    short = [Lived(Past(home.past.home, home.past.devices, home.past.signals[:400]), CUTS[:1]) for home in homes]
    methods = [found[0].method, found[-1].method]
    told: list[tuple[int, int]] = []
    apart = judged(short, methods, lambda done, total: told.append((done, total)), cores=2)
    assert apart == judged(short, methods, cores=1)
    assert told[-1] == (1600, 1600)


def test_the_longest_silence_yet_knows_nothing_of_the_future(homes: list[Lived]) -> None:
    past = homes[0].past
    until = START + timedelta(days=4)
    earlier = Past(past.home, past.devices, [signal for signal in past.signals if signal.at <= until])
    learner = classic(Rules(), shipped_prior())[-1].learner
    assert learner is not None
    whole, gone = learner.of(past)(until), learner.of(earlier)(until)
    assert (whole.table == gone.table).all()
    assert whole.table.min() < whole.table.max()


rates = st.floats(0, 12, allow_nan=False)
delays = st.lists(st.floats(0, 48, allow_nan=False), max_size=3).map(tuple)


@given(st.lists(st.tuples(rates, delays), min_size=1, max_size=8))
def test_whatever_comes_of_it_everything_stands_within_the_picture(ways: list[tuple[float, tuple[float, ...]]]) -> None:
    entries = [
        Entry("own", f"{number}", is_today=number == 0, score=Score("all", round(rate * 10), 304.0, took))
        for number, (rate, took) in enumerate(ways)
    ]
    for size in (WIDE, NARROW, SMALL):
        drawn = chart(entries, size, scale_of(entries))
        for spot in [spot for mark in drawn.marks for spot in (mark.half, mark.most)]:
            assert size.left <= spot.x <= size.width - size.right
            assert size.top <= spot.y <= size.height - size.bottom
        labels = sorted(drawn.labels, key=lambda label: label.begin)
        assert sum(len(label.marks) for label in labels) == len(drawn.marks)
        assert all(one.end < other.begin for one, other in pairwise(labels))
        assert all(label.at.y < size.height - 4 for label in labels)


@pytest.mark.parametrize(
    ("false", "days", "least", "most"),
    # the exact Poisson limits are 0 to 3.69, 1.62 to 11.67 and 12.2 to 29.7 events
    [(0, 30.4, 0, 3.69), (5, 30.4, 1.62, 11.67), (20, 30.4, 12.2, 30.9)],
)
def test_few_false_alerts_say_little(false: int, days: float, least: float, most: float) -> None:
    between = Score("all", false, days, ()).a_month_between
    assert list(between) == pytest.approx([least, most], abs=0.1)
    assert all(math.isnan(end) for end in Score("all", 0, 0, ()).a_month_between)


def asked(homes: Sequence[Path], **options: object) -> None:
    command(list(homes), **{"cuts": None, "json": None, "report": None, "language": "en", "budget": "1", **options})  # type: ignore[arg-type]


def test_several_budgets_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked([recorded(tmp_path, 2, days=2)], budget="0.5,4", json=tmp_path / "out.json")
    printed = capsys.readouterr().out
    assert printed.index("asked for 0.5 false alerts") < printed.index("asked for 4 false alerts")
    assert '"budgets": {' in (tmp_path / "out.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("budget", ["", "one", "1,,2", "-1", "1,1", "nan"])
def test_what_is_no_budget_is_said(tmp_path: Path, budget: str) -> None:
    with pytest.raises(Exception, match="0.5,1,2,4"):
        asked([recorded(tmp_path, 2, days=1)], budget=budget)


def test_a_page_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    path = recorded(tmp_path, 2, days=1)
    with pytest.raises(LinliError, match="report.html cannot be written: there is no folder"):
        asked([path], report=tmp_path / "nowhere" / "report.html")
    with pytest.raises(LinliError, match="is a folder"):
        asked([path], report=tmp_path)
    with pytest.raises(LinliError, match="neither of zh and en"):
        asked([path], language="fr")
