//! The value of a field and its parameters: `text/plain; charset="utf-8"; name*0*=…` (RFC 2045 §5.1, RFC 2231).
//!
//! Values are bytes until it is known what they are: programs put raw letters, encoded words and percent signs
//! where none belong, and all of them are read.

use super::coding;

const MAX_PARAMETERS: usize = 60;

/// A field, read.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// In lower case, e.g. `text/plain`.
    pub value: String,
    found: Vec<(String, Vec<u8>)>,
}

impl Parameters {
    pub fn of(line: &[u8]) -> Self {
        let mut pieces = pieces(line).into_iter();
        let first = pieces.next().unwrap_or_default();
        let value = String::from_utf8_lossy(&without_comment(&first)).trim().to_ascii_lowercase();
        let found = pieces.take(MAX_PARAMETERS).filter_map(|piece| parameter(&piece)).collect();
        Self { value, found }
    }

    /// The parameter's value as text, its pieces joined; the first of two with one name.
    pub fn get(&self, name: &str) -> Option<String> {
        let plain = self.found.iter().find(|(key, _)| key == name).map(|(_, value)| decoded(value));
        self.joined(name).or(plain).filter(|value| !value.trim().is_empty())
    }

    /// `name*=`, or `name*0*=`, `name*1=` … in their order.
    fn joined(&self, name: &str) -> Option<String> {
        let value = |key: String| self.found.iter().find(|(found, _)| *found == key).map(|(_, value)| value);
        if let Some(value) = value(format!("{name}*")) {
            return Some(coding::extended(value));
        }
        let (mut bytes, mut is_extended) = (Vec::new(), false);
        for number in 0..MAX_PARAMETERS {
            if let Some(piece) = value(format!("{name}*{number}*")) {
                is_extended |= number == 0;
                // The signs of one piece are read with the others: a character may be split.
                bytes.extend_from_slice(piece);
            } else if let Some(piece) = value(format!("{name}*{number}")) {
                bytes.extend_from_slice(piece);
            } else {
                break;
            }
        }
        if bytes.is_empty() {
            return None;
        }
        Some(if is_extended { coding::extended(&bytes) } else { decoded(&bytes) })
    }
}

fn decoded(value: &[u8]) -> String {
    let text = coding::words(value.trim_ascii());
    // `utf-8''a%20b` without the star.
    let starts = text.to_ascii_lowercase();
    if starts.starts_with("utf-8''") || starts.starts_with("iso-8859-1''") {
        coding::extended(value)
    } else {
        text
    }
}

/// What stands between semicolons, quotes considered.
fn pieces(line: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = vec![Vec::new()];
    let (mut quoted, mut at) = (false, 0);
    while let Some(byte) = line.get(at) {
        at += 1;
        let Some(piece) = pieces.last_mut() else { break };
        match byte {
            b'\r' | b'\n' => {}
            b'"' => {
                quoted = !quoted;
                piece.push(b'"');
            }
            // Folders of Windows stand here unescaped, too.
            b'\\' if quoted && matches!(line.get(at), Some(b'"' | b'\\')) => {
                piece.push(if line[at] == b'"' { 0x01 } else { b'\\' });
                at += 1;
            }
            b';' if !quoted => pieces.push(Vec::new()),
            _ => piece.push(*byte),
        }
    }
    pieces
}

fn parameter(piece: &[u8]) -> Option<(String, Vec<u8>)> {
    let equals = piece.iter().position(|byte| *byte == b'=')?;
    let name = std::str::from_utf8(&piece[..equals]).ok()?.trim().to_ascii_lowercase();
    let value = piece[equals + 1..].trim_ascii();
    let value = match value.strip_prefix(b"\"") {
        Some(inner) => inner.split(|byte| *byte == b'"').next().unwrap_or_default().to_vec(),
        None => without_comment(value).trim_ascii().to_vec(),
    };
    // An escaped quote was kept apart until here.
    let value = value.into_iter().map(|byte| if byte == 0x01 { b'"' } else { byte }).collect();
    Some((name, value))
}

/// The bytes up to a comment in parentheses.
fn without_comment(value: &[u8]) -> Vec<u8> {
    match value.windows(2).position(|two| two[0].is_ascii_whitespace() && two[1] == b'(') {
        Some(at) => value[..at].to_vec(),
        None => value.to_vec(),
    }
}
