"""Help beyond one command: exit codes, environment, configuration; tables that tests compare with the code."""

from __future__ import annotations

EXIT_CODES: dict[int, str] = {
    0: "done, nothing needs attention",
    1: "unexpected failure: a bug; details in the log file named on stderr",
    2: "wrong usage or configuration; wrong rows of an import file",
    3: "done, and something needs attention, or something the answer needs could not be verified",
    4: "not allowed: token missing, wrong or expired, or a permission without which nothing can be answered",
    5: "not found: SOW, project, group, customer, entry; --offline without a mirror",
    6: "refused by a rule: internal content to a customer-visible place, gate not met, closed period, plan too large",
    7: "partly applied: some changes are in, the rest failed; run again to go on",
    75: "an outside system is unavailable or limits us; try later",
    130: "interrupted; state saved",
}

ENVIRONMENT: dict[str, str] = {
    "PSDM_CONFIG": "configuration file (--config)",
    "PSDM_HOME": "one folder for configuration, data, cache and logs",
    "PSDM_SANDBOX": "1: practise with the embedded sandbox (--sandbox)",
    "PSDM_AS_OF": "the as-of date, YYYY-MM-DD (--as-of)",
    "PSDM_NO_INPUT": "1: never ask (--no-input)",
    "PSDM_KANTATA_URL": "base of Kantata's API, ends in /api/v1 (kantata.url)",
    "PSDM_KANTATA_TOKEN": "Kantata token; else KANTATA_TOKEN, else the keyring",
    "PSDM_GITLAB_URL": "root of the GitLab instance (gitlab.url)",
    "PSDM_GITLAB_TOKEN": "GitLab token; else GITLAB_TOKEN, else the keyring",
    "PSDM_DATABASE_URL": "address of the database (store.url)",
    "NO_COLOR": "any text: no colour (--no-color)",
}


def _table(rows: dict[str, str]) -> str:
    width = max(map(len, rows))
    return "\n".join(f"  {name:<{width}}  {words}" for name, words in rows.items())


def topics() -> dict[str, str]:
    """Every topic with its text."""
    return {
        "exit-codes": "Exit codes\n\n"
        + _table({str(code): words for code, words in EXIT_CODES.items()})
        + "\n\n--exit-zero makes 3 a 0. --dry-run exits as the run that it shows would, never 7.\n"
        "A write without --yes and without a terminal: 2.",
        "environment": "Environment variables\n\n"
        + _table(ENVIRONMENT)
        + "\n\nOrder: option, environment, configuration file, default. --sandbox beats all addresses and tokens.",
    }
