"""The Worker of docs/sources.md does on PostgreSQL, as the role of its token, what the page says."""

import base64
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline.ingest.masking.records import visitor_hash
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.docs.pages import blocks
from uxpipeline_tests.load.lines import an_id

pytestmark = pytest.mark.node
SITE = "https://shop.example"
SESSION = an_id("worker")
HARNESS = """
import worker from "./worker.mjs";
import { readFileSync } from "node:fs";
const keys = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, true, ["sign", "verify"]);
const jwk = {...await crypto.subtle.exportKey("jwk", keys.privateKey), kid: "k1"};
const sent = [];
globalThis.fetch = async (url, init) => {
  const [head, body, signature] = init.headers.Authorization.split(" ")[1].split(".");
  const valid = await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, keys.publicKey,
    Buffer.from(signature, "base64url"), Buffer.from(`${head}.${body}`));
  sent.push({url, headers: init.headers, body: JSON.parse(init.body), valid});
  return {ok: true, status: 204};
};
const env = {SUPABASE_URL: "https://project.invalid", SUPABASE_PUBLISHABLE_KEY: "publishable", SITE: "https://shop.example",
  SIGNING_KEY: JSON.stringify(jwk), VISITOR_KEY: "key"};
const given = JSON.parse(readFileSync(0, "utf8"));
const request = new Request("https://beacon.invalid/", {method: given.method, headers: {Origin: given.origin},
  ...(given.method === "POST" ? {body: given.body} : {})});
const answer = await worker.fetch(request, env);
console.log(JSON.stringify({status: answer.status, sent}));
"""


def ask(folder: Path, body: object, *, method: str = "POST", origin: str = SITE) -> dict[str, Any]:
    """Let the Worker answer one request; what it answered and what it sent on."""
    [worker] = blocks("worker")
    (folder / "worker.mjs").write_text(worker.text, encoding="utf-8")
    (folder / "harness.mjs").write_text(HARNESS, encoding="utf-8")
    given = json.dumps(
        {"method": method, "origin": origin, "body": body if isinstance(body, str) else json.dumps(body)}
    )
    done = subprocess.run(["node", "harness.mjs"], cwd=folder, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def visit(**fields: object) -> dict[str, object]:
    now = datetime.now(UTC).timestamp() * 1000
    click = {
        "id": an_id("click"), "type": "click", "at": now - 2000, "page": "/orders/4711?mail=ada@x.example",
        "element": "button", "path": "main > button#plan", "text": "Choose", "component": "plans",
        "data": {"hesitation_ms": 900, "typed": "ada"},
    }  # fmt: skip
    typed = {
        **click,
        "id": an_id("typed"),
        "element": "input",
        "text": "Ada Lovelace",
        "component": "mail ada@x.example",
    }
    return {
        "session": SESSION, "visitor": "u-77", "landing": "/pricing#ada", "referrer": "https://x.example/?q=ada",
        "device": "desktop", "events": [click, typed], **fields,
    }  # fmt: skip


def pass_on(connection: Connection, sent: list[dict[str, Any]]) -> None:
    """What the API does with a request: the token's role calls the function the address names, by argument names."""
    for request in sent:
        assert request["valid"]
        claims = json.loads(base64.urlsafe_b64decode(request["headers"]["Authorization"].split(".")[1] + "=="))
        assert claims["exp"] - claims["iat"] == 60
        function = request["url"].removeprefix("https://project.invalid/rest/v1/rpc/")
        arguments = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(
                sql.Identifier(name), sql.Literal(Jsonb(given) if isinstance(given, dict | list) else given)
            )
            for name, given in request["body"].items()
        )
        with connection.transaction():
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(claims["role"])))
            connection.execute(sql.SQL("select public.{}({})").format(sql.Identifier(function), arguments))


def test_a_visit_arrives_masked_and_once(connection: Connection, tmp_path: Path) -> None:
    found = ask(tmp_path, visit(left="/bye"))
    assert found["status"] == 204
    for _ in range(2):
        pass_on(connection, found["sent"])
    sessions = "select landing_page, referrer, exit_page, exit_reason, length(visitor_key) from public.user_sessions"
    assert rows(connection, sessions) == [("/pricing", "https://x.example", "/bye", "close", 32)]
    events = """
        select page_url, element_text, component_id, event_data from public.behavior_events order by element_type
    """
    assert rows(connection, events) == [
        ("/orders/:id", "Choose", "plans", {"hesitation_ms": 900}),
        ("/orders/:id", None, None, {"hesitation_ms": 900}),
    ]


def test_nothing_that_was_typed_and_no_secret_is_sent_on(tmp_path: Path) -> None:
    sent = json.dumps([request["body"] for request in ask(tmp_path, visit())["sent"]])
    assert not any(word in sent for word in ("ada@", "Ada", "u-77", "mail=", "publishable", '"key"'))


def test_a_visitor_has_the_key_that_files_give(connection: Connection, tmp_path: Path) -> None:
    pass_on(connection, ask(tmp_path, visit())["sent"])
    assert value(connection, "select visitor_key from public.user_sessions") == visitor_hash(b"key", "u-77")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "no such type"},
        {"id": "1"},
        {"at": 0},
        {"at": 4e15},
        {"at": "now"},
    ],
)
def test_an_event_the_tables_would_refuse_does_not_cost_the_others(
    connection: Connection, tmp_path: Path, event: dict[str, object]
) -> None:
    given = visit()
    events = given["events"]
    assert isinstance(events, list)
    found = ask(tmp_path, {**given, "events": [events[0], {**events[1], **event}]})
    pass_on(connection, found["sent"])
    assert value(connection, "select count(*) from public.behavior_events") == 1


@pytest.mark.parametrize(
    ("body", "method", "origin", "status"),
    [
        ("{not json", "POST", SITE, 400),
        ({"session": "no uuid"}, "POST", SITE, 400),
        ("x" * 70_000, "POST", SITE, 413),
        ({}, "POST", "https://elsewhere.example", 403),
        ({}, "GET", SITE, 403),
        ({}, "OPTIONS", SITE, 204),
    ],
)
def test_what_is_no_visit_is_refused_and_not_sent_on(
    tmp_path: Path, body: object, method: str, origin: str, status: int
) -> None:
    found = ask(tmp_path, body, method=method, origin=origin)
    assert (found["status"], found["sent"]) == (status, [])
