//! A table of who can reach what.
//!
//! This is the data. The command line writes it as Markdown, HTML or an image.

#[cfg(test)]
mod against_tests;
mod containment;
mod table;
#[cfg(test)]
mod tests;

pub use table::{Cell, CellAccess, Matrix, MatrixEnd};
