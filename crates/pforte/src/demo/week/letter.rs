//! Mails that come in during the story. The provider's own mail server says whether a sender is proven.

use pforte_core::kernel::Moment;
use pforte_mail::transport::{Handed, Way};
use pforte_server::{Shared, post::intake};

use crate::{Failure, demo::SUPPORT};

pub struct Letter<'a> {
    pub from: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    /// Whether its domain vouches for it.
    pub proven: bool,
    /// Further fields, each with its line end.
    pub fields: &'a str,
}

impl Letter<'_> {
    /// Hands it over as the mail server does.
    pub async fn arrives(&self, app: &Shared, now: Moment, number: u32) -> Result<(), Failure> {
        let address = self.from.rsplit('<').next().unwrap_or_default().trim_end_matches('>').to_owned();
        let domain = address.rsplit('@').next().unwrap_or_default();
        let result = if self.proven {
            format!(
                "dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={address}; dkim=pass header.d={domain}"
            )
        } else {
            format!("dmarc=fail header.from={domain}; spf=fail smtp.mailfrom={address}; dkim=none")
        };
        let at = jiff::Timestamp::from_microsecond(now.0)?.to_zoned(jiff::tz::TimeZone::UTC);
        let date = jiff::fmt::rfc2822::to_string(&at)?;
        let raw = format!(
            "Authentication-Results: mx.nordlicht.example; {result}\r\nFrom: {}\r\nTo: {SUPPORT}\r\n\
             Subject: {}\r\nMessage-ID: <letter-{number}@{domain}>\r\nDate: {date}\r\n{}MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
            self.from, self.subject, self.fields, self.text
        );
        let handed = Handed {
            raw: raw.into(),
            way: Way::Lmtp,
            recipient: SUPPORT.to_owned(),
            return_path: Some(address),
            client: None,
            cut: None,
        };
        let taken = intake::take(app, handed).await;
        taken
            .map(drop)
            .map_err(|problem| format!("{}: {} {}", self.subject, problem.code, problem.detail).into())
    }
}
