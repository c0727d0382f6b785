//! The page of `report`: its script in Node, and all of it in a browser.

mod browser;
mod questions;
