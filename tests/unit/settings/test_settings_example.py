"""The example file, a new user's file and the reference say what the model says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from psdm_cli.settings.example import example, starter
from psdm_cli.settings.folders import find_folders
from psdm_cli.settings.keys import all_keys, plain, value_at
from psdm_cli.settings.loading import load
from psdm_cli.settings.model import Settings
from psdm_cli.settings.reference import reference

ROOT = Path(__file__).resolve().parents[3]

# Every address of the handbook page, absolute ones as it prints them.
HANDBOOK = [
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/ps-leadership-team/ps-operations/-/wikis/home",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/ww-consulting/ps-plan/-/blob/master/.gitlab/issue_templates/SchedulingIntakeQuestions.md?ref_type=heads",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/professional-services-delivery/gitlab-professional-services",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/professional-services-delivery/gitlab-partner-collaboration",
    "https://docs.google.com/document/d/1ZsMUvBUL9kt3CqB4YjYlX-E1uEJz-elO/edit",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/professional-services-delivery/gitlab-professional-services/southwest/sow-2206/-/issues/8",
    "https://gitlab.com/groups/gitlab-com/customer-success/professional-services-group/-/issues/?sort=updated_desc&state=opened&label_name%5B%5D=Escalated&first_page_size=20",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/ww-consulting/ps-plan/-/blob/master/.gitlab/issue_templates/project_retrospective.md?ref_type=heads",
    "https://gitlab.com/groups/gitlab-com/customer-success/professional-services-group/-/issues/?sort=updated_desc&state=opened&label_name%5B%5D=ProjectWin&first_page_size=20",
    "https://gitlab.com/groups/gitlab-com/customer-success/professional-services-group/-/issues/?sort=updated_desc&state=opened&or%5Blabel_name%5D%5B%5D=llPsProcess&or%5Blabel_name%5D%5B%5D=llProduct&or%5Blabel_name%5D%5B%5D=llExpectation&or%5Blabel_name%5D%5B%5D=llSupport&or%5Blabel_name%5D%5B%5D=llFinanceDelays&first_page_size=20",
    "https://gitlab.com/groups/gitlab-com/customer-success/professional-services-group/-/issues/?sort=updated_desc&state=opened&or%5Blabel_name%5D%5B%5D=RetroComplete&or%5Blabel_name%5D%5B%5D=CustomerStory&first_page_size=20",
    "https://drive.google.com/file/d/1mZm_DiwPdtssFqBolrDqPooaH6kA5Y5u/view?usp=share_link",
    "https://drive.google.com/file/d/10RzC-e0fhvgKBRaoZlxEgUQc90Z_0IVR/view?usp=sharing",
    "https://drive.google.com/file/d/1TDJSVO9uvy4NqC6uksQsSc_sSgEcpacV/view?usp=drive_link",
    "https://drive.google.com/file/d/1ib6-xhja3WJbV_46rU2iDF9I-4I8xo8M/view",
    "https://university.gitlab.com/",
    "https://docs.gitlab.com/ee/user/analytics/dora_metrics.html",
    "https://about.gitlab.com/solutions/value-stream-management/dora/",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/ww-consulting/ps-plan/-/blob/master/.gitlab/issue_templates/change-order.md?ref_type=heads",
    "https://docs.google.com/document/d/1ogvv4MkEXy9ub4bldw-8m015j49R5HB0C7ayb2xw_Ss/edit",
    "https://docs.google.com/document/d/1t2mkVr0eRs67rFkEOJVRLzC6u55aLWwGB5VCZm6G-iU/edit",
    "https://gitlab.com/gitlab-com/customer-success/professional-services-group/ww-consulting/ps-plan/-/issues/new?issue%5Bmilestone_id%5D=&issuable_template=work-at-risk&issue%5Btitle%5D=Work%20at%20Risk",
    "https://gitlab.com/groups/gitlab-com/customer-success/professional-services-group/-/issues/?sort=updated_desc&state=opened&or%5Blabel_name%5D%5B%5D=WE-product&or%5Blabel_name%5D%5B%5D=WE-ps&or%5Blabel_name%5D%5B%5D=WE-scoping&or%5Blabel_name%5D%5B%5D=WE-time&first_page_size=20",
    "https://docs.google.com/document/d/1Cw5eLe8VKFtHG9xGqUiCua8Pbu52reMzHujcPWq3ofQ/edit?usp=sharing",
    "https://docs.google.com/document/d/1CXfnCzjF_hwapy0R-89txiFUmSmvX7jvlEqWn48zN8A/edit?usp=sharing",
    "https://gitlab.slack.com/archives/GR4A7UJSF",
]
# Pages that it names by a path of the handbook itself.
METHOD_PAGES = [
    "archetype-definition",
    "digital-transformation",
    "agile-to-gitlab-terminology",
    "optimize-communication",
    "cadence-backlog-sprints",
    "small-teams",
    "retrospectives",
    "mvp",
    "good-user-stories",
    "gitlab-best-practices",
    "discovery",
    "team-readiness",
    "sprint0",
    "scaling",
]
LABELS = [
    "PSD Workflow::Not Started",
    "Escalated",
    "ProjectWin",
    "llPsProcess",
    "llProduct",
    "llExpectation",
    "llSupport",
    "llFinanceDelays",
    "RetroComplete",
    "CustomerStory",
    "WE-product",
    "WE-ps",
    "WE-scoping",
    "WE-time",
    "PS RAID Log",
    "Change Order",
    "Work at Risk",
    "Work Exception",
    "Description of Work",
]


def test_the_example_in_the_repository_is_the_models() -> None:
    assert (ROOT / "config.example.yaml").read_text(encoding="utf-8") == example()


def test_the_example_reads_as_the_defaults(tmp_path: Path) -> None:
    found = load(find_folders({"PSDM_HOME": str(tmp_path)}), ROOT / "config.example.yaml", {})
    assert found.settings == Settings()
    assert {key.place for key in all_keys()} <= set(found.origins)


def test_the_example_means_the_same_to_any_yaml_reader() -> None:
    anybody = yaml.safe_load(example())
    for key in all_keys():
        value = anybody
        for name in key.place:
            value = value[name]
        default = plain(key.default)
        assert str(value) == str(default) or float(value) == float(default), key.name


def test_every_key_is_explained() -> None:
    for key in all_keys():
        assert key.meaning or key.place[0] == "links" or key.place[-1] == "color", key.name


def test_no_line_is_endless() -> None:
    assert [
        line for line in example().splitlines() if len(line) > 120 and "https://" not in line and "/" not in line
    ] == []


@pytest.mark.parametrize(
    "given", [{}, {("pm", "label"): "jane"}, {("gitlab", "url"): "https://git.example", ("pm", "label"): "j: #"}]
)
def test_a_new_file_has_the_answers_live_and_the_rest_as_comments(
    tmp_path: Path, given: dict[tuple[str, ...], str]
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(starter(given), encoding="utf-8")
    found = load(find_folders({"PSDM_HOME": str(tmp_path)}), None, {})
    for key in all_keys():
        assert value_at(found.settings, key.place) == given.get(key.place, key.default)
    live = {place for place in found.origins if place in {key.place for key in all_keys()}}
    assert live == set(given)


def test_a_new_file_uncommented_is_the_example(tmp_path: Path) -> None:
    head = 4
    lines = starter({}).splitlines()
    body = [re.sub(r"^# (?=\s*[\w]+:|  )", "", line) for line in lines[head:]]
    (tmp_path / "config.yaml").write_text("\n".join(body), encoding="utf-8")
    found = load(find_folders({"PSDM_HOME": str(tmp_path)}), None, {})
    assert {key.place for key in all_keys()} <= set(found.origins)
    assert found.settings == Settings()


def test_every_address_of_the_handbook_page_is_a_link() -> None:
    links = set(Settings().links.values())
    assert set(HANDBOOK) <= links
    for page in METHOD_PAGES:
        assert any(link.endswith(f"/professional-services-delivery-methodology/{page}/") for link in links), page
    for tail in ("/#team-functions", "/#team-metrics", "/workflows/project_execution/sign-off.html"):
        assert any(link.endswith(tail) for link in links), tail
    assert len(links) == len(HANDBOOK) + len(METHOD_PAGES) + 3


def test_labels_are_spelt_as_the_handbook_spells_them() -> None:
    assert set(LABELS) <= {label.name for label in Settings().labels.values()}


def test_the_reference_in_the_documentation_is_the_models() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    begin, end = "<!-- keys: begin -->\n", "<!-- keys: end -->\n"
    assert text.partition(begin)[2].partition(end)[0] == reference()
