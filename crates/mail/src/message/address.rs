//! Addresses as a head names them, read strictly: what is not plainly one address is odd.
//!
//! Group syntax, route syntax, quoted local parts, a NUL, encoded words where none belong, and a
//! display name that shows another address are all odd (control 40): no address is taken from them.

use unicode_security::confusable_detection::skeleton as confusables;

use super::coding;

const MAX_NAME_CHARS: usize = 200;
const MAX_ADDRESS_BYTES: usize = 254;
/// As much of one value as is decoded.
const MAX_DECODED_BYTES: usize = 8 * 1024;
/// Characters that turn the direction of what is shown around.
const TURNING: [char; 12] = [
    '\u{200e}', '\u{200f}', '\u{061c}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Somebody's name and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Decoded, on one line; may be empty.
    pub name: String,
    /// In lower case, its domain in ASCII (IDNA).
    pub address: String,
}

impl Mailbox {
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Whom the message says it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromField {
    /// Exactly one field with exactly one address.
    One(Mailbox),
    Missing,
    /// Several fields, or several addresses.
    Many,
    /// Written so that readers could take it for different addresses.
    Odd,
}

impl FromField {
    pub fn one(&self) -> Option<&Mailbox> {
        match self {
            Self::One(mailbox) => Some(mailbox),
            _ => None,
        }
    }

    /// The stable code of what is wrong with it.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::One(_) => None,
            Self::Missing => Some("from.missing"),
            Self::Many => Some("from.many"),
            Self::Odd => Some("from.odd"),
        }
    }
}

/// Something in an address list that is read differently by different programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odd;

/// The `From` field's values, strictly.
pub fn from_field(values: &[&[u8]]) -> FromField {
    match values {
        [] => FromField::Missing,
        [value] => match (mailboxes(value, 8), with_loose_name(value)) {
            (Ok(list), _) if list.len() == 1 => list.into_iter().next().map_or(FromField::Missing, sane),
            (Ok(list), _) if list.is_empty() => FromField::Missing,
            (_, Some(mailbox)) => FromField::One(mailbox),
            (Ok(_), None) => FromField::Many,
            (Err(Odd), None) => FromField::Odd,
        },
        _ => FromField::Many,
    }
}

/// `Blau, Kim [Sales] <kim@a.example>`: the name breaks the grammar, yet nobody can read another address
/// out of it, since there is one @ and it stands in the angle at the end.
fn with_loose_name(value: &[u8]) -> Option<Mailbox> {
    let text = String::from_utf8_lossy(value);
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let (name, angle) = text.trim().strip_suffix('>')?.split_once('<')?;
    if text.matches('@').count() != 1 || name.contains(['"', '(', ')', ':', ';', '\\', '>']) {
        return None;
    }
    let name = display_name(name).ok().filter(|name| !name.contains(['@', '＠', '﹫', '<', '>']))?;
    Some(Mailbox { name, address: normalised(angle)? })
}

fn sane(mailbox: Mailbox) -> FromField {
    if shows_another(&mailbox) { FromField::Odd } else { FromField::One(mailbox) }
}

/// Whether the display name holds an address that is not the mailbox's own.
fn shows_another(mailbox: &Mailbox) -> bool {
    let folded: String =
        mailbox.name.chars().map(|c| if matches!(c, '＠' | '﹫') { '@' } else { c }).collect();
    folded.split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c)).any(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && word.to_lowercase() != mailbox.address
        })
    })
}

/// Reads a list of at most `max` mailboxes; more are left out.
pub fn mailboxes(value: &[u8], max: usize) -> Result<Vec<Mailbox>, Odd> {
    let text = std::str::from_utf8(value).map_err(|_| Odd)?;
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    if text.chars().any(|c| (c.is_control() && c != '\t') || TURNING.contains(&c)) {
        return Err(Odd);
    }
    let items = items(&text)?;
    if items.len() == 1 && items[0].is_empty() {
        return Ok(Vec::new());
    }
    items.into_iter().take(max).map(Item::mailbox).collect()
}

/// What stands between two commas.
#[derive(Default)]
struct Item {
    /// Words before an angle, or the bare address.
    words: String,
    quoted: bool,
    angle: Option<String>,
    comment: Option<String>,
    /// Words behind the angle, or behind a comment: readers join them differently.
    stray: bool,
}

impl Item {
    fn is_empty(&self) -> bool {
        self.words.trim().is_empty() && self.angle.is_none() && !self.quoted
    }

    fn mailbox(self) -> Result<Mailbox, Odd> {
        let hidden = self.angle.is_some() && self.comment.as_ref().is_some_and(|text| text.contains('@'));
        if self.stray || hidden {
            return Err(Odd);
        }
        let (name, address) = match self.angle {
            Some(angle) => (self.words, angle),
            None if self.quoted => return Err(Odd),
            None => (self.comment.unwrap_or_default(), self.words.trim().to_owned()),
        };
        Ok(Mailbox { name: display_name(&name)?, address: normalised(&address).ok_or(Odd)? })
    }
}

fn items(text: &str) -> Result<Vec<Item>, Odd> {
    let mut items = vec![Item::default()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let Some(item) = items.last_mut() else { return Err(Odd) };
        match c {
            ',' => items.push(Item::default()),
            '"' => {
                item.quoted = true;
                let words = quoted(&mut chars)?;
                item.stray |= item.angle.is_some() || item.comment.is_some();
                item.words.push_str(&words);
            }
            '(' => item.comment = Some(comment(&mut chars)?),
            '<' if item.angle.is_none() => item.angle = Some(until_angle(&mut chars)?),
            '<' | '>' | ')' | ':' | ';' | '\\' | '[' | ']' => return Err(Odd),
            _ => {
                item.stray |= (item.angle.is_some() || item.comment.is_some()) && !c.is_whitespace();
                item.words.push(c);
            }
        }
    }
    Ok(items)
}

fn quoted(chars: &mut std::str::Chars<'_>) -> Result<String, Odd> {
    let mut words = String::new();
    loop {
        match chars.next().ok_or(Odd)? {
            '"' => return Ok(words),
            '\\' => words.push(chars.next().ok_or(Odd)?),
            c => words.push(c),
        }
    }
}

fn comment(chars: &mut std::str::Chars<'_>) -> Result<String, Odd> {
    let mut words = String::new();
    loop {
        match chars.next().ok_or(Odd)? {
            ')' => return Ok(words),
            // A comment in a comment hides an end from simple readers.
            '(' => return Err(Odd),
            '\\' => words.push(chars.next().ok_or(Odd)?),
            c => words.push(c),
        }
    }
}

fn until_angle(chars: &mut std::str::Chars<'_>) -> Result<String, Odd> {
    let mut address = String::new();
    loop {
        match chars.next().ok_or(Odd)? {
            '>' => return Ok(address),
            '<' => return Err(Odd),
            c => address.push(c),
        }
    }
}

fn display_name(words: &str) -> Result<String, Odd> {
    let decoded = decode(words.as_bytes());
    if decoded.chars().any(|c| (c.is_control() && c != '\t') || TURNING.contains(&c)) {
        return Err(Odd);
    }
    Ok(cut(decoded.split_whitespace().collect::<Vec<_>>().join(" "), MAX_NAME_CHARS))
}

/// Decodes the encoded words (RFC 2047) of a one-line value; always one line.
pub fn decode(value: &[u8]) -> String {
    let value = &value[..value.len().min(MAX_DECODED_BYTES)];
    let line: Vec<u8> = value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    coding::words(line.trim_ascii()).trim().to_owned()
}

/// `local@domain` in lower case with an ASCII domain, when it plainly is one.
pub fn normalised(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let plain = !local.is_empty()
        && local.len() <= 64
        && !local.contains("=?")
        && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
    let domain = plain.then(|| normalised_domain(domain)).flatten()?;
    let whole = format!("{}@{domain}", local.to_ascii_lowercase());
    (whole.len() <= MAX_ADDRESS_BYTES).then_some(whole)
}

/// A domain of at least two labels, in lower-case ASCII (IDNA).
pub fn normalised_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let labels = ascii.split('.').count();
    ((2..=40).contains(&labels) && ascii.len() <= 253).then_some(ascii)
}

/// Whether a character turns the direction of what is shown.
pub(crate) fn turns(c: char) -> bool {
    TURNING.contains(&c)
}

/// Whether a character shows nothing: soft hyphens, joiners without letters, marks of order. The joiners that
/// emojis and some scripts need are none of them.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
        || turns(c)
}

fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// What an address looks like: two that a person confuses have the same skeleton (UTS 39).
pub fn skeleton(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
    let (domain, _) = idna::domain_to_unicode(domain);
    let whole = format!("{local}@{domain}").to_lowercase();
    confusables(&whole).collect::<String>().replace("rn", "m").replace("vv", "w")
}

/// The organisational domain: what somebody registered, by the public suffix list.
pub fn organisation(domain: &str) -> Option<&str> {
    psl::domain_str(domain)
}

pub(crate) fn cut(text: String, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((at, _)) => text[..at].to_owned(),
        None => text,
    }
}
