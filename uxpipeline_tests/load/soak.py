"""One round of a soak: files made from a seed, and what happens to them in an order made from it too."""

import json
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from uxpipeline.db.connect import connect
from uxpipeline.errors import TransientError
from uxpipeline.ingest.ledger import quarantined_files
from uxpipeline.ingest.load import replay_lines
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.subjects.requests import erase_session
from uxpipeline_tests.db.processes import started
from uxpipeline_tests.db.queries import eventually_alone, rows, value
from uxpipeline_tests.load.invariants import assert_in_database
from uxpipeline_tests.load.landing import NOW, Landing
from uxpipeline_tests.load.lines import Line, assignment, conversion, event, posthog, record, step, submit, touch
from uxpipeline_tests.load.steps import at_step
from uxpipeline_tests.load.test_crashes import LOADER
from uxpipeline_tests.processes import wait_until

KEY = b"key"
"""As LOADER has it."""
ERASED = "to be erased"
PAGES = ("/", "/product/1", "/cart", "/lead")
KINDS = ("page_view", "click", "rage_click", "hesitation", "error", "form_start", "form_submit", "scroll_depth")
BAD = ("{not json", '{"session_id": 3}', '{"a": NaN}', "[]", '{"\\u0000": 1}', '{"x": "\\ud800"}')
MOMENTS = (
    "record_verdict", "verdict", "publish/03_mark_repeated_lines", "publish/20_insert_sessions",
    "publish/30_insert_events", "publish/51_append_conversions", "publish/90_settle_lines", "record_file",
    "clear_stage",
)  # fmt: skip


@dataclass
class Soak:
    """A database of its own, and a seed that decides everything."""

    landing: Landing
    url: str
    seed: int
    revive: Callable[[], None]
    """Brings the server back after it was killed."""
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - no secret
        self.landing = replace(self.landing, settings=replace(self.landing.settings, privacy_key=KEY.decode()))
        lines = list(self._lines())
        self.files = [self._write(dealt) for dealt in self._dealt(lines)]

    def run(self, steps: int) -> None:
        """Do `steps` things, then load what is still missing; invariants are asserted after each.

        Raises:
            AssertionError: one does not hold; `done` says what had happened.
        """
        deeds = (
            self._load, self._load, self._load, self._load_and_lose_the_backend, self._load_and_kill_the_loader,
            self._load_and_kill_the_server, self._rename, self._shuffle, self._replay, self._refresh, self._erase,
            self._know_the_test,
        )  # fmt: skip
        for _ in range(steps):
            deed = self.chance.choice(deeds)
            self.done.append(deed.__name__)
            deed()
            self.check()
        self._know_the_test()
        self._erase()
        for path in self.files:
            self._load_file(path)
        self._refresh()
        self.check()

    def checksum(self) -> list[str]:
        with connect(self.url) as connection:
            return replace(self.landing, connection=connection).state()

    def undisturbed(self) -> list[str]:
        """The tables after loading everything once, in one file, with test and erasure known from the beginning."""
        with connect(self.url) as connection:
            clean = replace(self.landing, connection=connection)
            clean.clean()
            connection.execute(b"delete from uxpipeline.erased_sessions")
            self._know_the_test()
            self._erase()
            *native, other = self.files
            whole = self._write([line for path in native for line in path.read_text("utf-8").splitlines()])
            for path in (whole, other):
                clean.load_file(path, max_bad=1)
            refresh_marts(connection, NOW)
            return clean.state()

    def check(self) -> None:
        """What the tables can tell holds."""
        with connect(self.url) as connection:
            assert_in_database(connection)

    def _lines(self) -> Iterator[Line | str]:
        for number in range(self.chance.randint(4, 8)):
            session = ERASED if number == 0 else f"s{number}"
            for _ in range(self.chance.randint(3, 14)):
                second = self.chance.randint(0, 90)
                page, kind = self.chance.choice(PAGES), self.chance.choice(KINDS)
                yield event(session, second, kind, page, component_id="buy", element_path="#buy")
            yield record(session, created_at=event(session, 0)["timestamp"], language=self.chance.choice(("en", "de")))
            yield step(session, self.chance.randint(0, 50), self.chance.randint(1, 3))
            yield assignment(session, self.chance.randint(0, 20), variant=self.chance.choice("AB"))
            yield assignment(session, 1, test="never known")
            yield conversion(session, self.chance.randint(20, 90), "custom", test_id="known")
        for _ in range(3):
            yield self.chance.choice(BAD)

    def _dealt(self, lines: list[Line | str]) -> list[list[Line | str]]:
        """Lines shuffled, some of them twice, in files that overlap; a file of another source beside them."""
        repeated = [line for line in lines if self.chance.random() < 0.2]
        shuffled = self.chance.sample([*lines, *repeated], len(lines) + len(repeated))
        number = self.chance.randint(3, 5)
        other: list[Line | str] = [
            posthog("p", 0), touch("p", 4), touch("p", 9, "email"), submit("p", 30), posthog("p", 40, "$set"),
        ]  # fmt: skip
        return [*(shuffled[start::number] for start in range(number)), self.chance.sample(other, len(other))]

    def _write(self, lines: list[Line] | list[str] | list[Line | str]) -> Path:
        return self.landing.write(lines, f"{len(list(self.landing.folder.iterdir())):03}-{self.seed}.ndjson")

    def _load_file(self, path: Path) -> None:
        with connect(self.url) as connection:
            replace(self.landing, connection=connection).load_file(path, max_bad=1)

    def _load(self) -> None:
        self._load_file(self.chance.choice(self.files))

    def _load_and_lose_the_backend(self) -> None:
        with (
            connect(self.url) as observer,
            self._disturbed(lambda pid: rows(observer, "select pg_terminate_backend(%s, 5000)", pid)),
        ):
            pass

    def _load_and_kill_the_server(self) -> None:
        with self._disturbed(lambda pid: os.kill(pid, signal.SIGKILL)):
            pass
        self.revive()
        wait_until(self._answers, 30, "the server answers again")

    @contextmanager
    def _disturbed(self, disturb: Callable[[int], object]) -> Iterator[None]:
        import pytest  # noqa: PLC0415 - only its patching

        moment, path = self.chance.choice(MOMENTS), self.chance.choice(self.files)
        self.done.append(moment)
        with suppress(TransientError), pytest.MonkeyPatch.context() as patch, connect(self.url) as lost:
            at_step(patch, moment, lambda: disturb(lost.info.backend_pid))
            replace(self.landing, connection=lost).load_file(path, max_bad=1)
        yield

    def _load_and_kill_the_loader(self) -> None:
        path, moment = self.chance.choice(self.files), self.chance.randint(1, 40)
        home = str(self.landing.settings.home)
        with started(LOADER, self.url, home, str(path), NOW.isoformat()) as process:
            assert process.stdout is not None
            for _ in range(moment):
                process.stdout.readline()
            process.kill()
            process.wait()
        with connect(self.url) as observer:
            assert eventually_alone(observer)

    def _rename(self) -> None:
        path = self.chance.choice(self.files)
        shutil.copy(path, path.with_name(f"copy-{len(self.done)}-{path.name}"))
        self._load_file(path.with_name(f"copy-{len(self.done)}-{path.name}"))

    def _shuffle(self) -> None:
        lines = self.chance.choice(self.files).read_text("utf-8").splitlines()
        self._load_file(self._write(self.chance.sample(lines, len(lines))))

    def _replay(self) -> None:
        with connect(self.url) as connection:
            files = quarantined_files(connection, [], None)
            assert all(
                report.status == "replayed" for report in replay_lines(connection, self.landing.settings, files, NOW)
            ), self

    def _refresh(self) -> None:
        with connect(self.url) as connection:
            refresh_marts(connection, NOW)

    def _erase(self) -> None:
        with connect(self.url) as connection:
            erase_session(connection, ERASED, KEY, NOW)

    def _know_the_test(self) -> None:
        with connect(self.url) as connection:
            if not value(connection, "select count(*) from public.a_b_tests"):
                replace(self.landing, connection=connection).add_test()

    def _answers(self) -> bool:
        with suppress(TransientError), connect(self.url):
            return True
        return False

    def __repr__(self) -> str:
        return json.dumps({"seed": self.seed, "done": self.done})
