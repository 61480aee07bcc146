"""Tell people that a run failed: a webhook, an e-mail, or both, by setting."""

import dagster as dg

from cncf_llm.defs.automation import delivery, tags
from cncf_llm.settings import Settings

_MOST = 2000  # characters of a reason


@dg.run_failure_sensor(
    minimum_interval_seconds=30,
    description="When a run failed, tell the webhook CNCF_LLM_WEBHOOK_URL and the address "
    "CNCF_LLM_EMAIL_TO: project, job, reason and a link. A check that failed without holding "
    "anything fails no run; such are on the asset's page and in the metrics.",
)
def notify_failure(
    context: dg.RunFailureSensorContext, settings: dg.ResourceParam[Settings]
) -> dg.SkipReason | None:
    """Send what failed. Where it cannot be delivered, the tick fails and says why, once."""
    message = describe(context.dagster_run, reason(context), settings.ui_url)
    sent = delivery.deliver(message, settings)
    if not sent:
        return dg.SkipReason("neither CNCF_LLM_WEBHOOK_URL nor CNCF_LLM_EMAIL_TO is set")
    context.log.info("told %s", " and ".join(sent))
    return None


def describe(run: dg.DagsterRun, why: str, ui_url: str | None) -> dict[str, str]:
    """Return the message: its fields, and `text` with all of them, as Slack and others show it."""
    project = run.tags.get("dagster/partition") or run.tags.get(tags.PROJECT) or ""
    job = run.job_name
    if job.startswith("__"):  # Dagster's own job for assets that were chosen one by one
        job = ", ".join(sorted(key.to_user_string() for key in run.asset_selection or ())) or job
    link = f"{ui_url.rstrip('/')}/runs/{run.run_id}" if ui_url else ""
    title = f"{job} failed" + (f" for {project}" if project else "")
    asked = run.tags.get(tags.REASON) or run.tags.get(tags.TRIGGER) or "a person"
    lines = [title, why, f"launched because: {asked}", link or f"run {run.run_id}"]
    return {
        "text": "\n".join(lines),
        "title": title,
        "job": job,
        "project": project,
        "reason": why,
        "run": run.run_id,
        "link": link,
    }


def reason(context: dg.RunFailureSensorContext) -> str:
    """Return what went wrong in each step that failed, innermost error first; or in the run."""
    found = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error and error.cause and (error.cls_name or "").startswith("Dagster"):
            error = error.cause
        said = " ".join(error.message.split()) if error else "no reason was recorded"
        found.append(f"{event.step_key}: {said}")
    whole = "\n".join(found) or context.failure_event.message or "no reason was recorded"
    return whole if len(whole) <= _MOST else whole[: _MOST - 1] + "…"
