//! Mails as customers (and others) write them, handed to the server as a transport does.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use pforte_core::kernel::{Moment, Span};
use pforte_mail::transport::{Handed, Taken, Way};
use pforte_server::post::intake;

use crate::{Mail, TestApp};

/// Each letter has a Message-ID of its own.
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// A mail before it is handed over. The provider's own mail server says whether its sender is proven.
#[derive(Clone, Debug)]
pub struct Letter {
    from: String,
    to: String,
    addressed: Option<String>,
    subject: String,
    text: String,
    proven: bool,
    covered: Option<String>,
    return_path: Option<String>,
    headers: Vec<(String, String)>,
    /// When it is handed over for the first time; its copies bear the same date.
    written: Arc<OnceLock<String>>,
    pub id: String,
}

/// An instant as a Date field has it.
pub fn date(at: Moment) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).expect("an instant").to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&at).expect("a date")
}

impl Letter {
    /// From an address whose domain proves it, to the near provider's support.
    pub fn from(address: &str) -> Self {
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        Self {
            from: address.to_owned(),
            to: "support@nordlicht.example".into(),
            addressed: None,
            subject: "The shop shows an error".into(),
            text: "Since this morning the basket stays empty.".into(),
            proven: true,
            covered: None,
            return_path: Some(address.to_owned()),
            headers: vec![],
            written: Arc::default(),
            id: format!("letter-{number}@mail.example"),
        }
    }

    /// Nothing shows that it is from whom it says.
    #[must_use]
    pub fn unproven(mut self) -> Self {
        self.proven = false;
        self
    }

    /// Brought by anybody: its signature, over these fields (`to:cc`) and the usual ones, is all that proves it.
    #[must_use]
    pub fn signed_over(mut self, fields: &str) -> Self {
        self.covered = Some(fields.to_owned());
        self
    }

    #[must_use]
    pub fn to(mut self, address: &str) -> Self {
        self.to = address.to_owned();
        self
    }

    #[must_use]
    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = subject.to_owned();
        self
    }

    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.text = text.to_owned();
        self
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With other words in the text.
    #[must_use]
    pub fn rewritten(mut self, was: &str, is: &str) -> Self {
        self.text = self.text.replace(was, is);
        self
    }

    /// Written at another time than it is handed over.
    #[must_use]
    pub fn dated(mut self, at: Moment) -> Self {
        self.written = Arc::new(OnceLock::from(date(at)));
        self
    }

    /// Addressed to somebody, while it is handed over to the support.
    #[must_use]
    pub fn addressed(mut self, address: &str) -> Self {
        self.addressed = Some(address.to_owned());
        self
    }

    /// With the empty return path of reports.
    #[must_use]
    pub fn from_nobody(mut self) -> Self {
        self.return_path = Some(String::new());
        self
    }

    /// The same letter from another address; its envelope stays.
    #[must_use]
    pub fn sender(mut self, address: &str) -> Self {
        self.from = address.to_owned();
        self
    }

    /// With this sender in the envelope.
    #[must_use]
    pub fn returned_to(mut self, address: &str) -> Self {
        self.return_path = Some(address.to_owned());
        self
    }

    /// Answers one of our mails, as a mail program does.
    #[must_use]
    pub fn answering(self, mail: &Mail) -> Self {
        let mut references = mail.references.clone();
        references.push(mail.message_id.clone());
        let references: Vec<String> = references.iter().map(|id| format!("<{id}>")).collect();
        let subject = format!("Re: {}", mail.subject);
        self.subject(&subject)
            .header("In-Reply-To", &format!("<{}>", mail.message_id))
            .header("References", &references.join(" "))
    }

    /// The bytes.
    pub fn raw(&self) -> Vec<u8> {
        let host = self.to.rsplit('@').next().unwrap_or_default();
        let domain = self.from.trim_end_matches('>').rsplit('@').next().unwrap_or_default();
        let result = if self.covered.is_some() {
            format!(
                "dmarc=pass header.from={domain}; dkim=pass header.d={domain}; spf=fail smtp.mailfrom=evil.example"
            )
        } else if self.proven {
            format!(
                "dmarc=pass header.from={domain}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={domain}"
            )
        } else {
            format!("dmarc=fail header.from={domain}; dkim=none")
        };
        let mut head = format!("Authentication-Results: mx.{host}; {result}\r\n");
        if let Some(covered) = &self.covered {
            let bytes: String = self.id.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
            head.push_str(&format!(
                "DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; h=from:subject:date:{covered}; bh=AAAA; b={bytes:A>12}\r\n"
            ));
        }
        let fields = [
            ("From", &self.from),
            ("To", self.addressed.as_ref().unwrap_or(&self.to)),
            ("Subject", &self.subject),
            ("Message-ID", &format!("<{}>", self.id)),
        ];
        for (name, value) in fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(date) = self.written.get() {
            head.push_str(&format!("Date: {date}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
            head.push_str("Content-Type: text/plain; charset=utf-8\r\n");
        }
        format!("{head}MIME-Version: 1.0\r\n\r\n{}\r\n", self.text).into_bytes()
    }
}

impl TestApp {
    /// Hands a letter over, as LMTP does; answers once it is durable. Each comes in an instant of its own,
    /// so that they are in order.
    pub async fn receive(&self, letter: &Letter) -> Taken {
        self.advance(Span::milliseconds(2));
        let _ = letter.written.set(date(self.app.sources.now()));
        let handed = Handed {
            raw: Bytes::from(letter.raw()),
            way: Way::Lmtp,
            recipient: letter.to.clone(),
            return_path: letter.return_path.clone(),
            client: None,
            cut: None,
        };
        match intake::take(&self.app, handed).await {
            Ok(taken) => taken,
            Err(problem) => panic!("not taken: {} {}", problem.code, problem.detail),
        }
    }
}
