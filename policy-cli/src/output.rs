//! Output streams: results go to stdout, everything else to stderr.
//!
//! It is not an error if the reader closes the pipe early, as `head` does.

use std::io::{self, Write};

use annotate_snippets::Renderer;
use anstream::{AutoStream, ColorChoice};
use policy_core::json::Value;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::json;
use crate::memory::{self, Stream as MemoryStream};
use crate::report::{Format, Report};
use crate::text::harmless;

/// Writes a result to stdout, byte for byte.
pub fn write(result: &[u8]) -> Result<(), Failure> {
    if memory::ask(|memory| memory.add(MemoryStream::Out, result)).is_some() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    ignore_closed_pipe(stdout.write_all(result).and_then(|()| stdout.flush()))
}

/// A stream for a result that is written in pieces.
pub struct Stream(io::StdoutLock<'static>);

impl Stream {
    /// Opens stdout and locks it for this result.
    pub fn open() -> Self {
        Stream(io::stdout().lock())
    }

    /// Writes the next piece. Returns `false` if the reader has closed the pipe.
    pub fn write(&mut self, piece: &[u8]) -> Result<bool, Failure> {
        if memory::ask(|memory| memory.add(MemoryStream::Out, piece)).is_some() {
            return Ok(true);
        }
        let written = self.0.write_all(piece).and_then(|()| self.0.flush());
        let is_closed = written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        ignore_closed_pipe(written).map(|()| !is_closed)
    }
}

/// Writes a result for programs to stdout.
pub fn write_json(result: &Value) -> Result<(), Failure> {
    write(json::to_text(result).as_bytes())
}

/// Returns a result for programs as the text that [`write_json`] writes.
pub fn json_text(result: &Value) -> String {
    json::to_text(result)
}

/// Prints a result for people to stdout. Colours are those that [`stdout_renderer`] gave it.
pub fn print(result: &str) -> Result<(), Failure> {
    if memory::ask(|memory| memory.print(MemoryStream::Out, &harmless(result))).is_some() {
        return Ok(());
    }
    let mut stdout = AutoStream::auto(io::stdout().lock());
    ignore_closed_pipe(stdout.write_all(harmless(result).as_bytes()).and_then(|()| stdout.flush()))
}

/// Like [`print`], for a result in pieces.
pub fn print_pieces(mut pieces: impl Iterator<Item = String>) -> Result<(), Failure> {
    if memory::is_in_use() {
        for piece in pieces {
            memory::ask(|memory| memory.print(MemoryStream::Out, &piece));
        }
        return Ok(());
    }
    let mut stdout = AutoStream::auto(io::stdout().lock());
    let written = pieces.try_for_each(|piece| stdout.write_all(piece.as_bytes()));
    ignore_closed_pipe(written.and_then(|()| stdout.flush()))
}

/// Writes a text to stderr. Errors are ignored.
pub fn say(text: &str) {
    if memory::ask(|memory| memory.print(MemoryStream::Error, &harmless(text))).is_some() {
        return;
    }
    let _ = AutoStream::auto(io::stderr().lock()).write_all(harmless(text).as_bytes());
}

/// Reports on stderr why a command could not do its work.
pub fn say_failure(failure: &Failure) {
    say(&failure.render(&stderr_renderer()));
}

/// Reports findings on stderr.
pub fn say_findings(report: &Report) {
    say(&report.render(Format::Text, &stderr_renderer()));
}

/// Prints the output of clap: help and version on stdout, wrong usage on stderr.
pub fn print_usage(usage: &clap::Error) -> Result<ExitStatus, Failure> {
    let stream = if usage.use_stderr() { MemoryStream::Error } else { MemoryStream::Out };
    if memory::ask(|memory| memory.print(stream, &usage.render().ansi().to_string())).is_none() {
        ignore_closed_pipe(usage.print())?;
    }
    Ok(if usage.use_stderr() { ExitStatus::Incomplete } else { ExitStatus::Success })
}

/// Returns the renderer for stdout. It uses colours if stdout is a terminal that supports them and
/// `NO_COLOR` is not set.
pub fn stdout_renderer() -> Renderer {
    let in_memory = memory::ask(|memory| memory.color_choice(MemoryStream::Out));
    renderer(in_memory.unwrap_or_else(|| AutoStream::choice(&io::stdout())))
}

/// Returns the renderer for stderr, by the same rules.
pub fn stderr_renderer() -> Renderer {
    let in_memory = memory::ask(|memory| memory.color_choice(MemoryStream::Error));
    renderer(in_memory.unwrap_or_else(|| AutoStream::choice(&io::stderr())))
}

fn renderer(choice: ColorChoice) -> Renderer {
    if choice == ColorChoice::Never { Renderer::plain() } else { Renderer::styled() }
}

fn ignore_closed_pipe(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format_args!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}
