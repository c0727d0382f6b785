//! Expected output stored in files.

/// Returns true if tests should write their snapshots instead of comparing them: `UPDATE_SNAPSHOTS=1`.
pub fn should_update() -> bool {
    std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| !value.is_empty() && value != "0")
}
