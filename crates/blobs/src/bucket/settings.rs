//! Which bucket, as the configuration says it.

use std::time::Duration;

use secrecy::SecretString;

use super::{tls, trouble::Trouble};

/// A bucket that speaks S3.
#[derive(Clone, Debug)]
pub struct BucketSettings {
    /// Scheme and authority, as `https://s3.example`.
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    /// What all keys begin with; without a slash at either end, or empty.
    pub prefix: String,
    /// Whether the bucket stands in the path; else it is the first label of the host.
    pub path_style: bool,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    /// What the server's certificate is checked against, in PEM; without it the public roots.
    pub ca: Option<Vec<u8>>,
    pub waits: Waits,
}

impl BucketSettings {
    /// Whether the certificates can be used.
    pub fn check(&self) -> Result<(), Trouble> {
        tls::client(self).map(drop)
    }
}

/// How long the server waits for the bucket, and how often it asks.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    pub connect: Duration,
    /// Without a byte in either direction.
    pub idle: Duration,
    /// One request with all that it carries.
    pub whole: Duration,
    pub attempts: u32,
    /// Before the second attempt; each further one waits four times as long.
    pub pause: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(20),
            whole: Duration::from_secs(10 * 60),
            attempts: 3,
            pause: Duration::from_millis(250),
        }
    }
}
