from bench.__main__ import main
from bench.load import Load
from bench.rounds import Pairs, Result


def test_a_measure_is_taken_of_both_and_shown(capsys):
    assert main(["--quick", "--only", "post"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (rate,) = (
        line for line in lines if line.startswith("| POST, 32 connections ") and "disk" in line
    )
    cells = [cell.strip() for cell in rate.strip("|").split("|")]
    assert cells[2].endswith("/s")
    assert cells[3].endswith("/s")
    assert cells[5] == "≥ 2"
    assert sum("1 ms commits" in line for line in lines) == 4


def test_a_ratio_is_the_median_of_the_rounds_not_of_the_figures():
    pairs = Pairs([(10.0, 5.0), (100.0, 100.0), (9.0, 3.0)])
    assert pairs.ratio(float) == 2.0
    assert pairs.ours(float) == 10.0


def test_a_target_is_reached_from_its_own_side():
    assert Result("rate", "/s", 20, 10, 2.0, 2.0).verdict == "ok"
    assert Result("rate", "/s", 19, 10, 1.9, 2.0).verdict == "SHORT"
    assert Result("latency", "ms", 13, 10, 1.3, 1.3, at_least=False).verdict == "ok"
    assert Result("latency", "ms", 14, 10, 1.4, 1.3, at_least=False).verdict == "SHORT"
    assert Result("messages", "/s", 900, target=1000).verdict == "SHORT"
    assert Result("memory", "MB", 100).verdict == ""


def test_percentiles_are_those_of_what_was_measured():
    load = Load(1.0, [float(n) for n in range(1, 101)])
    assert (load.p50, load.p99) == (51.0, 100.0)
