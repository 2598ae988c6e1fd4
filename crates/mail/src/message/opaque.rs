//! Parts whose words lie in a wrapping of another kind: signed S/MIME, calendars, Outlook's TNEF. What can be
//! unpacked cheaply is; of the rest it is said what it is, in both languages.

use super::coding;

/// What is said of mails that nobody here can read.
pub(super) const ENCRYPTED_SMIME: &str = "[Diese E-Mail ist mit S/MIME verschlüsselt und kann hier nicht gelesen werden. \
     / This mail is encrypted with S/MIME and cannot be read here.]";
pub(super) const ENCRYPTED_PGP: &str = "[Diese E-Mail ist mit PGP verschlüsselt und kann hier nicht gelesen werden. \
     / This mail is encrypted with PGP and cannot be read here.]";
pub(super) const TNEF: &str = "[Der Text dieser E-Mail liegt nur in „winmail.dat“, einem Format von Outlook. \
     / The words of this mail are only in “winmail.dat”, a format of Outlook.]";

const MAX_DEPTH: usize = 12;

/// The content of an opaque signed message (RFC 5652 §5), if it is one. The signature is not looked at.
pub(super) fn signed_content(der: &[u8]) -> Option<Vec<u8>> {
    const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let outer = Element::first(der)?;
    let mut fields = outer.children();
    if fields.next()?.content != SIGNED {
        return None;
    }
    let signed = fields.next()?.children().next()?;
    // Version, algorithms, then what is signed.
    let content = signed.children().nth(2)?;
    let wrapped = content.children().nth(1)?;
    let mut bytes = Vec::new();
    wrapped.children().for_each(|octets| octets.octets(&mut bytes, 0));
    (!bytes.is_empty()).then_some(bytes)
}

/// An element of ASN.1 (BER), as far as signed mails need it.
#[derive(Clone, Copy)]
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    /// Everything behind it.
    rest: &'a [u8],
}

impl<'a> Element<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        Self::at(bytes, 0)
    }

    fn at(bytes: &'a [u8], depth: usize) -> Option<Self> {
        let (tag, length) = (*bytes.first()?, *bytes.get(1)?);
        if depth > MAX_DEPTH || (tag == 0 && length == 0) {
            return None;
        }
        if length == 0x80 {
            // Without a length: up to two zeros, past all that is inside.
            let inner = &bytes[2..];
            let mut at = inner;
            while !at.starts_with(&[0, 0]) {
                at = Self::at(at, depth + 1)?.rest;
            }
            return Some(Self { tag, content: &inner[..inner.len() - at.len()], rest: &at[2..] });
        }
        let (length, head) = if length < 0x80 {
            (usize::from(length), 2)
        } else {
            let count = usize::from(length & 0x7f);
            let digits = bytes.get(2..2 + count).filter(|_| count <= 4)?;
            (digits.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)), 2 + count)
        };
        let end = head.checked_add(length)?.min(bytes.len());
        Some(Self { tag, content: bytes.get(head..end)?, rest: &bytes[end..] })
    }

    fn children(self) -> impl Iterator<Item = Element<'a>> {
        let mut rest = self.content;
        std::iter::from_fn(move || {
            let child = Element::first(rest)?;
            rest = child.rest;
            Some(child)
        })
    }

    /// The bytes of a string, whole or in pieces.
    fn octets(self, out: &mut Vec<u8>, depth: usize) {
        if self.tag & 0x20 == 0 {
            out.extend_from_slice(self.content);
        } else if depth < MAX_DEPTH {
            self.children().for_each(|piece| piece.octets(out, depth + 1));
        }
    }
}

/// What a calendar entry says: what, when, where (RFC 5545).
pub(super) fn calendar(text: &str) -> String {
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let mut lines = Vec::new();
    for line in unfolded.lines().take(2_000) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = name.split(';').next().unwrap_or_default().to_ascii_uppercase();
        let value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";");
        let value = value.trim();
        if value.is_empty() || lines.len() >= 20 {
            continue;
        }
        match name.as_str() {
            "SUMMARY" | "LOCATION" | "DESCRIPTION" => lines.push(value.to_owned()),
            "DTSTART" | "DTEND" => lines.push(instant(value)),
            "METHOD" if value.eq_ignore_ascii_case("cancel") => {
                lines.push("[Termin abgesagt / appointment cancelled]".into())
            }
            _ => {}
        }
    }
    if lines.is_empty() { String::new() } else { format!("[Termin / appointment]\n{}", lines.join("\n")) }
}

/// `20261127T140000Z` as `2026-11-27 14:00 UTC`.
fn instant(value: &str) -> String {
    let (Some(year), Some(month), Some(day)) = (value.get(..4), value.get(4..6), value.get(6..8)) else {
        return value.to_owned();
    };
    let time = value.get(9..11).zip(value.get(11..13)).map(|(hour, minute)| format!(" {hour}:{minute}"));
    let zone = if value.ends_with('Z') { " UTC" } else { "" };
    format!("{year}-{month}-{day}{}{zone}", time.unwrap_or_default())
}

/// A file out of Outlook's TNEF.
pub(super) struct Packed {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The files in a `winmail.dat` (MS-OXTNEF §2.1), and its plain text if it has one.
pub(super) fn tnef(bytes: &[u8], max_files: usize) -> Option<(String, Vec<Packed>)> {
    let mut rest = bytes.strip_prefix(&[0x78, 0x9f, 0x3e, 0x22])?.get(2..)?;
    let (mut text, mut files) = (String::new(), Vec::<Packed>::new());
    // Each: level, id, length, bytes, checksum.
    while let [_, a, b, c, d, l0, l1, l2, l3, after @ ..] = rest {
        let id = u32::from_le_bytes([*a, *b, *c, *d]) & 0xffff;
        let length = usize::try_from(u32::from_le_bytes([*l0, *l1, *l2, *l3])).ok()?;
        let Some(data) = after.get(..length) else { break };
        match id {
            0x800c => text = coding::characters(data, None).trim_matches('\0').to_owned(),
            0x9002 if files.len() < max_files => {
                files.push(Packed { name: String::new(), bytes: Vec::new() })
            }
            0x8010 => {
                if let Some(file) = files.last_mut() {
                    file.name = coding::characters(data, None).trim_matches('\0').to_owned();
                }
            }
            0x800f => {
                if let Some(file) = files.last_mut() {
                    file.bytes = data.to_vec();
                }
            }
            _ => {}
        }
        rest = after.get(length + 2..).unwrap_or_default();
    }
    files.retain(|file| !file.bytes.is_empty());
    Some((text, files))
}
