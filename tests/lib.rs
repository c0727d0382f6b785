//! Tests that cross the walls between the crates.
