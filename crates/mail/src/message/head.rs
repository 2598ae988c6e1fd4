//! The head of a message: its fields, split once, as everything else here sees them.
//!
//! One reading for all: the sender's check is made on exactly the fields that are shown. What two
//! readers could split differently is called broken, and a broken head proves nobody (control 40).

use super::coding;

/// As many bytes of a head as are considered.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_FIELDS: usize = 1_000;

/// One field as it came.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name, without the colon.
    pub name: &'a [u8],
    /// All after the colon, with its line ends.
    pub value: &'a [u8],
}

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value on one line, trimmed; bytes that are no UTF-8 are read as windows-1252.
    pub fn unfolded(&self) -> String {
        unfold(self.value)
    }
}

/// A head, and where the body begins.
#[derive(Debug, Default)]
pub struct Head<'a> {
    pub fields: Vec<Field<'a>>,
    /// Into the bytes that were split.
    pub body_at: usize,
    /// Cut off, or something in it that readers understand differently.
    pub broken: bool,
}

impl<'a> Head<'a> {
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    /// The first field of that name.
    pub fn first(&self, name: &'static str) -> Option<&Field<'a>> {
        self.all(name).next()
    }

    /// The first field of that name, on one line.
    pub fn line(&self, name: &'static str) -> Option<String> {
        self.first(name).map(Field::unfolded)
    }
}

/// The message without an mbox line in front, which some servers hand over.
pub fn without_mbox_line(raw: &[u8]) -> &[u8] {
    let Some(line) = raw.strip_prefix(b"From ") else { return raw };
    if line.trim_ascii_start().starts_with(b":") {
        // A field, written with a blank.
        return raw;
    }
    raw.iter().position(|byte| *byte == b'\n').map_or(&[], |end| &raw[end + 1..])
}

/// Splits `raw` into its fields and its body. Never fails; linear.
pub fn split(raw: &[u8]) -> Head<'_> {
    let mut head = Head { body_at: raw.len(), ..Head::default() };
    let mut at = 0;
    while at < raw.len() {
        let end = line_end(raw, at);
        let line = &raw[at..end];
        if matches!(line, b"\r\n" | b"\n") {
            head.body_at = end;
            break;
        }
        let end = folded_end(raw, end);
        if end > MAX_HEAD_BYTES || head.fields.len() >= MAX_FIELDS {
            head.broken = true;
            head.body_at = body_after(raw, at);
            break;
        }
        match field(&raw[at..end]) {
            Some(field) => head.fields.push(field),
            None => head.broken = true,
        }
        at = end;
    }
    head.broken |= head.fields.iter().any(is_broken);
    head
}

fn line_end(raw: &[u8], at: usize) -> usize {
    raw[at..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |length| at + length + 1)
}

fn folded_end(raw: &[u8], mut end: usize) -> usize {
    while matches!(raw.get(end), Some(b' ' | b'\t')) {
        end = line_end(raw, end);
    }
    end
}

fn body_after(raw: &[u8], mut at: usize) -> usize {
    while at < raw.len() {
        let end = line_end(raw, at);
        if matches!(&raw[at..end], b"\r\n" | b"\n") {
            return end;
        }
        at = end;
    }
    raw.len()
}

fn field(line: &[u8]) -> Option<Field<'_>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let named = !name.is_empty() && name.iter().all(|byte| (33..127).contains(byte));
    named.then_some(Field { name, value })
}

/// A NUL, or a carriage return that ends no line.
fn is_broken(field: &Field<'_>) -> bool {
    let value = field.value;
    value.contains(&0)
        || value.iter().enumerate().any(|(at, byte)| *byte == b'\r' && value.get(at + 1) != Some(&b'\n'))
}

fn unfold(value: &[u8]) -> String {
    let joined: Vec<u8> = value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    // Bytes that are no UTF-8 are somebody's letters all the same.
    coding::characters(&joined, None).trim().replace('\t', " ")
}
