"""The alert rules: each fires when it should and stays silent when it should not (`promtool`)."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from cncf_llm_tests.deploy.conftest import DEPLOY

MONITORING = DEPLOY / "components" / "monitoring"
RULES = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}

OLDEST = "cncf_llm_asset_oldest_materialization_timestamp_seconds"

# Series as promtool takes them, one value a minute (or an hour): `a+bxn` rises by b, n times.
# promtool's clock starts at 0, so a timestamp of 0 is as old as the test has run.
# alert: (when to look, series of trouble, labels of the alert, series of a good day)
CASES: dict[str, tuple[str, dict[str, str], dict[str, str], dict[str, str]]] = {
    "CncfLlmMetricsGone": (
        "15m", {"up": "1x20"}, {}, {'cncf_llm_build_info{version="1"}': "1x20"},
    ),
    "CncfLlmDatabaseUnreachable": (
        "10m", {'cncf_llm_source_up{source="database"}': "1 0x20"}, {"source": "database"},
        {'cncf_llm_source_up{source="database"}': "1 0 0 1x20",
         'cncf_llm_source_up{source="store"}': "0x20"},
    ),
    "CncfLlmStoreUnreachable": (
        "10m", {'cncf_llm_source_up{source="store"}': "1 0x20"}, {"source": "store"},
        {'cncf_llm_source_up{source="store"}': "1x20"},
    ),
    "CncfLlmDaemonDead": (
        "10m", {'cncf_llm_daemon_heartbeat_timestamp_seconds{daemon="SENSOR"}': "0x20"},
        {"daemon": "SENSOR"},
        {'cncf_llm_daemon_heartbeat_timestamp_seconds{daemon="SENSOR"}': "0+60x20"},
    ),
    "CncfLlmDaemonErrors": (
        "20m", {'cncf_llm_daemon_errors{daemon="ASSET"}': "1x30"}, {"daemon": "ASSET"},
        {'cncf_llm_daemon_errors{daemon="ASSET"}': "0 0 0 2 0x30"},
    ),
    "CncfLlmTicksFail": (
        "10m",
        {'cncf_llm_automation_failed_ticks{automation="a"}': "3x20",
         'cncf_llm_automation_on{automation="a",type="sensor"}': "1x20"},
        {"automation": "a"},
        {'cncf_llm_automation_failed_ticks{automation="off"}': "20x20",
         'cncf_llm_automation_on{automation="off",type="sensor"}': "0x20",
         'cncf_llm_automation_failed_ticks{automation="b"}': "2x20",
         'cncf_llm_automation_on{automation="b",type="sensor"}': "1x20"},
    ),
    "CncfLlmSensorSilent": (
        "400m",
        {'cncf_llm_automation_last_success_timestamp_seconds{automation="a"}': "0x400",
         'cncf_llm_automation_on{automation="a",type="sensor"}': "1x400"},
        {"automation": "a"},
        {'cncf_llm_automation_last_success_timestamp_seconds{automation="weekly"}': "0x400",
         'cncf_llm_automation_on{automation="weekly",type="schedule"}': "1x400",
         'cncf_llm_automation_last_success_timestamp_seconds{automation="b"}': "0+60x400",
         'cncf_llm_automation_on{automation="b",type="sensor"}': "1x400"},
    ),
    "CncfLlmQueueStuck": (
        "60m",
        {'cncf_llm_runs{status="QUEUED"}': "5x90", 'cncf_llm_runs{status="STARTED"}': "0x90",
         'cncf_llm_runs_ended_total{job="j",status="SUCCESS"}': "7x90"},
        {},
        {'cncf_llm_runs{status="QUEUED"}': "5x90", 'cncf_llm_runs{status="STARTED"}': "2x90",
         'cncf_llm_runs_ended_total{job="j",status="SUCCESS"}': "7x90"},
    ),
    "CncfLlmQueueSlow": (
        "26h", {"cncf_llm_runs_oldest_queued_timestamp_seconds": "0x30"}, {},
        {"cncf_llm_runs_oldest_queued_timestamp_seconds": "0+3000x30"},
    ),
    "CncfLlmRunsFail": (
        "120m",
        {'cncf_llm_runs_ended_total{job="j",status="FAILURE"}': "0x30 4x100",
         'cncf_llm_runs_ended_total{job="j",status="SUCCESS"}': "0x60 5x100"},
        {"job": "j"},
        # Many failures among very many runs; and one that fails alone.
        {'cncf_llm_runs_ended_total{job="j",status="FAILURE"}': "0x30 4x100",
         'cncf_llm_runs_ended_total{job="j",status="SUCCESS"}': "0x30 100x100",
         'cncf_llm_runs_ended_total{job="k",status="FAILURE"}': "0x30 1x100",
         'cncf_llm_runs_ended_total{job="k",status="SUCCESS"}': "0x130"},
    ),
    "CncfLlmStepWaits": (
        "70m", {'cncf_llm_step_waiting_since_timestamp_seconds{step="adapter",pool="gpu"}': "0x90"},
        {"step": "adapter", "pool": "gpu"},
        {'cncf_llm_step_waiting_since_timestamp_seconds{step="adapter",pool="gpu"}': "0+50x90"},
    ),
    "CncfLlmGpuLimitReached": (
        "20m",
        {"cncf_llm_gpu_week_seconds": "144000x30", "cncf_llm_gpu_week_limit_seconds": "144000x30"},
        {},
        {"cncf_llm_gpu_week_seconds": "9x30", "cncf_llm_gpu_week_limit_seconds": "144000x30"},
    ),
    "CncfLlmBlockingCheckFailed": (
        "40m", {'cncf_llm_asset_checks_failed{asset="a",check="c",blocking="true"}': "1x60"},
        {"asset": "a", "check": "c", "blocking": "true"},
        {'cncf_llm_asset_checks_failed{asset="a",check="c",blocking="true"}': "0x60",
         'cncf_llm_asset_checks_failed{asset="a",check="d",blocking="false"}': "9x60"},
    ),
    "CncfLlmLandscapeOld": (
        "340h",
        {'cncf_llm_asset_last_materialization_timestamp_seconds{asset="landscape"}': "0x345"},
        {"asset": "landscape"},
        {'cncf_llm_asset_last_materialization_timestamp_seconds{asset="leaderboard"}': "0x345"},
    ),
    "CncfLlmDocumentsOld": (
        "244h",
        {f'{OLDEST}{{asset="website_documents"}}': "0x250"},
        {"asset": "website_documents"},
        # What is derived is made anew when something changed, however long ago that is.
        {f'{OLDEST}{{asset="adapter"}}': "0x250"},
    ),
    "CncfLlmProjectsMissing": (
        "50h",
        {'cncf_llm_asset_partitions_materialized{asset="unified_corpus"}': "200x55",
         "cncf_llm_projects": "255x55"},
        {"asset": "unified_corpus"},
        {'cncf_llm_asset_partitions_materialized{asset="unified_corpus"}': "250x55",
         'cncf_llm_asset_partitions_materialized{asset="adapter"}': "1x55",
         "cncf_llm_projects": "255x55"},
    ),
    "CncfLlmRowsLost": (
        "27h", {'cncf_llm_asset_rows{asset="qa_pairs"}': "1000x24 600x10"},
        {"asset": "qa_pairs"},
        {'cncf_llm_asset_rows{asset="qa_pairs"}': "1000x24 900x10"},
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def promtool(tmp_path_factory):
    """Return a function that runs promtool in a folder with the rules."""
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.yml").write_text(yaml.safe_dump(RULES))

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [tool, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )

    def test(tests: list[dict]) -> subprocess.CompletedProcess:
        """Run those that last minutes and those that last days, each with fitting steps."""
        files = []
        for step in sorted({each["interval"] for each in tests}):
            document = {
                "rule_files": ["rules.yml"],
                "evaluation_interval": step,
                "tests": [each for each in tests if each["interval"] == step],
            }
            files.append(f"tests-{step}.yml")
            (folder / files[-1]).write_text(yaml.safe_dump(document))
        return run("test", "rules", *files)

    run.test = test
    return run


def one_test(alert, when, series, labels):
    fires = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    said = {"alertname": alert, "alertstate": "firing", **ALERTS[alert]["labels"]}
    pairs = ", ".join(f'{k}="{v}"' for k, v in {**said, **(labels or {})}.items())
    samples = [] if labels is None else [{"labels": f"ALERTS{{{pairs}}}", "value": 1}]
    return {
        "interval": f"1{when[-1]}",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": fires, "eval_time": when, "exp_samples": samples}],
    }


def test_every_alert_has_a_case_and_says_what_it_is():
    assert set(CASES) == set(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"


def test_the_rules_are_well_formed(promtool):
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_alerts_fire_in_trouble(promtool):
    tests = [one_test(name, case[0], case[1], case[2]) for name, case in CASES.items()]
    done = promtool.test(tests)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_alerts_are_silent_on_a_good_day(promtool):
    tests = [one_test(name, case[0], case[3], None) for name, case in CASES.items()]
    done = promtool.test(tests)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_tells_when_an_alert_does_not_fire(promtool):
    when, _, labels, good = CASES["CncfLlmDaemonDead"]
    tests = [one_test("CncfLlmDaemonDead", when, good, labels)]
    assert promtool.test(tests).returncode != 0


def test_the_operations_guide_has_a_section_for_each_alert():
    guide = DEPLOY.parent / "docs" / "operations.md"
    if not guide.exists():
        pytest.skip("docs/operations.md is not written yet")
    headings = re.findall(r"^#+ +(.+)$", guide.read_text(), re.MULTILINE)
    assert {*ALERTS} <= {heading.strip("` ") for heading in headings}


# ---------------------------------------------------------------- alerts, dashboard and exporter

METRIC = re.compile(r"\bcncf_llm_\w+")


def exported() -> set[str]:
    """Return the names of all series that the exporter can give."""
    import dagster as dg

    from cncf_llm.metrics import Database, Exporter, read_store
    from cncf_llm.store import Store

    defs = dg.Definitions(jobs=[])
    with dg.instance_for_test() as instance:
        database = Database(lambda: instance, defs, gpu_hours_per_week=1)
        store = Store("nowhere")
        sources = {"database": database.read, "store": lambda: read_store(store)}
        families = list(Exporter(sources, cache=0, timeout=60).collect())
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {f"{family.name}{end}" for family in families for end in ends.get(family.type, ("",))}


def expressions(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["expr"]] if isinstance(node.get("expr"), str) else []
        own += [node["definition"]] if isinstance(node.get("definition"), str) else []
        return own + [e for value in node.values() for e in expressions(value)]
    return [e for value in node for e in expressions(value)] if isinstance(node, list) else []


def test_alerts_and_dashboard_ask_only_for_what_is_exported():
    dashboard = json.loads((MONITORING / "cncf-llm.json").read_text())
    asked = set(METRIC.findall("\n".join(expressions(RULES) + expressions(dashboard))))
    assert len(asked) > 15
    assert asked - exported() == set()
