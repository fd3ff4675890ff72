"""Files for operators: alerts for Prometheus, units for systemd, the keeper of Compose."""

import re
import shutil
import subprocess
import time

import pytest
import yaml

from grader.store import open_database
from grader.store.size import note_backup
from tests.assignment.samples import ROOT
from tests.grader.support.api import make_service

DEPLOY = ROOT / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
SERIES = re.compile(r"\bgrader_\w+")
NEEDS = {"promtool": shutil.which("promtool"), "systemd-analyze": shutil.which("systemd-analyze")}


@pytest.fixture
def metrics(tmp_path):
    """Return the text of /metrics of a service on SQLite that has a backup."""
    database = open_database(f"sqlite:///{tmp_path}/grader.db")
    service = make_service(database)
    with database.write() as session:
        note_backup(session, 1)
    yield service.client().get("/metrics").text
    database.close()


def value(metrics, name):
    """Return the value of a metric without labels."""
    return float(re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)[1])


def test_every_rule_is_whole():
    """Each alert has a name of its own, an expression, a severity, and its cause and remedy in sentences."""
    names = [rule["alert"] for rule in RULES]

    assert len(names) == len(set(names)) > 5
    for rule in RULES:
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert all(text.endswith(".") for text in rule["annotations"].values())
        assert set(rule["annotations"]) == {"summary", "description"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_the_metrics_of_a_rule_are_there(rule, metrics):
    """Every series that a rule names is one of /metrics; `up` is Prometheus' own."""
    known = set(re.findall(r"^(\w+)[{ ]", metrics, re.MULTILINE))

    named = set(SERIES.findall(re.sub(r'"[^"]*"', "", rule["expr"])))

    assert named <= known
    assert named or "up{" in rule["expr"]


def test_size_room_and_backup_are_measured(metrics):
    """The numbers are those of the file, its disk, and the audit's note of the backup."""
    assert value(metrics, "grader_database_bytes") > 4096
    assert value(metrics, "grader_disk_free_bytes") > 4096
    assert value(metrics, "grader_last_backup_timestamp_seconds") > 1.7e9


def test_a_store_in_postgresql_tells_its_size(cluster):
    """The disk of PostgreSQL is elsewhere, so that its room is not told; without a backup its time is 0."""
    database = open_database(cluster.emptied_database())
    said = make_service(database).client().get("/metrics").text
    database.close()

    assert value(said, "grader_database_bytes") > 1e6
    assert "grader_disk_free_bytes" not in said
    assert value(said, "grader_last_backup_timestamp_seconds") == 0


def test_every_alert_is_tried():
    """The tests for promtool have each alert fire once, and stay silent while all is well."""
    well, ill = yaml.safe_load((DEPLOY / "alerts.test.yml").read_text())["tests"]
    names = {rule["alert"] for rule in RULES}

    assert {each["alertname"] for each in well["alert_rule_test"]} == names
    assert all(each["exp_alerts"] == [] for each in well["alert_rule_test"])
    assert {re.search(r'alertname="(\w+)"', each["expr"])[1] for each in ill["promql_expr_test"]} == names


@pytest.mark.tool
@pytest.mark.skipif(not NEEDS["promtool"], reason="promtool is not installed (Debian package prometheus)")
@pytest.mark.parametrize("arguments", ["check rules alerts.yml", "test rules alerts.test.yml"])
def test_promtool_is_content(arguments):
    """Prometheus itself takes the rules, and each fires when its test says so."""
    done = subprocess.run(
        [NEEDS["promtool"], *arguments.split()], cwd=DEPLOY, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))


def test_units_run_commands_that_exist():
    """Each unit runs the grader, with a command that there is."""
    ran = [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart")]
    commands = {line.split("/grader ")[1].split()[0] for line in ran}

    assert commands == {"serve", "worker", "backup", "prune"}


@pytest.mark.tool
@pytest.mark.skipif(not NEEDS["systemd-analyze"], reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_units(unit, tmp_path):
    """No line of a unit is unknown to systemd; the program that it starts is made up here."""
    program = tmp_path / "grader"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for each in UNITS:
        text = each.read_text().replace("/opt/grader/.venv/bin/grader", str(program))
        (tmp_path / each.name).write_text(text)

    done = subprocess.run(
        [NEEDS["systemd-analyze"], "verify", "--man=no", tmp_path / unit.name],
        capture_output=True,
        text=True,
        check=False,
    )

    assert not [line for line in done.stderr.splitlines() if str(tmp_path) in line or unit.name in line]


def test_the_keeper_of_compose_backs_up_and_prunes(tmp_path):
    """Each round of its loop makes a backup, then prunes; it goes on after a failure and ends when asked."""
    keeper = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["keeper"]
    log, program = tmp_path / "log", tmp_path / "grader"
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\n[ $(wc -l < {log}) -gt 1 ]\n')  # fails once
    program.chmod(0o755)
    script = keeper["command"][0].replace("$$", "$").replace("sleep 86400", "sleep 0.1")
    script = script.replace("python -B -m grader", str(program))

    process = subprocess.Popen([shutil.which("sh"), "-c", script])
    end = time.monotonic() + 60
    while not log.exists() or len(log.read_text().splitlines()) < 5:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.terminate()

    backup, *others = [line.split()[0] for line in log.read_text().splitlines()]
    assert process.wait(60) == 0
    assert re.fullmatch(r"backup /backup/\w{3}\.backup", log.read_text().splitlines()[0])
    assert (backup, others[:4]) == ("backup", ["backup", "prune", "backup", "prune"])
