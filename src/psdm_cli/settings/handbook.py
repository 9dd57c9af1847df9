"""The handbook's own values: groups, links and labels of the page "Professional Services Project Management"."""

from __future__ import annotations

PS = "gitlab-com/customer-success/professional-services-group"
DELIVERY = f"{PS}/professional-services-delivery"
PS_PLAN = f"{PS}/ww-consulting/ps-plan"

_WEB = "https://gitlab.com"
_TEMPLATES = f"{_WEB}/{PS_PLAN}/-/blob/master/.gitlab/issue_templates"
_HANDBOOK = "https://handbook.gitlab.com/handbook/customer-success/professional-services-engineering"
_METHOD = f"{_HANDBOOK}/professional-services-delivery-methodology"
_OPEN_ISSUES = f"{_WEB}/groups/{PS}/-/issues/?sort=updated_desc&state=opened"
_DOCS = "https://docs.google.com/document/d"
_DRIVE = "https://drive.google.com/file/d"


def _any_of(*labels: str) -> str:
    return "".join(f"&or%5Blabel_name%5D%5B%5D={label}" for label in labels)


LINKS: dict[str, str] = {
    # Initiate and plan
    "ps_operations_wiki": f"{_WEB}/{PS}/ps-leadership-team/ps-operations/-/wikis/home",
    "team_functions": f"{_HANDBOOK}/#team-functions",
    "professional_services_group": f"{_WEB}/{PS}",
    "scheduling_intake_template": f"{_TEMPLATES}/SchedulingIntakeQuestions.md?ref_type=heads",
    "internal_delivery_group": f"{_WEB}/{DELIVERY}/gitlab-professional-services",
    "partner_delivery_group": f"{_WEB}/{DELIVERY}/gitlab-partner-collaboration",
    "dow_template": f"{_DOCS}/1ZsMUvBUL9kt3CqB4YjYlX-E1uEJz-elO/edit",
    "team_metrics": f"{_HANDBOOK}/#team-metrics",
    # Deliver, train and monitor
    "raid_example": f"{_WEB}/{DELIVERY}/gitlab-professional-services/southwest/sow-2206/-/issues/8",
    "escalated_report": f"{_OPEN_ISSUES}&label_name%5B%5D=Escalated&first_page_size=20",
    "retrospective_template": f"{_TEMPLATES}/project_retrospective.md?ref_type=heads",
    "project_wins_report": f"{_OPEN_ISSUES}&label_name%5B%5D=ProjectWin&first_page_size=20",
    "lessons_learned_report": _OPEN_ISSUES
    + _any_of("llPsProcess", "llProduct", "llExpectation", "llSupport", "llFinanceDelays")
    + "&first_page_size=20",
    "customer_story_report": _OPEN_ISSUES + _any_of("RetroComplete", "CustomerStory") + "&first_page_size=20",
    # The delivery methodology
    "archetype_definition": f"{_METHOD}/archetype-definition/",
    "devsecops_workshop": f"{_DRIVE}/1mZm_DiwPdtssFqBolrDqPooaH6kA5Y5u/view?usp=share_link",
    "cicd_workshop": f"{_DRIVE}/10RzC-e0fhvgKBRaoZlxEgUQc90Z_0IVR/view?usp=sharing",
    "devsecops_app_transformation": f"{_DRIVE}/1TDJSVO9uvy4NqC6uksQsSc_sSgEcpacV/view?usp=drive_link",
    "cicd_app_modernization": f"{_DRIVE}/1ib6-xhja3WJbV_46rU2iDF9I-4I8xo8M/view",
    "training": "https://university.gitlab.com/",
    "digital_transformation": f"{_METHOD}/digital-transformation/",
    "dora_metrics": "https://docs.gitlab.com/ee/user/analytics/dora_metrics.html",
    "agile_to_gitlab_terminology": f"{_METHOD}/agile-to-gitlab-terminology/",
    "optimize_communication": f"{_METHOD}/optimize-communication/",
    "cadence_backlog_sprints": f"{_METHOD}/cadence-backlog-sprints/",
    "small_teams": f"{_METHOD}/small-teams/",
    "retrospectives": f"{_METHOD}/retrospectives/",
    "mvp": f"{_METHOD}/mvp/",
    "good_user_stories": f"{_METHOD}/good-user-stories/",
    "value_stream_metrics": "https://about.gitlab.com/solutions/value-stream-management/dora/",
    "gitlab_best_practices": f"{_METHOD}/gitlab-best-practices/",
    "discovery": f"{_METHOD}/discovery/",
    "team_readiness": f"{_METHOD}/team-readiness/",
    "sprint0": f"{_METHOD}/sprint0/",
    "scaling": f"{_METHOD}/scaling/",
    # Iterate and validate
    "change_order_issue_template": f"{_TEMPLATES}/change-order.md?ref_type=heads",
    "change_order_template": f"{_DOCS}/1ogvv4MkEXy9ub4bldw-8m015j49R5HB0C7ayb2xw_Ss/edit",
    "written_confirmation": f"{_DOCS}/1t2mkVr0eRs67rFkEOJVRLzC6u55aLWwGB5VCZm6G-iU/edit",
    "new_work_at_risk": f"{_WEB}/{PS_PLAN}/-/issues/new?issue%5Bmilestone_id%5D=&issuable_template=work-at-risk"
    "&issue%5Btitle%5D=Work%20at%20Risk",
    "work_exception_report": _OPEN_ISSUES
    + _any_of("WE-product", "WE-ps", "WE-scoping", "WE-time")
    + "&first_page_size=20",
    # Deploy and close
    "sign_off_workflow": f"{_HANDBOOK}/workflows/project_execution/sign-off.html",
    "closure_meeting": f"{_DOCS}/1Cw5eLe8VKFtHG9xGqUiCua8Pbu52reMzHujcPWq3ofQ/edit?usp=sharing",
    "retrospective_meeting": f"{_DOCS}/1CXfnCzjF_hwapy0R-89txiFUmSmvX7jvlEqWn48zN8A/edit?usp=sharing",
    "project_leadership_channel": "https://gitlab.slack.com/archives/GR4A7UJSF",
}

# Name, colour and use of every label. Spelling: the handbook page, then its later editions; it gives no colours.
LABELS: dict[str, tuple[str, str, str]] = {
    "pm": ("PM::{pm}", "#6699cc", "the responsible PM, on epics"),
    "workflow_not_started": ("PSD Workflow::Not Started", "#d1d1d1", "workflow column"),
    "workflow_in_progress": ("PSD Workflow::In Progress", "#428bca", "workflow column"),
    "workflow_blocked": ("PSD Workflow::Blocked", "#d9534f", "workflow column"),
    "workflow_in_review": ("PSD Workflow::In Review", "#f0ad4e", "workflow column"),
    "workflow_done": ("PSD Workflow::Done", "#69d100", "workflow column"),
    "sow": ("SOW-{number}", "#5843ad", "the contract number"),
    "escalated": ("Escalated", "#cc0033", "RAID item that needs immediate attention"),
    "raid": ("PS RAID Log", "#34495e", "any RAID item"),
    "raid_risk": ("PS Risk", "#e67e22", "RAID: risk"),
    "raid_action": ("PS Action", "#3498db", "RAID: action"),
    "raid_issue": ("PS Issue", "#c0392b", "RAID: issue"),
    "raid_decision": ("PS Decision", "#8e44ad", "RAID: decision"),
    "priority_high": ("PS:: Priority High", "#ff0000", "severity; the space is the handbook's"),
    "priority_medium": ("PS:: Priority Medium", "#f0ad4e", "severity"),
    "priority_low": ("PS:: Priority Low", "#5cb85c", "severity"),
    "project_win": ("ProjectWin", "#ffd700", "a win of the team or the project"),
    "lesson_ps_process": ("llPsProcess", "#7f8c8d", "lesson learned: PS process"),
    "lesson_product": ("llProduct", "#7f8c8d", "lesson learned: product"),
    "lesson_expectation": ("llExpectation", "#7f8c8d", "lesson learned: expectation gap"),
    "lesson_support": ("llSupport", "#7f8c8d", "lesson learned: support"),
    "lesson_finance_delays": ("llFinanceDelays", "#7f8c8d", "lesson learned: finance delays"),
    "retro_complete": ("RetroComplete", "#69d100", "the retrospective is finished"),
    "customer_story": ("CustomerStory", "#ad4363", "the story may be used"),
    "delivery_kit_update": ("Delivery Kit Update", "#44ad8e", "finding for the delivery kits"),
    "change_order": ("Change Order", "#fc6d26", "change order issue"),
    "work_at_risk": ("Work at Risk", "#e24329", "work at risk issue"),
    "work_exception": ("Work Exception", "#d10069", "work exception issue"),
    "description_of_work": ("Description of Work", "#0033cc", "description of work issue"),
    "exception_product": ("WE-product", "#d10069", "extra effort: product"),
    "exception_ps": ("WE-ps", "#d10069", "extra effort: professional services"),
    "exception_scoping": ("WE-scoping", "#d10069", "extra effort: scoping"),
    "exception_time": ("WE-time", "#d10069", "extra effort: time"),
}
