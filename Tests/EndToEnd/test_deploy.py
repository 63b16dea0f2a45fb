"""The files of deploy/ hold what a server has: names of settings, paths, ports, metrics and labels."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import server as process
from client import open_client
from recording import ROOT, constant
from test_key_limits import post
from test_metrics import bearer
from test_stages import STAGES

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
# What Prometheus adds, and what the pods' operator does.
SCRAPED_LABELS = {"instance", "job", "namespace", "pod", "le"}


def documents(path: Path) -> list[dict]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def manifest(name: str) -> dict:
    [document] = documents(KUBERNETES / name)
    return document


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Every setting, with the text of its default in the table."""
    text = process.run("settings", "--markdown", cwd=ROOT).stdout
    return {row[1]: row[2] for row in re.finditer(r"^\| `([A-Z_0-9]+)` \|.*\| (.*) \|$", text, re.M)}


@pytest.fixture(scope="module")
def paths() -> set[str]:
    text = (ROOT / "Sources/StenoServer/Documentation/openapi.json").read_text()
    return set(json.loads(text)["paths"])


# Kubernetes


def test_every_manifest_is_one_object_of_a_known_kind():
    kinds = {document["kind"] for path in KUBERNETES.rglob("*.yaml*") for document in documents(path)}
    assert kinds == {
        "ConfigMap",
        "Deployment",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "PodMonitor",
        "Secret",
        "Service",
    }
    for path in KUBERNETES.rglob("*.yaml*"):
        for document in documents(path):
            assert document["apiVersion"] and document["metadata"]["name"] == "steno", path


def test_the_config_map_and_the_secret_hold_settings_with_which_the_server_starts(settings, launch, backend):
    config, secret = manifest("configmap.yaml")["data"], manifest("secret.yaml.example")["stringData"]
    assert set(config) | set(secret) <= set(settings)
    assert all(isinstance(value, str) for value in config.values()), "values of a ConfigMap are text"
    chosen = config | secret | {"HOST": "127.0.0.1", "ADMIN_HOST": "127.0.0.1", "PORT": "0", "ADMIN_PORT": "0"}
    del chosen["OPENAI_BASE_URL"]
    server = launch(backend, **chosen)
    assert not [line for line in server.log if "is no setting" in line]
    assert server.metrics().total("steno_sessions_limit") == int(config["MAX_SESSIONS"])


def test_ports_probes_and_names_fit_together(paths):
    config = manifest("configmap.yaml")["data"]
    pod = manifest("deployment.yaml")["spec"]["template"]
    [container] = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": int(config["PORT"]), "admin": int(config["ADMIN_PORT"])}
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/health",
        "liveness": "/health",
        "readiness": "/ready",
    }
    assert {probe["path"] for probe in probes.values()} <= paths
    assert {probe["port"] for probe in probes.values()} == {"http"}
    assert [port["targetPort"] for port in manifest("service.yaml")["spec"]["ports"]] == ["http"]
    rules = manifest("networkpolicy.yaml")["spec"]["ingress"]
    assert {port["port"] for rule in rules for port in rule["ports"]} == {"http", "admin"}
    [endpoint] = manifest("optional/podmonitor.yaml")["spec"]["podMetricsEndpoints"]
    assert endpoint["path"] in paths and endpoint["port"] == "admin"
    assert endpoint["authorization"]["credentials"]["key"] in manifest("secret.yaml.example")["stringData"]
    sources = [*(source.popitem()[1]["name"] for source in container["envFrom"])]
    assert sources == [manifest("configmap.yaml")["metadata"]["name"], manifest("secret.yaml.example")["metadata"]["name"]]


def test_selectors_find_the_pods():
    labels = manifest("deployment.yaml")["spec"]["template"]["metadata"]["labels"]
    assert manifest("service.yaml")["spec"]["selector"].items() <= labels.items()
    for name in ("deployment.yaml", "pdb.yaml", "optional/podmonitor.yaml"):
        assert manifest(name)["spec"]["selector"]["matchLabels"].items() <= labels.items(), name
    assert manifest("networkpolicy.yaml")["spec"]["podSelector"]["matchLabels"].items() <= labels.items()


def test_the_grace_period_holds_the_hook_the_drain_and_the_closing():
    pod = manifest("deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    [program, seconds] = container["lifecycle"]["preStop"]["exec"]["command"]
    assert program == "sleep"
    drain = int(manifest("configmap.yaml")["data"]["SHUTDOWN_TIMEOUT_MS"]) / 1000
    assert pod["terminationGracePeriodSeconds"] >= float(seconds) + drain + 2


def test_pods_run_without_rights():
    pod = manifest("deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0
    rights = container["securityContext"]
    assert rights["readOnlyRootFilesystem"] and not rights["allowPrivilegeEscalation"]
    assert rights["capabilities"] == {"drop": ["ALL"]}
    # Nothing but the mounts can be written, so nothing else may be asked for.
    assert manifest("configmap.yaml")["data"]["DATABASE"] == ":memory:"
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]


def test_replicas_are_scaled_by_a_metric_that_the_adapter_makes(exposed):
    scaler = manifest("hpa.yaml")["spec"]
    assert scaler["scaleTargetRef"]["name"] == manifest("deployment.yaml")["metadata"]["name"]
    assert "replicas" not in manifest("deployment.yaml")["spec"], "an apply would undo what the scaler does"
    [metric] = scaler["metrics"]
    [values] = documents(DEPLOY / "prometheus/adapter-rules.yaml")
    [rule] = values["rules"]["custom"]
    assert metric["pods"]["metric"]["name"] == rule["name"]["as"]
    template = rule["metricsQuery"].replace("{<<.LabelMatchers>>}", "").replace("<<.GroupBy>>", "pod")
    check_queries([template, rule["seriesQuery"]], exposed)
    # When one of the fewest replicas stops, the others have room for its sessions.
    share = int(metric["pods"]["target"]["averageValue"].removesuffix("m")) / 1000
    assert scaler["minReplicas"] * share <= scaler["minReplicas"] - 1


# Compose


def test_the_compose_file_names_settings_ports_and_volumes_that_are_there(settings):
    [compose] = documents(DEPLOY / "compose.yaml")
    steno, whisper = compose["services"]["steno"], compose["services"]["whisper"]
    assert set(steno["environment"]) <= set(settings)
    assert steno["ports"] == [f"{settings['PORT']}:{settings['PORT']}"]
    assert (DEPLOY / steno["build"] / "Dockerfile").exists()
    assert steno["volumes"] == ["state:/var/lib/steno"] and "/var/lib/steno" in (ROOT / "Dockerfile").read_text()
    assert set(compose["volumes"]) == {"state", "models"}
    assert steno["environment"]["OPENAI_BASE_URL"].startswith("http://whisper:8000")
    assert re.fullmatch(r"ghcr\.io/speaches-ai/speaches:\d+\.\d+\.\d+-cpu", whisper["image"]), "a tag that stays"
    assert compose["services"]["model"]["command"][0].endswith("/models/" + steno["environment"]["TRANSCRIBER_MODEL"])
    drain = int(steno["environment"]["SHUTDOWN_TIMEOUT_MS"]) / 1000
    assert int(steno["stop_grace_period"].removesuffix("s")) >= drain + 2


def test_the_health_check_of_the_compose_file_works(launch, backend, tmp_path):
    [compose] = documents(DEPLOY / "compose.yaml")
    kind, program, *arguments = compose["services"]["steno"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "steno")
    server = launch(backend)
    # As the image sets it.
    assert process.run(*arguments, cwd=tmp_path, HOST="0.0.0.0", PORT=server.port).returncode == 0
    assert process.run(*arguments, cwd=tmp_path, HOST="127.0.0.1", PORT=1).returncode != 0


# Prometheus and Grafana


@pytest.fixture
def exposed(launch, backend) -> dict[str, set[str]]:
    """Every metric of a server that has seen a bit of everything, with its labels."""
    server = launch(
        backend, LLM="echo", TTS="flite", API_KEYS="alice:alice-key-1", MAX_REQUEST_BYTES_PER_KEY=100_000
    )
    with open_client(server, additional_headers=bearer("alice-key-1")) as client:
        client.manual()
        client.utterance(constant(200, 500))
        client.transcript()
    assert post(server, 10, bearer("alice-key-1")).status == 413
    labels: dict[str, set[str]] = {}
    for name, pairs in server.settled_metrics().samples:
        labels.setdefault(name, set()).update(key for key, _ in pairs)
    # What is there only once something was failed or invented; docs/operations.md has them.
    labels["steno_utterances_total"].add("code")
    labels["steno_transcripts_rejected_total"] = {"reason"}
    return labels


def plain(query: str) -> str:
    """A query of a dashboard with something in the place of its variables."""
    return query.replace("$__rate_interval", "5m").replace("$instance", ".*")


def check_queries(queries: list[str], exposed: dict[str, set[str]]) -> set[str]:
    """Holds the names of metrics, the labels and the stages against what a server says; which metrics there were."""
    used = set()
    for query in map(plain, queries):
        names = set(re.findall(r"\b(?:steno|process)_\w+", query))
        assert names and names <= set(exposed), f"not exposed: {names - set(exposed)} in {query}"
        used |= names
        allowed = SCRAPED_LABELS.union(*(exposed[name] for name in names))
        matched = set(re.findall(r"(\w+)(?:=~|!=|!~|=)\"", query))
        grouped = {label.strip() for group in re.findall(r"(?:by|on|ignoring) \(([^)]*)\)", query) for label in group.split(",")}
        assert matched | grouped <= allowed, f"no labels: {(matched | grouped) - allowed} in {query}"
        for stages in re.findall(r'stage=~?"([^"]*)"', query):
            assert set(stages.split("|")) <= STAGES, query
    return used


def dashboard_queries() -> list[str]:
    dashboard = json.loads((DEPLOY / "grafana/steno.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_the_dashboard_asks_for_metrics_that_a_server_has(exposed):
    used = check_queries(dashboard_queries(), exposed)
    # And leaves out few: those that say the same as another, or never change.
    left_out = {re.sub(r"_(bucket|sum|count)$", "", name) for name in set(exposed) - used}
    left_out -= {re.sub(r"_(bucket|sum|count)$", "", name) for name in used}
    assert left_out <= {
        "process_max_fds",
        "process_start_time_seconds",
        "steno_engine_request_duration_seconds",
        "steno_engine_requests_total",
        "steno_turns_waiting",
    }


def test_the_dashboard_imports_as_it_is():
    dashboard = json.loads((DEPLOY / "grafana/steno.json").read_text())
    panels = dashboard["panels"]
    assert [panel["title"] for panel in panels if panel["type"] == "row"] == [
        "Traffic",
        "Latency per stage",
        "Backends",
        "Conversations",
        "Resources",
        "Losses",
    ]
    assert len({panel["id"] for panel in panels}) == len(panels)
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    for panel in panels:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
            assert panel["targets"], panel["title"]
    text = json.dumps(dashboard)
    names = set(re.findall(r"\$\{?(\w+)", text)) - {"__rate_interval", "__all"}
    assert names <= variables


def test_alerts_ask_for_metrics_that_a_server_has(exposed):
    [alerts] = documents(DEPLOY / "prometheus/alerts.yaml")
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    check_queries([rule["expr"] for rule in rules], exposed)
    for rule in rules:
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not there; Debian has it in prometheus")
def test_promtool_understands_every_query(tmp_path):
    queries = tmp_path / "queries.yaml"
    rules = [{"record": f"dashboard:{index}", "expr": plain(query)} for index, query in enumerate(dashboard_queries())]
    queries.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    for path in (queries, DEPLOY / "prometheus/alerts.yaml"):
        result = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not there; Debian has it in prometheus")
def test_alerts_fire_when_they_should(tmp_path):
    result = subprocess.run(
        ["promtool", "test", "rules", DEPLOY / "prometheus/alerts-test.yaml"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


# HAProxy


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not there; Debian has it in haproxy")
def test_haproxy_understands_its_configuration():
    addresses = {f"STENO_{number}": f"127.0.0.1:{8000 + number}" for number in (1, 2, 3)}
    command = ["haproxy", "-c", "-f", DEPLOY / "haproxy/haproxy.cfg"]
    result = subprocess.run(command, env=os.environ | addresses, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_haproxy_asks_for_a_path_that_there_is(paths):
    text = (DEPLOY / "haproxy/haproxy.cfg").read_text()
    assert set(re.findall(r"option httpchk GET (\S+)", text)) == {"/ready"} <= paths
    # Headers and fields by which a session is found again.
    sources = (ROOT / "docs/protocol.md").read_text()
    [header] = re.findall(r"res\.hdr\(([\w-]+)\)", text)
    assert header in sources and "?resume=" in sources and "url_param(resume)" in text


def test_operators_are_told_of_every_metric(exposed):
    text = (ROOT / "docs/operations.md").read_text()
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed}
    assert [name for name in sorted(families) if f"`{name}" not in text] == []
