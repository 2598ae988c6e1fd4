//! Upstream cookies, kept on this side (rule T15).
//!
//! The browser never gets them, except those a product's scripts must read. Must never grow beyond
//! its bounds; what does not fit is not kept.

mod date;

use std::{
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::{
    HeaderMap, HeaderValue,
    header::{DATE, SET_COOKIE},
};

use crate::origin::COOKIE_NAME;

const MOST: usize = 64;
const MOST_BYTES: usize = 16 * 1024;

/// The upstream cookies of one visit, in memory only.
#[derive(Debug, Default)]
pub struct CookieJar(Mutex<Vec<Kept>>);

#[derive(Clone, PartialEq, Eq)]
struct Kept {
    name: String,
    value: String,
    path: String,
    secure: bool,
    until: Option<Instant>,
}

/// Values are secrets.
impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("name", &self.name).field("path", &self.path).finish_non_exhaustive()
    }
}

impl CookieJar {
    /// Keeps what an answer to `path` sets, and drops what it deletes.
    pub(crate) fn store(&self, headers: &HeaderMap, path: &str) {
        let mut lines = headers.get_all(SET_COOKIE).iter().peekable();
        if lines.peek().is_none() {
            return;
        }
        let sent_at = headers.get(DATE).and_then(|v| v.to_str().ok()).and_then(date::seconds);
        let now = Instant::now();
        let mut jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines.filter_map(|line| line.to_str().ok()) {
            let Some((kept, alive)) = Kept::parse(line, path, now, sent_at) else { continue };
            jar.retain(|old| !(old.name == kept.name && old.path == kept.path) && old.is_alive(now));
            let bytes: usize = jar.iter().map(Kept::size).sum();
            if alive && jar.len() < MOST && bytes + kept.size() <= MOST_BYTES {
                jar.push(kept);
            }
        }
    }

    /// The Cookie header for a request to `path`: what is kept, with the browser's own value for
    /// cookies that scripts may set. `trustworthy`: whether secure cookies may travel.
    pub(crate) fn header<'b>(
        &self,
        path: &str,
        trustworthy: bool,
        script: impl Fn(&str) -> bool,
        browser: impl Iterator<Item = (&'b str, &'b str)>,
    ) -> Option<HeaderValue> {
        let browser: Vec<_> = browser.collect();
        // A name that arrives twice may come from a sibling origin: then neither counts.
        let once = |name: &str| browser.iter().filter(|(n, _)| *n == name).count() == 1;
        let mut out = String::new();
        for (name, value) in browser.iter().filter(|(name, _)| once(name)) {
            add(&mut out, name, value);
        }
        let now = Instant::now();
        let jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fitting: Vec<&Kept> = jar
            .iter()
            .filter(|kept| kept.is_alive(now) && (trustworthy || !kept.secure) && kept.covers(path))
            .filter(|kept| !(script(&kept.name) && once(&kept.name)))
            .collect();
        fitting.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        for kept in fitting {
            add(&mut out, &kept.name, &kept.value);
        }
        if out.is_empty() { None } else { HeaderValue::try_from(out).ok() }
    }
}

fn add(out: &mut String, name: &str, value: &str) {
    let between = if out.is_empty() { "" } else { "; " };
    let _ = write!(out, "{between}{name}={value}");
}

/// The lines that let product scripts read the cookies named in the catalogue: for this host and
/// this browser session only.
pub(crate) fn for_scripts(headers: &HeaderMap, names: &[String], secure: bool) -> Vec<HeaderValue> {
    if names.is_empty() {
        return Vec::new();
    }
    let lines = headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .filter_map(|line| {
            let (name, value) = line.split(';').next()?.trim().split_once('=')?;
            if !names.iter().any(|n| n == name) {
                return None;
            }
            let path = attribute(line, "path").filter(|p| p.starts_with('/')).unwrap_or("/");
            let deleted = attribute(line, "max-age").is_some_and(|age| age.starts_with('-') || age == "0");
            let mut out = format!("{name}={value}; Path={path}; SameSite=Lax");
            out.push_str(if secure { "; Secure" } else { "" });
            out.push_str(if deleted { "; Max-Age=0" } else { "" });
            HeaderValue::try_from(out).ok()
        })
        .collect()
}

/// The last value of an attribute, as RFC 6265 §5.2 has it.
fn attribute<'l>(line: &'l str, wanted: &str) -> Option<&'l str> {
    line.split(';')
        .skip(1)
        .filter_map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
        .last()
}

impl Kept {
    /// The cookie a line sets, and whether it is to live at all.
    fn parse(line: &str, request_path: &str, now: Instant, sent_at: Option<i64>) -> Option<(Self, bool)> {
        let (name, value) = line.split(';').next()?.trim().split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.eq_ignore_ascii_case(COOKIE_NAME) {
            return None;
        }
        let path = match attribute(line, "path") {
            Some(path) if path.starts_with('/') => path,
            _ => default_path(request_path),
        };
        let left = lifetime(line, sent_at);
        let kept = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: path.to_owned(),
            secure: attribute(line, "secure").is_some(),
            until: left.and_then(|left| now.checked_add(left)),
        };
        Some((kept, left != Some(Duration::ZERO)))
    }

    fn is_alive(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn size(&self) -> usize {
        self.name.len() + self.value.len() + self.path.len()
    }

    /// RFC 6265 §5.1.4.
    fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str())
            .is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'))
    }
}

/// How long a cookie lives, told by the upstream's own clock; `None`: as long as the visit.
fn lifetime(line: &str, sent_at: Option<i64>) -> Option<Duration> {
    if let Some(age) = attribute(line, "max-age").and_then(|age| age.parse::<i64>().ok()) {
        return Some(Duration::from_secs(u64::try_from(age).unwrap_or(0)));
    }
    let expires = date::seconds(attribute(line, "expires")?)?;
    // Without a Date, only what is long past counts as a deletion.
    let sent_at = sent_at.unwrap_or(date::LONG_PAST);
    match u64::try_from(expires - sent_at) {
        Ok(0) | Err(_) => Some(Duration::ZERO),
        Ok(left) => (sent_at != date::LONG_PAST).then(|| Duration::from_secs(left)),
    }
}

fn default_path(request_path: &str) -> &str {
    match request_path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &request_path[..at],
    }
}

#[cfg(test)]
mod tests;
