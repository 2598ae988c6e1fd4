//! `pforte mail receive`: one message from standard input, through the running server.
//!
//! For a mail server's pipe, procmail or fetchmail. Its exit status is what they go by (sysexits.h): 0 only
//! when the message is durable, and whatever can be mended says “try again”, so that no mail is lost.

use std::{
    io::{self, Read},
    path::PathBuf,
    process::ExitCode,
};

use clap::Subcommand;
use hyper::body::Bytes;

use crate::{
    config,
    outgoing::login,
    socket::{self, Letter, Outcome},
};

/// The message cannot be taken as it is.
const DATA_ERROR: u8 = 65;
/// Nobody has this address.
const NO_USER: u8 = 67;
/// Try again later.
const TEMPORARY: u8 = 75;

/// What can be done with mail.
#[derive(Subcommand)]
pub enum Verb {
    /// Take one message in from standard input. Exit status: 0 taken, 67 unknown address, 65 too large or
    /// empty, 75 try again later.
    Receive(Arguments),
    /// Sign in to a mail host with a browser, once, and keep its refresh token (`[[mail.oauth]]`).
    Login(login::Arguments),
}

#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
    /// The support address that the message came to.
    #[arg(long, allow_hyphen_values = true)]
    to: String,
    /// The sender of the envelope; empty for bounces.
    #[arg(long, allow_hyphen_values = true)]
    from: Option<String>,
    /// The address of the server that handed the message over, if it is known.
    #[arg(long, allow_hyphen_values = true)]
    client_address: Option<String>,
    /// What that server called itself.
    #[arg(long, allow_hyphen_values = true)]
    helo: Option<String>,
}

/// Carries a verb out.
pub async fn run(verb: Verb) -> ExitCode {
    let done = match verb {
        Verb::Receive(arguments) => receive(arguments).await,
        Verb::Login(arguments) => login::run(arguments).await.map_err(|error| (1, error.to_string())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("pforte: {why}");
            ExitCode::from(code)
        }
    }
}

async fn receive(arguments: Arguments) -> Result<(), (u8, String)> {
    let later = |error: &dyn std::fmt::Display| (TEMPORARY, error.to_string());
    let config = config::read(&arguments.config).map_err(|error| later(&error))?;
    let raw = message(config.incoming.max_bytes)?;
    let letter = Letter {
        to: arguments.to,
        from: arguments.from.map(|from| from.trim_matches(['<', '>']).to_owned()),
        // Mail servers write “unknown” and the like for what they do not know.
        client: arguments.client_address.and_then(|address| address.trim().parse().ok()),
        helo: arguments.helo.unwrap_or_default(),
    };
    let outcome = socket::hand_in(&socket::path(&config), &letter, raw).await;
    match outcome.map_err(|error| later(&error))? {
        Some(Outcome::Taken) => Ok(()),
        Some(Outcome::Unknown) => Err((NO_USER, format!("{} is not a support address here", letter.to))),
        Some(Outcome::TooLarge) => Err((DATA_ERROR, "the message is too large".into())),
        Some(Outcome::Later) => Err((TEMPORARY, "not now; try again later".into())),
        None => Err((TEMPORARY, "the server is not running".into())),
    }
}

/// Reads the message, without the line that mailbox files begin a message with.
fn message(max_bytes: usize) -> Result<Bytes, (u8, String)> {
    let mut raw = Vec::new();
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(most).read_to_end(&mut raw).map_err(|error| (TEMPORARY, error.to_string()))?;
    if raw.len() > max_bytes {
        return Err((DATA_ERROR, format!("the message is larger than {max_bytes} bytes")));
    }
    let mut raw = Bytes::from(raw);
    if raw.starts_with(b"From ")
        && let Some(end) = raw.iter().position(|b| *b == b'\n')
    {
        raw = raw.slice(end + 1..);
    }
    if raw.is_empty() {
        return Err((DATA_ERROR, "there is no message on standard input".into()));
    }
    Ok(raw)
}
