//! Places in a text.

mod file_id;
mod origin;
mod text;
mod whole_lines;

pub use file_id::FileId;
pub use origin::Origin;
pub use text::Text;
pub use whole_lines::WholeLines;
