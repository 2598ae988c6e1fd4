//! `[attachments.s3]`: the bucket that files and mails lie in, as it is written in the configuration file.
//!
//! Its key never leaves the settings; what is wrong is told without it.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use http::Uri;
use pforte_server::{BucketSettings, Waits};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    config::{ConfigError, Source},
    outgoing::is_this_machine,
};

/// `[attachments.s3]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Table {
    endpoint: Spanned<String>,
    region: Spanned<String>,
    bucket: Spanned<String>,
    prefix: Option<Spanned<String>>,
    path_style: Option<Spanned<bool>>,
    access_key_id: Spanned<String>,
    secret_access_key_file: Spanned<PathBuf>,
    ca: Option<Spanned<PathBuf>>,
}

/// Longer than any key or region.
const WORD_MOST: usize = 200;

/// Checks the table and reads the files it names.
pub fn bucket(source: &Source<'_>, home: &Path, table: S3Table) -> Result<BucketSettings, ConfigError> {
    let reading = Reading { source, home };
    let endpoint = reading.endpoint(&table.endpoint)?;
    let what = "write letters, digits and dashes, as eu-central-1; where there is none, us-east-1";
    let region = reading.word("region", &table.region, what, |b| b.is_ascii_alphanumeric() || b == b'-')?;
    let what = "write 3 to 63 small letters, digits, dots and dashes";
    let bucket = reading.word("bucket", &table.bucket, what, is_bucket)?;
    let outer = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [bucket.bytes().next(), bucket.bytes().last()];
    if !(3..=63).contains(&bucket.len()) || !ends.into_iter().flatten().all(outer) || bucket.contains("..") {
        return reading.wrong(&table.bucket, "bucket", what);
    }
    let path_style = table.path_style.as_ref().is_none_or(|style| *style.get_ref());
    if let (Some(given), false) = (&table.path_style, path_style || is_label(&bucket, &endpoint)) {
        let what = "in front of this endpoint the bucket's name makes no host name that a certificate fits";
        return reading.wrong(given, "path_style", what);
    }
    let what = "write the key's id alone, without spaces, commas and slashes";
    let access_key_id = reading.word("access_key_id", &table.access_key_id, what, is_key_id)?;
    let secret = reading.read("secret_access_key_file", &table.secret_access_key_file)?;
    let secret = String::from_utf8_lossy(&secret).trim().to_owned();
    if secret.is_empty() || secret.contains(char::is_whitespace) {
        let what = "the file must hold the key and nothing else";
        return reading.wrong(&table.secret_access_key_file, "secret_access_key_file", what);
    }
    let ca = match &table.ca {
        Some(given) if endpoint.starts_with("http:") => {
            return reading.wrong(given, "ca", "it is only for an https endpoint");
        }
        ca => ca.as_ref().map(|ca| reading.read("ca", ca)).transpose()?,
    };
    let prefix = table.prefix.as_ref().map_or(Ok(String::new()), |given| reading.prefix(given))?;
    Ok(BucketSettings {
        endpoint,
        region,
        bucket,
        prefix,
        path_style,
        access_key_id,
        secret_access_key: secret.into(),
        ca,
        waits: Waits::default(),
    })
}

struct Reading<'a, 's> {
    source: &'a Source<'s>,
    home: &'a Path,
}

impl Reading<'_, '_> {
    fn wrong<T, V>(&self, at: &Spanned<V>, key: &str, what: &str) -> Result<T, ConfigError> {
        Err(self.source.error(at.span(), &format!("attachments.s3.{key}"), what))
    }

    /// Scheme and authority, without the slash that may follow.
    fn endpoint(&self, given: &Spanned<String>) -> Result<String, ConfigError> {
        let uri: Option<Uri> = given.get_ref().parse().ok();
        let plain = |uri: &Uri| uri.path_and_query().is_none_or(|path| path.as_str() == "/");
        let Some(uri) = uri.filter(|uri| plain(uri) && !given.get_ref().contains('@')) else {
            return self.wrong(given, "endpoint", "write only scheme, host and port, as https://s3.example");
        };
        let host = uri.host().unwrap_or_default();
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ "https"), Some(authority)) => Ok(format!("{scheme}://{authority}")),
            (Some(scheme @ "http"), Some(authority)) if is_this_machine(host) => {
                Ok(format!("{scheme}://{authority}"))
            }
            (Some("http"), Some(_)) => {
                self.wrong(given, "endpoint", "http is only for this machine (127.0.0.1, ::1); use https")
            }
            _ => self.wrong(given, "endpoint", "begin it with https://"),
        }
    }

    fn word(
        &self,
        key: &str,
        given: &Spanned<String>,
        what: &str,
        fits: impl Fn(u8) -> bool,
    ) -> Result<String, ConfigError> {
        let text = given.get_ref();
        let sound = (1..=WORD_MOST).contains(&text.len()) && text.bytes().all(fits);
        if sound { Ok(text.clone()) } else { self.wrong(given, key, what) }
    }

    /// Nothing in it has to be escaped in an address, and it leads nowhere else.
    fn prefix(&self, given: &Spanned<String>) -> Result<String, ConfigError> {
        let text = given.get_ref().trim_end_matches('/');
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let part = |part: &str| !part.is_empty() && part.bytes().all(plain) && part != "." && part != "..";
        if text.is_empty() && given.get_ref().len() <= 1
            || text.len() <= WORD_MOST && text.split('/').all(part)
        {
            return Ok(text.to_owned());
        }
        self.wrong(given, "prefix", "write letters, digits and ._- with slashes between, as pforte/files")
    }

    fn read(&self, key: &str, path: &Spanned<PathBuf>) -> Result<Vec<u8>, ConfigError> {
        let at = self.home.join(path.get_ref());
        fs::read(&at).or_else(|e| self.wrong(path, key, &format!("cannot read {}: {e}", at.display())))
    }
}

fn is_bucket(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.'
}

fn is_key_id(b: u8) -> bool {
    b.is_ascii_graphic() && !b"/,=".contains(&b)
}

/// Whether the bucket may be the first label of the endpoint's host.
fn is_label(bucket: &str, endpoint: &str) -> bool {
    let uri: Option<Uri> = endpoint.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    !bucket.contains('.') && !host.starts_with('[') && host.parse::<IpAddr>().is_err()
}
