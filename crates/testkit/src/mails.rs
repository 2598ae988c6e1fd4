//! Mails as they were delivered to the folder.

use std::{fs, path::Path};

/// A delivered mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub body: String,
}

impl Mail {
    /// Every mail in a folder, oldest first.
    pub fn all(folder: &Path) -> Vec<Self> {
        let Ok(files) = fs::read_dir(folder) else { return vec![] };
        let mut names: Vec<_> = files.filter_map(Result::ok).map(|file| file.path()).collect();
        names.sort();
        names.iter().map(|name| Self::read(&fs::read_to_string(name).expect("a mail"))).collect()
    }

    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        let field = |name: &str| {
            let line = head.split("\r\n").find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let quoted = head.to_ascii_lowercase().contains("quoted-printable");
        let body = if quoted { unquote(body) } else { body.to_owned() };
        Self { to: field("To:"), subject: field("Subject:"), body: body.replace("\r\n", "\n") }
    }

    /// The token of the link in the text: what follows the `#`.
    pub fn token(&self) -> String {
        let (_, rest) = self.body.split_once('#').expect("a link with a token");
        rest.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

/// Quoted-printable (RFC 2045 §6.7), as far as our own mails use it.
fn unquote(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'=').then(|| tail.get(..2)).flatten();
        match code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
