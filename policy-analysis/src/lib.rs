//! Questions about a valid policy: what each device gets, what a change changes, who reaches what, which rules no test
//! would miss.

mod analysis;
pub mod compile;
pub mod diff;
pub mod matrix;
pub mod mutation;
pub mod query;

pub use analysis::Analysis;
