//! Messages of any length over a pipe: the number of bytes, a line end, and the bytes.

use std::io::{self, Read, Write};

/// The longest message. A policy is far shorter.
const LIMIT: u64 = 256 << 20;

/// Writes one message.
pub(super) fn write(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    writeln!(output, "{}", bytes.len())?;
    output.write_all(bytes)?;
    output.flush()
}

/// Reads one message. Returns `None` if the other end has closed the pipe.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = 0u64;
    let mut is_first = true;
    loop {
        let mut byte = [0];
        if input.read(&mut byte)? == 0 {
            return if is_first { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        match byte {
            [b'\n'] if !is_first => break,
            [digit @ b'0'..=b'9'] => length = length * 10 + u64::from(digit - b'0'),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
        if length > LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        is_first = false;
    }
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    let is_whole = u64::try_from(bytes.len()).is_ok_and(|count| count == length);
    if is_whole { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let mut pipe = Vec::new();
        let messages: [&[u8]; 4] = [b"one", b"", b"3\ntwo\n", &[0xFF; 70_000]];
        for message in messages {
            write(&mut pipe, message).unwrap();
        }
        let mut input = pipe.as_slice();
        for message in messages {
            assert_eq!(read(&mut input).unwrap().as_deref(), Some(message));
        }
        assert_eq!(read(&mut input).unwrap(), None);
    }

    #[test]
    fn what_is_not_a_whole_message_is_an_error() {
        let texts: [&[u8]; 8] =
            [b"3\nab", b"3", b"\n", b"x\n", b"-1\na", b"99999999999999999999999\n", b"268435457\n", b" 1\na"];
        for text in texts {
            assert!(read(&mut &*text).is_err(), "{text:?}");
        }
    }
}
