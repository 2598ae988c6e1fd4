//! One connection to a mail server: opened, secured, signed in, and then one mail after the other.

use std::{fmt, time::Duration};

use data_encoding::BASE64;
use lettre::{
    Address,
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, MailBodyParameter, MailParameter},
    },
};
use pforte_mail::{
    oauth::Token,
    transport::{
        Login, With,
        dial::{Secured, To, dial},
    },
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout};

use super::{
    POLITE, Smtp, SmtpTls, Unsent,
    greeted::Greeted,
    trouble::{Trouble, said},
};

/// Until a connection is there and signed in.
const OPEN_WITHIN: Duration = Duration::from_secs(30);

/// A connection that is signed in.
pub struct Session {
    connection: AsyncSmtpConnection,
    /// The server, for what is said about it.
    at: String,
    pub used: Instant,
    pub mails: u32,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Connects and signs in.
pub async fn open(smtp: &Smtp) -> Result<Session, Trouble> {
    let at = format!("{}:{}", smtp.host, smtp.port);
    let Some(Login { user, with: With::Token(tokens) }) = &smtp.login else {
        return opened(smtp, &at, None).await;
    };
    let no_token = |trouble| Trouble::NoToken { at: at.clone(), trouble };
    let token = tokens.token().await.map_err(no_token)?;
    match opened(smtp, &at, Some((user, &token))).await {
        // It may have been taken back before its time.
        Err(Trouble::Token { said, .. }) => match tokens.instead_of(&token).await.map_err(no_token)? {
            Some(other) => opened(smtp, &at, Some((user, &other))).await,
            None => Err(Trouble::Token { at, said }),
        },
        done => done,
    }
}

async fn opened(smtp: &Smtp, at: &str, token: Option<(&String, &Token)>) -> Result<Session, Trouble> {
    let opening = async {
        let mut connection = connect(smtp, at).await?;
        match (&smtp.login, token) {
            (_, Some((user, token))) => with_token(&mut connection, at, user, token).await?,
            (Some(Login { user, with: With::Password(password) }), None) => {
                let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
                with_password(&mut connection, at, &credentials).await?;
            }
            _ => {}
        }
        Ok(Session { connection, at: at.to_owned(), used: Instant::now(), mails: 0 })
    };
    timeout(OPEN_WITHIN, opening).await.map_err(|_| Trouble::Silent { at: at.to_owned() })?
}

async fn connect(smtp: &Smtp, at: &str) -> Result<AsyncSmtpConnection, Trouble> {
    let us = ClientId::default();
    let secured = match smtp.tls {
        SmtpTls::Implicit => Secured::Implicit,
        SmtpTls::StartTls => Secured::StartTls,
        SmtpTls::None => Secured::None,
    };
    let to = To { host: &smtp.host, port: smtp.port, secured, ca: smtp.ca.as_deref() };
    let (stream, peer) =
        dial(to, &us.to_string()).await.map_err(|undialled| Trouble::dialling(at, undialled))?;
    // It greets once; after STARTTLS there is no other greeting to read.
    let greeting: &[u8] = if secured == Secured::StartTls { b"220 as before\r\n" } else { b"" };
    let stream = Box::new(Greeted { greeting, stream, peer });
    let connection = AsyncSmtpConnection::connect_with_transport(stream, &us).await;
    connection.map_err(|error| Trouble::talking(at, &error))
}

async fn with_password(
    connection: &mut AsyncSmtpConnection,
    at: &str,
    credentials: &Credentials,
) -> Result<(), Trouble> {
    let ways = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&ways).is_none() {
        return Err(Trouble::NoWay { at: at.to_owned(), way: "a password" });
    }
    match connection.auth(&ways, credentials).await {
        Ok(_) => Ok(()),
        Err(error) if error.status().is_some() => {
            Err(Trouble::SignIn { at: at.to_owned(), said: said(&error) })
        }
        Err(error) => Err(Trouble::talking(at, &error)),
    }
}

/// XOAUTH2. A server that refuses may first say why in a challenge, and waits for an empty answer.
async fn with_token(
    connection: &mut AsyncSmtpConnection,
    at: &str,
    user: &str,
    token: &Token,
) -> Result<(), Trouble> {
    if !connection.server_info().supports_auth_mechanism(Mechanism::Xoauth2) {
        return Err(Trouble::NoWay { at: at.to_owned(), way: "a token (XOAUTH2)" });
    }
    let answered = match connection.command(Line(Some(token.xoauth2(user)))).await {
        Ok(answer) if answer.has_code(334) => connection.command(Line(None)).await,
        answered => answered,
    };
    match answered {
        Ok(answer) if answer.has_code(235) => Ok(()),
        Ok(_) => Err(Trouble::Broken { at: at.to_owned(), said: "an answer nobody asked for".into() }),
        Err(error) if error.status().is_some() => {
            Err(Trouble::Token { at: at.to_owned(), said: said(&error) })
        }
        Err(error) => Err(Trouble::talking(at, &error)),
    }
}

/// The command that begins a sign-in with a token, or an empty line.
struct Line(Option<Vec<u8>>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(token) => write!(f, "AUTH XOAUTH2 {}\r\n", BASE64.encode(token)),
            None => f.write_str("\r\n"),
        }
    }
}

/// Whether the server answered, and goes on after that answer.
pub fn is_alive(error: &Error) -> bool {
    error.status().is_some_and(|code| u16::from(code) != 421)
}

impl Session {
    /// Names the sender of a mail.
    pub async fn sender(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<(), Error> {
        let mut parameters = vec![];
        let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !envelope.to().iter().chain(envelope.from()).all(plain) {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !mail.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map(drop)
    }

    /// Names the recipients, and gives the mail.
    pub async fn go_on(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<(), Error> {
        for recipient in envelope.to() {
            self.connection.command(Rcpt::new(recipient.clone(), vec![])).await?;
        }
        self.connection.command(Data).await?;
        self.connection.message(mail).await.map(drop)
    }

    /// What went wrong after the sender was taken.
    pub fn told(&self, error: Error) -> Unsent {
        match error.status() {
            Some(_) => Unsent::Answered(error),
            None => Trouble::Broken { at: self.at.clone(), said: said(&error) }.into(),
        }
    }

    /// What went wrong before.
    pub fn refuses_sender(&self, error: Error) -> Trouble {
        let (at, said) = (self.at.clone(), said(&error));
        match error.status() {
            Some(_) => Trouble::Sender { at, said },
            None => Trouble::Broken { at, said },
        }
    }

    /// Lets the server forget a mail that it refused; whether the next mail may use the connection.
    pub async fn forgets(&mut self, refused: &Unsent) -> bool {
        let alive = match refused {
            Unsent::Answered(error) => is_alive(error),
            Unsent::Ours(trouble) => matches!(trouble, Trouble::Sender { .. }),
        };
        alive && matches!(timeout(POLITE, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Says goodbye; whatever goes wrong with that does not matter.
    pub async fn leave(mut self) {
        let _ = timeout(POLITE, self.connection.quit()).await;
    }
}
