//! Places in a text, and the visible form of its characters.

mod file_id;
mod origin;
mod picture;
mod text;
mod whole_lines;

pub use file_id::FileId;
pub use origin::Origin;
pub use picture::picture;
pub use text::Text;
pub use whole_lines::WholeLines;
