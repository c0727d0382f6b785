//! Tests that cross the walls between the crates.

/// The policy of the binary `operator`, formatted.
pub const HUJSON: &str = "\
// The policy of a small tailnet.
{
	\"grants\": [
		{\"src\": [\"autogroup:member\"], \"dst\": [\"autogroup:self\"], \"ip\": [\"*\"]},
	],
}
";
