//! Reads requests from a connection, and writes answers to it.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use crate::http::{Request, Response};

/// The maximum size of a body.
const MAX_BODY: u64 = 64 << 20;

/// Reads the head of a request. The body has not arrived yet if the client [waits](is_waiting) to
/// be asked for it.
pub(super) fn read_head(input: &mut impl BufRead) -> io::Result<Request> {
    let first = line(input)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(invalid("no request line")) };
    let mut request = Request::new(method, target);
    loop {
        let header = line(input)?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    Ok(request)
}

/// Returns whether the client sends the body only when the server has answered with the status 100.
pub(super) fn is_waiting(request: &Request) -> bool {
    request.value("Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
}

/// Reads the body of a request. It has a stated length, or arrives in chunks.
pub(super) fn read_body(input: &mut impl BufRead, request: &Request) -> io::Result<Vec<u8>> {
    if request.value("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        chunks(input)
    } else if let Some(length) = request.value("Content-Length") {
        exactly(input, length.parse().map_err(|_| invalid("the length is not a number"))?)
    } else {
        Ok(Vec::new())
    }
}

fn chunks(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(input)?;
        let digits = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).map_err(|_| invalid("the size of a chunk is not a number"))?;
        if size == 0 {
            break;
        }
        body.append(&mut exactly(input, size)?);
        if body.len() as u64 > MAX_BODY || !line(input)?.is_empty() {
            return Err(invalid("a chunk is too long"));
        }
    }
    while !line(input)?.is_empty() {}
    Ok(body)
}

fn exactly(input: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > MAX_BODY {
        return Err(invalid("the body is too long"));
    }
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length { Ok(body) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Reads a line, without its end.
fn line(input: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    input.take(1 << 16).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map_err(|_| invalid("a line is not UTF-8"))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}

/// Returns an answer as bytes: the head, and then the body.
pub(super) fn write(response: &Response, is_head: bool) -> (Vec<u8>, Vec<u8>) {
    let mut head = Vec::new();
    // A write to a vector does not fail.
    let _ = write!(head, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\nConnection: close\r\n\r\n", response.body.len());
    (head, if is_head { Vec::new() } else { response.body.clone() })
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> io::Result<Request> {
        let mut input = text.as_bytes();
        let request = read_head(&mut input)?;
        let body = read_body(&mut input, &request)?;
        Ok(request.body(body))
    }

    #[test]
    fn bodies_have_a_length_or_chunks() {
        for (message, body) in [
            ("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}\nrest", "{}\n"),
            ("POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0003;x=y\r\n // \r\n0\r\n\r\n", ""),
            (
                "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\na\r\n\n123456789\r\n0\r\n\r\n",
                "{}\n123456789",
            ),
            ("GET /a HTTP/1.1\r\n\r\n", ""),
        ] {
            match parse(message) {
                Ok(request) => assert_eq!(String::from_utf8(request.body).unwrap(), body, "{message}"),
                // The second chunk is longer than it says.
                Err(error) => assert_eq!((error.kind(), body), (ErrorKind::InvalidData, ""), "{message}"),
            }
        }
    }

    #[test]
    fn a_request_that_ends_early_is_not_answered() {
        for message in ["", "GET /a", "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n{", "GET /a HTTP/1.1\r\nA: b\r\n"] {
            assert_eq!(parse(message).unwrap_err().kind(), ErrorKind::UnexpectedEof, "{message}");
        }
    }
}
