//! What can go wrong with a bucket. No message holds a key, a signature or what the server wrote as text.

use std::{error::Error, io};

use http::StatusCode;
use thiserror::Error;

/// Why the bucket did not do as asked.
#[derive(Debug, Error)]
pub enum Trouble {
    #[error("it cannot be reached ({0})")]
    Unreachable(String),
    #[error("it did not answer in time")]
    TimedOut,
    #[error("its certificate is not accepted ({0})")]
    Certificate(String),
    /// The status, and the code of S3's error body; a HEAD has none.
    #[error("it answered {} {code}{}", status.as_u16(), hint(code))]
    Answered { status: StatusCode, code: String },
    #[error("it does not speak S3 as expected: {0}")]
    Odd(&'static str),
    #[error("the settings cannot be used: {0}")]
    Settings(&'static str),
    /// Of the file that is sent.
    #[error(transparent)]
    Spool(#[from] io::Error),
}

impl Trouble {
    /// Whether it may be gone at the next attempt: nothing is wrong with what was asked.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TimedOut => true,
            Self::Answered { status, code } => {
                status.is_server_error()
                    || matches!(status.as_u16(), 408 | 425 | 429)
                    || matches!(code.as_str(), "RequestTimeout" | "OperationAborted" | "SlowDown")
            }
            Self::Certificate(_) | Self::Odd(_) | Self::Settings(_) | Self::Spool(_) => false,
        }
    }

    /// Whether the object is not there.
    pub fn missing(&self) -> bool {
        matches!(self, Self::Answered { status: StatusCode::NOT_FOUND, code } if code != "NoSuchBucket")
    }

    /// What a failed exchange says, with all its causes.
    pub fn exchange(error: &(dyn Error + 'static)) -> Self {
        let (mut told, mut at) = (error.to_string(), error.source());
        while let Some(cause) = at {
            if let Some(rustls::Error::InvalidCertificate(why)) = tls(cause) {
                return Self::Certificate(format!("{why:?}").chars().take(200).collect());
            }
            told = format!("{told}: {cause}");
            at = cause.source();
        }
        Self::Unreachable(told)
    }
}

/// TLS errors come wrapped into those of the connection.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = || error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref();
    error.downcast_ref().or_else(wrapped)
}

/// What to look at, by S3's codes.
fn hint(code: &str) -> &'static str {
    match code {
        "InvalidAccessKeyId" => ": look at `access_key_id`",
        "SignatureDoesNotMatch" => ": look at the key in `secret_access_key_file`, and at `region`",
        "NoSuchBucket" => ": there is no such `bucket`",
        "AccessDenied" | "AllAccessDisabled" => {
            ": the key must be allowed to put, get, delete and list objects below the prefix"
        }
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect" => {
            ": look at `region` and `endpoint`"
        }
        "RequestTimeTooSkewed" => ": this machine's clock is wrong",
        _ => "",
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        let kind = match &trouble {
            missing if missing.missing() => io::ErrorKind::NotFound,
            Trouble::TimedOut => io::ErrorKind::TimedOut,
            Trouble::Unreachable(_) => io::ErrorKind::NotConnected,
            Trouble::Spool(error) => error.kind(),
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, format!("the bucket: {trouble}"))
    }
}
