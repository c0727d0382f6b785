//! Who reaches what, as a table.
//!
//! This is the data. The command line writes it as Markdown, HTML or a picture.

mod containment;
mod matrix;

pub use matrix::{Cell, CellAccess, Matrix, MatrixEnd};
