//! To and Cc, read with good will: one odd neighbour must not hide an address that is plainly there.
//!
//! Who is named is all that is taken from these fields, never who somebody is; so what cannot be read is
//! left out, and the rest counts. A name shown beside an address is never taken for one, since anybody may
//! be *called* like us. Never fails; linear. Start at [`recipients`].

use super::{
    Mailbox,
    address::{self, decode, turns},
};

const MAX_NAME_CHARS: usize = 200;

/// The addresses of a list, at most `max`.
pub(super) fn recipients(value: &[u8], max: usize) -> Vec<Mailbox> {
    let text = String::from_utf8_lossy(value);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut found = Vec::new();
    for item in (Items { rest: &text }) {
        if found.len() >= max {
            break;
        }
        found.extend(item.mailboxes());
    }
    found.truncate(max);
    found
}

/// What stands between two commas or semicolons.
#[derive(Default)]
struct Item {
    /// What stands outside quotes, comments and angles.
    words: String,
    /// What stood in quotes, if nothing else may be the address.
    quoted: String,
    angles: Vec<String>,
}

impl Item {
    fn mailboxes(self) -> Vec<Mailbox> {
        if self.angles.is_empty() {
            return self.bare().and_then(|text| mailbox("", &text)).into_iter().collect();
        }
        let name = format!("{} {}", self.quoted, self.words);
        self.angles.iter().filter_map(|angle| mailbox(&name, angle)).collect()
    }

    /// `Kim kim@a.example`, `'kim@a.example'`, `"kim@a.example"`, `"kim"@a.example`, `team: kim@a.example`.
    fn bare(&self) -> Option<String> {
        let words = tight(&self.words);
        let words = words.rsplit(':').next().unwrap_or_default();
        let last = words.split_whitespace().rev().find(|word| word.contains('@'));
        match last {
            Some(host) if host.starts_with('@') => Some(format!("{}{host}", self.quoted.trim())),
            Some(word) => Some(word.to_owned()),
            None if words.trim().is_empty() => Some(self.quoted.trim().to_owned()),
            None => None,
        }
    }
}

fn mailbox(name: &str, text: &str) -> Option<Mailbox> {
    if text.chars().any(turns) {
        return None;
    }
    let text = tight(text);
    // A route, or `mailto:`, stands in front (RFC 5322 §4.4).
    let plain = text.rsplit(':').next().unwrap_or_default();
    let plain = plain.trim_matches(|c: char| c.is_whitespace() || "<>'\"".contains(c)).trim_end_matches('.');
    let plain = plain.replace('"', "");
    let name = decode(name.as_bytes());
    let name: String = name.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Mailbox { name: address::cut(name, MAX_NAME_CHARS), address: address::normalised(&plain)? })
}

/// Without the blanks around an @, which old programs write.
fn tight(text: &str) -> String {
    let last = text.matches('@').count();
    let pieces = text.split('@').enumerate().map(|(at, piece)| {
        let piece = if at > 0 { piece.trim_start() } else { piece };
        if at < last { piece.trim_end() } else { piece }
    });
    pieces.collect::<Vec<_>>().join("@")
}

/// The items of a list, one after the other.
struct Items<'a> {
    rest: &'a str,
}

impl Iterator for Items<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut item = Item::default();
        while let Some(c) = self.rest.chars().next() {
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                ',' | ';' => break,
                '"' => match self.quoted() {
                    Some(words) => item.quoted.push_str(&words),
                    // Never closed: it is no quote.
                    None => item.words.push(' '),
                },
                '(' => self.comment(),
                '<' => item.angles.extend(self.angle()),
                _ => item.words.push(c),
            }
        }
        Some(item)
    }
}

impl Items<'_> {
    /// Up to the closing quote, if there is one; else nothing is taken.
    fn quoted(&mut self) -> Option<String> {
        let (mut words, mut escaped) = (String::new(), false);
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if escaped => {
                    words.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(words);
                }
                _ => words.push(c),
            }
        }
        None
    }

    /// Over a comment, with those in it; one that never ends is none.
    fn comment(&mut self) {
        let (mut depth, mut escaped) = (1_usize, false);
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &self.rest[at + 1..];
                return;
            }
        }
    }

    /// Up to the closing angle; `<<…>>` is read as `<…>`.
    fn angle(&mut self) -> Option<String> {
        let rest = self.rest.trim_start_matches('<');
        let end = rest.find(['>', ',', ';', '<']).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        self.rest = after.trim_start_matches('>');
        Some(address.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[u8]) -> Vec<String> {
        recipients(list, 200).into_iter().map(|one| one.address).collect()
    }

    /// Rule Z5: a mail of a proven person's names us, whoever else it names in whatever way.
    #[test]
    fn z5_one_odd_neighbour_hides_nobody() {
        let us = "support@nordlicht.example";
        for neighbour in [
            "[Team] <a@x.example>",
            "\"Müller, Jörg <joerg@x.example>",
            "undisclosed-recipients:;",
            "team: a@x.example, b@x.example;",
            "empty:;",
            "=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <j@x.example>",
            "Kim =?utf-8?b?W1RlYW1d?= (sales) <k@x.example>",
            "<<a@x.example>>",
            "kim @ x.example",
            "kim@[192.0.2.1]",
            "<@r.example,@s.example:a@x.example>",
            "jörg@x.example",
            "\u{202e}mik <kim@x.example>",
            "Kim (of the (old) office <kim@x.example>",
            "a@x.example b@x.example",
            "Kim <kim@x.example",
            "Kim <>",
            "@",
            "",
            ",",
            "\\\"Kim\\\" <kim@x.example>",
            "a@b@c.example",
            "Kim; <kim@x.example>",
        ] {
            for list in [
                format!("{neighbour}, {us}"),
                format!("{us}, {neighbour}"),
                format!("{neighbour}; Support <{us}>"),
                format!("{neighbour},{neighbour},,\"Support, Nordlicht\" <SUPPORT@Nordlicht.example>,"),
            ] {
                // An opening quote, comment or angle may take what follows up to the next one.
                assert!(
                    read(list.as_bytes()).iter().any(|one| one == us),
                    "{list}: {:?}",
                    read(list.as_bytes())
                );
            }
        }
        let latin = [b"J\xf6rg <j@x.example>, ".as_slice(), us.as_bytes()].concat();
        assert_eq!(read(&latin), ["j@x.example", us]);
        let many = "kim@x.example, ".repeat(500) + us;
        assert_eq!(recipients(many.as_bytes(), 2_000).len(), 501);
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for (list, expected) in [
            ("'kim@x.example'", "kim@x.example"),
            ("\"kim@x.example\"", "kim@x.example"),
            ("\"kim\"@x.example", "kim@x.example"),
            ("kim@x.example.", "kim@x.example"),
            ("<mailto:kim@x.example>", "kim@x.example"),
            ("< kim @ x.example >", "kim@x.example"),
            ("Kim Blau kim@x.example", "kim@x.example"),
            ("kim@x.example (Kim, of sales)", "kim@x.example"),
            ("kim@bücher.example", "kim@xn--bcher-kva.example"),
        ] {
            assert_eq!(read(list.as_bytes()), [expected], "{list}");
        }
    }

    /// Rule Z5: who is only called like us is not us.
    #[test]
    fn z5_a_name_is_no_address() {
        let us = "support@nordlicht.example";
        for list in [
            format!("\"{us}\" <a@x.example>"),
            format!("{us} <a@x.example>"),
            format!("({us}) a@x.example"),
            format!("a@x.example ({us})"),
            "=?utf-8?q?support=40nordlicht.example?= <a@x.example>".to_owned(),
            format!("<{us}.evil.example>"),
            format!("x{us}"),
        ] {
            assert!(!read(list.as_bytes()).iter().any(|one| one == us), "{list}");
        }
    }
}
