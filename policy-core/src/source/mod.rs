//! Places in a text.

mod file_id;
mod origin;
mod text;

pub use file_id::FileId;
pub use origin::Origin;
pub use text::Text;
