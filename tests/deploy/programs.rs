//! The Go programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use policy_test_support::require;

/// The client of tests/deploy/go, and gitops-pusher.
#[derive(Clone, Debug)]
pub(crate) struct GoPrograms {
    pub(crate) client: PathBuf,
    pub(crate) gitops_pusher: PathBuf,
}

/// Builds the programs once. `None` if Go is missing.
pub(crate) fn go_programs() -> Option<GoPrograms> {
    static BUILT: OnceLock<Option<GoPrograms>> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> Option<GoPrograms> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy-peers");
    fs::create_dir_all(&folder).unwrap();
    require::go_programs("tests/deploy/go", &folder, &[".", "tailscale.com/cmd/gitops-pusher"])?;
    Some(GoPrograms { client: folder.join("policy-peers"), gitops_pusher: folder.join("gitops-pusher") })
}
