"""The SQLSTATEs that clients or migrations get, by the names that PostgreSQL gives them (Appendix A of its manual).

See https://www.postgresql.org/docs/18/errcodes-appendix.html.
"""

CONDITIONS = {
    "0A000": "feature_not_supported",
    "22000": "data_exception",
    "22001": "string_data_right_truncation",
    "22003": "numeric_value_out_of_range",
    "22026": "string_data_length_mismatch",
    "22P02": "invalid_text_representation",
    "23502": "not_null_violation",
    "23503": "foreign_key_violation",
    "23505": "unique_violation",
    "23514": "check_violation",
    "23P01": "exclusion_violation",
    "2BP01": "dependent_objects_still_exist",
    "42501": "insufficient_privilege",
    "42601": "syntax_error",
    "42703": "undefined_column",
    "42804": "datatype_mismatch",
    "42883": "undefined_function",
    "428C9": "generated_always",
    "42P01": "undefined_table",
    "42P10": "invalid_column_reference",
    "44000": "with_check_option_violation",
    "55000": "object_not_in_prerequisite_state",
}
