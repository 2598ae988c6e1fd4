//! Character references as browsers read them (WHATWG HTML §13.2.5.72 ff.), by the tables of the parser that
//! ammonia uses: all names, also without their semicolon where that is usual, and Windows' numbers 128–159.

use std::borrow::Cow;

use markup5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest name, with its semicolon.
const MAX_NAME: usize = 33;

/// The text, its references replaced; what is none stays as it is.
pub(super) fn entities(text: &str, in_attribute: bool) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes().get(1) {
            Some(b'#') => numeric(rest, &mut out),
            _ => named(rest, in_attribute, &mut out),
        };
        if length == 0 {
            out.push('&');
        }
        rest = &rest[length.max(1)..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `&#8364;`, `&#x20ac`: how long it is, or nothing.
fn numeric(text: &str, out: &mut String) -> usize {
    let (radix, begin) = match text.as_bytes().get(2) {
        Some(b'x' | b'X') => (16, 3),
        _ => (10, 2),
    };
    let digits = text[begin..].chars().take_while(|c| c.is_digit(radix)).count();
    if digits == 0 {
        return 0;
    }
    let end = begin + digits;
    let number = u32::from_str_radix(text[begin..end].trim_start_matches('0'), radix);
    // No digits are left of a zero; too many are too large.
    let number = number.unwrap_or(if digits > 8 { u32::MAX } else { 0 });
    out.extend(character(number));
    end + usize::from(text.as_bytes().get(end) == Some(&b';'))
}

fn character(number: u32) -> Option<char> {
    if (0x80..=0x9f).contains(&number) {
        let known =
            usize::try_from(number - 0x80).ok().and_then(|at| C1_REPLACEMENTS.get(at).copied().flatten());
        return known.filter(|c| !c.is_control());
    }
    match char::from_u32(number) {
        None | Some('\0') => Some(char::REPLACEMENT_CHARACTER),
        Some(c) => (!c.is_control() || matches!(c, '\n' | '\t')).then_some(c),
    }
}

/// `&auml;`, `&auml`: how long it is, or nothing.
fn named(text: &str, in_attribute: bool, out: &mut String) -> usize {
    let name = &text[1..text.floor_char_boundary(1 + MAX_NAME)];
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let longest = length + usize::from(name.as_bytes().get(length) == Some(&b';'));
    for end in (1..=longest).rev() {
        let Some((first, second)) = NAMED_ENTITIES.get(&name[..end]).copied().filter(|found| found.0 != 0)
        else {
            continue;
        };
        let follows =
            name.as_bytes().get(end).is_some_and(|byte| *byte == b'=' || byte.is_ascii_alphanumeric());
        if in_attribute && follows && !name[..end].ends_with(';') {
            return 0;
        }
        out.extend(char::from_u32(first));
        out.extend(char::from_u32(second).filter(|c| *c != '\0'));
        return 1 + end;
    }
    0
}
