"""What each demo is compared with: an oracle that knows nothing of our code, the test that asks it, and the figure.

A figure in braces is measured when docs/demos.md is made: a metric of the default run's last frame, or a fact that the
training script wrote into the weights file. Other figures are the tolerances that the test allows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from demos import weights

__all__ = ["ORACLES", "Oracle"]


@dataclass(frozen=True, slots=True)
class Oracle:
    """`test` is "file::function" under tests/demos; `judge` who is asked, `words` what was found."""

    test: str
    judge: str
    words: str

    def figure(self, name: str, metrics: Mapping[str, float]) -> str:
        """The words with this machine's figures: `name`'s metrics and the facts of its weights."""

        def measured(match: re.Match[str]) -> str:
            source, _, form = match[1].partition(":")
            kind, _, key = source.rpartition("/")
            value = float(weights.facts(kind or name)[key]) if "/" in source else metrics[key]
            return format(value, form or ".4g")

        return re.sub(r"\{([^}]+)\}", measured, self.words)


def _of(file: str, function: str, judge: str, words: str) -> Oracle:
    return Oracle(f"test_{file}.py::test_{function}", judge, words)


ORACLES: dict[str, Oracle] = {
    "alpha_beta": _of("history_alpha_beta", "the_value_is_that_of_minimax", "plain minimax", "same value from {nodes:.0f} of {minimax:.0f} positions"),
    "evidence_scoring": _of("history_evidence_scoring", "bm25_is_that_of_bm25s", "bm25s, scikit-learn", "scores equal within 1e-5"),
    "expert_system": _of("history_expert_system", "both_ways_prove_exactly_the_smallest_model", "the smallest model of the rules", "both chainings prove exactly it"),
    "tree_search": _of("history_tree_search", "it_finds_the_best_move_of_solved_positions", "full search", "best move found; learned prior right on {tree_search/best_move_liked_most:.3f} of all positions"),
    "cat_or_dog": _of("data_cat_or_dog", "new_pictures_are_told_apart_at_least_35_points_better_than_chance", "unseen pictures", "{test:.3f} right (test asks 0.85)"),
    "credit_risk": _of("data_credit_risk", "logistic_regression_is_scikit_learns", "scikit-learn", "weights equal within 1e-4"),
    "image_filters": _of("data_image_filters", "sliding_is_what_scipy_correlates", "scipy.ndimage", "equal"),
    "text_as_numbers": _of("data_text_as_numbers", "tf_idf_is_scikit_learns", "scikit-learn", "TF-IDF equal"),
    "mcculloch_pitts": _of("neurons_mcculloch_pitts", "every_gate_has_its_truth_table", "truth tables", "{right:.0f} of {rows:.0f} rows"),
    "perceptron": _of("perceptron", "weights_are_those_of_scikit_learn", "scikit-learn, linear programming", "weights equal; {accuracy:.0%} right"),
    "backpropagation": _of("neurons_backpropagation", "gradients_agree_with_autograd_to_a_millionth", "torch autograd", "gradients within 1e-6"),
    "delta_rule": _of("neurons_delta_rule", "each_step_is_the_gradient_of_autograd", "torch autograd", "each step within 1e-12"),
    "neocognitron": _of("vision_neocognitron", "c_cells_are_scipys_maximum_filter", "scipy's maximum filter", "equal"),
    "lenet": _of("vision_lenet", "it_reads_at_least_97_of_100_held_out_digits", "359 held-out digits", "{test:.3f} right (test asks 0.97)"),
    "vision_tasks": _of("vision_vision_tasks", "a_layer_is_torchs_dilated_convolution", "torch's convolution, drawn truth", "equal; {vision_tasks/found:.3f} of objects found in new scenes"),
    "hopfield": _of("sequences_hopfield", "the_energy_never_rises_and_is_the_energy", "the energy's definition", "never rises, within 1e-9; overlap {overlap:.2f}"),
    "lstm": _of("sequences_gated", "states_are_those_of_torch", "torch.nn.LSTM", "states equal; error {ratio:.2f} of the naive one"),
    "gru": _of("sequences_gated", "states_are_those_of_torch", "torch.nn.GRU", "states equal; error {gru_error:.4f}"),
    "recurrent": _of("sequences_recurrent", "states_and_gradients_are_those_of_torch", "torch.nn.RNN, autograd", "gradients within 1e-10"),
    "embeddings": _of("language_embeddings", "the_plane_is_that_of_scikit_learn", "scikit-learn's PCA", "equal"),
    "seq2seq": _of("language_translation", "length_hurts_without_attention_and_not_with_it", "a grammar's translation", "one phrase {translation/plain, 1 phrases:.2f}, eight {translation/plain, 8 phrases:.2f} exact"),
    "attention_alignment": _of("language_translation", "length_hurts_without_attention_and_not_with_it", "a grammar's translation", "one phrase {translation/attending, 1 phrases:.2f}, eight {translation/attending, 8 phrases:.2f} exact"),
    "self_attention": _of("self_attention", "output_is_that_of_torch", "torch's scaled_dot_product_attention", "equal"),
    "autoencoder": _of("zoo_autoencoders", "pca_is_scikit_learns_and_the_linear_autoencoder_comes_to_it", "scikit-learn's PCA", "linear one within 3 %; deep error {error:.4f} against {pca_error:.4f}"),
    "capsules": _of("vision_capsules", "routing_is_that_of_a_torch_reference", "a reference in torch", "equal; {right:.0f} of 6 parts right"),
    "deep_residual": _of("vision_deep_residual", "the_error_at_every_layer_is_autograds", "torch autograd", "within 1e-10"),
    "denoising_autoencoder": _of("zoo_autoencoders", "most_noise_goes_and_without_noise_there_is_only_loss", "unseen digits without their noise", "{kept:.2f} of the damage left (test asks 0.5); a linear map: error {linear_error:.3f}, the network {error:.3f}"),
    "differentiable_neural_computer": _of("zoo_memory_machines", "it_copies_longer_than_trained", "the sequence itself", "{differentiable_neural_computer/bits right at 12 rows:.4f} of bits at 12 rows, trained on 8"),
    "echo_state_network": _of("zoo_reservoirs", "the_reservoir_has_the_radius_asked_for_and_the_read_out_is_ridge", "numpy's eigenvalues, scikit-learn's ridge", "equal within 1e-5"),
    "extreme_learning_machine": _of("zoo_closed_form", "an_extreme_learning_machine_is_a_random_layer_and_ridge", "scikit-learn's ridge", "within 1e-6; {unseen:.3f} of unseen points right"),
    "gan": _of("zoo_gan", "the_network_is_torchs", "torch; the known modes", "network equal; {covered:.0f} of {modes:.0f} modes"),
    "inverse_graphics": _of("vision_inverse_graphics", "groups_disentangle_the_code_and_a_plain_autoencoder_does_not", "the scene's true factors", "disentangled {inverse_graphics/disentanglement_grouped:.3f}, plain {inverse_graphics/disentanglement_plain:.3f}"),
    "kohonen_map": _of("zoo_kohonen_map", "the_quantisation_error_falls", "the quantisation error", "{error:.4f} at the end; {torn:.0%} torn"),
    "liquid_state_machine": _of("zoo_reservoirs", "ripples_are_read_and_fade", "unseen throws", "{score:.3f} told right (test asks 0.85), without joints {unjoined_score:.2f}"),
    "neural_turing_machine": _of("zoo_memory_machines", "it_copies_longer_than_trained", "the sequence itself", "{neural_turing_machine/bits right at 12 rows:.4f} of bits at 12 rows, trained on 8"),
    "rbf_network": _of("zoo_closed_form", "ridge_is_scikit_learns_and_without_penalty_numpys", "scikit-learn, numpy's least squares", "equal; error {error:.4f}"),
    "sparse_autoencoder": _of("zoo_autoencoders", "a_higher_price_makes_codes_sparser_and_pictures_worse", "its own order by price", "{active:.1%} of units at work"),
    "transposed_convolution": _of("vision_transposed_convolution", "stamping_is_what_torch_does", "torch's conv_transpose2d", "equal"),
    "vae": _of("zoo_autoencoders", "both_terms_of_the_elbo_by_hand_and_by_torch", "torch.distributions", "both terms equal"),
    "transformer_block": _of("language_transformers", "a_block_is_that_of_torch", "torch.nn.TransformerEncoderLayer", "within 1e-8"),
    "nano_gpt": _of("language_transformers", "every_sequence_held_out_of_training_is_sorted", "Python's sorted", "{nano_gpt/sorted:.0%} of held-out lists; {parameters:,.0f} parameters"),
    "bert": _of("language_bert", "held_out_words_are_more_likely_than_by_bigrams", "a bigram model, held-out sentences", "log-probability {bert/log probability, model:.2f} against {bert/log probability, bigram:.2f}"),
    "gpt": _of("language_gpt", "looking_greedily_writes_what_a_turn_writes_and_changes_no_turn", "llama.cpp's own greedy text", "the same tokens"),
    "gemini": _of("generation_gemini", "answers_about_unseen_scenes_are_right_as_the_file_states", "unseen scenes", "{gemini/accuracy:.3f} right, {gemini/blind:.3f} without the picture"),
    "chatgpt": _of("language_chatgpt", "tuning_raises_the_objective_and_ends_at_the_closed_form", "the optimum in closed form, scikit-learn", "policy within 1e-4, reward within 1e-3"),
    "llama": _of("language_llama", "norms_and_silu_are_those_of_torch", "torch; the gguf package", "equal; parameters counted exactly"),
    "vit": _of("generation_vit", "it_reads_as_many_unseen_digits_as_its_file_states", "359 held-out digits", "{accuracy:.3f} right (test asks 0.95)"),
    "clip": _of("generation_clip", "new_pictures_find_their_caption_as_the_file_states", "new pictures", "kinds shown {clip/seen:.3f}, never shown {clip/unseen:.3f}"),
    "dalle2": _of("generation_dalle2", "an_independent_classifier_agrees_with_the_captions", "a classifier of its own", "as asked {dalle2/seen:.3f}, pairs never shown {dalle2/unseen:.3f}"),
    "imagen": _of("generation_imagen", "an_independent_classifier_agrees_with_the_captions", "a classifier of its own", "as asked {imagen/agree:.3f}, in other words {imagen/other words:.3f}"),
    "diffusion": _of("diffusion", "a_classifier_recognises_the_digits_that_were_asked_for", "a classifier of its own", "{diffusion/recognised:.3f} recognised (test asks 0.95)"),
    "stable_diffusion": _of("generation_stable_diffusion", "pictures_show_what_was_asked_for_as_the_file_states", "a classifier; torch's operation counter", "as asked {stable_diffusion/seen:.3f}; {saving:.1f} times fewer operations"),
    "generative_ai": _of("generation_generative_ai", "a_long_sample_has_the_chain_s_own_shares", "the counted shares; difflib", "equal; distances {text:.3f}, {pictures:.3f}, {sound:.3f}"),
    "distillation": _of("edge_distillation", "the_taught_student_gains_three_points_at_least", "held-out digits; torch autograd", "{gain:.1f} points gained (test asks 3, mean of three seeds)"),
    "pruning": _of("edge_pruning", "the_sparsity_is_exact", "counting; torch autograd", "{zeros:.0f} zeros exactly; accuracy {accuracy:.3f}"),
    "quantization": _of("edge_quantization", "the_weights_read_back_are_those_of_gguf", "the gguf package", "the same bytes; {lost:.3f} accuracy lost"),
    "small_language_model": _of("edge_small_language_model", "the_bound_is_memory_speed_over_the_weights_that_are_read", "arithmetic by hand, the real starter", "bound within 1e-3; {writing:.0f} tokens/s here"),
}  # fmt: skip
