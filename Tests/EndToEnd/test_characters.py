"""Characters with memory over HTTP: cards, instances, talks, what is remembered, and how it is forgotten."""

import base64
import io
import json
import sqlite3
import threading
import wave
import zipfile
import zlib

import pytest

import upload
from llm import LanguageModel
from recording import SENTENCES, WAV
from server import Server
from upload import request
from waiting import until

CARD = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {"name": "Ada", "first_mes": "Hello {{user}}, I am <BOT>.", "extensions": {"z": [1.0], "a": None}},
}


def call(server, method, path, body=None, **headers):
    """A request of JSON; the key of the server is sent where it has one."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if server.key and "Authorization" not in headers:
        headers["Authorization"] = f"Bearer {server.key}"
    return request(server, method, path, data, **{"Content-Type": "application/json"} | headers)


def create(server, path, body, **headers):
    answer = call(server, "POST", path, body, **headers)
    assert answer.status == 201, answer.text
    assert answer.headers["location"].endswith(answer.json["id"])
    return answer.json


def talk(server, character="assistant", name="me", **fields):
    """A new instance, and the path of its own."""
    return "/v1/instances/" + create(server, f"/v1/characters/{character}/instances", {"name": name, **fields})["id"]


def say(server, instance, text=None, **fields):
    answer = call(server, "POST", instance + "/messages", {"text": text, **fields})
    assert answer.status == 200, answer.text
    return answer.json


def history(server, instance):
    messages = call(server, "GET", instance + "/messages?limit=100").json["data"]
    return [(message["role"], message["text"]) for message in messages]


@pytest.fixture
def server(launch):
    return launch(LLM="echo", is_ready=False)


def test_a_character_from_card_to_deletion(server):
    character = create(server, "/v1/characters", CARD | {"voice": "slt"})
    path = f"/v1/characters/{character['id']}"
    assert (character["name"], character["voice"], character["read_only"]) == ("Ada", "slt", False)
    assert '"extensions":{"z": [1.0], "a": null}' in call(server, "GET", path + "/card?format=v3").text
    listed = call(server, "GET", "/v1/characters").json
    assert [entry["id"] for entry in listed["data"]] == ["assistant", "tutor", character["id"]]
    assert call(server, "GET", "/v1/characters?name=aDA").json["data"] == [character]

    tag = call(server, "GET", path).headers["etag"]
    changed = call(server, "PATCH", path, {"description": "Counts."}, If_Match=tag)
    assert (changed.status, changed.json["description"]) == (200, "Counts.")
    stale = call(server, "PATCH", path, {"description": "Writes."}, If_Match=tag)
    assert (stale.status, stale.error["code"]) == (412, "precondition_failed")
    assert call(server, "GET", path).json["description"] == "Counts."

    instance = talk(server, character["id"])
    refused = call(server, "DELETE", path)
    assert (refused.status, refused.error["code"]) == (409, "character_has_instances")
    assert call(server, "DELETE", path + "?force=true").status == 200
    assert call(server, "GET", instance).status == 404


def chunks(picture):
    """The chunks of a PNG, whose checksums must be right; pixels are unpacked."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(picture):
        length = int.from_bytes(picture[place : place + 4], "big")
        content = picture[place + 4 : place + 8 + length]
        assert zlib.crc32(content) == int.from_bytes(picture[place + 8 + length : place + 12 + length], "big")
        kind, data = content[:4], content[4:]
        found.append((kind, zlib.decompress(data) if kind == b"IDAT" else data))
        place += 12 + length
    return found


def test_files_with_cards(server):
    text = json.dumps(CARD).encode()

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + bytes(4)

    png = b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"chara\0" + base64.b64encode(text)) + chunk(b"IEND", b"")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("assets/picture.png", png)
        file.writestr("card.json", text)
    for body, kind in [(png, "image/png"), (archive.getvalue(), "application/zip")]:
        answer = call(server, "POST", "/v1/characters", body, **{"Content-Type": kind})
        assert (answer.status, answer.json["name"]) == (201, "Ada")
        path = f"/v1/characters/{answer.json['id']}/card?format=v2&file="
        with zipfile.ZipFile(io.BytesIO(call(server, "GET", path + "charx").body)) as file:
            assert file.testzip() is None
            card = json.loads(file.read("card.json"))
        assert card == call(server, "GET", path + "json").json
        assert card["data"] | CARD["data"] == card["data"]
        picture = call(server, "GET", path + "png")
        assert picture.headers["content-type"] == "image/png"
        assert chunks(picture.body)[-2:] == [(b"IDAT", b"\x00\x80"), (b"IEND", b"")]
        again = call(server, "POST", "/v1/characters", picture.body)
        assert (again.json["name"], again.json["card_version"]) == ("Ada", "v3")
        assert call(server, "POST", "/v1/characters", body[: len(body) // 2], **{"Content-Type": kind}).status == 400


def test_a_talk_is_kept_in_order_and_the_character_begins(server):
    character = create(server, "/v1/characters", CARD)
    instance = talk(server, character["id"], user_name="Bea")
    first = say(server, instance)
    assert (first["message"], first["reply"]["text"], first["stored"]) == (None, "Hello Bea, I am Ada.", True)
    assert say(server, instance, "good morning")["reply"]["text"] == "good morning"
    expected = [("assistant", "Hello Bea, I am Ada."), ("user", "good morning"), ("assistant", "good morning")]
    assert history(server, instance) == expected
    again = call(server, "POST", instance + "/messages", {})
    assert (again.status, again.error["code"]) == (400, "missing_required_parameter")

    newest = call(server, "GET", instance + "/messages?order=desc&limit=1").json
    assert (newest["data"][0]["text"], newest["has_more"]) == ("good morning", True)
    rest = call(server, "GET", f"{instance}/messages?order=desc&after={newest['last_id']}").json
    assert ([entry["role"] for entry in rest["data"]], rest["has_more"]) == (["user", "assistant"], False)


def test_speech_in_and_speech_out(launch):
    server = launch(LLM="echo")
    instance = talk(server)
    form = upload.form(WAV.read_bytes(), ("speech", "true"))
    answer = call(server, "POST", instance + "/messages", form, **upload.headers())
    assert answer.status == 200, answer.text
    assert answer.json["message"]["text"] == " ".join(sentence.text for sentence in SENTENCES)
    assert answer.json["reply"]["text"] == answer.json["message"]["text"]
    with wave.open(io.BytesIO(base64.b64decode(answer.json["speech"]["data"]))) as file:
        assert (file.getframerate(), file.getnchannels()) == (24_000, 1)
        assert file.getnframes() > 24_000

    mute = launch(LLM="echo", TTS="none")
    spoken = say(mute, talk(mute, name="other"), "hello", speech=True)
    assert (spoken["reply"]["text"], spoken["speech"]) == ("hello", None)
    assert spoken["speech_error"]["code"] == "tts_unavailable"


def test_every_key_has_characters_of_its_own(launch):
    keys = {"alice": "the-key-of-alice", "bob": "the-key-of-bob"}
    server = launch(LLM="echo", API_KEYS=",".join(f"{name}:{key}" for name, key in keys.items()), is_ready=False)
    character = create(server, "/v1/characters", CARD)
    instance = talk(server, character["id"])
    bob = {"Authorization": f"Bearer {keys['bob']}"}
    for method, path, body in [
        ("GET", f"/v1/characters/{character['id']}", None),
        ("PATCH", f"/v1/characters/{character['id']}", {"name": "Eve"}),
        ("DELETE", f"/v1/characters/{character['id']}?force=true", None),
        ("GET", f"/v1/characters/{character['id']}/instances", None),
        ("GET", instance, None),
        ("POST", instance + "/messages", {"text": "hello"}),
        ("GET", instance + "/messages", None),
        ("DELETE", instance + "/messages", None),
        ("GET", instance + "/memory", None),
        ("GET", instance + "/facts", None),
        ("GET", instance + "/export", None),
    ]:
        assert call(server, method, path, body, **bob).status == 404, (method, path)
    assert call(server, "GET", instance).status == 200


def test_memory_is_written_in_the_background_and_used(launch):
    def answer(messages):
        return "Bea told much.\nFACTS:\n- 0.8 | Bea has a dog." if "FACTS:" in messages[0]["content"] else "I see."

    with LanguageModel(answer) as model:
        server = launch(LLM_BASE_URL=model.url, is_ready=False)
        instance = talk(server, memory="Speak slowly.", user_name="Bea")
        for index in range(10):
            say(server, instance, f"sentence {index}")
        summary = lambda: call(server, "GET", instance + "/memory").json["summary"]
        until(lambda: summary() == "Bea told much.", "the summary is written")
        say(server, instance, "and now?")
        system, *talked = model.requests[-1]
        for text in ("Speak slowly.", "Bea told much.", "Bea has a dog."):
            assert text in system["content"]
        assert talked[0]["content"] != "sentence 0"
        assert talked[-1]["content"].endswith("and now?") and "(UTC)" in talked[-1]["content"]
        (fact,) = call(server, "GET", instance + "/facts").json["data"]
        assert (fact["text"], fact["confidence"], fact["author"]) == ("Bea has a dog.", 0.8, "model")

        exported = call(server, "GET", instance + "/export").json
        assert len(exported["messages"]) == 22
        assert (exported["summary"], exported["facts"]) == ("Bea told much.", [fact])


def test_what_is_forgotten_is_gone_from_the_disk(launch, tmp_path):
    state = tmp_path / "state"
    server = launch(LLM="echo", STATE_DIR=state, DATABASE="steno.sqlite", is_ready=False)

    def is_stored(word):
        return any(word.encode() in file.read_bytes() for file in state.iterdir())

    instance = talk(server, memory="xylopinned")
    for index in range(30):
        say(server, instance, f"xylophone {index}")
    fact = call(server, "POST", instance + "/facts", {"text": "xylofact"})
    assert fact.status == 201
    assert all(is_stored(word) for word in ("xylophone", "xylofact", "xylopinned"))
    assert call(server, "DELETE", f"{instance}/facts/{fact.json['id']}").status == 200
    assert not is_stored("xylofact")
    assert call(server, "DELETE", instance + "/messages").status == 200
    assert not is_stored("xylophone")
    assert call(server, "DELETE", instance).status == 200
    assert not is_stored("xylo")
    assert "xylo" not in "\n".join(server.log)


def test_what_a_client_was_told_survives_a_kill(launch, tmp_path):
    gate, reached = threading.Event(), threading.Event()

    def answer(messages):
        if messages[-1]["content"].endswith("last"):
            reached.set()
            gate.wait(30)
        return "I see."

    with LanguageModel(answer) as model:
        settings = {"LLM_BASE_URL": model.url, "STATE_DIR": tmp_path / "state", "DATABASE": "steno.sqlite", "is_ready": False}
        server = launch(**settings)
        instance = talk(server)
        for index in range(5):
            say(server, instance, f"number {index}")

        def lost():
            with pytest.raises(OSError):
                call(server, "POST", instance + "/messages", {"text": "last"})

        client = threading.Thread(target=lost)
        client.start()
        assert reached.wait(30)
        busy = call(server, "POST", instance + "/messages", {"text": "meanwhile"})
        assert (busy.status, busy.error["code"]) == (409, "turn_in_progress")
        server.kill()
        client.join(30)
        assert not client.is_alive()
        gate.set()

        server = launch(**settings)
        told = [("user", f"number {index}") for index in range(5)]
        assert history(server, instance) == [line for turn in told for line in (turn, ("assistant", "I see."))]
        assert say(server, instance, "again")["reply"]["text"] == "I see."


def test_a_turn_that_cannot_be_stored_is_an_error(launch, tmp_path):
    state = tmp_path / "state"
    server = launch(LLM="echo", STATE_DIR=state, DATABASE="steno.sqlite", is_ready=False)
    instance = talk(server)
    with sqlite3.connect(state / "steno.sqlite") as database:
        database.execute("CREATE TRIGGER fault BEFORE INSERT ON messages BEGIN SELECT raise(ABORT, 'no room'); END")
    failed = call(server, "POST", instance + "/messages", {"text": "hello"})
    assert (failed.status, failed.error["code"]) == (500, "storage_failed")
    assert "no room" not in failed.text
    until(lambda: any("no room" in line for line in server.log), "the log says why")
    assert history(server, instance) == []


def test_nothing_is_taken_for_something_else_for_its_zero(server):
    instance = talk(server, name="with a zero")
    refused = call(server, "POST", instance + "/messages", {"text": "a\0b"})
    assert (refused.status, refused.error["param"]) == (400, "text")
    assert call(server, "POST", instance + "%00/messages", {"text": "hello"}).status == 404
    assert call(server, "DELETE", instance + "%00x").status == 404
    assert history(server, instance) == []


def test_nothing_is_stored_where_nothing_may_be(launch):
    server = launch(LLM="echo", RETENTION_DAYS=0, is_ready=False)
    instance = talk(server, retention_days=30)
    assert say(server, instance, "hello")["stored"] is False
    assert history(server, instance) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "param"),
    [
        ("POST", "/v1/characters", b"", 400, None),
        ("POST", "/v1/characters", {"name": 1}, 400, "name"),
        ("POST", "/v1/characters", b"PK\x05\x06" + bytes(18), 400, None),
        ("POST", "/v1/characters", b" " * (17 << 20), 413, None),
        ("PATCH", "/v1/characters/tutor", {"name": "x"}, 403, None),
        ("DELETE", "/v1/characters/tutor", None, 403, None),
        ("GET", "/v1/characters/tutor/card?format=v1", None, 400, "format"),
        ("GET", "/v1/characters?limit=0", None, 400, "limit"),
        ("GET", "/v1/characters?after=nobody", None, 400, "after"),
        ("GET", "/v1/characters/%00%FF", None, 404, None),
        ("POST", "/v1/characters/tutor/instances", {}, 400, "name"),
        ("POST", "/v1/characters/tutor/instances", {"name": "x\0y"}, 400, "name"),
        ("POST", "/v1/characters/tutor/instances", {"name": "x", "retention_days": 0.5}, 400, "retention_days"),
        ("POST", "/v1/characters/nobody/instances", {"name": "x"}, 404, None),
        ("GET", "/v1/instances/nobody", None, 404, None),
        ("POST", "/v1/instances/nobody/messages", {"text": "x"}, 404, None),
        ("PUT", "/v1/instances/nobody", {}, 405, None),
    ],
)
def test_mistakes_are_named(server, method, path, body, status, param):
    answer = call(server, method, path, body)
    assert (answer.status, answer.error["param"]) == (status, param), answer.text
    assert server.is_running


def test_a_place_that_cannot_be_used_stops_the_start_only_where_it_was_chosen(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AssertionError, match="STATE_DIR"):
        Server(tmp_path, LLM="echo", TRANSCRIBER="pocketsphinx", STATE_DIR=tmp_path / "file", DATABASE="steno.sqlite")
    with pytest.raises(AssertionError, match="/dev/null/x: Not a directory"):
        Server(tmp_path, LLM="echo", TRANSCRIBER="pocketsphinx", STATE_DIR="/dev/null/x", DATABASE="steno.sqlite")
    home = {"XDG_STATE_HOME": tmp_path / "file", "DATABASE": "", "TRANSCRIBER": "pocketsphinx"}
    server = Server(tmp_path, **home)
    try:
        answer = call(server, "GET", "/v1/characters")
        assert (answer.status, answer.error["code"]) == (503, "characters_unavailable")
        assert "STATE_DIR" in answer.error["message"]
    finally:
        server.stop()


def test_a_damaged_database_takes_away_nothing_but_characters(launch, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "steno.sqlite").write_bytes(b"no database " * 1000)
    server = launch(LLM="echo", STATE_DIR=state, DATABASE="steno.sqlite", is_ready=False)
    answer = call(server, "GET", "/v1/characters")
    assert (answer.status, answer.error["code"]) == (503, "characters_unavailable")
    assert request(server, "GET", "/health").status == 200
    assert any("There are no characters" in line and "Free space" in line for line in server.log)
    assert (state / "steno.sqlite").read_bytes().startswith(b"no database")
