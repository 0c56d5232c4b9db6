"""Every fault of docs/reliability.md has tests, and they are there under these names: the table cannot tell of what is
tested no more, nor leave out what is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reliability.md"
FAULTS, API, TUI, DOCUMENTS = "tests/faults/", "tests/api/", "tests/tui/", "tests/knowledge/documents/"
INDEX, LLM = "tests/knowledge/retrieval/test_index.py", "tests/tutor/llm/"
SHOWN: dict[int, dict[str, str]] = {
    1: {FAULTS + "test_leaving.py": "test_beyond_the_bound_it_is_429_at_once", "benchmarks/service.py": "at_once"},
    2: {FAULTS + "test_connections.py": "test_a_hundred_silent_connections_hold_nobody_up",
        "benchmarks/service.py": "watched"},
    3: {FAULTS + "test_fairness.py": "test_another_key_is_served_within_two_completions"},
    4: {FAULTS + "test_leaving.py": "test_two_hundred_random_departures_free_every_place "
                                    "test_who_leaves_is_no_failure_of_the_service"},
    5: {FAULTS + "test_ends.py": "test_who_does_not_read_holds_nobody_up_and_loses_nothing "
                                 "test_a_turn_without_end_is_ended_and_what_it_said_is_kept"},
    6: {FAULTS + "test_ends.py": "test_a_service_that_is_told_to_stop_ends_what_it_began"},
    7: {FAULTS + "test_ends.py": "test_a_process_that_is_killed_loses_nothing_that_it_acknowledged",
        FAULTS + "test_places.py": "test_a_crash_leaves_nothing_pending"},
    8: {FAULTS + "test_ingest.py": "test_killed_at_any_moment_a_document_is_wholly_in_or_wholly_out"},
    9: {FAULTS + "test_ends.py": "test_a_full_disk_is_said_reading_goes_on_and_it_recovers"},
    10: {FAULTS + "test_command.py": "test_a_read_only_data_folder_still_answers"},
    11: {FAULTS + "test_model_files.py": "test_damage_is_a_sentence test_an_altered_starter_is_refused_by_its_hash"},
    12: {FAULTS + "test_command.py": "test_without_the_starter_answers_quote_all_the_same_and_a_demo_of_it_names_what_"
                                     "is_missing test_a_missing_model_file_is_named_before_anything_is_loaded"},
    13: {INDEX: "test_every_damage_is_noticed_and_repaired"},
    14: {INDEX: "test_an_index_of_another_embedder_is_rebuilt_and_both_dimensions_are_named"},
    15: {INDEX: "test_a_vector_that_is_no_direction_never_reaches_a_query test_finite_lets_only_directions_through"},
    16: {FAULTS + "test_ingest.py": "test_two_ingestions_at_once_take_turns "
                                    "test_a_second_ingestion_that_may_not_wait_is_told_so"},
    17: {FAULTS + "test_ingest.py": "test_a_pdf_of_ten_thousand_pages_is_refused "
                                    "test_a_pdf_whose_pages_go_in_circles_ends "
                                    "test_a_parser_that_never_ends_is_killed_at_its_limit "
                                    "test_a_parser_that_swells_is_stopped_by_its_memory_limit",
         FAULTS + "test_uploads.py": "test_whatever_zips_come_the_disk_holds_no_more_than_the_limit"},
    18: {DOCUMENTS + "test_converters.py": "test_no_name_leads_out_of_the_data_folder"},
    19: {FAULTS + "test_input.py": "test_impossible_parameters_name_their_range",
         FAULTS + "test_requests.py": "test_impossible_parameters_are_answered_with_what_can_be_done"},
    20: {FAULTS + "test_command.py": "test_no_foreign_control_sequence_reaches_the_terminal",
         TUI + "test_safety.py": "test_no_control_reaches_any_screen_and_markup_is_shown_as_written "
                                 "test_the_bytes_at_a_real_terminal_hold_no_foreign_sequence"},
    21: {TUI + "test_safety.py": "test_no_control_reaches_any_screen_and_markup_is_shown_as_written"},
    22: {API + "test_real_answers.py": "test_a_page_orders_nothing"},
    23: {FAULTS + "test_input.py": "test_strange_text_goes_round_or_is_refused "
                                   "test_a_lone_surrogate_is_refused_or_kept_but_never_a_500"},
    24: {FAULTS + "test_input.py": "test_an_empty_question_is_422_and_calls_nothing"},
    25: {FAULTS + "test_input.py": "test_a_question_of_a_megabyte_is_413 "
                                   "test_a_body_of_100_megabytes_is_refused_before_it_is_read",
         FAULTS + "test_races.py": "test_deep_json_is_no_500"},
    26: {FAULTS + "test_access.py": "test_every_route_demands_a_valid_key test_conversations_belong_to_key_and_user "
                                    "test_no_key_and_no_question_in_database_or_log",
         FAULTS + "test_keys.py": "test_a_key_ends_by_itself"},
    27: {FAULTS + "test_fairness.py": "test_a_bucket_fills_evenly_and_never_because_a_clock_went_back",
         "tests/tutor/service/test_queue.py": "test_waiting_time_does_not_suffer_from_a_clock_that_steps_back"},
    28: {FAULTS + "test_command.py": "test_a_taken_port_is_said_at_once"},
    29: {"tests/contracts/test_openapi.py": "test_every_answer_is_one_that_the_description_promises",
         FAULTS + "test_states.py": "test_no_order_of_asking_taking_in_removing_and_restarting_loses_anything",
         API + "test_structured.py": "test_no_schema_whatever_makes_anything_but_an_answer_or_a_refusal",
         FAULTS + "test_races.py": "test_what_is_no_schema_is_no_500"},
    30: {FAULTS + "test_command.py": "test_the_three_questions_of_the_readme_without_any_network",
         API + "test_service.py": "test_the_docs_need_no_network"},
    31: {FAULTS + "test_patterns.py": "test_every_pattern_is_fast_on_hostile_text"},
    32: {FAULTS + "test_places.py": "test_random_faults_lose_no_place "
                                    "test_a_question_that_cannot_be_kept_leaves_the_queue_at_once",
         API + "test_service.py": "test_readiness_is_a_turn_that_went_through_lately"},
    33: {FAULTS + "test_fairness.py": "test_another_key_is_served_within_two_completions "
                                      "test_many_floods_together_do_not_keep_a_newcomer_out"},
    34: {FAULTS + "test_origin.py": "test_every_route_refuses_hosts_and_pages_of_other_sites"},
    35: {FAULTS + "test_origin.py": "test_whoever_comes_through_a_proxy_needs_a_key",
         FAULTS + "test_connections.py": "test_http_1_0_is_what_a_proxy_that_says_nothing_speaks"},
    36: {FAULTS + "test_owners.py": "test_owners_that_differ_share_nothing test_key_and_user_are_never_read_as_one"},
    37: {FAULTS + "test_removal.py": "test_a_document_among_others_is_gone_from_answers_and_from_the_disk "
                                     "test_turns_around_a_removal_see_the_course_before_or_after_it"},
    38: {DOCUMENTS + "test_broken.py": "test_an_upload_with_broken_files_keeps_the_good_ones_and_names_the_others "
                                       "test_a_converter_that_raises_anything_costs_no_other_document"},
    39: {"tests/knowledge/retrieval/test_equal_passages.py": "test_equal_pages_are_indexed_and_hide_no_other "
                                                             "test_copies_of_a_file_are_taken_however_many"},
    40: {FAULTS + "test_connections.py": "test_an_endless_header_is_ended_at_its_bound "
                                         "test_headers_over_the_bound_are_431_in_the_envelope"},
    41: {FAULTS + "test_long_lines.py": "test_lines_without_end_are_cut_and_the_others_are_served_meanwhile",
         DOCUMENTS + "test_pieces.py": "test_nothing_is_lost_and_no_part_is_long"},
    42: {FAULTS + "test_postgresql.py": "test_two_services_number_the_exchanges_of_a_conversation_in_one_row "
                                        "test_a_run_is_found_by_every_service_on_the_database "
                                        "test_a_run_of_a_conversation_is_found_elsewhere_and_goes_with_it"},
    43: {FAULTS + "test_postgresql.py": "test_a_restart_of_the_database_is_no_error_and_its_absence_is_said"},
    44: {FAULTS + "test_owners.py": "test_only_the_owner_reads_the_data_folder "
                                    "test_documents_and_indexes_lie_in_a_folder_of_their_owner"},
    45: {FAULTS + "test_requests.py": "test_a_model_that_ignores_the_grammar_spoils_no_run",
         "tests/tutor/dialogue/test_loose_numbers.py": "test_an_upstream_that_ignores_the_grammar_places_nothing "
                                                       "test_what_an_upstream_breaks_is_a_model_error",
         LLM + "test_upstream.py": "test_whatever_an_upstream_does_the_turn_ends_by_quotation "
                                   "test_a_tutor_is_worded_by_it_and_cites_the_course"},
    46: {"tests/contracts/test_processors.py": "test_every_processor_comes_to_the_same_verdicts"},
    47: {TUI + "test_terminals.py": "test_a_whole_visit test_a_visit_at_every_size test_a_visit_in_a_real_terminal"},
    48: {LLM + "test_pull.py": "test_killed_in_the_middle_nothing_has_its_name_and_the_next_call_goes_on "
                               "test_a_broken_off_transfer_goes_on_where_it_stopped "
                               "test_what_is_here_and_damaged_is_replaced"},
    49: {DOCUMENTS + "test_web.py": "test_what_a_page_hides_is_left_out_and_said",
         DOCUMENTS + "test_pdf_text.py": "test_what_no_reader_sees_is_left_out_and_said",
         DOCUMENTS + "test_office.py": "test_what_is_hidden_on_slides_is_left_out_and_said",
         DOCUMENTS + "test_other_formats.py": "test_an_opendocument_text test_rich_text"},
    50: {FAULTS + "test_canaries.py": "test_whoever_asks_for_it_no_answer_holds_another_s_words"},
    51: {LLM + "test_pull.py": "test_two_at_once_fetch_it_once "
                               "test_cancelled_anywhere_nothing_has_its_name_and_the_next_call_goes_on "
                               "test_without_a_network_one_sentence_names_both_sources",
         LLM + "test_index.py": "test_wheels_on_a_stick_need_no_network",
         "tests/tutor/cli/test_models.py": "test_without_a_network_it_is_one_sentence"},
}  # fmt: skip


@cache
def _functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _table() -> dict[int, str]:
    """What each row's last cell says, by the row's number."""
    found: dict[int, str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"\d+(?:, \d+)*", cells[0]):
            for number in map(int, cells[0].split(", ")):
                assert number not in found, f"row {number} stands there twice"
                found[number] = cells[3]
    return found


@pytest.mark.parametrize("row", SHOWN)
def test_what_shows_a_fault_is_there(row: int) -> None:
    for file, names in SHOWN[row].items():
        assert set(names.split()) <= _functions(file), (row, file, set(names.split()) - _functions(file))


def test_the_table_has_every_fault_and_the_files_that_show_it() -> None:
    table = _table()
    assert sorted(table) == list(range(1, len(SHOWN) + 1)) == sorted(SHOWN)
    for row, cell in table.items():
        assert set(re.findall(r"[\w/]+\.py", cell)) >= set(SHOWN[row]), (row, set(SHOWN[row]))
        for file in re.findall(r"[\w/]+\.py", cell):
            assert (ROOT / file).is_file(), (row, file)
