"""psdm handover as a process: one page in every form, GitLab unverified without a token, from the mirror offline."""

from __future__ import annotations

from jsonschema import Draft202012Validator
from psdm_process import Psdm


def test_a_hand_over_in_every_form(psdm: Psdm) -> None:
    """Read once, then the same page from the mirror: JSON by its schema, HTML, Markdown, screen; and refusals."""
    reason = "the customer decides on Friday"
    added = psdm("upside", "add", "SOW-2301", "--scenario", "soft-booking", "--allocation", "10", "--reason", reason)
    assert added.code == 0
    first = psdm("handover", "--html", "page.html", "--json")
    assert (first.code, first.document["schema"], first.document["status"]) == (3, "psdm.handover/1", "partial")
    Draft202012Validator(psdm("schema", "handover").document).validate(first.document)
    assert any("GitLab was not asked" in text for text in first.result["unseen"])
    assert first.result["file"] == "page.html"
    by_sow = {each["portfolio"]["sow"]: each for each in first.result["engagements"]}

    larkspur = by_sow["SOW-2301"]
    assert [(e["id"], e["reason"]) for e in larkspur["upside"]] == [("1", reason)]
    assert {step["finding"]["project"] for step in larkspur["steps"]} == {"3001"}
    assert larkspur["scope_changes"] is None
    assert any(reason in wait["what"] for wait in larkspur["waits"])
    saltmarsh = by_sow["SOW-2306"]
    assert [each["role"] for each in saltmarsh["requests"]] == ["PSE"]
    assert ("project coordinator", "answer resource request 2 for PSE") in [
        (wait["on"], wait["what"]) for wait in saltmarsh["waits"]
    ]
    unapproved = [wait for wait in by_sow["SOW-2303"]["waits"] if wait["what"].startswith("approve time")]
    assert [(wait["waiting"], wait["on"]) for wait in unapproved] == [("Lucia Fernsby", "whoever takes over")]
    assert by_sow["SOW-2302"]["clocks"]

    page = psdm.home / "page.html"
    html = page.read_text(encoding="utf-8")
    assert "Internal: amounts and bookings" in html
    assert reason in html
    assert page.stat().st_mode & 0o077 == 0

    markdown = psdm("--offline", "handover", "--markdown")
    assert markdown.out.startswith("# Hand-over: Robin Castellano\n\n> Internal:")
    assert "## Who waits for what" in markdown.out
    screen = psdm("--offline", "handover", "Robin Castellano")
    assert "Who waits for what" in screen.out
    assert psdm("handover", "Robin", "--lead", "me", "--json").code == 2
    (psdm.home / "theirs.html").write_text("not ours")
    assert psdm("--offline", "handover", "--html", "theirs.html", "--json").code == 2
    assert psdm("--offline", "handover", "Nobody Known", "--json").code == 5
