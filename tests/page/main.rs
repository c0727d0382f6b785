//! Tests of the page of `report`: its script in Node, and the whole page in a browser.

mod browser;
mod questions;
