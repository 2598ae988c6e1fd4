//! Path patterns of the catalogue: `/servers/*/console`, `/assets/**`.

use std::fmt;

/// `*` stands for one segment, `**` (only at the end) for any number of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<String>,
    open_end: bool,
}

/// Why a text is no path pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    NoLeadingSlash,
    EmptySegment,
    OpenEndNotLast,
    StarInsideSegment,
    NotPlain,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLeadingSlash => "a path starts with a slash, as in /servers/*",
            Self::EmptySegment => "two slashes in a row never match; write one",
            Self::OpenEndNotLast => "** may stand only at the end of a path",
            Self::StarInsideSegment => "* stands for one whole segment, as in /servers/*/console",
            Self::NotPlain => "a path has no query, fragment, escape or dot segment",
        })
    }
}

impl PathPattern {
    /// Reads a pattern; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let rest = text.strip_prefix('/').ok_or(PatternError::NoLeadingSlash)?;
        if rest.contains(['?', '#', '%', ';', '\\']) || rest.chars().any(|c| c.is_control() || c == ' ') {
            return Err(PatternError::NotPlain);
        }
        let mut segments: Vec<String> = rest.split('/').map(str::to_owned).collect();
        let open_end = segments.last().is_some_and(|s| s == "**");
        if open_end {
            segments.pop();
        }
        let last = segments.len().saturating_sub(1);
        for (index, segment) in segments.iter().enumerate() {
            match segment.as_str() {
                "" if index != last || open_end => return Err(PatternError::EmptySegment),
                "**" => return Err(PatternError::OpenEndNotLast),
                "." | ".." => return Err(PatternError::NotPlain),
                "*" => {}
                s if s.contains('*') => return Err(PatternError::StarInsideSegment),
                _ => {}
            }
        }
        Ok(Self { segments, open_end })
    }

    /// Whether a canonical path (leading slash, no query) matches. `*` never matches nothing.
    pub fn matches(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix('/') else { return false };
        let mut given = rest.split('/');
        for segment in &self.segments {
            match (segment.as_str(), given.next()) {
                (_, None) | ("*", Some("")) => return false,
                ("*", Some(_)) => {}
                (wanted, Some(found)) if wanted == found => {}
                _ => return false,
            }
        }
        self.open_end || given.next().is_none()
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "/{segment}")?;
        }
        if self.open_end { f.write_str("/**") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).map(|p| p.matches(path)).unwrap_or(false)
    }

    #[test]
    fn a_star_is_exactly_one_segment() {
        assert!(matches("/servers/*/console", "/servers/17/console"));
        assert!(!matches("/servers/*/console", "/servers/console"));
        assert!(!matches("/servers/*/console", "/servers//console"));
        assert!(!matches("/servers/*", "/servers/17/console"));
        assert!(!matches("/servers/*", "/servers/"));
    }

    #[test]
    fn an_open_end_takes_any_depth() {
        assert!(matches("/assets/**", "/assets/a/b.css"));
        assert!(matches("/**", "/"));
        assert!(!matches("/assets/**", "/asset"));
    }

    #[test]
    fn the_root_is_only_the_root() {
        assert!(matches("/", "/"));
        assert!(!matches("/", "/servers"));
    }

    #[test]
    fn bad_patterns_say_what_to_write() {
        for bad in ["servers", "/a//b", "/**/b", "/a*", "/a?b", "/%2e", "/../b", "/a;b"] {
            assert!(PathPattern::parse(bad).is_err(), "{bad} was taken");
        }
    }
}
