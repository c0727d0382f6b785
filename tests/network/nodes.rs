//! The names of the nodes of the laboratory.

/// The number of nodes that have nothing behind them.
pub const ORDINARY: usize = 9;

/// The number of routers.
const ROUTERS: usize = 3;

/// Returns the names of all nodes, the routers last.
pub fn names() -> Vec<String> {
    let ordinary = (0..ORDINARY).map(|number| format!("n{number}"));
    ordinary.chain((0..ROUTERS).map(|number| format!("r{number}"))).collect()
}

/// Returns the name of the world behind a node, if it is a router.
pub fn world_behind(node: &str) -> Option<String> {
    node.strip_prefix('r').map(|number| format!("w{number}"))
}
