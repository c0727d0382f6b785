//! Questions about a valid policy: what each device gets, what a change changes, who reaches what, which rules no test
//! would miss.

pub mod compile;
pub mod diff;
pub mod matrix;
pub mod mutation;
pub mod query;

pub use compile::compile;
pub use diff::{device_diff, diff};
pub use mutation::coverage;
pub use query::{explain, what, who};
