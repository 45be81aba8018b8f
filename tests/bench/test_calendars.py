from bench.__main__ import main


def test_calendars_are_measured_on_both_sides(capsys):
    assert main(["--quick", "--only", "calendars"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    measures = {row[0]: row for row in rows}
    pushed = measures["POST of a meeting to its event in the calendar, slowest"]
    assert pushed[2].endswith(" ms")
    assert pushed[5] == "≤ 5000"
    first = measures["first look at 40 events; Radicale's processor"]
    assert first[2].endswith(" s")
    assert first[3].endswith(" s")
    look = measures["a look at 40 events of which none changed: processor of kith; of Radicale"]
    assert look[5] == "≤ 100"
    assert not any("Memory of kith serve after all of this" in line for line in lines)
