//! Where things are in a text.

mod origin;
mod text;

pub use origin::Origin;
pub use text::Text;
