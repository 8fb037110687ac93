"""Reading a table of texts and labels: odd files are read, bad ones end in one clear sentence."""

import io

import numpy as np
import pandas as pd
import pytest

import utils

ZERO, ONE = np.arange(2)
BACK = ONE, ZERO, {"ham": ZERO, "spam": ONE}  # second column, first column, their labels


def read(content, *columns, **options):
    return utils.read_comments(io.BytesIO(content), *columns, name="mine.csv", **options)


FINE = {  # name -> (content, the texts, the labels, arguments)
    "commas": (b"CONTENT,CLASS\nhi,1\nho,0\n", ["hi", "ho"], [1, 0]),
    "semicolons": (b"CONTENT;CLASS\nhi, you;1\n", ["hi, you"], [1]),
    "tabs": (b"CLASS\tCONTENT\n1\thi, you; all\n", ["hi, you; all"], [1]),
    "bars": (b"CONTENT|CLASS\nhi|1\n", ["hi"], [1]),
    "a million characters": (b"CONTENT,CLASS\n" + b"s " * 500_000 + b",1\n", ["s " * 500_000], [1]),
    "NA is a text": (b"CONTENT,CLASS\nNA,1\nnull,0\n", ["NA", "null"], [1, 0]),
    "numbers as texts": (b"CONTENT,CLASS\n007,1\n1.50,0\n", ["007", "1.50"], [1, 0]),
    "labels as pandas writes them": (b"CONTENT,CLASS\nhi,1.0\nho,0.0\n", ["hi", "ho"], [1, 0]),
    "booleans": (b"CONTENT,CLASS\nhi,TRUE\nho,FALSE\n", ["hi", "ho"], [1, 0]),
    "a byte order mark": (b"\xef\xbb\xbfCONTENT,CLASS\nhi,1\n", ["hi"], [1]),
    "UTF-16": ("CONTENT,CLASS\nhé,1\n".encode("utf-16"), ["hé"], [1]),
    "quotes and line ends": (b'CONTENT,CLASS\r\n"a, ""b""\nc",0\r\n', ['a, "b"\nc'], [0]),
    "no header": (
        b"ham\tGo, he said\nspam\tWin; now\n",
        ["Go, he said", "Win; now"],
        [0, 1],
        *BACK,
    ),
    "marks in the texts": (
        b'ham,"a; b | c"\nspam,"d; e | f"\n',
        ["a; b | c", "d; e | f"],
        [0, 1],
        *BACK,
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_an_odd_file_gives_the_right_rows(name, tmp_path):
    content, texts, labels, *arguments = FINE[name]
    (tmp_path / "mine.csv").write_bytes(content)
    for source in (tmp_path / "mine.csv", str(tmp_path / "mine.csv"), io.BytesIO(content)):
        frame = utils.read_comments(source, *arguments)
        assert frame.text.tolist() == texts and frame.label.tolist() == labels
        assert frame.label.dtype == "int64" and frame.index.tolist() == list(range(len(texts)))


def test_an_open_text_file_and_a_data_frame_are_read(tmp_path):
    (tmp_path / "mine.csv").write_text("Review,Stars\ngood,1\nbad,0\n", encoding="utf-8")
    with open(tmp_path / "mine.csv", encoding="utf-8") as file:
        from_file = utils.read_comments(file, "Review", "Stars")
    table = pd.DataFrame({"Review": ["good", "bad"], "Stars": [1, 0], "n": [5, 6]}, index=[9, 9])
    from_table = utils.read_comments(table, "Review", "Stars")
    assert from_table.index.tolist() == [0, 1] and from_table.n.tolist() == [5, 6]
    pd.testing.assert_frame_equal(from_file, from_table[["text", "label"]])
    assert list(table.columns) == ["Review", "Stars", "n"], "the student's own table stays"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_another_encoding_is_read_with_a_notice_or_by_its_name(encoding, capsys):
    content = "CONTENT,CLASS\nGästé,1\n".encode(encoding)
    assert read(content).text[0] == "Gästé"
    assert "mine.csv is not in UTF-8" in capsys.readouterr().out
    assert read(content, encoding=encoding).text[0] == "Gästé" and not capsys.readouterr().out


def test_several_names_may_mean_one_of_many_classes_and_a_class_may_be_left_out(capsys):
    content = b"CONTENT,CLASS\na,1 star\nb,5 stars\nc,2 stars\nd,unsure\ne,3 stars\n"
    numbers = {"1 star": 0, "2 stars": 0, "unsure": -1, "3 stars": 1, "5 stars": 2}
    frame = read(content, labels=numbers)
    assert frame.text.tolist() == ["a", "b", "c", "e"] and frame.label.tolist() == [0, 2, 0, 1]
    assert "1 of 5 rows are left out" in capsys.readouterr().out


def test_labels_may_be_missing_where_that_is_allowed():
    content = b"CONTENT,CLASS\na,1\nb,\nc,0\nd,-1\ne\n"
    assert read(content, allow_unlabeled=True).label.tolist() == [1, -1, 0, -1, -1]
    table = pd.DataFrame({"CONTENT": list("abc"), "CLASS": [1.0, None, 0.0]})
    frame = utils.read_comments(table, labels={0: 0, 1: 1}, allow_unlabeled=True)
    assert frame.label.tolist() == [1, -1, 0]


BAD = {  # name -> (content, what the message says)
    "no such column": (b"CONTENT,LABEL\nhi,1\n", "no column 'CLASS'; it has 'CONTENT', 'LABEL'"),
    "no header": (b"hi;1\nho;0\n", "';' between the columns, has no column 'CONTENT'.*positions"),
    "one name twice": (b"CONTENT,CLASS,label\nhi,1,x\n", "two columns.*'label'.*Rename one"),
    "empty": (b"", "is empty, or no text file"),
    "no rows": (b"CONTENT,CLASS\n", "no rows to use"),
    "NUL bytes": (b"CONTENT,CLASS\nh\0o,0\n", "no text file.*CSV UTF-8.*read_excel"),
    "JSON lines": (b'{"CONTENT": "hi", "CLASS": 1}\n', "no column.*read_json"),
    "quote never closed": (b'CONTENT,CLASS\nhi,1\n"ho,0\n', "row 2.*closing quote"),
    "quotes in tabs": (b'CLASS\tCONTENT\n1\t"hi\n0\tho"\n', "swallows.*quoting=3"),
    "a field too many": (b"CONTENT,CLASS\nhi,1\nho, ho,0\n", "line 3, saw 3.*as many fields"),
    "more fields in each row": (b"CONTENT,CLASS\nhi,1,x,x\n", "row 1 has more fields"),
    "class in words": (b"CONTENT,CLASS\nhi,1\nho,spam\n", "1 of 2 rows.*data row 2.*'spam' 1"),
    "half a class": (b"CONTENT,CLASS\nhi,1\nho,0.5\n", "1 of 2 rows.*'0.5' 1"),
    "no class": (b"CONTENT,CLASS\na,1\nb,\nc,0\nd,1\ne\n", "2 of 5 rows .*'.empty.' 2"),
    "blank texts": (b'CONTENT,CLASS\nhi,1\n" \n\t",0\n,1\n', "2 of 3 rows without a text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_an_error_that_says_what_to_do(name, tmp_path):
    content, message = BAD[name]
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(utils.DataError, match=f"(?s)mine.csv.*{message}"):
        utils.read_comments(tmp_path / "mine.csv")


@pytest.mark.parametrize(("kinds", "x", "y"), [("xyzxy", "x", "y"), ((1.0, 5, 3, 1, 5), "1", 5)])
def test_all_bad_rows_are_reported_at_once_with_a_line_that_drops_them(kinds, x, y):
    table = pd.DataFrame({"say": [*"abc", " ", None] * 20, "kind": [*kinds] * 20})
    found = f"60 of 100 rows.*'{x}' 40, '{y}' 40, '{kinds[2]}' 20"
    with pytest.raises(utils.DataError, match=found) as caught:
        utils.read_comments(table, "say", "kind", {x: 0, y: 1})
    line = str(caught.value).split("DataFrame: ")[1]
    variables = {"df": table}
    exec(line, variables)
    assert len(utils.read_comments(variables["df"], "say", "kind", {x: 0, y: 1})) == 40


@pytest.mark.parametrize(
    "labels", [["no", "yes"], {"no": "HAM"}, {"no": 1}, {}, {"no": True, "yes": 0}, {"no": [0]}]
)
def test_wrong_labels_are_an_error_before_any_row_is_read(labels):
    with pytest.raises(utils.DataError, match="labels gives each name a number: 0, 1, ..., or -1"):
        utils.read_comments("nowhere.csv", labels=labels)


@pytest.mark.parametrize("source", ["nowhere.csv", ".", None, 3, b"hi", {"CONTENT": ["hi"]}, []])
def test_what_is_no_file_is_an_error(source):
    with pytest.raises(utils.DataError, match="cannot be read.*Check the path.*DataFrame"):
        utils.read_comments(source)


def test_a_file_opened_in_another_encoding_and_one_column_for_both_are_errors(tmp_path):
    (tmp_path / "mine.csv").write_bytes("CONTENT,CLASS\nGästé,1\n".encode("latin-1"))
    refused = pytest.raises(utils.DataError, match="not in utf-8. Pass its path")
    with open(tmp_path / "mine.csv", encoding="utf-8") as file, refused:
        utils.read_comments(file)
    with pytest.raises(utils.DataError, match="both 'CLASS'"):
        read(b"CONTENT,CLASS\nhi,1\n", "CLASS")
