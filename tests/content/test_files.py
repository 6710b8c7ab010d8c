from pathlib import Path

import pytest

from bot.content import read
from bot.content.files import FILES, gather
from bot.content.strict import FILE_BYTES
from tests.content.packs import FOLDER, GOOD, content, printed, written


def refused(folder: Path) -> list[str]:
    return printed(read([folder], None).faults)


def test_a_pack_on_disk_says_what_its_texts_say() -> None:
    assert read([FOLDER], None) == content()


def test_paths_of_a_second_pack_begin_with_its_name(tmp_path: Path) -> None:
    broken = written(
        tmp_path / "other", {"lessons/pack.yaml": "- a\n", "quizzes/x.yaml": "a: b\n"}
    )
    assert printed(read([FOLDER, broken], None).faults) == [
        "other/lessons/pack.yaml:1: no fields; write 'key: value' lines",
        (
            "other/quizzes/x.yaml:1: an unknown file; move it into a topic; known are"
            " lessons/pack.yaml, lessons/sources.yaml, quizzes/techniques.yaml,"
            " quizzes/misconceptions.yaml"
        ),
    ]


NAME = "use a-z, 0-9, '_' and '-', and end in .yaml"


@pytest.mark.parametrize(
    "name", ["Acc-05.yaml", "acc-05.yml", "..yaml", "a\\b.yaml", "a\u2024b.yaml", "README", ".x"]
)
def test_a_file_of_another_name_is_refused(tmp_path: Path, name: str) -> None:
    path = f"lessons/acc/{name}"
    assert refused(written(tmp_path, {**GOOD, path: "a: b\n"})) == [
        f"{path}:1: '{name}' as a name; {NAME}"
    ]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    raw = bytes(tmp_path / "lessons" / "acc") + b"/\xff.yaml"
    with open(raw, "wb") as stream:  # noqa: PTH123
        stream.write(b"a: b\n")
    assert refused(tmp_path) == [f"lessons/acc/\\udcff.yaml:1: '\\udcff.yaml' as a name; {NAME}"]


def test_folders_too_deep_or_oddly_named_are_refused(tmp_path: Path) -> None:
    odd = {"lessons/acc/more/x.yaml": "a: b\n", "lessons/Acc/x.yaml": "a: b\n"}
    assert refused(written(tmp_path, {**GOOD, **odd})) == [
        "lessons/Acc:1: an unknown folder; use lessons/<topic> and quizzes/<topic>",
        "lessons/acc/more:1: an unknown folder; use lessons/<topic> and quizzes/<topic>",
    ]


def test_files_of_a_later_version_are_named(tmp_path: Path) -> None:
    path = "lessons/drills/xx.yaml"
    assert refused(written(tmp_path, {**GOOD, path: "a: b\n"})) == [
        f"{path}:1: drills are not read by this version; take the file out until they are"
    ]


def test_links_are_never_followed(tmp_path: Path) -> None:
    pack = written(tmp_path / "pack", GOOD)
    secret = tmp_path / "secret.yaml"
    secret.write_text("a: b\n", encoding="utf-8")
    (pack / "lessons" / "acc" / "acc-07.yaml").symlink_to(secret)
    (pack / "lessons" / "loop").symlink_to(pack / "lessons")
    assert refused(pack) == [
        "lessons/acc/acc-07.yaml:1: a symbolic link; put the file itself here",
        "lessons/loop:1: a symbolic link; put the file itself here",
    ]


def test_a_pack_whose_folder_is_a_link_or_missing_is_refused(tmp_path: Path) -> None:
    pack = written(tmp_path / "pack", {"lessons/pack.yaml": GOOD["lessons/pack.yaml"]})
    (pack / "quizzes").symlink_to(pack / "lessons")
    assert "quizzes:1: not a folder; put a real folder in its place" in refused(pack)
    assert "lessons:1: cannot be opened; make the folder, or mend its rights" in refused(
        tmp_path / "nowhere"
    )


def test_a_pack_of_too_many_files_is_refused(tmp_path: Path) -> None:
    many = {f"lessons/acc/x{number}.yaml": "a" for number in range(FILES + 5)}
    found, faults = gather([written(tmp_path, many)])
    assert len(found) <= FILES
    assert [fault.wrong for fault in faults if "more than" in fault.wrong] == [
        f"more than {FILES} files in the pack"
    ]


def test_a_pack_of_too_many_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.content.files.PACK_BYTES", 3000)
    assert [fault.wrong for fault in gather([written(tmp_path, GOOD)])[1]] == [
        "more than 3000 bytes in the pack"
    ]


def test_never_more_than_the_limit_is_read_of_a_file(tmp_path: Path) -> None:
    written(tmp_path, {**GOOD, "lessons/acc/acc-07.yaml": b"x" * (3 * FILE_BYTES)})
    assert refused(tmp_path) == [
        f"lessons/acc/acc-07.yaml:1: {FILE_BYTES + 1} bytes, limit {FILE_BYTES}; split the file"
    ]
