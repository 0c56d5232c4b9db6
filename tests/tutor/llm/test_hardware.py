"""Energy counters as Linux shows them, in a folder made by hand; the machine that the tests run on."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tutor.llm.hardware import Meter, machine, processor, read_speed


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    return path


def test_the_processor_s_counters_are_summed_and_may_begin_anew(tmp_path: Path) -> None:
    """Package 0 counts 3 J; package 1 passes its end of 10 J, 1 J before it, and goes on to 1 J: 2 J."""
    first = _write(tmp_path / "powercap" / "intel-rapl:0" / "energy_uj", "5000000\n")
    second = _write(tmp_path / "powercap" / "intel-rapl:1" / "energy_uj", "9000000\n")
    _write(second.with_name("max_energy_range_uj"), "10000000")
    _write(tmp_path / "powercap" / "intel-rapl:0:0" / "energy_uj", "1")  # a core inside package 0 counts once
    meter = Meter(tmp_path)
    meter.start()
    first.write_text("8000000", encoding="ascii")
    second.write_text("1000000", encoding="ascii")
    assert meter.stop() == pytest.approx(5)
    assert "RAPL" in meter.name


def test_a_power_sensor_is_taken_times_the_seconds_and_a_graphics_card_is_not_asked(tmp_path: Path) -> None:
    _write(tmp_path / "hwmon" / "hwmon0" / "name", "amdgpu\n")
    _write(tmp_path / "hwmon" / "hwmon0" / "power1_average", "90000000")
    assert Meter(tmp_path).name.startswith("this machine has no counter")
    _write(tmp_path / "hwmon" / "hwmon1" / "name", "ina219\n")
    _write(tmp_path / "hwmon" / "hwmon1" / "power1_input", "5000000")
    meter = Meter(tmp_path)
    meter.start()
    joules = meter.stop()
    assert meter.name == "a power sensor"
    assert joules is not None and joules > 0


def test_a_battery_counts_only_while_it_is_drained(tmp_path: Path) -> None:
    status = _write(tmp_path / "power_supply" / "BAT0" / "status", "Charging\n")
    _write(tmp_path / "power_supply" / "BAT0" / "power_now", "8000000")
    assert Meter(tmp_path).name.startswith("this machine")
    status.write_text("Discharging\n", encoding="ascii")
    assert Meter(tmp_path).name == "the battery"


def test_where_nothing_tells_there_is_no_figure(tmp_path: Path) -> None:
    _write(tmp_path / "powercap" / "intel-rapl:0" / "energy_uj", "not a number")
    meter = Meter(tmp_path)
    meter.start()
    assert meter.stop() is None
    assert meter.name.startswith("only the administrator")


def test_the_processor_is_named_by_the_board_or_the_system(tmp_path: Path) -> None:
    _write(tmp_path / "proc" / "cpuinfo", "processor : 0\nmodel name : Chalk 9000\n")
    assert processor(tmp_path) == "Chalk 9000"
    _write(tmp_path / "proc" / "device-tree" / "model", "Slate Pi 5\0")
    assert processor(tmp_path) == "Slate Pi 5"


def test_this_machine_has_memory_that_is_read_at_some_speed() -> None:
    found = machine()
    assert found["memory_bytes"] == psutil.virtual_memory().total
    assert found["cores"] >= 1 and found["processor"]
    assert read_speed(1, size=2**20) > 0
