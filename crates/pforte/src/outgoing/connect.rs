//! `pforte check-config --connect`: tries every mail server, and says in one sentence each what it found.
//!
//! Nothing is sent and nothing is read: it connects, signs in, names the sender or opens the folder, and leaves.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use pforte_blobs::Blobs;
use pforte_mail::transport::{Login, With, imap};
use pforte_server::{Relay, Smtp, SmtpTls, Support};
use tokio::time::timeout;

use crate::{Failure, config::Config, sources};

/// For one server.
const WITHIN: Duration = Duration::from_secs(90);

/// What was found.
type Found = Result<String, String>;

/// Tries all of them at once; an error if one fails.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let own =
        config.incoming.support.iter().filter_map(|support| Some((support.smtp.as_ref()?, Some(support))));
    let lonely = match config.incoming.support.as_slice() {
        [support] => Some(support),
        _ => None,
    };
    let shared = config.smtp.iter().map(|smtp| (smtp, lonely));
    let sending = join_all(own.chain(shared).map(|(smtp, support)| send(smtp, support)));
    let reading = join_all(config.incoming.mailboxes.iter().map(read));
    let (sending, reading, bucket) = tokio::join!(sending, reading, bucket(config));
    let all = [("mail out", sending), ("mailbox ", reading), ("files   ", bucket)];
    let mut failed = 0;
    for (what, found) in all.into_iter().flat_map(|(what, all)| all.into_iter().map(move |one| (what, one))) {
        match found {
            Ok(words) => println!("{what} {words}"),
            Err(words) => {
                failed += 1;
                println!("{what} FAILED: {words}");
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err("one server cannot be used".into()),
        more => Err(format!("{more} servers cannot be used").into()),
    }
}

async fn send(smtp: &Smtp, support: Option<&Support>) -> Found {
    let at = format!("{}:{}", smtp.host, smtp.port);
    let from = support.and_then(|support| support.bounce_address.as_ref().or(support.address.as_ref()));
    let relay = Relay::new(smtp.clone());
    match timeout(WITHIN, relay.try_out(from.map(String::as_str))).await {
        Err(_) => Err(format!("{at} does not answer in time")),
        Ok(Err(trouble)) => Err(trouble.to_string()),
        Ok(Ok(())) => {
            let tls = match smtp.tls {
                SmtpTls::Implicit => "TLS",
                SmtpTls::StartTls => "STARTTLS",
                SmtpTls::None => "clear text",
            };
            let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
            Ok(format!("{at} takes mail{from} ({tls}, {})", how(smtp.login.as_ref())))
        }
    }
}

async fn read(mailbox: &imap::Settings) -> Found {
    let at = format!("{} on {}:{}", mailbox.folder, mailbox.host, mailbox.port);
    match timeout(WITHIN, imap::try_out(mailbox)).await {
        Err(_) => Err(format!("{at}: the server does not answer in time")),
        Ok(Err(trouble)) => Err(format!("{at}: {trouble}")),
        Ok(Ok(())) => Ok(format!("{at} can be read ({})", how(Some(&mailbox.login)))),
    }
}

async fn bucket(config: &Config) -> Vec<Found> {
    let Some(bucket) = &config.attachments.bucket else { return vec![] };
    let probing = async {
        let (clock, files) = (sources::clock(false), &config.attachments);
        Blobs::new(files.folder.clone(), files.bucket.clone(), Arc::new(move || clock.now()))?.probe().await
    };
    vec![match timeout(WITHIN, probing).await {
        Err(_) => Err(format!("{} does not answer in time", bucket.endpoint)),
        Ok(Err(trouble)) => Err(format!("the bucket {} at {}: {trouble}", bucket.bucket, bucket.endpoint)),
        Ok(Ok(())) => Ok(format!("the bucket {} at {} can be used", bucket.bucket, bucket.endpoint)),
    }]
}

fn how(login: Option<&Login>) -> String {
    match login {
        None => "without sign-in".into(),
        Some(Login { user, with: With::Password(_) }) => format!("as {user} with a password"),
        Some(Login { user, with: With::Token(sign_in) }) => {
            format!("as {user} with tokens of {}", sign_in.name())
        }
    }
}
