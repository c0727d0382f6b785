//! The language server for policy files: the Language Server Protocol around `policy-ide`.
//!
//! One thread reads messages and answers requests from a snapshot of the texts. Others compute what
//! takes longer, such as findings.

mod actions;
mod capabilities;
mod checker;
mod convert;
mod documents;
mod editing;
mod fact_files;
mod lenses;
mod naming;
mod outbox;
mod positions;
mod project;
mod request_error;
mod resolver;
mod rewrites;
mod server;
mod settings;
mod structure;
mod view;
mod words;

pub(crate) use server::serve;
pub(crate) use settings::Settings;
