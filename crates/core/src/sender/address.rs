//! A mail address in the one spelling in which addresses are compared (rule Z8).

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::kernel::words;

/// The longest address (RFC 5321 §4.5.3.1.3).
const ADDRESS_MAX: usize = 254;
/// The longest part before the @ (RFC 5321 §4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// The longest label of a domain (RFC 1035 §2.3.4).
const LABEL_MAX: usize = 63;

/// A mail address, trimmed and in small ASCII letters.
///
/// An international domain stands as its A-labels (RFC 5890), however it was written. The part before the @ is
/// ASCII: most mail servers take no other (RFC 6531), and two spellings of one `ö` would be two addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address(String);

words! {
    /// Why a text is no address.
    AddressRefusal {
        Invalid = "address.invalid",
        /// Letters beyond ASCII before the @.
        LocalPart = "address.local_part",
    }
}

impl Address {
    /// Reads an address: one @, a plain local part (no quotes, no comments), a domain of two labels or
    /// more, no blank and no control character, at most 254 bytes.
    pub fn parse(text: &str) -> Result<Self, AddressRefusal> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(AddressRefusal::Invalid)?;
        let domain = ascii_domain(domain).ok_or(AddressRefusal::Invalid)?;
        // Only to see what it is: a sign that looks like a `K` is none.
        let composed: String = local.nfc().collect();
        if !sound_local(&composed) || local.len() + 1 + domain.len() > ADDRESS_MAX {
            return Err(AddressRefusal::Invalid);
        }
        if !local.is_ascii() {
            return Err(AddressRefusal::LocalPart);
        }
        Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase())))
    }

    /// The spelling in which a text is looked up: an address in its own, anything else trimmed and in small
    /// letters, so that it is looked up all the same and found nowhere.
    pub fn spelling(text: &str) -> String {
        Self::parse(text).map_or_else(|_| text.trim().to_lowercase(), String::from)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the @.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the @.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether a reader could take it for the other one, which it is not.
    pub fn looks_like(&self, other: &Self) -> bool {
        self != other && self.skeleton() == other.skeleton()
    }

    /// The address as the eye takes it: look-alike letters folded into one, separators left out. Two
    /// addresses with the same skeleton are easily mistaken for each other.
    pub fn skeleton(&self) -> String {
        let mut seen = String::with_capacity(self.0.len());
        let (domain, _) = idna::domain_to_unicode(self.domain());
        let local = self.local().chars().chain(['@']);
        for c in local.chain(domain.chars()).flat_map(char::to_lowercase) {
            match c {
                '0' | 'о' | 'ο' | 'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => seen.push('o'),
                '1' | 'i' | '|' | 'і' | 'ı' | 'ι' | 'í' | 'ì' | 'î' | 'ï' | 'ł' | 'ӏ' => {
                    seen.push('l')
                }
                'а' | 'α' | 'ä' | 'á' | 'à' | 'â' | 'ã' | 'å' => seen.push('a'),
                'е' | 'ε' | 'ë' | 'é' | 'è' | 'ê' | '3' => seen.push('e'),
                'с' | 'ç' => seen.push('c'),
                'р' | 'ρ' => seen.push('p'),
                'х' => seen.push('x'),
                'у' | 'ý' | 'ÿ' => seen.push('y'),
                'ѕ' | '5' => seen.push('s'),
                'ј' => seen.push('j'),
                'ü' | 'ú' | 'ù' | 'û' | 'υ' => seen.push('u'),
                'ν' | 'ѵ' => seen.push('v'),
                'м' => seen.push('m'),
                'н' => seen.push('h'),
                'к' | 'κ' => seen.push('k'),
                'т' | 'τ' => seen.push('t'),
                'в' => seen.push('b'),
                'ԁ' => seen.push('d'),
                'ñ' | 'п' => seen.push('n'),
                '-' | '_' | '.' => {}
                other => seen.push(other),
            }
        }
        seen.replace("rn", "m").replace("vv", "w").replace("cl", "d")
    }
}

/// RFC 5322 `dot-atom`, with letters and digits of any script (RFC 6531).
fn sound_local(local: &str) -> bool {
    let atext = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    (1..=LOCAL_MAX).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(atext))
}

/// The domain in small ASCII letters, if it is a sound one.
fn ascii_domain(domain: &str) -> Option<String> {
    if domain.len() > ADDRESS_MAX {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    sound_domain(&ascii).then_some(ascii)
}

fn sound_domain(domain: &str) -> bool {
    let sound_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(sound_label) && !last.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// No address is printed by accident.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl fmt::Display for AddressRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "not a mail address",
            Self::LocalPart => "letters beyond a to z before the @",
        })
    }
}

impl std::error::Error for AddressRefusal {}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl TryFrom<String> for Address {
    type Error = AddressRefusal;

    fn try_from(text: String) -> Result<Self, AddressRefusal> {
        Self::parse(&text)
    }
}
