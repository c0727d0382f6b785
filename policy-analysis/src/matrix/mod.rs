//! How a person sees a policy: who reaches what, as tables.
//!
//! What is here is data. How it is written, as Markdown, HTML or a picture, is for the command line to know, which the
//! macro is compiled without.

mod containment;
mod matrix;

pub use matrix::{Cell, CellAccess, Matrix, MatrixEnd};
