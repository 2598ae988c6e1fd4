//! Mails as they were delivered to the folder.

use std::{fs, path::Path};

/// A delivered mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Who it comes from: name and address.
    pub from: (String, String),
    pub to: String,
    pub subject: String,
    /// The text, not the HTML.
    pub body: String,
    /// The names of the files that go along.
    pub files: Vec<String>,
    pub message_id: String,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// The whole mail, as the mail server gets it.
    pub raw: String,
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
        let message = pforte_mail::read(text.as_bytes());
        let body = match &message.text.quoted {
            Some(quoted) => format!("{}\n\n{quoted}", message.text.own),
            None => message.text.own.clone(),
        };
        greets_once(&body);
        let from = message.from.one().expect("every mail has one sender");
        Self {
            from: (from.name.clone(), from.address.clone()),
            to: message.to.first().expect("a recipient").address.clone(),
            subject: message.subject,
            body,
            files: message.attachments.into_iter().map(|file| file.name).collect(),
            message_id: message.message_id.expect("every mail has an id"),
            in_reply_to: message.in_reply_to,
            references: message.references,
            raw: text.to_owned(),
        }
    }

    /// The token of the link in the text: what follows the `#`.
    pub fn token(&self) -> String {
        let (_, rest) = self.body.split_once('#').expect("a link with a token");
        rest.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

/// M11, of every mail that any test reads: it greets once, and English goes on with a capital.
fn greets_once(body: &str) {
    let greets = |text: &str| text.starts_with("Hello") || text.starts_with("Guten Tag");
    let Some((greeting, rest)) = body.split_once("\n\n") else { return };
    if !greets(greeting) {
        return;
    }
    assert!(!greets(rest), "it greets twice:\n{body}");
    let small = rest.chars().next().is_some_and(char::is_lowercase);
    assert!(!(greeting.starts_with("Hello") && small), "English begins with a capital:\n{body}");
}
