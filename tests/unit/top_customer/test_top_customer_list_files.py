"""PS Ops' list: text, CSV, YAML; what is wrong is named by its line, and nothing is taken over half."""

from __future__ import annotations

from pathlib import Path

import pytest

from psdm_cli.errors import PsdmError
from psdm_cli.workflows.top_customer_files import read_list

TEXT = "# PS Ops, Tuesday\n\n- Acme Robotics\n* SOW-2301 Larkspur (Robin)\n3. sow-2302\nSmith, Sons & Co  # new\n"


def words(path: Path, text: str) -> list[tuple[str, int]]:
    """What a file names, and in which lines."""
    path.write_text(text, encoding="utf-8")
    return [(each.word, int(each.where.rpartition(" line ")[2])) for each in read_list(path)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param(
            "l.txt",
            TEXT,
            [("Acme Robotics", 3), ("SOW-2301", 4), ("SOW-2302", 5), ("Smith, Sons & Co", 6)],
            id="text: bullets, comments, a number wins",
        ),
        pytest.param("l", "\ufeffAcme\r\nBeta\r\n", [("Acme", 1), ("Beta", 2)], id="BOM and CRLF"),
        pytest.param("l.csv", "Customer,Notes\nAcme,x\n\nBeta,\n", [("Acme", 2), ("Beta", 4)], id="CSV"),
        pytest.param(
            "l.csv",
            'SOW;Account Name\n2301;"Larkspur; Mutual"\n;Beta\n',
            [("SOW-2301", 2), ("Beta", 3)],
            id="semicolons",
        ),
        pytest.param(
            "l.csv",
            'customer,notes\n"Acme","two\nlines"\nBeta,x\n',
            [("Acme", 2), ("Beta", 4)],
            id="a cell over two lines",
        ),
        pytest.param(
            "l.yaml",
            "customers:\n  - Acme\n  - sow: 2301\n  - customer: Beta\n  - 2302\n",
            [("Acme", 2), ("SOW-2301", 3), ("Beta", 4), ("SOW-2302", 5)],
            id="YAML",
        ),
    ],
)
def test_what_a_list_names(tmp_path: Path, name: str, text: str, expected: list[tuple[str, int]]) -> None:
    assert words(tmp_path / name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("l.txt", "# nobody\n", "no customer and no SOW", id="empty"),
        pytest.param("l.txt", "Acme\nBeta\n acme \n", "line 3: acme is in the list already, in line 1", id="twice"),
        pytest.param("l.txt", "SOW-1 and SOW-2\n", "line 1: several SOWs", id="two SOWs in a line"),
        pytest.param("l.txt", "Acme\n----\n", "line 2: '----' is neither", id="no word"),
        pytest.param("l.csv", "name,notes\nAcme,x\n", "line 1: no column is called customer or sow", id="no column"),
        pytest.param("l.csv", "customer,sow\nAcme,1\nBeta\n", "line 3: 1 cells, but the header has 2", id="short row"),
        pytest.param("l.csv", "customer,sow,x\nAcme,1,x\n,,y\n", "line 3: neither a customer nor a SOW", id="no name"),
        pytest.param("l.csv", "customer,sow\nAcme,PO 77\n", "line 2: 'PO 77' is no SOW number", id="no SOW"),
        pytest.param("l.csv", 'customer\n"Acme\n', "this is not CSV", id="an open quote"),
        pytest.param("l.yaml", "names: [Acme]\n", "line 1: expected `customers:`", id="YAML without customers"),
        pytest.param("l.yaml", "customers: Acme\n", "line 1: customers: expected a list", id="no list"),
        pytest.param("l.yaml", "customers:\n  - Acme\n  - {who: Beta}\n", "line 3: 'who' is not known", id="odd key"),
        pytest.param("l.yaml", "customers:\n  - Acme\n  -\n", "line 3: neither", id="nothing in an item"),
        pytest.param("l.yaml", "customers: [Acme\n", "this is not YAML", id="no YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(PsdmError) as caught:
        words(tmp_path / name, text)
    assert caught.value.exit_code == 2
    assert said in caught.value.message


def test_a_file_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_bytes(b"Acme\n\xff\n")
    with pytest.raises(PsdmError, match="line 2: this is not text"):
        read_list(tmp_path / "l.txt")
    with pytest.raises(PsdmError, match="There is no list"):
        read_list(tmp_path / "none.txt")
