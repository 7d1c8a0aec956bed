"""Who gets where: every route for every role, and what the guard and the forms refuse."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlencode

import pytest
from fastapi.routing import APIRoute

from tests.console.world import AD, PASSWORD, World, fill
from tppo_watch.console.guard import HEADERS, MAX_BODY
from tppo_watch.console.routes import ROUTERS
from tppo_watch.review import LOWEST, ROLES

FORM = {"content-type": "application/x-www-form-urlencoded"}
#: What somebody must at least be for each page and form; kept apart from the code, on purpose.
EXPECTED = {
    "GET /": None,
    "GET /sign-in": None,
    "POST /sign-in": None,
    "POST /language": None,
    "POST /sign-out": "reader",
    "GET /queue": "reader",
    "GET /next": "reviewer",
    "GET /posts/{alert_id}": "reader",
    "POST /posts/{alert_id}/reveal": "reviewer",
    "GET /posts/{alert_id}/pictures/{place}": "reviewer",
    "GET /posts/{alert_id}/dossier.{form}": "reviewer",
    "POST /posts/{alert_id}/evidence": "reviewer",
    "GET /posts/{alert_id}/evidence/{sha256}/picture": "reviewer",
    "POST /posts/{alert_id}/evidence/{sha256}": "reviewer",
    "POST /posts/{alert_id}/decide": "reviewer",
    "POST /posts/{alert_id}/adjudicate": "reviewer",
    "POST /bulk": "reviewer",
    "POST /bulk/apply": "reviewer",
    "POST /undo": "reviewer",
    "GET /campaigns": "reader",
    "GET /campaigns/suggestions": "reviewer",
    "GET /campaigns/{name}": "reader",
    "POST /campaigns/merge": "reviewer",
    "POST /campaigns/split": "reviewer",
    "POST /campaigns/undo": "reviewer",
    "GET /bulletin": "reader",
    "GET /bulletin/{code}/{name}/{form}": "reader",
    "GET /signals": "reader",
    "GET /signals/{signal_id}": "reader",
    "POST /signals/{signal_id}/decide": "reviewer",
    "POST /signals/undo": "reviewer",
    "GET /terms": "reader",
    "POST /terms/{term_id}/decide": "lead",
    "POST /terms/undo": "lead",
    "GET /sources": "reader",
    "GET /statistics": "reader",
    "GET /settings": "reader",
    "POST /settings": "reader",
    "POST /settings/password": "reader",
    "POST /rested": "reader",
    "GET /deliveries": "lead",
    "POST /deliveries/{message_id}/resend": "lead",
    "POST /rules": "lead",
    "POST /rules/{rule_id}/end": "lead",
    "GET /audit": "lead",
    "GET /users": "admin",
    "POST /users": "admin",
    "POST /users/{user_id}/role": "admin",
    "POST /users/{user_id}/disable": "admin",
    "POST /users/{user_id}/reset": "admin",
}
ROUTES = [
    f"{method} {route.path}"
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]


@pytest.fixture(scope="module")
def post(world: World) -> int:
    (alert_id,) = fill(world.watch, [AD], now=world.clock())
    return alert_id


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, object]:
    return {role: world.client(role) for role in ROLES}


def token(client) -> str:
    return re.search(r'name="token" value="([^"]+)"', client.get("/queue").text)[1]


def test_every_route_is_in_the_table():
    """A new page is open to nobody until somebody says to whom."""
    assert sorted(ROUTES) == sorted(EXPECTED)


def test_every_route_takes_its_visit_from_a_door():
    """Whatever needs a sign-in says for which action, and the action has the role of the table."""
    for router in ROUTERS:
        for route in router.routes:
            actions = [
                dependency.call.action
                for dependency in route.dependant.dependencies
                if hasattr(dependency.call, "action")
            ]
            for method in route.methods:
                role = EXPECTED[f"{method} {route.path}"]
                assert [LOWEST[action] for action in actions] == ([] if role is None else [role])


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("route", EXPECTED)
def test_every_route_for_every_role(world, clients, post, route, role):
    """Who may not is refused before anything is done; who may is not."""
    method, path = route.split()
    ids = {"alert_id": post, "user_id": 999, "message_id": "0" * 32, "rule_id": 9, "place": 0}
    ids |= {"signal_id": 9, "term_id": 9}
    path = path.format(**ids, form="json", name="c1", sha256="0" * 64, code="ID-KI")
    client = clients[role] if role else world.client()
    least = EXPECTED[route]
    if route == "POST /sign-out" and role:
        client = world.client(role)  # its session ends
    if method == "GET":
        answer = client.get(path)
    else:
        body = {"token": token(client)} if role else {}
        answer = client.post(path, content=urlencode(body), headers=FORM)
    if least is None:
        assert answer.status_code not in (403, 500)
    elif role is None:
        # Of a form with a file nothing is read, so nobody knows whether it was ours.
        assert answer.status_code == (303 if method == "GET" else 401 if path.endswith("/evidence") else 403)
        assert method == "POST" or answer.headers["location"].startswith("/sign-in")
    elif ROLES.index(role) < ROLES.index(least):
        assert answer.status_code == 403
        assert "Tidak diizinkan" in answer.text
    else:
        assert answer.status_code not in (403, 500)


@pytest.mark.parametrize("path", ["/sign-in", "/queue", "/static/console.css", "/tiada", "/posts/x"])
def test_every_answer_carries_the_policy(world, path):
    """Pages, files and errors alike; the policy allows nothing inline and nothing foreign."""
    answer = world.client("reader").get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "server" not in answer.headers
    assert ("no-store" in answer.headers["cache-control"]) != path.startswith("/static")


@pytest.mark.parametrize("host", ["jahat.example", "jahat.example:80", "127.0.0.1", "127.0.0.1:1", ""])
def test_other_names_of_this_machine_are_not_answered(world, host):
    """A page of another site whose name points here gets nothing (DNS rebinding)."""
    answer = world.client("admin").get("/queue", headers={"host": host})
    assert answer.status_code in (400, 421)
    assert "Antrean" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://jahat.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(world, post, headers):
    """With a valid session and a valid token even."""
    client = world.client("reviewer")
    body = urlencode({"token": token(client), "decision": "take_up", "version": "0"})
    answer = client.post(f"/posts/{post}/decide", content=body, headers=FORM | headers)
    assert answer.status_code == 403


def test_a_form_needs_a_token_of_its_own_sender(world, post):
    """None, a made-up one, and that of somebody else: all are refused, and nothing is decided."""
    client, other = world.client("reviewer"), world.client("lead")
    for value in ("", "x", token(other), token(client)[1:]):
        body = urlencode({"token": value, "decision": "take_up", "version": "0"})
        answer = client.post(f"/posts/{post}/decide", content=body, headers=FORM)
        assert answer.status_code == 403, value
        assert "Formulir ditolak" in answer.text
    reader = world.watch.accounts.named("reader")
    assert world.watch.desk.open(reader, post, now=world.clock()).item.state.version == 0


def test_uploads_and_long_forms_are_refused(world, post):
    """No file is taken; a form longer than any of ours is cut off, said to be long or not."""
    client = world.client("reviewer", lang="en")
    boundary = "b"
    named = 'Content-Disposition: form-data; name="note"; filename="a.exe"'
    part = f"--{boundary}\r\n{named}\r\n\r\nMZ\r\n--{boundary}--"
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post(f"/posts/{post}/decide", content=part, headers=headers)
    assert answer.status_code == 422 and "takes no files" in answer.text
    answer = client.post("/undo", content="a=" + "x" * MAX_BODY, headers=FORM)
    assert answer.status_code == 413
    answer = client.post("/undo", content=b"\xff\xfe=%zz&" * 10, headers=FORM)
    assert answer.status_code == 422
    answer = client.post("/undo", content="&".join(f"a{i}=1" for i in range(2_000)), headers=FORM)
    assert answer.status_code == 422


def test_a_body_without_length_is_bounded(world):
    """Chunks without end are cut off; the console goes on."""
    host, port = world.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /sign-in HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {FORM['content-type']}\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for _ in range(40):
                connection.sendall(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
        except ConnectionError:
            answer = b""
    assert b" 200 " not in answer and b" 303 " not in answer
    assert world.client().get("/sign-in").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"])
def test_only_pages_and_forms_are_served(world, method):
    """Other methods are refused before any page is asked."""
    assert world.client("admin").request(method, "/queue").status_code == 405


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/vendor/../../app.py"]
)
def test_static_files_are_those_of_the_console_only(world, path):
    """No path leads out of the folder."""
    answer = world.client().get(path)
    assert answer.status_code == 404


def test_the_session_cookie_is_of_this_host_alone(world):
    """Secure, unreadable to scripts, never sent along from other sites; gone after signing out."""
    client = world.client()
    body = urlencode({"name": "reviewer", "password": PASSWORD, "next": "//jahat.example"})
    answer = client.post("/sign-in", content=body, headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tppo-session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    session = cookie.partition(";")[0]
    page = client.get("/queue", headers={"cookie": session})
    end = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    out = client.post("/sign-out", content=urlencode({"token": end}), headers=FORM | {"cookie": session})
    assert out.headers["location"] == "/sign-in?said=out"
    assert client.get("/queue", headers={"cookie": session}).status_code == 303


def test_sign_in_is_slowed_down_for_those_who_guess(world):
    """After some failures even the right password waits; the page says how long, in the reader's language."""
    client = world.client(lang="en")
    for _ in range(6):
        answer = client.post(
            "/sign-in", content=urlencode({"name": "lead", "password": "salah sekali"}), headers=FORM
        )
    assert answer.status_code == 429 and "Too many tries" in answer.text
    answer = client.post(
        "/sign-in", content=urlencode({"name": "lead", "password": PASSWORD}), headers=FORM
    )
    assert answer.status_code == 429 and "set-cookie" not in answer.headers
    world.clock.forward(minutes=20)
    answer = client.post(
        "/sign-in", content=urlencode({"name": "lead", "password": PASSWORD}), headers=FORM
    )
    assert answer.status_code == 303


def test_without_accounts_the_page_says_how_to_make_the_first(tmp_path):
    """No default account: the door shows a command and no form."""
    from tests.console.world import console

    with console(tmp_path, roles=(), first_user_command="tppo-watch users add NAMA --role admin") as fresh:
        page = fresh.client().get("/sign-in").text
    assert "users add NAMA --role admin" in page
    assert 'name="password"' not in page
