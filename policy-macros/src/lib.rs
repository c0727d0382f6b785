//! `policy!`
